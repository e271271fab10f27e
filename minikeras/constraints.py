"""Constraints: what is done to a weight after each update to keep it within bounds.

Each is a callable that changes an ndarray in place and returns it; given a tensor, it returns a
new one and leaves it alone. Norms are taken along `axis`: 0 for the weights that lead into each
unit of a dense layer, [0, 1, 2] for those of each filter of a two-dimensional convolution.
"""

import math
import numbers

import numpy as np

from . import config
from .autograd import Tensor
from .autograd.tensor import as_array
from .configurable import Configurable, serialize_value
from .ops.types import normalize_axes
from .registry import Registry

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "maxnorm",
    "min_max_norm",
    "non_neg",
    "nonneg",
    "registry",
    "serialize",
    "unit_norm",
    "unitnorm",
]

registry = Registry("constraint")


class Constraint(Configurable):
    """Base class: subclasses change an ndarray in place in `apply(w)`, or define `__call__`."""

    def __call__(self, w):
        """Return `w` brought within bounds: the same ndarray, or a new tensor for a tensor.

        Whole numbers come back as a new array of the default float type.
        """
        if isinstance(w, Tensor):
            values = w.data.copy()
            self.apply(values)
            return Tensor(values)
        w = as_array(w)
        if w.dtype.kind != "f":  # norms of whole numbers are fractions
            w = w.astype(config.floatx())
        self.apply(w)
        return w

    def apply(self, w):
        """Change the ndarray `w` in place."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method apply(w), or __call__(w) that returns the new "
            "value."
        )


def _axes(axis):
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)
    if not all(isinstance(a, (int, np.integer)) for a in axes):
        raise ValueError(f"A constraint's axis is an int or a list of ints, not {axis!r}.")
    return axes if isinstance(axis, (list, tuple)) else axis


def _number(value, name, most=math.inf):
    """Return an argument that has to be a number from 0 to `most`; else a ValueError."""
    known = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not known or not 0 <= value <= most:
        bound = "of at least 0" if most == math.inf else f"from 0 to {most:g}"
        raise ValueError(f"A constraint's {name} is a number {bound}, not {value!r}.")
    return value


def _norms(w, axis):
    normalize_axes(axis, w.ndim)  # refuses an axis that the weight lacks
    return np.sqrt(np.square(w).sum(axis=axis, keepdims=True))


def _rescale(w, norms, desired):
    """Multiply `w` so that its norms become `desired`."""
    w *= desired / (norms + w.dtype.type(config.epsilon()))


@registry.register("max_norm", "maxnorm")
class MaxNorm(Constraint):
    """Shortens what is longer than `max_value` (Srivastava et al. 2014).

    Args:
        max_value: the largest norm, at least 0, else a ValueError.
        axis: int or list of ints along which norms are taken.
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value, self.axis = _number(max_value, "max_value"), _axes(axis)

    def apply(self, w):
        norms = _norms(w, self.axis)
        _rescale(w, norms, np.minimum(norms, w.dtype.type(self.max_value)))


@registry.register("non_neg", "nonneg")
class NonNeg(Constraint):
    """Sets negative weights to 0."""

    def apply(self, w):
        np.maximum(w, w.dtype.type(0), out=w)


@registry.register("unit_norm", "unitnorm")
class UnitNorm(Constraint):
    """Scales every norm to 1.

    Args:
        axis: int or list of ints along which norms are taken.
    """

    def __init__(self, axis=0):
        self.axis = _axes(axis)

    def apply(self, w):
        _rescale(w, _norms(w, self.axis), w.dtype.type(1))


@registry.register("min_max_norm")
class MinMaxNorm(Constraint):
    """Moves every norm towards the range from `min_value` to `max_value`.

    Args:
        min_value, max_value: bounds of the norm, at least 0.
        rate: how far towards the range, from 0 to 1, which is all the way.
        axis: int or list of ints along which norms are taken.

    Raises:
        ValueError: bounds or a rate out of range, or bounds the wrong way round.
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.max_value = _number(max_value, "max_value")
        self.min_value = _number(min_value, "min_value", max_value)
        self.rate, self.axis = _number(rate, "rate", 1), _axes(axis)

    def apply(self, w):
        kind = w.dtype.type
        norms = _norms(w, self.axis)
        inside = norms.clip(kind(self.min_value), kind(self.max_value))
        _rescale(w, norms, kind(self.rate) * inside + kind(1 - self.rate) * norms)


max_norm = maxnorm = MaxNorm
non_neg = nonneg = NonNeg
unit_norm = unitnorm = UnitNorm
min_max_norm = MinMaxNorm


def serialize(constraint):
    """Return a constraint as `{"class_name": ..., "config": {...}}`."""
    return serialize_value(constraint)


def deserialize(config, custom_objects=None):
    """Build a constraint from a name or from what `serialize` returned.

    Raises:
        ValueError: an unknown name; the message suggests the nearest.
    """
    return registry.deserialize(config, custom_objects)


def get(identifier):
    """Return a constraint for a name, config, class, instance or function; None for None."""
    return registry.get(identifier)
