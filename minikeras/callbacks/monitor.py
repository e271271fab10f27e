"""Watching one quantity: where to find it in the logs, and which of two values is better."""

import re
import warnings

import numpy as np

from .base import Callback
from .logs import Logs

# Names that get better as they grow. Keras 2.1.5 knew `acc` and `fmeasure`; Keras 3 its metrics.
_GROWS = re.compile(
    r"acc|fmeasure|(^|_)(auc|precision|recall|f1|f_measure|f_?beta|io_?u|r2|top_k|sensitivity"
    r"|specificity|cosine_similarity|correlation|true_positives|true_negatives)(_|$)"
)


def grows_better(name):
    """Return whether the quantity of this name is to be maximized: accuracies, not losses."""
    return not name.endswith("loss") and _GROWS.search(name) is not None


class MonitorCallback(Callback):
    """Base of the callbacks that watch one quantity for improvement.

    `monitor` names the quantity, in the spelling of either Keras. `mode` is 'min' or 'max', or
    'auto': 'max' if the name is one of an accuracy or a like score, else 'min'; an unknown mode
    gives a RuntimeWarning and counts as 'auto'. A change of less than `min_delta`, whose sign does
    not matter, is no improvement. `best` is the best value so far; it starts at `baseline`, if
    that is given, else at the worst there is.
    """

    def __init__(self, monitor="val_loss", mode="auto", baseline=None, min_delta=0):
        super().__init__()
        if not isinstance(monitor, str):
            raise TypeError(
                f"{type(self).__name__}: monitor is the name of a quantity in the logs, such as "
                f"'val_loss', not {monitor!r}."
            )
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{type(self).__name__}: mode={mode!r} is not one of 'auto', 'min' and 'max'; "
                "'auto' is used.",
                RuntimeWarning,
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        maximize = mode == "max" or (mode == "auto" and grows_better(monitor))
        self.monitor_op = np.greater if maximize else np.less
        self.min_delta = abs(min_delta) if maximize else -abs(min_delta)
        self.best = self.worst() if baseline is None else baseline

    def worst(self):
        """Return the value that any number improves upon: infinity or its negative."""
        return -np.inf if self.monitor_op is np.greater else np.inf

    def is_improvement(self, value, reference):
        """Return whether `value` is better than `reference` by more than `min_delta`."""
        return bool(self.monitor_op(value - self.min_delta, reference))

    def monitored(self, logs):
        """Return the watched value as a float; if it is missing, warn and return None."""
        logs = logs if isinstance(logs, Logs) else Logs(logs or ())
        value = logs.get(self.monitor)
        if value is None:
            hint = ""
            if self.monitor.startswith("val_") and not any(n.startswith("val_") for n in logs):
                hint = " Nothing is validated: give fit validation_data= or validation_split=."
            warnings.warn(
                f"{type(self).__name__} watches `{self.monitor}`, which is not available. "
                f"Available: {', '.join(logs) or 'nothing'}.{hint}",
                RuntimeWarning,
                stacklevel=2,
            )
            return None
        return float(value)
