"""What a learning-rate schedule is, and the registry of those that files may name."""

import numbers

import numpy as np

from ... import config
from ...configurable import Configurable
from ...registry import Registry

registry = Registry("learning-rate schedule")


class LearningRateSchedule(Configurable):
    """A learning rate as a function of the number of steps taken so far (0 at the first).

    Subclasses define `at(step)`, in NumPy functions, or override `__call__(step)` as in Keras.
    """

    def __call__(self, step):
        """Return the rate at `step`: a float, or for an array of steps an array of rates."""
        if np.ndim(step):
            return np.asarray(self.at(np.asarray(step, "float64")), config.floatx())
        return float(self.at(np.float64(step)))

    def at(self, step):
        """Return the rate at `step`, a float64 number or array."""
        raise NotImplementedError(
            f"{type(self).__name__} must define __call__(self, step), which returns the learning "
            "rate after `step` steps."
        )


def check_positive(schedule, **arguments):
    """Raise a ValueError unless every argument is a number above 0."""
    for name, value in arguments.items():
        if not isinstance(value, numbers.Real) or not value > 0:
            raise ValueError(
                f"{type(schedule).__name__}: {name} must be greater than 0, not {value!r}."
            )


def check_numbers(schedule, **arguments):
    """Raise a ValueError unless every argument is a number."""
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise ValueError(f"{type(schedule).__name__}: {name} must be a number, not {value!r}.")
