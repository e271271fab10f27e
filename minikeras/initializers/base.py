"""What every initializer is: a function from a shape to an array."""

import math

import numpy as np

from .. import config
from ..configurable import Configurable
from ..ops.drawing import checked_shape
from ..registry import Registry

registry = Registry("initializer")


class Initializer(Configurable):
    """Base class: subclasses say in `draw` how the values of a new weight are made."""

    def __call__(self, shape, dtype=None):
        """Return a new array of `shape`.

        Args:
            shape: tuple of ints.
            dtype: NumPy dtype or its name; the default float type if None.

        Raises:
            ValueError: a shape with sizes that are unknown or negative, or an unknown dtype.
        """
        return self.draw(checked_shape(shape), _type(dtype))

    def draw(self, shape, dtype):
        """Return the array; `shape` is a tuple of ints and `dtype` a NumPy dtype."""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method draw(shape, dtype) or __call__(shape, dtype)."
        )

    @classmethod
    def from_config(cls, config):
        """Build an initializer from what `get_config` returned; tf.keras adds a `dtype`."""
        return cls(**{key: value for key, value in config.items() if key != "dtype"})

    def clone(self):
        """Return an initializer of the same configuration."""
        return type(self).from_config(self.get_config())


def _type(dtype):
    try:
        return np.dtype(dtype or config.floatx())
    except TypeError:
        raise ValueError(
            f"Unknown dtype {dtype!r} of a weight; use one of 'float32', 'float64', 'float16', "
            "'int32', ..."
        ) from None


def number(value, name, least=-math.inf):
    """Return an argument that has to be a finite number of at least `least`; else a ValueError."""
    known = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not known or not math.isfinite(value) or value < least:
        bound = "" if least == -math.inf else f" of at least {least:g}"
        raise ValueError(f"The initializer's {name} is a finite number{bound}, not {value!r}.")
    return value
