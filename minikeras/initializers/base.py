"""What every initializer is: a function from a shape to an array."""

import numpy as np

from .. import config
from ..configurable import Configurable
from ..registry import Registry

registry = Registry("initializer")


class Initializer(Configurable):
    """Base class: subclasses say in `draw` how the values of a new weight are made."""

    def __call__(self, shape, dtype=None):
        """Return a new array of `shape`.

        Args:
            shape: tuple of ints.
            dtype: NumPy dtype or its name; the default float type if None.
        """
        shape = tuple(int(n) for n in shape)
        return self.draw(shape, np.dtype(dtype or config.floatx()))

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
