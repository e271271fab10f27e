"""Setting the learning rate epoch by epoch: how callbacks reach it, and LearningRateScheduler."""

import inspect
import math
import numbers

from ..utils.live_line import write_line
from .base import Callback


def read_learning_rate(model):
    """Return the learning rate of a model's optimizer as a float."""
    optimizer = getattr(model, "optimizer", None)
    rate = getattr(optimizer, "learning_rate", None)
    if rate is None:
        rate = getattr(optimizer, "lr", None)
    if rate is None:
        what = (
            "no optimizer: compile the model first"
            if optimizer is None
            else (f"the optimizer {type(optimizer).__name__}, which has no `learning_rate`")
        )
        raise ValueError(f"This callback changes the learning rate, but the model has {what}.")
    return float(rate)


def write_learning_rate(model, rate):
    """Set the learning rate of a model's optimizer."""
    optimizer = model.optimizer
    name = "learning_rate" if hasattr(optimizer, "learning_rate") else "lr"
    setattr(optimizer, name, rate)


class LearningRateScheduler(Callback):
    """Set the learning rate before each epoch to what a function of yours returns.

    `schedule(epoch)` or `schedule(epoch, lr)` is given the epoch's number, from 0, and the present
    learning rate, and returns the new one. A second parameter is filled if it is named `lr` or has
    no default. `verbose=1` prints each rate. The rate appears in the logs as `lr`.

    Raises ValueError if the function returns anything but a finite number of at least 0.
    """

    def __init__(self, schedule, verbose=0):
        super().__init__()
        if not callable(schedule):
            raise TypeError(
                "LearningRateScheduler takes a function `schedule(epoch)` or "
                f"`schedule(epoch, lr)`, not {schedule!r}."
            )
        self.schedule = schedule
        self.verbose = verbose
        self._style = _style(schedule)

    def on_epoch_begin(self, epoch, logs=None):
        rate = self._next_rate(epoch)
        is_number = isinstance(rate, numbers.Real) or getattr(rate, "shape", None) == ()
        if not is_number or isinstance(rate, bool) or not 0 <= float(rate) < math.inf:
            hint = " (does it lack a `return`?)" if rate is None else ""
            raise ValueError(
                f"The schedule of LearningRateScheduler returned {rate!r} for epoch {epoch}{hint}; "
                "it has to return the learning rate, a finite number of at least 0."
            )
        write_learning_rate(self.model, float(rate))
        if self.verbose:
            write_line(
                f"Epoch {epoch + 1:05d}: LearningRateScheduler sets the learning rate to "
                f"{float(rate):.6g}"
            )

    def _next_rate(self, epoch):
        rate = read_learning_rate(self.model)
        if self._style == "keyword":
            return self.schedule(epoch, lr=rate)
        if self._style == "second":
            return self.schedule(epoch, rate)
        return self.schedule(epoch)

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["lr"] = read_learning_rate(self.model)


def _style(schedule):
    """Return how `schedule` takes the present rate: as 'keyword', 'second' parameter or 'none'."""
    try:
        parameters = inspect.signature(schedule).parameters
    except (TypeError, ValueError):  # a builtin that does not tell its signature
        return "none"
    lr = parameters.get("lr")
    if lr is not None and lr.kind is not lr.POSITIONAL_ONLY:
        return "keyword"
    required = [
        p
        for p in parameters.values()
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    return "second" if len(required) > 1 else "none"
