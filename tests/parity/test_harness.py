"""The harness agrees where the packages agree, and fails where something is planted wrong."""

import keras
import numpy as np
import pytest

import minikeras
from minikeras import autograd
from tests.parity.harness import (
    Pair,
    assert_close,
    check_function,
    check_steps,
    copy_weights,
    floatx,
)


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


class HandMadeDense:
    """What the harness asks of a minikeras layer or model, and nothing else, with a planted flaw.

    Affine map, mean squared error, plain gradient descent; ``flaw`` is "" or the part that is
    wrong by a thousandth: "output", "gradient" or "update".
    """

    name = "hand_made"

    def __init__(self, flaw=""):
        self.flaw = flaw
        self.kernel = autograd.Variable(np.zeros((4, 3), "float32"), name="kernel")
        self.bias = autograd.Variable(np.zeros(3, "float32"), name="bias")
        self.weights = self.trainable_weights = [self.kernel, self.bias]

    def wrong_by(self, part):
        return np.float32(1.001) if self.flaw == part else np.float32(1)

    def __call__(self, x):
        output, gradient = self.wrong_by("output"), self.wrong_by("gradient")

        def affine(x, w, b):
            y = (x @ w + b) * output
            return y, (lambda g: g @ w.T, lambda g: gradient * x.T @ g, lambda g: g.sum(0))

        return autograd.op(affine, register=False)(x, self.kernel, self.bias)

    def get_weights(self):
        return [w.numpy().copy() for w in self.weights]

    def set_weights(self, values):
        for weight, value in zip(self.weights, values):
            weight.assign(value)

    def compile(self, optimizer, loss):
        self.optimizer, self.loss = optimizer, loss

    def train_on_batch(self, x, y):
        with autograd.recording():
            out = self(x)
            error = out.numpy() - y
            sent = np.float32(2 / error.size) * error
            found = autograd.gradients(out, self.weights, sent)
        for weight, g in zip(self.weights, found):
            weight.assign_sub(np.float32(0.1) * self.wrong_by("update") * g)
        return np.square(error).mean()


def batch():
    rng = np.random.default_rng(3)
    return rng.normal(size=(5, 4)).astype("float32"), rng.normal(size=(5, 3)).astype("float32")


def dense_pair(flaw=""):
    def make(k):
        return k.layers.Dense(3) if k is keras else HandMadeDense(flaw)

    return Pair(make, batch()[0])


def check_dense_steps(flaw=""):
    def make(k):
        if k is minikeras:
            return HandMadeDense(flaw)
        return k.Sequential([k.Input((4,)), k.layers.Dense(3)])

    def compile_(k):
        optimizer = k.optimizers.SGD(0.1) if k is keras else "sgd"
        return {"optimizer": optimizer, "loss": "mse"}

    check_steps(make, compile_, *batch(), steps=3)


def test_equal_layers_agree_on_random_weights():
    pair = dense_pair()
    assert all(np.ptp(w) > 0 for w in pair.mini.get_weights())
    pair.check_outputs(batch()[0])
    pair.check_gradients(batch()[0])


def test_a_wrong_output_is_caught():
    with pytest.raises(AssertionError, match="output"):
        dense_pair("output").check_outputs(batch()[0])


def test_a_wrong_weight_gradient_is_caught():
    pair = dense_pair("gradient")
    pair.check_outputs(batch()[0])
    with pytest.raises(AssertionError, match="weight gradient"):
        pair.check_gradients(batch()[0])


def test_equal_training_agrees():
    check_dense_steps()


def test_a_wrong_update_is_caught_after_one_step():
    with pytest.raises(AssertionError, match="weights after step 0: .*/kernel"):
        check_dense_steps("update")


def test_weights_of_other_shapes_are_refused():
    real = keras.layers.Dense(2)
    real.build((None, 4))
    with pytest.raises(AssertionError, match=r"\(4, 2\).*\(4, 3\)"):
        copy_weights(real, HandMadeDense())
