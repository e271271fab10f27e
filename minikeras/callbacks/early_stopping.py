"""EarlyStopping: end a training that no longer gets better."""

import numpy as np

from ..utils.live_line import write_line
from .monitor import MonitorCallback


class EarlyStopping(MonitorCallback):
    """Stop the training once the watched quantity has stopped improving.

    `monitor`, `mode` and `min_delta` say what is watched and what an improvement is (see
    `MonitorCallback`). The training ends after `patience` epochs in a row without one; 0 and 1
    both end it after the first such epoch. A value that is NaN is no improvement.

    From Keras 3: with a `baseline`, an improvement short of it does not end the waiting;
    `restore_best_weights=True` gives the model the weights of the best epoch when training ends,
    however it ends; epochs before `start_from_epoch` (counted from 0) are not looked at.

    `verbose=1` prints why and where it stopped. Afterwards `stopped_epoch` (0 if it did not stop),
    `best`, `best_epoch`, `wait` and `best_weights` can be read.
    """

    remembered = ("wait", "stopped_epoch", "best", "best_epoch", "best_weights", "_stopped")

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self):
        self.wait = 0
        self.stopped_epoch = 0
        self.best = self.worst()
        self.best_epoch = 0
        self.best_weights = None
        self._stopped = False

    def on_train_begin(self, logs=None):
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        current = self.monitored(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        improved = self.is_improvement(current, self.best)
        if improved:
            self.best = current
        if improved or (self.restore_best_weights and self.best_weights is None):
            self._remember(epoch)
        if improved and (self.baseline is None or self.is_improvement(current, self.baseline)):
            self.wait = 0
            return
        self.wait += 1
        if not improved and self.wait >= self.patience:
            self.stopped_epoch = epoch
            self._stopped = True
            self.model.stop_training = True

    def _remember(self, epoch):
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = [np.array(w) for w in self.model.get_weights()]

    def on_train_end(self, logs=None):
        if self._stopped and self.verbose:
            write_line(
                f"Epoch {self.stopped_epoch + 1:05d}: early stopping, best {self.monitor} "
                f"{self.best:.6g} in epoch {self.best_epoch + 1}"
            )
        if self.best_weights is not None:
            if self.verbose:
                write_line(f"The model gets back its weights of epoch {self.best_epoch + 1}")
            self.model.set_weights(self.best_weights)
