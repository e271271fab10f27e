"""What a training leaves behind: epoch averages (BaseLogger) and their record (History)."""

from .base import Callback
from .logs import Logs


class BaseLogger(Callback):
    """Average what batches report over each epoch, and add the averages to the epoch's logs.

    An average weights every batch by its number of samples (`logs['size']`). A name in
    `stateful_metrics` is not averaged: it keeps the value of the last batch. `fit` does this by
    itself; a training loop of one's own may use this callback, as the first of its list.
    """

    def __init__(self, stateful_metrics=None):
        super().__init__()
        self.stateful_metrics = set(stateful_metrics or ())
        self.seen = 0
        self.totals = {}

    def on_epoch_begin(self, epoch, logs=None):
        self.seen = 0
        self.totals = {}

    def on_batch_end(self, batch, logs=None):
        logs = logs or {}
        size = logs.get("size", 0)
        self.seen += size
        for name, value in logs.items():
            if name in self.stateful_metrics:
                self.totals[name] = value
            elif name in self.totals:
                # not in place: the first batch's value may be an array that others hold
                self.totals[name] = self.totals[name] + value * size
            else:
                self.totals[name] = value * size

    def on_epoch_end(self, epoch, logs=None):
        if logs is None:
            return
        for name in (self.params or {}).get("metrics") or ():
            if name in self.stateful_metrics and name in self.totals:
                logs[name] = self.totals[name]
            elif name in self.totals and self.seen:
                logs[name] = self.totals[name] / self.seen


class History(Callback):
    """Record every epoch: `fit` returns one.

    `history` maps each name (`loss`, `acc`, `val_loss`, ...) to the list of its values, one an
    epoch, and answers to the names of either Keras: `history['accuracy']` finds `acc`. `epoch` is
    the list of epoch numbers, from 0. Both start afresh with each training.
    """

    def __init__(self):
        super().__init__()
        self.epoch = []
        self.history = Logs()

    def on_train_begin(self, logs=None):
        self.epoch = []
        self.history = Logs()

    def get_state(self):
        """Return the record so far."""
        history = {name: list(values) for name, values in self.history.items()}
        return {"epoch": list(self.epoch), "history": history}

    def set_state(self, state):
        """Put back what `get_state` returned."""
        self.epoch = list(state["epoch"])
        self.history = Logs((name, list(v)) for name, v in state["history"].items())

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        history = self.history
        for name, value in (logs or {}).items():
            try:
                history[name].append(value)
            except KeyError:
                history[name] = [value]
