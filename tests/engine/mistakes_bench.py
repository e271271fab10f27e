"""Models to make mistakes with, and ways to make them."""

import numpy as np

import minikeras as keras
from minikeras import backend as K
from minikeras import layers, optimizers
from minikeras.layers import BatchNormalization, Conv2D, Dense, Flatten
from minikeras.models import Input, Model, Sequential

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3)).astype("float32")
C = RNG.integers(0, 4, 12)
ONE_HOT = np.eye(4, dtype="float32")[C]
Y = RNG.normal(size=(12, 1)).astype("float32")


class Bench:
    """Trained models to make mistakes with."""

    def __init__(self):
        hidden = [Dense(5, activation="relu", input_shape=(3,)), BatchNormalization()]
        self.classes = Sequential([*hidden, Dense(4, activation="softmax", name="kind")])
        self.classes.compile(optimizers.Adam(0.01), "sparse_categorical_crossentropy", ["acc"])
        self.classes.fit(X, C, verbose=0)

        inputs, other = Input((3,), name="first"), Input((3,), name="second")
        both = layers.concatenate([inputs, other])
        self.fork = Model(
            [inputs, other], [Dense(1, name="left")(both), Dense(4, name="right")(both)]
        )
        self.fork.compile(optimizers.RMSprop(0.01), "mse")
        self.fork.fit([X, X], [Y, ONE_HOT], verbose=0)

        pixels = [Conv2D(2, 3, input_shape=(6, 6, 1)), Flatten(), Dense(1, activation="sigmoid")]
        self.image = Sequential(pixels)
        self.image.compile("adam", "binary_crossentropy")
        self.image.fit(RNG.normal(size=(4, 6, 6, 1)), [0, 1, 0, 1], verbose=0)

    @property
    def models(self):
        return self.classes, self.fork, self.image

    def state(self):
        """Return everything that training moves, as bytes."""
        return [
            [a.tobytes() for a in [*m.get_weights(), *(v.data for v in m.optimizer.variables)]]
            for m in self.models
        ]


def fit(x=X, y=C, **settings):
    return lambda b: b.classes.fit(x, y, verbose=0, **settings)


def fork_fit(x=(X, X), y=(Y, ONE_HOT), **settings):
    return lambda b: b.fork.fit(list(x) if isinstance(x, tuple) else x, y, verbose=0, **settings)


def recompiled(loss="sparse_categorical_crossentropy", **settings):
    """Compile the classifier anew, with its optimizer; what follows must not move it."""

    def act(b):
        b.classes.compile(b.classes.optimizer, loss, **settings)
        b.classes.fit(X, C, verbose=0)

    return act


def with_targets(loss, y, **settings):
    def act(b):
        b.classes.compile(b.classes.optimizer, loss)
        b.classes.fit(X, y, verbose=0, **settings)

    return act


def with_nan(array):
    spoilt = array.astype("float32").copy()
    spoilt.reshape(-1)[7] = np.nan
    return spoilt


def generator(*batches):
    yield from batches


def uncompiled():
    return Sequential([Dense(1, input_shape=(3,))])


class Empty(keras.utils.Sequence):
    def __len__(self):
        return 0

    def __getitem__(self, i):
        raise IndexError


def numpy_loss(y_true, y_pred):
    return np.mean((np.asarray(y_true) - np.asarray(y_pred)) ** 2, axis=-1)


def nothing(y_true, y_pred):
    """Forget the return statement."""


def wrong_rank_metric(y_true, y_pred):
    return K.dot(y_true, y_pred)
