"""A model that does nothing but remember, and a loop that tells callbacks about its 'training'."""

import numpy as np

from minikeras.callbacks import CallbackList, Logs


class FakeOptimizer:
    """An optimizer that keeps its learning rate in float32, as real ones may."""

    def __init__(self, lr=0.1):
        self.learning_rate = lr

    @property
    def learning_rate(self):
        return self._rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._rate = np.float32(value)


class FakeModel:
    """A model of one weight, which tells the epoch it was last trained in."""

    def __init__(self, lr=0.1):
        self.optimizer = FakeOptimizer(lr)
        self.stop_training = False
        self.weight = np.array([-1.0])

    def get_weights(self):
        return [self.weight]  # the very array: callbacks must copy what they keep

    def set_weights(self, weights):
        self.weight[...] = weights[0]


def train(callbacks, epochs, model=None, initial_epoch=0, **params):
    """Run the protocol of `fit` over a list of epoch logs; return the model and the epochs run.

    `epochs` is a list of dictionaries, one an epoch; an entry 'batches' holds the logs of its
    batches. Epochs are numbered from `initial_epoch`.
    """
    model = model or FakeModel()
    names = list(dict.fromkeys(k for logs in epochs for k in logs if k != "batches"))
    settings = {
        "batch_size": 1,
        "epochs": initial_epoch + len(epochs),
        "steps": None,
        "samples": len(epochs[0].get("batches", ())),
        "verbose": 0,
        "do_validation": any(k.startswith("val_") for k in names),
        "metrics": names,
    }
    callbacks = CallbackList(callbacks, model, {**settings, **params})
    callbacks.on_train_begin()
    model.stop_training = False
    ran = []
    for epoch, logs in enumerate(epochs, initial_epoch):
        logs = Logs(logs)
        batches = logs.pop("batches", ())
        callbacks.on_epoch_begin(epoch)
        for batch, batch_logs in enumerate(batches):
            batch_logs = Logs(batch=batch, size=1, **batch_logs)
            callbacks.on_train_batch_begin(batch, batch_logs)
            callbacks.on_train_batch_end(batch, batch_logs)
            if model.stop_training:
                break
        model.weight[...] = epoch
        callbacks.on_epoch_end(epoch, logs)
        ran.append(epoch)
        if model.stop_training:
            break
    callbacks.on_train_end()
    return model, ran


def losses(*values, name="val_loss"):
    """Return the logs of one epoch for each value."""
    return [{name: value} for value in values]
