"""Activations of straight pieces: values, and the slope chosen at each kink."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Variable, grad, gradients, recording
from tests.ops.gradients import check

X = np.array([[-7.2, -3.5, -1.3, -0.2], [0.1, 0.8, 2.2, 7.7]])


def slopes(function, at):
    return grad(lambda x: ops.sum(function(x)))(np.array(at, "float64"))


@pytest.mark.parametrize(
    ("name", "settings", "formula"),
    [
        ("relu", {}, lambda x: max(x, 0)),
        ("relu", {"negative_slope": 0.1}, lambda x: x if x > 0 else 0.1 * x),
        ("relu", {"max_value": 2}, lambda x: min(max(x, 0), 2)),
        ("relu", {"threshold": 1.0}, lambda x: x if x > 1 else 0),
        (
            "relu",
            {"negative_slope": 0.5, "max_value": 3.0, "threshold": 1.0},
            lambda x: min(x, 3) if x > 1 else 0.5 * (x - 1),
        ),
        ("leaky_relu", {}, lambda x: x if x > 0 else 0.2 * x),
        ("relu6", {}, lambda x: min(max(x, 0), 6)),
        ("hard_sigmoid", {}, lambda x: min(max(0.2 * x + 0.5, 0), 1)),
        ("hard_sigmoid_keras3", {}, lambda x: min(max(x + 3, 0), 6) / 6),
        ("hard_silu", {}, lambda x: x * min(max(x + 3, 0), 6) / 6),
        ("hard_tanh", {}, lambda x: min(max(x, -1), 1)),
        ("hard_shrink", {}, lambda x: x if abs(x) > 0.5 else 0),
        ("hard_shrink", {"threshold": 1.0}, lambda x: x if abs(x) > 1 else 0),
        ("soft_shrink", {}, lambda x: max(abs(x) - 0.5, 0) * (1 if x > 0 else -1)),
        ("threshold", {"threshold": 0.5, "default_value": 9.0}, lambda x: x if x > 0.5 else 9),
    ],
)
def test_values_and_gradients(name, settings, formula):
    def function(x):
        return getattr(ops, name)(x, **settings)

    expected = np.vectorize(formula, otypes="d")(X)
    np.testing.assert_allclose(function(X), expected, rtol=1e-14, atol=1e-15)
    check(function, X)
    check(function, X.T)
    for shape in [(), (1,), (0, 3), (2, 4)]:
        x = Variable(np.resize(X, shape).astype("float32"))
        with recording():
            y = function(x)
            (g,) = gradients(y, [x])
        assert y.dtype == g.dtype == np.float32
        assert y.shape == g.shape == shape
        assert function(x.data).dtype == np.float32
        np.testing.assert_allclose(y.data, np.resize(expected, shape), rtol=1e-6, atol=2e-7)


@pytest.mark.parametrize(
    ("function", "at", "expected"),
    [
        (ops.relu, [0.0, -0.0], [0, 0]),
        (ops.leaky_relu, [0.0], [0.2]),
        (lambda x: ops.relu(x, negative_slope=0.3), [0.0], [0.3]),
        (lambda x: ops.relu(x, max_value=2.0), [0.0, 2.0, 2.1], [0, 1, 0]),
        (lambda x: ops.relu(x, threshold=1.0), [1.0], [0]),
        (lambda x: ops.relu(x, threshold=1.0, negative_slope=0.5), [1.0], [0.5]),
        (ops.relu6, [0.0, 6.0], [0, 1]),
        (ops.hard_sigmoid, [-2.5, 2.5, -2.6, 2.6], [0.2, 0.2, 0, 0]),
        (ops.hard_sigmoid_keras3, [-3.0, 3.0, -3.1, 3.1], [1 / 6, 1 / 6, 0, 0]),
        (ops.hard_tanh, [-1.0, 1.0, 1.1], [1, 1, 0]),
        (ops.hard_shrink, [-0.5, 0.5, 0.6], [0, 0, 1]),
        (ops.soft_shrink, [-0.5, 0.5, 0.6], [0, 0, 1]),
        (lambda x: ops.threshold(x, 1.0, 5.0), [1.0, 1.1], [0, 1]),
        (ops.sparse_sigmoid, [-1.0, 1.0], [0, 0]),
    ],
)
def test_slopes_at_the_kinks(function, at, expected):
    np.testing.assert_array_equal(slopes(function, at), expected)


def test_relu_keeps_integers_and_nan():
    y = ops.relu(np.array([-3, 0, 4]))
    assert y.dtype.kind == "i"
    np.testing.assert_array_equal(y, [0, 0, 4])
    assert np.isnan(ops.relu(np.array([np.nan], "float32")))


def test_the_original_is_not_changed():
    x = np.array([-1.0, 2.0], "float32")
    ops.relu(x)
    np.testing.assert_array_equal(x, [-1, 2])


def test_settings_by_position():
    np.testing.assert_allclose(ops.relu(X, 0.1), ops.relu(X, negative_slope=0.1))
    np.testing.assert_allclose(ops.relu(X, 0.1, 3.0), ops.relu(X, negative_slope=0.1, max_value=3))
