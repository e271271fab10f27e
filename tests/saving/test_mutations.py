"""Damaged files of every format: a clear error or a correct load, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras

FILES = ("m.keras", "m.h5", "w.weights.h5", "w.h5", "recurrent.keras", "recurrent.h5")
PROGRAM = Path(__file__).with_name("mutate.py")


def recurrent():
    """Return a graph of wrapped recurrent layers, operations, masks, and a model within it."""
    x = keras.Input((5,), dtype="int32")
    y = keras.layers.Embedding(7, 3, mask_zero=True)(x)
    y = keras.layers.Bidirectional(keras.layers.LSTM(2, return_sequences=True))(y)
    inner = keras.Sequential([keras.layers.BatchNormalization(input_shape=(4,))])
    y = keras.layers.TimeDistributed(inner)(y)
    y = keras.layers.RNN([keras.layers.GRUCell(2), keras.layers.SimpleRNNCell(2)])(y)
    return keras.Model(x, keras.ops.tanh(y * 2.0))


def write(path):
    if path.name.startswith("recurrent"):
        model, x = recurrent(), np.ones((4, 5))
    else:
        model = keras.Sequential([keras.layers.Dense(3, input_shape=(4,)), keras.layers.Dense(2)])
        x = np.ones((4, 4))
    model.compile("adam", "mse", metrics=["acc"])
    model.fit(x, np.ones((4, 2)), verbose=0)
    if not path.name.startswith("w"):
        model.save(path)
    else:
        model.save_weights(path)


def run(tmp_path, file, first, count):
    write(tmp_path / file)
    result = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path / file), str(first), str(count)],
        capture_output=True,
        text=True,
        timeout=1800,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    lines = result.stdout.strip().splitlines()
    assert result.returncode == 0, f"ended with {result.returncode}: {result.stderr[-500:]}"
    assert len(lines) == 1, "\n".join(lines[:20])
    loaded, refused = map(int, lines[-1].split()[1:])
    assert loaded + refused == count
    assert refused > count // 4


@pytest.mark.skipif(os.name != "posix", reason="limits memory and time by signals")
@pytest.mark.parametrize("file", FILES)
def test_some_damage(tmp_path, file):
    run(tmp_path, file, 0, 40)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="limits memory and time by signals")
@pytest.mark.parametrize("file", FILES)
def test_much_damage(tmp_path, file):
    run(tmp_path, file, 1000, 600)
