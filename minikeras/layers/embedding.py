"""Embedding: a table of vectors, of which whole numbers pick rows."""

import numpy as np

from .. import constraints, initializers, regularizers
from ..ops.embedding import embedding_lookup
from .base import Layer, register


@register()
class Embedding(Layer):
    """Turns whole numbers (words) into vectors: the rows of a table that is learned.

    Where the optimizer's numbers allow it, a training step touches only the rows that the batch
    has picked, however large the table is.

    Args:
        input_dim: number of rows, one more than the largest index.
        output_dim: length of a row.
        embeddings_initializer: how the table begins.
        embeddings_regularizer: penalty on the table that is added to the loss.
        activity_regularizer: penalty on the output.
        embeddings_constraint: applied to the table after each update.
        mask_zero: whether index 0 is padding, which later layers are to skip; no word may then
            have index 0, so input_dim is the number of words plus one.
        input_length: length of every sequence, where it is fixed (a tuple for several axes). What
            comes behind may need it: a Flatten with a Dense, for example.
        weights: the table to begin with, an array (input_dim, output_dim), or a list of it.
        lora_rank, lora_alpha, quantization_config: only None.

    Shapes:
        input (batch, ...), usually (batch, steps); output the same with an axis of output_dim
        behind; embeddings (input_dim, output_dim). Input of a floating type is cut off to whole
        numbers. As the first layer of a Sequential model without an input_shape it takes
        int32 arrays (batch, input_length).

    Raises:
        ValueError: an index is negative or not below input_dim (the message names it); a sequence
            is not input_length long.
    """

    input_type = "int32"
    _not_in_config = ("lora_rank", "lora_alpha", "quantization_config")

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        activity_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        input_length=None,
        weights=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        if lora_rank is not None or lora_alpha is not None or quantization_config is not None:
            raise ValueError(
                "Embedding offers neither low-rank adaptation nor quantization: leave lora_rank, "
                "lora_alpha and quantization_config out."
            )
        lengths = () if input_length is None else input_length
        lengths = tuple(lengths) if isinstance(lengths, (list, tuple)) else (lengths,)
        if not kwargs.keys() & {"input_shape", "batch_input_shape"}:
            kwargs["input_shape"] = lengths or (None,)
        if weights is not None and not (len(weights) == 1 and np.ndim(weights[0]) == 2):
            weights = [weights]
        super().__init__(activity_regularizer=activity_regularizer, weights=weights, **kwargs)
        self.input_dim = _positive("input_dim", input_dim)
        self.output_dim = _positive("output_dim", output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = bool(mask_zero)
        self.supports_masking = self.mask_zero
        self.input_length = input_length
        self._lengths = lengths
        self.autocast = False  # indices keep their digits whatever the layer computes in
        if weights is not None:
            self.build(None)

    def build(self, input_shape=None):
        """Make the table; the shape of the input does not matter."""
        self.embeddings = self.add_weight("embeddings", (self.input_dim, self.output_dim))

    def call(self, inputs):
        """Return the rows at the indices."""
        if self._lengths:
            self._check_length(inputs.shape)
        return embedding_lookup(self.embeddings, inputs)

    def _check_length(self, input_shape):
        """Refuse sequences of another length than `input_length`; None fits any."""
        given = input_shape[1:]
        fits = len(given) == len(self._lengths) and all(
            a is None or b is None or a == b for a, b in zip(self._lengths, given)
        )
        if not fits:
            raise ValueError(
                f"input_length of Embedding {self.name!r} is {self.input_length}, but the input "
                f"has shape {tuple(input_shape)}. Pad or cut the sequences to that length "
                "(pad_sequences), or leave input_length out for sequences of any length."
            )

    def compute_mask(self, inputs, mask=None):
        """Return where the indices are not 0, a boolean array, with `mask_zero`; else None."""
        return np.not_equal(inputs.data, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape):
        """Return the input's shape, unknown lengths filled in, with output_dim behind."""
        if not self._lengths:
            return (*input_shape, self.output_dim)
        self._check_length(input_shape)
        lengths = [a if b is None else b for a, b in zip(self._lengths, input_shape[1:])]
        return (input_shape[0], *lengths, self.output_dim)


def _positive(name, value):
    """Return a size as an int; a ValueError where it is no positive whole number."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value <= 0:
        raise ValueError(f"Embedding: {name} must be a positive whole number, not {value!r}.")
    return int(value)
