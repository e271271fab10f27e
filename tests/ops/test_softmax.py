"""Softmax, its logarithm, and sparsemax."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Tensor, Variable, grad, gradients, recording
from tests.ops.gradients import check

X = np.random.default_rng(0).normal(size=(2, 3, 5)) * 3


def softmax_by_hand(x, axis):
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


@pytest.mark.parametrize("axis", [-1, 0, 1, 2, (1, 2), [0, 2]])
def test_softmax(axis):
    expected = softmax_by_hand(X, tuple(axis) if isinstance(axis, list) else axis)
    np.testing.assert_allclose(ops.softmax(X, axis), expected)
    np.testing.assert_allclose(ops.log_softmax(X, axis=axis), np.log(expected))
    check(lambda x: ops.softmax(x, axis=axis), X)
    check(lambda x: ops.log_softmax(x, axis=axis), X.swapaxes(0, 2).copy().swapaxes(0, 2))


@pytest.mark.parametrize("function", [ops.softmax, ops.log_softmax, ops.sparsemax])
def test_float32_in_and_out(function):
    x = Variable(X.astype("float32"))
    with recording():
        y = function(x)
        (g,) = gradients(y, [x])
    assert y.dtype == g.dtype == np.float32
    assert function(np.array([1, 2])).dtype == np.float32


def test_large_scores_do_not_overflow():
    x = np.array([[1000.0, 0.0, -1000.0]], "float32")
    np.testing.assert_array_equal(ops.softmax(x), [[1, 0, 0]])
    np.testing.assert_array_equal(ops.log_softmax(x), [[0, -1000, -2000]])


@pytest.mark.parametrize("function", [ops.softmax, ops.log_softmax])
def test_second_derivatives(function):
    weights = np.array([1.0, -2.0, 0.5])
    first = grad(lambda x: ops.sum(function(x) * weights))
    second = grad(lambda x: ops.sum(first(x) * weights))
    x, step = np.array([0.3, -0.7, 1.1]), 1e-5
    by_differences = np.stack(
        [(first(x + step * e) - first(x - step * e)) / (2 * step) for e in np.eye(3)]
    )
    np.testing.assert_allclose(second(x), by_differences @ weights, rtol=1e-6, atol=1e-9)


def test_only_the_last_axis_is_remembered():
    x = Tensor(X)
    assert ops.softmax(x).logits.data is x.data
    assert ops.softmax(x, axis=2).logits.activation == "softmax"
    assert ops.softmax(x, axis=1).logits is None
    assert (ops.softmax(x) * 1).logits is None


def test_sparsemax_by_hand():
    # Of (1.2, 0.8, -1) the first two share: threshold (1.2 + 0.8 - 1) / 2 = 0.5.
    np.testing.assert_allclose(ops.sparsemax(np.array([[1.2, 0.8, -1.0]])), [[0.7, 0.3, 0]])
    np.testing.assert_allclose(ops.sparsemax(np.array([5.0, 1.0, 1.0])), [1, 0, 0])
    np.testing.assert_allclose(ops.sparsemax(np.zeros(4)), [0.25] * 4)
    y = ops.sparsemax(X, axis=1)
    np.testing.assert_allclose(y.sum(axis=1), np.ones((2, 5)))
    assert (y >= 0).all()
    assert (y == 0).any()


@pytest.mark.parametrize("axis", [-1, 1])
def test_sparsemax_gradient(axis):
    check(lambda x: ops.sparsemax(x, axis=axis), X)
