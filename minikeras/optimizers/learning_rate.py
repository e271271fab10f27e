"""The learning rate of an optimizer: a number, a schedule or a function, and its `decay`."""

import inspect

import numpy as np

from .scalar import Scalar, as_number
from .schedules import LearningRateSchedule

_FIXED = (
    "it follows a schedule. Build the optimizer with a number to set it by hand, or assign "
    "another schedule."
)


def _takes_step(function):
    """Return whether a function must be given the step: it has a parameter to put it in."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a builtin that does not tell its signature
        return True
    return any(
        p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL) for p in parameters
    )


class HasLearningRate:
    """Mixin: `lr` and `learning_rate`, two names of one thing, and the rate of the next update.

    Uses `decay` (a `Scalar`), `iterations` and `_iterations` of the optimizer.
    """

    def _start_learning_rate(self, lr, learning_rate):
        """Take over the constructor's two spellings, of which one at most may be given."""
        if lr is not None and learning_rate is not None:
            raise ValueError(
                f"{type(self).__name__} was given both lr={lr!r} and "
                f"learning_rate={learning_rate!r}, two names of one thing. Give one of them."
            )
        rate = learning_rate if lr is None else lr
        if rate is None:
            rate = self.default_learning_rate
        self._learning_rate = rate if self._is_schedule(rate) else Scalar(rate, "learning_rate")
        self._wants_step = callable(rate) and _takes_step(rate)

    @staticmethod
    def _is_schedule(rate):
        return callable(rate) and not hasattr(rate, "shape")

    @property
    def learning_rate(self):
        """The learning rate, before `decay` acts on it: a number that can be assigned.

        Under a schedule it is the rate of the coming step, and cannot be assigned a number.
        """
        rate = self._learning_rate
        if isinstance(rate, Scalar):
            return rate
        return Scalar(self._scheduled_rate(), "learning_rate", fixed=_FIXED)

    @learning_rate.setter
    def learning_rate(self, value):
        if self._is_schedule(value):
            self._learning_rate, self._wants_step = value, _takes_step(value)
        elif isinstance(self._learning_rate, Scalar):
            self._learning_rate.assign(value)
        else:
            raise TypeError(f"learning_rate cannot be set: {_FIXED}")

    lr = learning_rate

    @property
    def initial_decay(self):
        """`decay` as a float, under a name that scripts for Keras 2 read it by."""
        return float(self.decay)

    def _scheduled_rate(self):
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule) or self._wants_step:
            rate = rate(np.int64(self._iterations.number))
        else:
            rate = rate()
        return float(as_number(rate, f"The learning rate of {type(self).__name__}"))

    def _rate_now(self):
        """Return the rate of the coming update, a float: schedule first, then `decay`.

        With `decay`, a rate r becomes r / (1 + decay * iterations), as in Keras 2.1.5.
        """
        rate = self._learning_rate
        number = rate.number if isinstance(rate, Scalar) else self._scheduled_rate()
        decay = self.decay.number
        if decay:
            number /= 1.0 + decay * self._updates_done()
        return number
