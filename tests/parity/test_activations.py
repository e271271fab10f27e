"""Activation functions of both packages: values and gradients."""

import keras
import numpy as np
import pytest

import minikeras
from tests.parity.harness import check_function, floatx

RNG = np.random.default_rng(0)
# No kink lies on these points; what the slope is at a kink is decided, and tested, elsewhere.
X = np.concatenate([RNG.normal(size=40) * 3, [-30.0, 30.0]]).reshape(6, 7).astype("float32")

SETTINGS = {
    "celu": [{}, {"alpha": 0.5}],
    "elu": [{}, {"alpha": 0.5}],
    "exponential": [{}],
    "gelu": [{}, {"approximate": True}],
    "glu": [{"axis": 0}],
    "hard_shrink": [{}, {"threshold": 1.0}],
    "hard_silu": [{}],
    "hard_swish": [{}],
    "hard_tanh": [{}],
    "leaky_relu": [{}, {"negative_slope": 0.4}],
    "linear": [{}],
    "log_sigmoid": [{}],
    "log_softmax": [{}, {"axis": 0}],
    "mish": [{}],
    "relu": [
        {},
        {"negative_slope": 0.1},
        {"max_value": 2.0},
        {"threshold": 0.5},
        {"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.5},
    ],
    "relu6": [{}],
    "selu": [{}],
    "sigmoid": [{}],
    "silu": [{}],
    "soft_shrink": [{}, {"threshold": 1.0}],
    "softmax": [{}, {"axis": 0}, {"axis": (0, 1)}],
    "softplus": [{}],
    "softsign": [{}],
    "sparse_plus": [{}],
    "sparse_sigmoid": [{}],
    "squareplus": [{}, {"b": 2.0}],
    "swish": [{}],
    "tanh": [{}],
    "tanh_shrink": [{}],
    "threshold": [{"threshold": 0.5, "default_value": -3.0}],
}
CASES = [(name, settings) for name, every in SETTINGS.items() for settings in every]


@pytest.mark.parametrize(("name", "settings"), CASES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_and_gradients(name, settings, dtype):
    if (name, dtype) == ("tanh", "float64"):
        pytest.skip("real Keras on JAX computes tanh in float32")
    # Of scores far apart a softmax leaves only zeros to compare.
    x = (X / 10 if "softmax" in name else X).astype(dtype)
    with floatx(dtype):
        check_function(lambda k, x: k.activations.get(name)(x, **settings), x)


def test_sparsemax_where_keras_follows_the_paper():
    """With more than one element in the support, Keras 3.15 adds up sums instead of elements."""
    x = np.array([[3.0, 1.0, -2.0], [-1.0, 0.5, 2.0]], "float32")
    check_function(lambda k, x: k.activations.sparsemax(x), x)
    shared = np.array([[1.2, 0.8, -1.0]])
    theirs = keras.ops.convert_to_numpy(keras.activations.sparsemax(shared))
    assert theirs.sum() == pytest.approx(0.1)
    assert minikeras.activations.sparsemax(shared).sum() == pytest.approx(1)


def test_hard_sigmoid_of_keras_3_has_a_name_of_its_own():
    check_function(
        lambda k, x: (
            k.activations.hard_sigmoid_keras3 if k is minikeras else k.activations.hard_sigmoid
        )(x),
        X,
    )


def test_nothing_is_missing():
    theirs = {name for name in dir(keras.activations) if not name.startswith("_")}
    ours = {name for name in theirs if hasattr(minikeras.activations, name)}
    assert theirs == ours
    compared = set(SETTINGS) | {"hard_sigmoid", "sparsemax", "get", "serialize", "deserialize"}
    assert theirs <= compared


@pytest.mark.parametrize("function", ["layer_normalization", "rms_normalization", "normalize"])
@pytest.mark.parametrize("axis", [-1, (1, 2)])
def test_normalizing_operations(function, axis):
    x = RNG.normal(size=(3, 4, 5)).astype("float32")
    check_function(lambda k, x: getattr(k.ops, function)(x, axis=axis), x)


def test_batch_normalization():
    arrays = [RNG.normal(size=s).astype("float32") for s in [(6, 3), 3, 3, 3]]
    variance = RNG.uniform(0.5, 2, size=3).astype("float32")
    check_function(
        lambda k, x, mean, offset, scale, variance: k.ops.batch_normalization(
            x, mean, variance, axis=-1, offset=offset, scale=scale
        ),
        *arrays,
        variance,
    )
