"""Callback: the protocol between training and whoever watches or steers it.

Both generations of the protocol are here: the six methods of Keras 2.1.5, and what Keras 3 added
(batches of training, testing and prediction told apart, their beginnings and ends).
"""


class Callback:
    """Base class of all callbacks: override the methods of the moments you care about.

    `self.model` is the model being trained; setting `self.model.stop_training = True` ends the
    training after the current batch. `self.params` is a dictionary of the training's settings:
    `epochs`, `steps`, `samples`, `batch_size`, `verbose`, `do_validation` and `metrics` (the names
    that `logs` may hold at the end of an epoch). `self.validation_data` is what `fit` validates
    on, or None.

    `logs` is a dictionary that answers to the names of either Keras (`acc` and `accuracy`). At a
    batch's beginning it holds `batch` (index) and `size` (samples); at its end also `loss` and the
    metrics; at an epoch's end the epoch's averages, and those of the validation as `val_...`.

    A method that is not overridden costs nothing, so that `logs` of batches are made only when
    someone reads them. Training looks for overridden methods when it begins: a method that is
    assigned to an instance later than `on_train_begin` is not seen.

    What a callback remembers from epoch to epoch is kept by `BackupAndRestore` if it says so: by
    `remembered`, the names of attributes that hold plain data (numbers, strings, arrays, lists
    and dictionaries of them), or by its own `get_state` and `set_state`. A callback whose class
    says `told_last = True` is told of every moment after all others.
    """

    remembered = ()
    told_last = False
    params = None
    model = None
    validation_data = None

    def __init__(self):
        self.params = None
        self.model = None
        self.validation_data = None

    def set_params(self, params):
        """Receive the dictionary of the training's settings."""
        self.params = params

    def set_model(self, model):
        """Receive the model being trained, tested or predicting."""
        self.model = model

    def get_state(self):
        """Return what the callback remembers, as plain data; None or empty for nothing."""
        return {name: getattr(self, name) for name in self.remembered}

    def set_state(self, state):
        """Put back what `get_state` returned; called after `on_train_begin`."""
        for name, value in state.items():
            setattr(self, name, value)

    def on_train_begin(self, logs=None):
        """Called before the first epoch."""

    def on_train_end(self, logs=None):
        """Called after the last epoch, with its averages in `logs`; none if there was no epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        """Called before an epoch; `epoch` counts from 0."""

    def on_epoch_end(self, epoch, logs=None):
        """Called after an epoch and its validation, with their averages in `logs`."""

    def on_batch_begin(self, batch, logs=None):
        """Called before a batch of training (the name of Keras 2.1.5)."""

    def on_batch_end(self, batch, logs=None):
        """Called after a batch of training (the name of Keras 2.1.5)."""

    def on_train_batch_begin(self, batch, logs=None):
        """Called before a batch of training (the name of Keras 3): calls `on_batch_begin`."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch, logs=None):
        """Called after a batch of training (the name of Keras 3): calls `on_batch_end`."""
        self.on_batch_end(batch, logs=logs)

    def on_test_begin(self, logs=None):
        """Called before `evaluate`, and before the validation inside `fit`."""

    def on_test_end(self, logs=None):
        """Called after `evaluate`, and after the validation inside `fit`."""

    def on_test_batch_begin(self, batch, logs=None):
        """Called before a batch of `evaluate` or of the validation inside `fit`."""

    def on_test_batch_end(self, batch, logs=None):
        """Called after a batch of `evaluate` or of the validation inside `fit`."""

    def on_predict_begin(self, logs=None):
        """Called before `predict`."""

    def on_predict_end(self, logs=None):
        """Called after `predict`."""

    def on_predict_batch_begin(self, batch, logs=None):
        """Called before a batch of `predict`."""

    def on_predict_batch_end(self, batch, logs=None):
        """Called after a batch of `predict`, with the predictions as `logs['outputs']`."""
