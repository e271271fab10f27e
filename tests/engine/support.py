"""Small models and data that the tests of training share."""

import numpy as np

from minikeras.callbacks import Callback
from minikeras.layers import Dense
from minikeras.models import Input, Model, Sequential


def data(samples=12, features=3, classes=4, seed=0):
    """Return inputs (samples, features), targets (samples, 1) and class numbers (samples,)."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(samples, features)).astype("float32")
    y = rng.normal(size=(samples, 1)).astype("float32")
    return x, y, rng.integers(0, classes, samples)


def line(kernel=None, bias=0.5, features=3):
    """Return a linear model with one output and known weights."""
    model = Sequential([Dense(1, input_shape=(features,), name="line")])
    kernel = np.arange(1.0, features + 1) if kernel is None else np.asarray(kernel)
    model.set_weights([kernel.reshape(-1, 1), np.array([bias])])
    return model


def fork(**dense):
    """Return a model of one input with a number ('left') and four probabilities ('right')."""
    inputs = Input((3,), name="in")
    left = Dense(1, name="left", **dense)(inputs)
    right = Dense(4, activation="softmax", name="right", **dense)(inputs)
    return Model(inputs, [left, right])


def mse(y, p):
    """Return the mean squared error of every sample, in double precision."""
    return ((np.asarray(y, float) - np.asarray(p, float)) ** 2).mean(-1)


def crossentropy(classes, p):
    """Return the cross-entropy of class numbers, in double precision."""
    p = np.asarray(p, float)
    return -np.log(p[np.arange(len(p)), np.asarray(classes).reshape(-1)])


class Recorder(Callback):
    """Remembers every call with a copy of its logs."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(("epoch", epoch))

    def on_train_batch_end(self, batch, logs=None):
        self.calls.append(("batch", batch, logs["size"]))

    def on_test_batch_end(self, batch, logs=None):
        self.calls.append(("test", batch, logs["size"]))

    def on_predict_batch_end(self, batch, logs=None):
        self.calls.append(("predict", batch, logs["outputs"].shape))
