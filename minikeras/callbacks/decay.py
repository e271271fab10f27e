"""Learning rates that follow a formula of the epoch: steps, milestones, cosine.

Each sets the rate before every epoch from the epoch's number alone, so that a resumed training
(`initial_epoch`) continues where it would have been. For a rate that changes with every batch,
give the optimizer a schedule of `optimizers.schedules` instead.
"""

import bisect
import math

from ..utils.live_line import write_line
from .base import Callback
from .learning_rate import read_learning_rate, write_learning_rate


class EpochDecay(Callback):
    """Base of the decays: sets the learning rate of epoch e to `max(min_lr, rate(e, initial))`.

    A decay overrides `rate`. `initial_lr` is the rate it starts from, by default the optimizer's
    own at the beginning of training. A second training with the same callback starts from the
    same rate, unless the optimizer's has been changed in between. The rate appears in the logs as
    `lr`; `verbose=1` prints every change.
    """

    remembered = ("_initial", "_last")

    def __init__(self, initial_lr=None, min_lr=0.0, verbose=0):
        super().__init__()
        if initial_lr is not None and not 0 < initial_lr < math.inf:
            raise ValueError(
                f"{type(self).__name__}: the initial learning rate must be a positive number, "
                f"not {initial_lr!r}."
            )
        if not 0 <= min_lr < math.inf:
            raise ValueError(f"{type(self).__name__}: min_lr must be at least 0, not {min_lr!r}.")
        self.initial_lr = initial_lr
        self.min_lr = min_lr
        self.verbose = verbose
        self._initial = initial_lr
        self._last = None

    def rate(self, epoch, initial_lr):
        """Return the learning rate of an epoch, counted from 0, given the initial one."""
        raise NotImplementedError(f"{type(self).__name__} does not define rate(epoch, initial_lr).")

    def on_train_begin(self, logs=None):
        if self.initial_lr is not None:
            return
        current = read_learning_rate(self.model)
        # An optimizer may keep the rate in float32: what was set comes back rounded.
        if self._last is None or not math.isclose(current, self._last, rel_tol=1e-6):
            self._initial = current

    def on_epoch_begin(self, epoch, logs=None):
        rate = max(float(self.rate(epoch, self._initial)), self.min_lr)
        before = read_learning_rate(self.model)
        write_learning_rate(self.model, rate)
        self._last = rate
        if self.verbose and not math.isclose(rate, before, rel_tol=1e-6):
            write_line(
                f"Epoch {epoch + 1:05d}: {type(self).__name__} sets the learning rate to {rate:.6g}"
            )

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["lr"] = read_learning_rate(self.model)


class StepDecay(EpochDecay):
    """Multiply the learning rate by `factor` every `step_size` epochs.

    lr(e) = initial_lr * factor ** floor(e / step_size), never below `min_lr`; e counts from 0.
    See `EpochDecay` for `initial_lr` and `verbose`.

    Raises ValueError unless `step_size` is a whole number of at least 1 and `factor` lies in
    (0, 1].
    """

    def __init__(self, step_size=10, factor=0.1, min_lr=0.0, initial_lr=None, verbose=0):
        super().__init__(initial_lr, min_lr, verbose)
        self.step_size = _whole("StepDecay", "step_size", step_size, 1)
        self.factor = _factor("StepDecay", factor)

    def rate(self, epoch, initial_lr):
        return initial_lr * self.factor ** (epoch // self.step_size)


class MultiStepDecay(EpochDecay):
    """Multiply the learning rate by `factor` at each of the epochs listed in `milestones`.

    lr(e) = initial_lr * factor ** (number of milestones m with m <= e), never below `min_lr`; e
    counts from 0, so that `milestones=[30]` changes the rate of the 31st epoch. The list need not
    be sorted; an epoch that is listed twice multiplies twice. See `EpochDecay` for `initial_lr`
    and `verbose`.

    Raises ValueError for an empty list, a milestone that is not a whole number of at least 0, or a
    `factor` outside (0, 1].
    """

    def __init__(self, milestones, factor=0.1, min_lr=0.0, initial_lr=None, verbose=0):
        super().__init__(initial_lr, min_lr, verbose)
        try:
            milestones = list(milestones)
        except TypeError:
            milestones = [milestones]
        if not milestones:
            raise ValueError(
                "MultiStepDecay needs at least one epoch in milestones, e.g. [30, 60]."
            )
        self.milestones = sorted(_whole("MultiStepDecay", "milestones", m, 0) for m in milestones)
        self.factor = _factor("MultiStepDecay", factor)

    def rate(self, epoch, initial_lr):
        return initial_lr * self.factor ** bisect.bisect_right(self.milestones, epoch)


class CosineAnnealing(EpochDecay):
    """Lower the learning rate along half a cosine, optionally with warm restarts (SGDR).

    lr(e) = min_lr + (max_lr - min_lr) * (1 + cos(pi * e / epochs)) / 2, and min_lr from epoch
    number `epochs` on. `epochs` (`T_max` is the same) is by default the length of the training;
    `max_lr` is by default the optimizer's own rate.

    With `restarts=True` the rate jumps back to `max_lr` after `epochs` epochs and the cosine
    begins anew; e then counts from the last restart. Every cycle is `cycle_mult` times as long as
    the one before, and its peak `peak_mult` times as high above `min_lr`. See `EpochDecay` for
    `verbose`.

    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR
    2017, equation 5 (T_i = `epochs`, T_mult = `cycle_mult`).

    Raises ValueError for a length below 1, `cycle_mult` below 1, `peak_mult` outside (0, 1], or
    either of these without `restarts`, and TypeError for `epochs` and `T_max` together.
    """

    def __init__(
        self,
        epochs=None,
        min_lr=0.0,
        max_lr=None,
        restarts=False,
        cycle_mult=1,
        peak_mult=1.0,
        verbose=0,
        T_max=None,
    ):
        super().__init__(max_lr, min_lr, verbose)
        if epochs is not None and T_max is not None:
            raise TypeError("CosineAnnealing: epochs= and T_max= are one thing; give one of them.")
        if restarts and epochs is None and T_max is None:
            raise ValueError("CosineAnnealing with restarts needs epochs=, the length of a cycle.")
        if not restarts and (cycle_mult != 1 or peak_mult != 1):
            raise ValueError(
                "CosineAnnealing: cycle_mult and peak_mult shape the cycles after a restart; pass "
                "restarts=True to have any."
            )
        if not 1 <= cycle_mult < math.inf:
            raise ValueError(f"CosineAnnealing: cycle_mult must be at least 1, not {cycle_mult!r}.")
        length = T_max if epochs is None else epochs
        self.epochs = None if length is None else _whole("CosineAnnealing", "epochs", length, 1)
        self.max_lr = max_lr
        self.restarts = restarts
        self.cycle_mult = cycle_mult
        self.peak_mult = _factor("CosineAnnealing", peak_mult, "peak_mult")

    def rate(self, epoch, initial_lr):
        length = self.epochs
        if length is None:
            length = (self.params or {}).get("epochs")
            if length is None:
                raise ValueError(
                    "CosineAnnealing does not know how long the training is; give it epochs=."
                )
        peak = initial_lr - self.min_lr
        if self.restarts:
            while epoch >= length:
                epoch -= length
                length *= self.cycle_mult
                peak *= self.peak_mult
        elif epoch >= length:
            return self.min_lr
        return self.min_lr + peak * (1 + math.cos(math.pi * epoch / length)) / 2


def _whole(owner, name, value, least):
    if isinstance(value, bool) or int(value) != value or value < least:
        raise ValueError(
            f"{owner}: {name} must hold whole numbers of at least {least}, not {value!r}."
        )
    return int(value)


def _factor(owner, value, name="factor"):
    if not 0 < value <= 1:
        raise ValueError(f"{owner}: {name} must lie above 0 and not above 1, not {value!r}.")
    return float(value)
