"""The harness agrees where the packages agree, and fails where something is planted wrong."""

import keras
import numpy as np
import pytest

import minikeras
from minikeras import autograd
from tests.parity.harness import assert_close, check_function, floatx


def square_with_slope(slope):
    """x squared; its gradient is right when ``slope`` is 2."""

    def square(x):
        return x * x, (lambda g: slope * g * x,)

    return autograd.op(square, register=False)


def check_square(slope, dtype="float32"):
    square = square_with_slope(slope)
    x = np.random.default_rng(0).normal(size=(3, 4)).astype(dtype)
    check_function(lambda k, x: square(x) if k is minikeras else k.ops.square(x), x)


def test_equal_functions_agree():
    check_square(2)


def test_a_wrong_gradient_is_caught():
    with pytest.raises(AssertionError, match="gradient"):
        check_square(2.0001)


def test_float64_is_compared_in_float64(float64):
    assert keras.config.floatx() == minikeras.config.floatx() == "float64"
    check_square(2, "float64")
    with pytest.raises(AssertionError, match="gradient"):
        check_square(2 + 1e-8, "float64")


def test_floatx_is_put_back_after_an_error():
    with pytest.raises(KeyError), floatx("float64"):
        raise KeyError
    assert keras.config.floatx() == minikeras.config.floatx() == "float32"
    assert keras.layers.Dense(1).compute_dtype == "float32"


@pytest.mark.parametrize(
    "actual",
    [
        np.full((2, 3), 1.0001, "float32"),
        np.ones((3, 2), "float32"),
        np.ones((2, 3), "float64"),
        np.full((2, 3), np.nan, "float32"),
        [np.ones((2, 3), "float32")],
    ],
    ids=["value", "shape", "dtype", "nan", "structure"],
)
def test_differences_are_caught(actual):
    expected = np.ones((2, 3), "float32")
    assert_close(expected.copy(), expected)
    with pytest.raises(AssertionError):
        assert_close(actual, expected)


def test_tests_here_are_marked(request):
    assert request.node.get_closest_marker("parity")
