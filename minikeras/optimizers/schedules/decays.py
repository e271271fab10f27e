"""Schedules that fall exponentially, hyperbolically, polynomially or by stairs.

Formulas and argument names are those of Keras 3.
"""

import numpy as np

from .base import LearningRateSchedule, check_numbers, check_positive, registry


@registry.register()
class ExponentialDecay(LearningRateSchedule):
    """rate = initial_learning_rate * decay_rate ** (step / decay_steps).

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: steps, more than 0, in which the rate is multiplied by `decay_rate`.
        decay_rate: the factor.
        staircase: whether to multiply only after every full `decay_steps` steps.
        name: what messages call it.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="ExponentialDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name
        check_numbers(self, initial_learning_rate=initial_learning_rate, decay_rate=decay_rate)
        check_positive(self, decay_steps=decay_steps)

    def at(self, step):
        periods = step / self.decay_steps
        if self.staircase:
            periods = np.floor(periods)
        return self.initial_learning_rate * self.decay_rate**periods


@registry.register()
class InverseTimeDecay(LearningRateSchedule):
    """rate = initial_learning_rate / (1 + decay_rate * step / decay_steps).

    The arguments are those of `ExponentialDecay`.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="InverseTimeDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name
        check_numbers(self, initial_learning_rate=initial_learning_rate, decay_rate=decay_rate)
        check_positive(self, decay_steps=decay_steps)

    def at(self, step):
        periods = step / self.decay_steps
        if self.staircase:
            periods = np.floor(periods)
        return self.initial_learning_rate / (1.0 + self.decay_rate * periods)


@registry.register()
class PolynomialDecay(LearningRateSchedule):
    """rate = (initial - end) * (1 - step / decay_steps) ** power + end.

    Args:
        initial_learning_rate: the rate at step 0.
        decay_steps: the step, more than 0, from which on the rate is `end_learning_rate`.
        end_learning_rate: the last rate, 0.0001 by default.
        power: 1.0, the default, for a straight line.
        cycle: whether to begin again each time the end is reached, with `decay_steps` doubled,
            tripled and so on, so that the rate climbs back and falls more slowly.
        name: what messages call it.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name="PolynomialDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name
        check_numbers(
            self,
            initial_learning_rate=initial_learning_rate,
            end_learning_rate=end_learning_rate,
            power=power,
        )
        check_positive(self, decay_steps=decay_steps)

    def at(self, step):
        if self.cycle:
            length = self.decay_steps * np.maximum(1.0, np.ceil(step / self.decay_steps))
        else:
            length = self.decay_steps
            step = np.minimum(step, length)
        span = self.initial_learning_rate - self.end_learning_rate
        return span * (1.0 - step / length) ** self.power + self.end_learning_rate


@registry.register()
class PiecewiseConstantDecay(LearningRateSchedule):
    """rate = values[i], where i counts the boundaries that lie below the step.

    Args:
        boundaries: steps in ascending order; at a boundary the old value still holds.
        values: the rates, one more than boundaries.
        name: what messages call it.
    """

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name
        if len(self.boundaries) != len(self.values) - 1:
            raise ValueError(
                f"PiecewiseConstantDecay needs one more value than boundaries, but was given "
                f"{len(self.values)} values for {len(self.boundaries)} boundaries."
            )
        if sorted(self.boundaries) != self.boundaries:
            raise ValueError(
                f"PiecewiseConstantDecay: boundaries must ascend, not {self.boundaries}."
            )

    def at(self, step):
        passed = np.searchsorted(np.asarray(self.boundaries, "float64"), step, side="left")
        return np.asarray(self.values, "float64")[passed]
