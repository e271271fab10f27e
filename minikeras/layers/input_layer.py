"""Input: where the data of a functional model enters."""

import numpy as np

from .base import Layer, register
from .names import unique_name
from .symbolic import KerasTensor, Node


@register()
class InputLayer(Layer):
    """Holds a symbolic tensor for data to come.

    Args:
        input_shape: shape of one sample, without the batch axis (Keras 3 calls it `shape`).
        batch_size: fixed size of a batch, or None.
        batch_input_shape: shape with the batch axis (Keras 3 calls it `batch_shape`).
        dtype: type of the data; the default float type if None.
        sparse: only False: data are dense arrays here.
        name: `input_1`, `input_2`, ... by default.
    """

    def __init__(
        self,
        input_shape=None,
        batch_size=None,
        batch_input_shape=None,
        dtype=None,
        sparse=False,
        name=None,
        shape=None,
        batch_shape=None,
        input_tensor=None,
        ragged=False,
        optional=False,
        **kwargs,
    ):
        if sparse or ragged:
            raise ValueError("Sparse and ragged inputs are not supported: give dense arrays.")
        if input_tensor is not None:
            raise ValueError(
                "input_tensor wraps a backend's own tensor. Pass shape= here, and the data to "
                "fit() or predict()."
            )
        if shape is not None and input_shape is not None:
            raise ValueError("Give shape or input_shape, not both: they are the same thing.")
        if batch_shape is not None and batch_input_shape is not None:
            raise ValueError("Give batch_shape or batch_input_shape, not both.")
        shape = input_shape if shape is None else shape
        batch_shape = batch_input_shape if batch_shape is None else batch_shape
        if (shape is None) == (batch_shape is None):
            raise ValueError(
                "An Input needs either shape=, one sample's shape without the batch axis, or "
                "batch_shape=, which includes it: for 28x28 grey images Input(shape=(28, 28, 1))."
            )
        if batch_shape is None:
            if isinstance(shape, (int, np.integer)):
                raise ValueError(
                    f"shape must be a tuple of sizes, not {shape!r}. For samples that are vectors "
                    f"of {shape} numbers write shape=({shape},)."
                )
            if isinstance(shape, str):
                raise ValueError(f"shape must be a tuple of sizes, not the string {shape!r}.")
            batch_shape = (batch_size, *shape)
        super().__init__(
            name=name or unique_name("input"), dtype=dtype, batch_input_shape=batch_shape, **kwargs
        )
        self.batch_shape = self.batch_input_shape
        self.optional = optional
        self.sparse = False
        self.built = True
        symbol = KerasTensor(self.batch_input_shape, self.dtype)
        Node(self, (), {}, symbol).attach()
        symbol.name = self.name

    def call(self, inputs):
        """Return the data unchanged."""
        return inputs

    def __getstate__(self):
        """Keep the symbolic tensor: an input without it is none."""
        return {**super().__getstate__(), "_inbound_nodes": self._inbound_nodes}

    def get_config(self):
        """Return batch shape, type and name."""
        return {
            "batch_input_shape": self.batch_input_shape,
            "dtype": self.compute_dtype,
            "sparse": False,
            "name": self.name,
        }


def Input(  # noqa: N802 - a function in Keras, spelt like a class
    shape=None,
    batch_shape=None,
    name=None,
    dtype=None,
    sparse=False,
    tensor=None,
    batch_size=None,
    ragged=None,
    optional=False,
):
    """Return a symbolic tensor: the start of a functional model.

    Args:
        shape: shape of one sample, a tuple of ints, None for a size that may vary.
        batch_shape: the same with the batch axis in front.
        name: name of the input, for feeding data by name.
        dtype: type of the data; the default float type if None.
        sparse, ragged: only False.
        tensor: refused; it wraps a backend's own tensors in Keras.
        batch_size: fixed size of a batch, with `shape`.
        optional: whether the input may be None (Keras 3).
    """
    layer = InputLayer(
        shape=shape,
        batch_shape=batch_shape,
        name=name,
        dtype=dtype,
        sparse=sparse,
        batch_size=batch_size,
        input_tensor=tensor,
        ragged=bool(ragged),
        optional=optional,
    )
    return layer._inbound_nodes[0].outputs[0]
