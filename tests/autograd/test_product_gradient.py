"""Gradients of large kernels that are computed when they are used."""

import numpy as np
import pytest

from minikeras import ops, parallel
from minikeras.autograd import (
    WORTH_DEFERRING,
    ProductGradient,
    Variable,
    gradients,
    leaf_gradients,
    recording,
)

RNG = np.random.default_rng(0)
SAMPLES, INPUTS, UNITS = 50, 300, 320
assert SAMPLES * INPUTS * UNITS >= WORTH_DEFERRING
X = RNG.normal(size=(SAMPLES, INPUTS)).astype("float32")


def kernel():
    return Variable(RNG.normal(size=(INPUTS, UNITS)).astype("float32"))


def recorded(w, x=X):
    with recording():
        return ops.sum(ops.tanh(ops.dense(x, w)))


def test_only_who_asks_gets_one():
    w = kernel()
    [later] = leaf_gradients(recorded(w), [w], defer=True)
    [now] = leaf_gradients(recorded(w), [w])
    [public] = gradients(recorded(w), [w])
    assert type(later) is ProductGradient
    assert (later.shape, later.dtype) == (w.shape, w.dtype)
    for g in (now, public):
        assert type(g) is np.ndarray
        np.testing.assert_array_equal(later.dense(), g)


def test_small_kernels_have_arrays():
    w = Variable(np.ones((3, 4)))
    [g] = leaf_gradients(recorded(w, np.ones((2, 3))), [w], defer=True)
    assert type(g) is np.ndarray


@pytest.mark.parametrize("also", ["dense", "sum"])
def test_a_kernel_used_twice(also):
    w = kernel()

    def loss():
        with recording():
            first = ops.sum(ops.tanh(ops.dense(X, w)))
            second = ops.sum(ops.dense(2 * X, w)) if also == "dense" else ops.sum(w * w)
            return first + second

    [found] = leaf_gradients(loss(), [w], defer=True)
    [expected] = gradients(loss(), [w])
    assert type(found) is np.ndarray
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)


def test_a_kernel_that_was_computed():
    w = kernel()
    with recording():
        loss = ops.sum(ops.dense(X, w * 2.0))
    [g] = leaf_gradients(loss, [w], defer=True)
    np.testing.assert_allclose(g, np.repeat(2 * X.sum(0)[:, None], UNITS, 1), rtol=1e-4, atol=1e-4)


def test_products_with_a_variable_are_computed_before_it_changes():
    """The gradient of b is a.T @ g, and a is about to be updated."""
    a, b = Variable(X), kernel()
    with recording():
        loss = ops.sum(ops.tanh(ops.dense(a, b)))
    for_a, for_b = leaf_gradients(loss, [a, b], defer=True)
    assert type(for_a) is type(for_b) is np.ndarray


def test_sums():
    g = ProductGradient(np.ones((3, 2)), np.ones((2, 4)))
    for total in (g + np.ones((3, 4)), np.ones((3, 4)) + g):
        np.testing.assert_array_equal(total, np.full((3, 4), 3.0))
    np.testing.assert_array_equal(g + g, np.full((3, 4), 4.0))
    np.testing.assert_array_equal(g.dense(), parallel.matmul(g.left, g.right))
