"""Regularizers: what is added to the loss for large weights or large outputs.

Each is a callable from an array, tensor or symbolic tensor to one number.
"""

import math

import numpy as np

from . import ops
from .autograd import Tensor, op
from .configurable import Configurable, serialize_value
from .registry import Registry

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "registry",
    "serialize",
]

registry = Registry("regularizer")


class Regularizer(Configurable):
    """Base class: subclasses say in `__call__(x)` what `x` costs."""

    def __call__(self, x):
        """Return the penalty for `x`, one number."""
        raise NotImplementedError(f"{type(self).__name__} needs a method __call__(x).")


@op(register=False)
def _penalty(x, /, l1=0.0, l2=0.0):
    """l1 * sum(|x|) + l2 * sum(x**2) in one pass each; the slope of |x| at 0 is 0."""
    values = x.data if isinstance(x, Tensor) else x
    kind = values.dtype.type
    flat = values.reshape(-1)
    value = kind(0)
    if l1:
        value = value + kind(l1) * np.abs(flat).sum(dtype=values.dtype)
    if l2:
        value = value + kind(l2) * np.dot(flat, flat)

    def vjp(g):
        by_l2 = g * (kind(2 * l2) * x)
        return by_l2 + g * (kind(l1) * np.sign(values)) if l1 else by_l2

    return np.asarray(value), (vjp,)


def _factor(value, name):
    """Return a regularization factor as a float; ValueError unless finite and not negative."""
    number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < 0:
        raise ValueError(
            f"The regularization factor {name} is a finite number of at least 0, not {value!r}."
        )
    return float(value)


@registry.register()
class L1L2(Regularizer):
    """l1 * sum(|x|) + l2 * sum(x**2).

    Args:
        l1, l2: factors, finite and not negative, else a ValueError; None stands for 0.
    """

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = _factor(0.0 if l1 is None else l1, "l1")
        self.l2 = _factor(0.0 if l2 is None else l2, "l2")

    def __call__(self, x):
        return _penalty(x, l1=self.l1, l2=self.l2)


class _Preset(L1L2):
    """An `L1L2` with other defaults, which is saved as the `L1L2` it is."""

    def get_config(self):
        """Return the config of an `L1L2`."""
        return {"l1": self.l1, "l2": self.l2}

    @classmethod
    def from_config(cls, config):
        """Build it from its own arguments, or from those of an `L1L2`."""
        return L1L2(**config) if len(config) == 2 else cls(**config)


def _one_spelling(new, old, name):
    """Return the factor given as `name` (Keras 3) or as `l` (Keras 2); 0.01 by default."""
    if new is not None and old is not None:
        raise TypeError(f"{name} got its factor twice, as {name}={new!r} and as l={old!r}.")
    return 0.01 if new is None and old is None else old if new is None else new


@registry.register("l1")
class L1(_Preset):
    """l1 * sum(|x|).

    Args:
        l1: factor, 0.01 by default; `l` in Keras 2.
    """

    _registered_name = "L1L2"

    def __init__(self, l1=None, *, l=None):  # noqa: E741 - Keras 2's own name
        super().__init__(l1=_one_spelling(l1, l, "l1"))


@registry.register("l2")
class L2(_Preset):
    """l2 * sum(x**2).

    Args:
        l2: factor, 0.01 by default; `l` in Keras 2.
    """

    _registered_name = "L1L2"

    def __init__(self, l2=None, *, l=None):  # noqa: E741 - Keras 2's own name
        super().__init__(l2=_one_spelling(l2, l, "l2"))


@registry.register(name="l1_l2")
class _Both(_Preset):
    """l1 * sum(|x|) + l2 * sum(x**2), both factors 0.01 by default (Keras 2.1.5)."""

    _registered_name = "L1L2"

    def __init__(self, l1=0.01, l2=0.01):
        super().__init__(l1=l1, l2=l2)


l1, l2, l1_l2 = L1, L2, _Both


@registry.register("orthogonal_regularizer")
class OrthogonalRegularizer(Regularizer):
    """The mean absolute cosine between different rows (or columns) of a matrix.

    Args:
        factor: what the mean over all pairs is multiplied by.
        mode: 'rows' or 'columns'.

    Raises:
        ValueError: an unknown mode, or something that is not a matrix.
    """

    def __init__(self, factor=0.01, mode="rows"):
        if mode not in ("rows", "columns"):
            raise ValueError(f"Unknown mode {mode!r}; choose 'rows' or 'columns'.")
        self.factor = _factor(factor, "factor")
        self.mode = mode

    def __call__(self, x):
        if len(x.shape) != 2:
            raise ValueError(
                f"OrthogonalRegularizer takes a matrix, of 2 dimensions, not shape {x.shape}."
            )
        rows = x if self.mode == "rows" else ops.transpose(x)
        n = rows.shape[0]
        rows = ops.normalize(rows, axis=1)
        cosines = ops.matmul(rows, ops.transpose(rows)) * (1 - np.eye(n, dtype=x.dtype))
        # Each pair stands twice in the sum.
        return ops.sum(ops.absolute(cosines)) * (self.factor / max(1, n * (n - 1)))


orthogonal_regularizer = OrthogonalRegularizer


def serialize(regularizer):
    """Return a regularizer as `{"class_name": ..., "config": {...}}`."""
    return serialize_value(regularizer)


def deserialize(config, custom_objects=None):
    """Build a regularizer from a name or from what `serialize` returned.

    Raises:
        ValueError: an unknown name; the message suggests the nearest.
    """
    return registry.deserialize(config, custom_objects)


def get(identifier):
    """Return a regularizer for a name, config, class, instance or function; None for None."""
    return registry.get(identifier)
