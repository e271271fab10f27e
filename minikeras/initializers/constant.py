"""Initializers that draw nothing: constants and the identity."""

import numpy as np

from .base import Initializer, number, registry


@registry.register("zeros", "zero")
class Zeros(Initializer):
    """All zeros."""

    def draw(self, shape, dtype):
        return np.zeros(shape, dtype)


@registry.register("ones", "one")
class Ones(Initializer):
    """All ones."""

    def draw(self, shape, dtype):
        return np.ones(shape, dtype)


@registry.register("constant")
class Constant(Initializer):
    """One value everywhere.

    Args:
        value: number, or an array that broadcasts to the shape of the weight; else a ValueError.
    """

    def __init__(self, value=0.0):
        if np.asarray(value).dtype.kind not in "fiubc":
            raise ValueError(f"Constant takes a number or an array of numbers, not {value!r}.")
        self.value = value

    def draw(self, shape, dtype):
        try:
            return np.full(shape, self.value, dtype)
        except ValueError:
            raise ValueError(
                f"Constant got a value of shape {np.shape(self.value)}, which does not fit a "
                f"weight of shape {shape}."
            ) from None


@registry.register("identity", "IdentityInitializer")
class Identity(Initializer):
    """The identity matrix times `gain`.

    Args:
        gain: number that the matrix is multiplied by.

    A weight that is not a matrix raises a ValueError.
    """

    def __init__(self, gain=1.0):
        self.gain = number(gain, "gain")

    def draw(self, shape, dtype):
        if len(shape) != 2:
            raise ValueError(
                f"Identity makes matrices, of 2 dimensions, but the weight has shape {shape}."
            )
        return np.eye(*shape, dtype=dtype) * dtype.type(self.gain)
