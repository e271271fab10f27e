"""Embedding beside real Keras: lookups, gradients and steps of training."""

import numpy as np
import pytest

from tests.parity.harness import Pair, check_steps

X = np.random.default_rng(0).integers(0, 9, (6, 5)).astype("int32")
Y = np.random.default_rng(1).normal(size=(6, 1)).astype("float32")


@pytest.mark.parametrize("mask_zero", [False, True])
@pytest.mark.parametrize(
    "x", [X, X[:, 0], X[:, :1], X.astype("float32")], ids=lambda x: str(x.shape)
)
def test_outputs_and_gradients(x, mask_zero):
    pair = Pair(lambda k: k.layers.Embedding(12, 4, mask_zero=mask_zero), x)
    pair.check_outputs(x)
    if x.dtype.kind == "i":
        pair.check_gradients(x)


# What minikeras has to be told to compute as Keras 3, where Keras 2.1.5 did otherwise.
AS_KERAS_3 = {
    "RMSprop": {"epsilon_inside_sqrt": True},
    "Adagrad": {"epsilon_inside_sqrt": True, "initial_accumulator_value": 0.1},
}


@pytest.mark.parametrize(
    "optimizer, regularizer, constraint",
    [
        *(("Adam", r, c) for r in (None, "l2") for c in (None, "max_norm")),
        *((name, None, None) for name in ("SGD", "RMSprop", "Adagrad")),
    ],
)
@pytest.mark.parametrize("mask_zero", [False, True])
def test_training(optimizer, mask_zero, regularizer, constraint):
    """Rows that a batch does not hold move or stay as in Keras, and padding is left out."""

    def make(k):
        return k.Sequential(
            [
                k.layers.Input((5,), dtype="int32"),
                k.layers.Embedding(
                    12,
                    4,
                    mask_zero=mask_zero,
                    embeddings_regularizer=regularizer,
                    embeddings_constraint=constraint,
                ),
                k.layers.GlobalAveragePooling1D(),
                k.layers.Dense(1),
            ]
        )

    def compile_(k):
        options = AS_KERAS_3.get(optimizer, {}) if k.__name__ == "minikeras" else {}
        return {
            "optimizer": getattr(k.optimizers, optimizer)(learning_rate=0.05, **options),
            "loss": "mean_squared_error",
        }

    check_steps(make, compile_, X, Y, steps=5, tolerance=2e-5)
