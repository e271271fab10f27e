"""ReduceLROnPlateau: smaller steps when the watched quantity has stopped improving."""

from ..utils.live_line import write_line
from .learning_rate import read_learning_rate, write_learning_rate
from .monitor import MonitorCallback


class ReduceLROnPlateau(MonitorCallback):
    """Multiply the learning rate by `factor` once the watched quantity has stopped improving.

    `monitor`, `mode` and `min_delta` (`epsilon` in Keras 2.1.5; default 1e-4) say what is watched
    and what an improvement is (see `MonitorCallback`). After `patience` epochs in a row without
    one, the next such epoch lowers the rate, and from then on every `patience` such epochs, as in
    Keras 2.1.5. For `cooldown` epochs after that no epoch counts. The rate never falls below
    `min_lr`. `verbose=1` prints every change. The rate that the epoch had appears in the logs as
    `lr`.

    Raises ValueError unless `factor` lies in (0, 1), and TypeError for `epsilon` and `min_delta`
    together.
    """

    remembered = ("best", "wait", "cooldown_counter")

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=None,
        cooldown=0,
        min_lr=0.0,
        *,
        epsilon=None,
    ):
        if epsilon is not None and min_delta is not None:
            raise TypeError(
                "ReduceLROnPlateau: epsilon= (Keras 2) and min_delta= (Keras 3) are one thing; "
                "give one of them."
            )
        if not 0 < factor < 1:
            raise ValueError(
                f"ReduceLROnPlateau multiplies the learning rate by factor={factor!r}; it must lie "
                "between 0 and 1, both excluded."
            )
        if min_delta is None:
            min_delta = 1e-4 if epsilon is None else epsilon
        super().__init__(monitor, mode, min_delta=min_delta)
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._reset()

    @property
    def epsilon(self):
        """The least change that counts as an improvement, by its name in Keras 2.1.5."""
        return abs(self.min_delta)

    def _reset(self):
        self.best = self.worst()
        self.wait = 0
        self.cooldown_counter = 0

    def in_cooldown(self):
        """Return whether epochs without improvement do not count at present."""
        return self.cooldown_counter > 0

    def on_train_begin(self, logs=None):
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["lr"] = read_learning_rate(self.model)
        current = self.monitored(logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            if self.wait >= self.patience:
                self._reduce(epoch)
            self.wait += 1

    def _reduce(self, epoch):
        before = read_learning_rate(self.model)
        if before <= self.min_lr:
            return
        after = max(before * self.factor, self.min_lr)
        write_learning_rate(self.model, after)
        self.cooldown_counter = self.cooldown
        self.wait = 0
        if self.verbose:
            write_line(
                f"Epoch {epoch + 1:05d}: ReduceLROnPlateau lowers the learning rate from "
                f"{before:.6g} to {after:.6g}"
            )
