"""Constraints: what is done to a weight after each update to keep it within bounds.

Each is a callable that changes an ndarray in place and returns it; given a tensor, it returns a
new one and leaves it alone. Norms are taken along `axis`: 0 for the weights that lead into each
unit of a dense layer, [0, 1, 2] for those of each filter of a two-dimensional convolution.
"""

import numpy as np

from . import config
from .autograd import Tensor
from .configurable import Configurable, serialize_value
from .registry import Registry

registry = Registry("constraint")


class Constraint(Configurable):
    """Base class: subclasses change an ndarray in place in `apply(w)`, or define `__call__`."""

    def __call__(self, w):
        """Return `w` brought within bounds: the same ndarray, or a new tensor for a tensor."""
        if isinstance(w, Tensor):
            values = w.data.copy()
            self.apply(values)
            return Tensor(values)
        w = np.asarray(w)
        self.apply(w)
        return w

    def apply(self, w):
        """Change the ndarray `w` in place."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method apply(w), or __call__(w) that returns the new "
            "value."
        )


def _axes(axis):
    return tuple(axis) if isinstance(axis, (list, tuple)) else axis


def _norms(w, axis):
    return np.sqrt(np.square(w).sum(axis=axis, keepdims=True))


def _rescale(w, norms, desired):
    """Multiply `w` so that its norms become `desired`."""
    w *= desired / (norms + w.dtype.type(config.epsilon()))


@registry.register("max_norm", "maxnorm")
class MaxNorm(Constraint):
    """Shortens what is longer than `max_value` (Srivastava et al. 2014).

    Args:
        max_value: the largest norm.
        axis: int or list of ints along which norms are taken.
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value, self.axis = max_value, _axes(axis)

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
        min_value, max_value: bounds of the norm.
        rate: how far towards the range, 1 for all the way.
        axis: int or list of ints along which norms are taken.
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value, self.max_value = min_value, max_value
        self.rate, self.axis = rate, _axes(axis)

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
