"""Schedules that fall along half a cosine (Loshchilov and Hutter, 2016, "SGDR").

Formulas and argument names are those of Keras 3.
"""

import numpy as np

from .base import LearningRateSchedule, check_numbers, check_positive, registry


@registry.register()
class CosineDecay(LearningRateSchedule):
    """rate = top * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha).

    Args:
        initial_learning_rate: the rate at step 0, and `top` where there is no warm-up.
        decay_steps: steps, more than 0, until the rate has reached `alpha * top`.
        alpha: the last rate as a fraction of the top one, 0 by default.
        name: what messages call it.
        warmup_target: the rate to climb to, in a straight line, before the descent; it is then
            `top`. None, the default, for no warm-up.
        warmup_steps: how many steps the climb takes, counted before `decay_steps` begin.
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name="CosineDecay",
        warmup_target=None,
        warmup_steps=0,
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps
        check_numbers(self, initial_learning_rate=initial_learning_rate, alpha=alpha)
        check_positive(self, decay_steps=decay_steps)
        if warmup_steps < 0:
            raise ValueError(f"CosineDecay: warmup_steps must not be negative, not {warmup_steps}.")

    def at(self, step):
        start = self.initial_learning_rate
        if self.warmup_target is None:
            return self._descend(step, start)
        descent = self._descend(step - self.warmup_steps, self.warmup_target)
        climb = start + (self.warmup_target - start) * step / max(self.warmup_steps, 1)
        return np.where(step < self.warmup_steps, climb, descent)

    def _descend(self, step, top):
        fraction = np.minimum(step, self.decay_steps) / self.decay_steps
        half_cosine = 0.5 * (1.0 + np.cos(np.pi * fraction))
        return top * ((1.0 - self.alpha) * half_cosine + self.alpha)


@registry.register()
class CosineDecayRestarts(LearningRateSchedule):
    """Half a cosine again and again, each `t_mul` times as long and `m_mul` times as high.

    Args:
        initial_learning_rate: the rate at step 0.
        first_decay_steps: how many steps, more than 0, the first descent takes.
        t_mul: the factor from one descent's length to the next, at least 1 (default 2).
        m_mul: the factor from one restart's rate to the next (default 1).
        alpha: the lowest rate as a fraction of the first, 0 by default.
        name: what messages call it.
    """

    def __init__(
        self,
        initial_learning_rate,
        first_decay_steps,
        t_mul=2.0,
        m_mul=1.0,
        alpha=0.0,
        name="SGDRDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name
        check_numbers(
            self, initial_learning_rate=initial_learning_rate, alpha=alpha, m_mul=m_mul, t_mul=t_mul
        )
        check_positive(self, first_decay_steps=first_decay_steps)
        if not t_mul >= 1:
            raise ValueError(f"CosineDecayRestarts: t_mul must be at least 1, not {t_mul!r}.")

    def at(self, step):
        fraction = step / self.first_decay_steps
        if self.t_mul == 1.0:
            restarts = np.floor(fraction)
            fraction = fraction - restarts
        else:
            # After r restarts 1 + t + ... + t**(r-1) = (1 - t**r) / (1 - t) first lengths are over.
            # The tiny addition keeps a quotient of logarithms from rounding below a whole number.
            logarithm = np.log(1.0 - fraction * (1.0 - self.t_mul)) / np.log(self.t_mul)
            restarts = np.floor(logarithm + 1e-9)
            length = self.t_mul**restarts
            fraction = (fraction - (1.0 - length) / (1.0 - self.t_mul)) / length
        half_cosine = 0.5 * self.m_mul**restarts * (1.0 + np.cos(np.pi * fraction))
        return self.initial_learning_rate * ((1.0 - self.alpha) * half_cosine + self.alpha)
