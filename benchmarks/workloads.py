"""The models and data that are timed, each written once, in code that runs under either Keras.

``build`` takes the package, ``import keras`` or ``import minikeras as keras``, and returns a
compiled model; nothing here imports either. Where the defaults of the two eras differ (the gate
activation of LSTM, ``reset_after`` of GRU) the setting is spelled out, so that all peers compute
the same numbers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from products import Products, conv, dense, mlp, recurrent

Arrays = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Workload:
    """One model, its data, and how long to run it.

    ``label`` is its short name in tables, ``title`` says all that matters about it.
    Time is taken over blocks of ``block`` epochs (of calls, when ``predict`` is set), and the
    first block is dropped: ``blocks`` are left.
    """

    label: str
    title: str
    build: Callable[[Any], Any]
    data: Callable[[np.random.Generator], Arrays]
    products: Products
    batch: int
    steps: int = 1
    block: int = 1
    blocks: int = 4
    predict: bool = False

    @property
    def epochs(self) -> int:
        return self.block * (self.blocks + 1)


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    return np.eye(classes, dtype="float32")[labels]


def mnist_file() -> Path | None:
    """The real digits, where a Keras user of this machine has them."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    path = Path(home) / "datasets" / "mnist.npz"
    return path if path.is_file() else None


def digits(rng: np.random.Generator, samples: int) -> Arrays:
    """MNIST where it is at hand, else uniform noise of the same shape; labels one-hot."""
    path = mnist_file()
    if path is None:
        x = rng.random((samples, 28, 28), dtype="float32")
        return x, one_hot(rng.integers(10, size=samples), 10)
    with np.load(path) as archive:
        x, y = archive["x_train"][:samples], archive["y_train"][:samples]
    return x.astype("float32") / np.float32(255), one_hot(y, 10)


# --- the models of the documents -------------------------------------------------------------


def xor_model(keras):
    model = keras.Sequential(
        [
            keras.Input(shape=(2,)),
            keras.layers.Dense(16, activation="tanh"),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def xor_data(rng):
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
    return x, one_hot(np.array([0, 1, 1, 0]), 2)


def mlp_model(keras):
    model = keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def mlp_data(rng):
    x, y = digits(rng, 128 * 60)
    return x.reshape(len(x), 784), y


def cnn_model(keras):
    model = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(32, (3, 3), padding="same", activation="relu"),
            keras.layers.MaxPooling2D((2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def cnn_data(rng):
    x, y = digits(rng, 128 * 30)
    return x[..., None], y


def conv4_model(keras):
    model = keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            keras.layers.Conv2D(32, (3, 3), padding="same", activation="relu"),
            keras.layers.Conv2D(32, (3, 3), activation="relu"),
            keras.layers.MaxPooling2D((2, 2)),
            keras.layers.Dropout(0.25),
            keras.layers.Conv2D(64, (3, 3), padding="same", activation="relu"),
            keras.layers.Conv2D(64, (3, 3), activation="relu"),
            keras.layers.MaxPooling2D((2, 2)),
            keras.layers.Dropout(0.25),
            keras.layers.Flatten(),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def conv4_data(rng):
    x = rng.random((32 * 30, 32, 32, 3), dtype="float32")
    return x, one_hot(rng.integers(10, size=len(x)), 10)


# --- recurrent models ------------------------------------------------------------------------


def embedding_lstm_model(keras):
    model = keras.Sequential(
        [
            keras.Input(shape=(80,), dtype="int32"),
            keras.layers.Embedding(20000, 128),
            keras.layers.LSTM(128, recurrent_activation="sigmoid"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def embedding_lstm_data(rng):
    x = rng.integers(20000, size=(32 * 30, 80), dtype="int32")
    return x, rng.integers(2, size=(len(x), 1)).astype("float32")


def char_lstm_model(keras):
    model = keras.Sequential(
        [
            keras.Input(shape=(40, 57)),
            keras.layers.LSTM(128, recurrent_activation="sigmoid"),
            keras.layers.Dense(57, activation="softmax"),
        ]
    )
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy")
    return model


def char_lstm_data(rng):
    text = rng.integers(57, size=(128 * 30, 41))
    return one_hot(text[:, :40], 57), one_hot(text[:, 40], 57)


def gru_model(keras):
    model = keras.Sequential(
        [
            keras.Input(shape=(80, 32)),
            keras.layers.GRU(
                64, return_sequences=True, recurrent_activation="sigmoid", reset_after=True
            ),
            keras.layers.GRU(64, recurrent_activation="sigmoid", reset_after=True),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer="adam", loss="mse")
    return model


def gru_data(rng):
    x = rng.standard_normal((32 * 30, 80, 32), dtype="float32")
    return x, x.mean(axis=(1, 2))[:, None]


def one_sequence_data(rng):
    x, y = char_lstm_data(rng)
    return x[:64], y[:64]


# --- the table -------------------------------------------------------------------------------

WORKLOADS = {
    "xor": Workload(
        "XOR net",
        "XOR net (2-16-8-2, adam), one-batch epoch through `fit`",
        xor_model,
        xor_data,
        mlp(4, 2, 16, 8, 2),
        batch=32,
        block=50,
    ),
    "mlp": Workload(
        "MNIST MLP",
        "MNIST MLP (784-512-512-10, dropout .2, rmsprop, batch 128)",
        mlp_model,
        mlp_data,
        mlp(128, 784, 512, 512, 10),
        batch=128,
        steps=60,
    ),
    "cnn": Workload(
        "MNIST CNN",
        "MNIST CNN (conv 32, pool, dense 128, adam, batch 128)",
        cnn_model,
        cnn_data,
        [*conv(128, 28 * 28, 9, 1, 32, first=True), *dense(128, 6272, 128), *dense(128, 128, 10)],
        batch=128,
        steps=30,
    ),
    "conv4": Workload(
        "4-conv CNN",
        "4-conv CNN on 32x32x3 (rmsprop, batch 32)",
        conv4_model,
        conv4_data,
        [
            *conv(32, 32 * 32, 9, 3, 32, first=True),
            *conv(32, 30 * 30, 9, 32, 32),
            *conv(32, 15 * 15, 9, 32, 64),
            *conv(32, 13 * 13, 9, 64, 64),
            *dense(32, 2304, 512),
            *dense(32, 512, 10),
        ],
        batch=32,
        steps=30,
    ),
    "embedding_lstm": Workload(
        "Embedding and LSTM",
        "Embedding(20000, 128) and LSTM(128), 80 steps (adam, batch 32)",
        embedding_lstm_model,
        embedding_lstm_data,
        [*recurrent(32, 80, 128, 128, gates=4), *dense(32, 128, 1)],
        batch=32,
        steps=30,
    ),
    "char_lstm": Workload(
        "LSTM on characters",
        "LSTM(128) on one-hot (40, 57) (rmsprop, batch 128)",
        char_lstm_model,
        char_lstm_data,
        [*recurrent(128, 40, 57, 128, gates=4, first=True), *dense(128, 128, 57)],
        batch=128,
        steps=30,
    ),
    "gru": Workload(
        "two GRUs",
        "GRU(64) twice on (80, 32) (adam, batch 32)",
        gru_model,
        gru_data,
        [
            *recurrent(32, 80, 32, 64, gates=3, first=True),
            *recurrent(32, 80, 64, 64, gates=3),
            *dense(32, 64, 1),
        ],
        batch=32,
        steps=30,
    ),
    "predict_one": Workload(
        "`predict` of one sequence",
        "`predict` of one (40, 57) sequence by LSTM(128), a call",
        char_lstm_model,
        one_sequence_data,
        [(1, 40, 57, 512), (40, 1, 128, 512), (1, 1, 128, 57)],
        batch=1,
        block=20,
        predict=True,
    ),
}
