"""The same seed gives the same bits: from run to run, and from process to process."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from minikeras import config
from minikeras.callbacks import LambdaCallback
from minikeras.layers import AlphaDropout, Dense, Dropout, GaussianNoise
from minikeras.models import Sequential
from minikeras.utils import set_random_seed
from tests.engine.support import data

SCRIPT = """
import hashlib, sys
import numpy as np
import minikeras as keras
from minikeras.layers import *
{seeding}
x = np.random.random((64, 8, 8, 1)).astype("float32")
y = np.random.randint(0, 3, 64)
model = keras.Sequential([
    Conv2D(4, 3, activation="relu", input_shape=(8, 8, 1)), MaxPooling2D(2), Dropout(0.3),
    Flatten(), GaussianNoise(0.1), Dense(16, activation="relu", kernel_initializer="he_normal"),
    BatchNormalization(), Dense(3, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
history = model.fit(x, y, batch_size=10, epochs=3, verbose=0, validation_split=0.2)
digest = hashlib.sha256()
for array in [*model.get_weights(), *model.optimizer.get_weights(), model.predict(x)]:
    digest.update(array.tobytes())
digest.update(repr(history.history).encode())
print(digest.hexdigest())
"""


def digest(seeding):
    script = SCRIPT.format(seeding=seeding)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "seeding", ["keras.utils.set_random_seed({})", "np.random.seed({})"], ids=["keras", "numpy"]
)
def test_two_processes_give_the_same_bits(seeding):
    first, second, other = (digest(seeding.format(seed)) for seed in (7, 7, 8))
    assert first == second
    assert first != other


def run(callbacks=(), **settings):
    """Make and fit a model with much randomness; return its weights as bytes."""
    x, y, _ = data(30)
    model = Sequential(
        [
            Dense(8, activation="selu", input_shape=(3,)),
            AlphaDropout(0.2),
            GaussianNoise(0.1),
            Dropout(0.3),
            Dense(1),
        ]
    )
    model.compile("adam", "mse")
    model.fit(x, y, batch_size=7, epochs=2, callbacks=list(callbacks), **{"verbose": 0, **settings})
    weights = b"".join(w.tobytes() for w in model.get_weights())
    return hashlib.sha256(weights).hexdigest()


@pytest.mark.parametrize("seed", [set_random_seed, np.random.seed], ids=["keras", "numpy"])
def test_two_runs_give_the_same_bits(seed, monkeypatch):
    monkeypatch.setattr(config, "_root_seed", None)
    results = []
    for number in (1, 1, 2):
        config._streams.clear()
        seed(number)
        results.append(run())
    assert results[0] == results[1] != results[2]


def test_watching_does_not_disturb(capsys):
    x, y, _ = data()
    watchers = [
        LambdaCallback(on_batch_end=lambda b, logs: None),
        LambdaCallback(on_epoch_end=lambda e, logs: np.random.random(3)),
    ]
    set_random_seed(4)
    plain = run()
    set_random_seed(4)
    assert run(watchers, verbose=1) == plain
    set_random_seed(4)
    assert run(validation_data=(x, y)) == plain


def test_predicting_does_not_disturb():
    x, y, _ = data(20)

    def weights(predict):
        set_random_seed(4)
        model = Sequential([Dense(4, input_shape=(3,)), Dropout(0.5), Dense(1)])
        model.compile("sgd", "mse")
        for _ in range(3):
            model.fit(x, y, verbose=0)
            if predict:
                model.predict(x)
                model.evaluate(x, y, verbose=0)
        return model.get_weights()

    for a, b in zip(weights(False), weights(True)):
        np.testing.assert_array_equal(a, b)
