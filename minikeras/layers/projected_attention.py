"""What MultiHeadAttention and GroupQueryAttention share: dense layers, and masks of four kinds."""

import string

import numpy as np

from .. import constraints, initializers, ops, regularizers
from ..ops.attention import attend
from .attention_base import AttentionLayer, both, causal
from .conv_base import positive
from .einsum_dense import EinsumDense
from .inputs import as_masks, with_mask
from .symbolic import KerasTensor


class ProjectedAttention(AttentionLayer):
    """Attention between dense layers that make queries, keys and values for several heads.

    Args:
        dropout: the part of the weights that is set to zero while training.
        use_bias: whether the dense layers have a bias.
        sliding_window: a step looks only at keys less than this many steps away.
        flash_attention: only None or False.
        kernel_initializer, bias_initializer: how the dense layers' weights begin.
        kernel_regularizer, bias_regularizer: penalties on them that are added to the loss.
        activity_regularizer: penalty on the output of each dense layer.
        kernel_constraint, bias_constraint: applied after each update.
        use_gate: whether what the heads give is multiplied by sigmoid(dense(query)).
        seed: makes the layer's dropout a sequence of its own.
    """

    supports_masking = True
    _not_in_config = ("flash_attention",)

    def __init__(
        self,
        *,
        dropout=0.0,
        use_bias=True,
        sliding_window=None,
        flash_attention=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        use_gate=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(dropout=dropout, seed=seed, **kwargs)
        if flash_attention:
            raise ValueError(
                f"{type(self).__name__}: flash_attention is a routine for graphics cards; leave "
                "it out. Attention is computed a few samples at a time in any case."
            )
        self.use_bias = bool(use_bias)
        self.use_gate = bool(use_gate)
        cls = type(self).__name__
        self.sliding_window = (
            None if sliding_window is None else positive(sliding_window, "sliding_window", cls)
        )
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self._activity_regularizer = regularizers.get(activity_regularizer)  # of the dense layers
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def _dense(self, name, rank, summed, made, activation=None):
        """Return a dense layer of this one's settings.

        Args:
            rank: of its input.
            summed: how many last axes are summed over.
            made: sizes of the axes that come in their place.
        """
        letters = string.ascii_letters
        kept, used = letters[: rank - summed], letters[rank - summed : rank]
        new = letters[rank : rank + len(made)]
        return EinsumDense(
            f"{kept}{used},{used}{new}->{kept}{new}",
            output_shape=(None,) * (rank - summed - 1) + tuple(made),
            bias_axes=new if self.use_bias else None,
            activation=activation,
            kernel_initializer=self.kernel_initializer,
            bias_initializer=self.bias_initializer,
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            activity_regularizer=self._activity_regularizer,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            dtype=self.dtype,
            name=name,
        )

    @property
    def query_dense(self):
        """The dense layer that makes the heads' queries."""
        return self._query_dense

    @property
    def key_dense(self):
        """The dense layer that makes the heads' keys."""
        return self._key_dense

    @property
    def value_dense(self):
        """The dense layer that makes the heads' values."""
        return self._value_dense

    @property
    def output_dense(self):
        """The dense layer that joins what the heads give."""
        return self._output_dense

    # -----------------------------------------------------------------------------------------
    # Computing
    # -----------------------------------------------------------------------------------------
    def call(
        self,
        query,
        value,
        key=None,
        query_mask=None,
        value_mask=None,
        key_mask=None,
        attention_mask=None,
        return_attention_scores=False,
        training=None,
        use_causal_mask=False,
    ):
        """Return the output, with the weights if asked for."""
        key = value if key is None else key
        masks = (query_mask, value_mask, key_mask, attention_mask)
        mask = self._join_masks(query.shape, key.shape, *map(as_masks, masks), use_causal_mask)
        query, key, value = (with_mask(a, None) for a in (query, key, value))
        gate = self._gate_dense(query) if self.use_gate else None
        query, key, value = self._query_dense(query), self._key_dense(key), self._value_dense(value)
        key, value = (self._for_all_samples(a, query.shape[0]) for a in (key, value))
        # As in Keras 3, a step whose keys are all masked weighs them all the same, but not at all
        # where dropout or the weights are asked for.
        empty = int(not self.dropout and not return_attention_scores and query.ndim == 4)
        output, weights = self._attend(query, key, value, mask, empty, training)
        output = self._output_dense(output if gate is None else output * gate)
        return (output, weights) if return_attention_scores else output

    def _for_all_samples(self, array, batch):
        """Return keys or values for a batch of queries; those of one sample serve all of them."""
        if array.shape[0] == batch:
            return array
        if array.shape[0] == 1:
            return ops.broadcast_to(array, (batch, *array.shape[1:]))
        raise ValueError(
            f"{type(self).__name__} {self.name!r} got queries of {batch} samples, but values or "
            f"keys of {array.shape[0]}: both need the same number, or values and keys one for all."
        )

    def _join_masks(
        self, query_shape, key_shape, query_mask, value_mask, key_mask, attention_mask, is_causal
    ):
        """Return one mask (batch, steps, keys), 1 where shared, of all that are given; or None."""
        mask = None if query_mask is None else query_mask[..., :, None]
        for of_keys in (value_mask, key_mask):
            mask = both(mask, None if of_keys is None else of_keys[..., None, :])
        steps, keys = query_shape[1], key_shape[1]
        if is_causal:
            mask = both(mask, causal(steps, keys))
        if self.sliding_window is not None:
            distance = np.abs(np.arange(steps)[:, None] - np.arange(keys))
            mask = both(mask, (distance < self.sliding_window)[None])
        return both(mask, attention_mask)

    def _attend(self, query, key, value, mask, empty, training):
        """Return what the heads give, (batch, steps, heads, size), and by which weights."""
        shape = (query.shape[0], query.shape[2], query.shape[1], key.shape[1])
        if mask is not None:
            while mask.ndim < 4:  # the same for all heads
                mask = mask[..., None, :, :]
        return attend(
            query,
            key,
            value,
            scale=self._scale,
            mask=mask,
            empty=empty,
            keep=self._keep(shape, query.dtype, training),
        )

    # -----------------------------------------------------------------------------------------
    # Shapes and config
    # -----------------------------------------------------------------------------------------
    def compute_output_spec(self, query, value, key=None, **kwargs):
        """Return the symbolic output, with the symbolic weights if asked for."""
        shapes = [tuple(t.shape) for t in (query, value, value if key is None else key)]
        output = KerasTensor(self.compute_output_shape(*shapes), self.compute_dtype)
        if not kwargs.get("return_attention_scores"):
            return output
        return output, KerasTensor(self._weights_shape(*shapes), self.compute_dtype)

    def get_config(self):
        """Return the constructor arguments."""
        regularizer = regularizers.serialize(self._activity_regularizer)
        return {**super().get_config(), "activity_regularizer": regularizer}


def check_pair(layer, value_shape, key_shape):
    """Refuse values and keys that differ in more than their last axis."""
    if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
        raise ValueError(
            f"Value and key of {type(layer).__name__} {layer.name!r} must have the same steps, but "
            f"have the shapes {tuple(value_shape)} and {tuple(key_shape)}."
        )
