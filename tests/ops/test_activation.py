"""Smooth activations: values, gradients, types, extremes."""

import math

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Tensor, Variable, grad, recording
from minikeras.ops.normal_distribution import normal_cdf_array
from tests.ops.gradients import check

X = np.array([[-30.0, -3.1, -1.2, -0.4], [0.3, 0.9, 2.6, 30.0]])

FORMULAS = {
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "silu": lambda x: x / (1 + math.exp(-x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "log_sigmoid": lambda x: -math.log1p(math.exp(-x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "mish": lambda x: x * math.tanh(math.log1p(math.exp(x))),
    "tanh_shrink": lambda x: x - math.tanh(x),
    "squareplus": lambda x: (x + math.sqrt(x * x + 4)) / 2,
    "sparse_plus": lambda x: 0 if x <= -1 else x if x >= 1 else (x + 1) ** 2 / 4,
    "sparse_sigmoid": lambda x: 0 if x <= -1 else 1 if x >= 1 else (x + 1) / 2,
    "elu": lambda x: x if x > 0 else math.exp(x) - 1,
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
    "celu": lambda x: x if x > 0 else math.exp(x) - 1,
    "gelu": lambda x: x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
}


@pytest.mark.parametrize("name", FORMULAS)
def test_values_in_both_precisions(name):
    function = getattr(ops, name)
    expected = np.vectorize(FORMULAS[name], otypes="d")(X)
    double = function(X)
    assert double.dtype == np.float64
    np.testing.assert_allclose(double, expected, rtol=1e-12, atol=1e-15)
    single = function(X.astype("float32"))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, rtol=3e-6, atol=2e-7)


@pytest.mark.parametrize("name", [*FORMULAS, "glu"])
def test_gradients(name):
    check(getattr(ops, name), X)
    check(getattr(ops, name), np.asfortranarray(X))
    check(getattr(ops, name), np.array([0.7, -0.2]))


@pytest.mark.parametrize("name", FORMULAS)
def test_float32_stays_float32_even_without_dimensions(name):
    function = getattr(ops, name)
    for shape in [(), (1,), (0,), (2, 3)]:
        x = Variable(np.full(shape, 0.3, "float32"))
        with recording():
            y = function(x)
        assert y.dtype == np.float32
        assert y.shape == shape
        (g,) = _gradients(function, x)
        assert g.dtype == np.float32
        assert g.shape == shape


def _gradients(function, *sources):
    from minikeras.autograd import gradients

    with recording():
        return gradients(function(*sources), list(sources))


@pytest.mark.parametrize("name", FORMULAS)
def test_integers_become_the_default_float_type(name):
    y = getattr(ops, name)(np.array([-1, 0, 2]))
    assert y.dtype == np.float32
    expected = np.vectorize(FORMULAS[name], otypes="d")([-1, 0, 2])
    np.testing.assert_allclose(y, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", FORMULAS)
def test_extremes_neither_overflow_nor_lose_nan(name):
    x = np.array([-1e4, 1e4, np.nan], "float32")
    with np.errstate(over="raise", divide="raise"):
        y = getattr(ops, name)(x)
    assert np.isfinite(y[:2]).all()
    assert np.isnan(y[2])


@pytest.mark.parametrize("name", [n for n in FORMULAS if n != "sparse_sigmoid"])
def test_second_derivatives(name):
    """The gradient of the gradient, by central differences of the gradient."""
    function = getattr(ops, name)
    first = grad(lambda x: ops.sum(function(x)))
    second = grad(lambda x: ops.sum(first(x)))
    x, step = np.array([-1.7, -0.3, 0.4, 1.9]), 1e-5
    expected = (first(x + step) - first(x - step)) / (2 * step)
    np.testing.assert_allclose(second(x), expected, rtol=1e-5, atol=1e-7)


def test_relu_is_piecewise_linear_twice():
    second = grad(lambda x: ops.sum(grad(lambda x: ops.sum(ops.relu(x)))(x) * x))
    np.testing.assert_array_equal(second(np.array([-1.0, 2.0])), [0.0, 1.0])


def test_gelu_without_approximation():
    x = np.linspace(-6, 6, 25)
    expected = [v * 0.5 * math.erfc(-v / math.sqrt(2)) for v in x]
    np.testing.assert_allclose(ops.gelu(x, approximate=False), expected, rtol=1e-13, atol=1e-16)
    single = ops.gelu(x.astype("float32"), approximate=False)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, rtol=1e-5, atol=1e-7)
    check(lambda x: ops.gelu(x, approximate=False), x)
    assert abs(ops.gelu(x) - ops.gelu(x, False)).max() == pytest.approx(4.7e-4, rel=0.1)


def test_normal_distribution_function():
    x = np.concatenate([np.linspace(-8, 8, 4001), [0.0, -0.0, np.inf, -np.inf]])
    expected = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x])
    np.testing.assert_allclose(normal_cdf_array(x), expected, rtol=2e-14, atol=3e-16)
    single = normal_cdf_array(x.astype("float32"))
    np.testing.assert_allclose(single, expected, rtol=1e-5, atol=2e-7)


def test_elu_family_arguments():
    x = np.array([-2.0, 1.5])
    np.testing.assert_allclose(ops.elu(x, alpha=0.5), [0.5 * math.expm1(-2), 1.5])
    np.testing.assert_allclose(ops.celu(x, alpha=0.5), [0.5 * math.expm1(-4), 1.5])
    check(lambda x: ops.elu(x, alpha=0.5), x)
    check(lambda x: ops.celu(x, 0.5), x)
    check(lambda x: ops.squareplus(x, b=2), x)
    with pytest.raises(ValueError, match="alpha must not be 0"):
        ops.celu(x, alpha=0)


@pytest.mark.parametrize(("alpha", "slope"), [(1.0, 1.0), (0.3, 0.3)])
def test_the_slope_of_elu_at_zero_is_that_of_the_lower_side(alpha, slope):
    g = grad(lambda x: ops.sum(ops.elu(x, alpha)))(np.zeros(2))
    np.testing.assert_allclose(g, slope)


def test_the_slope_of_selu_at_zero_is_that_of_the_lower_side():
    g = grad(lambda x: ops.sum(ops.selu(x)))(np.zeros(1))
    np.testing.assert_allclose(g, 1.7580993408473766)


def test_glu_halves_an_axis():
    x = np.arange(12.0).reshape(2, 6)
    expected = x[:, :3] / (1 + np.exp(-x[:, 3:]))
    np.testing.assert_allclose(ops.glu(x), expected)
    np.testing.assert_allclose(ops.glu(x.T, axis=0), expected.T)
    with pytest.raises(ValueError, match="must be even, not 3"):
        ops.glu(np.zeros((2, 3)))


def test_sigmoid_remembers_its_input():
    x = Tensor(np.array([1.0]))
    y = ops.sigmoid(x)
    assert y.logits.data is x.data
    assert y.logits.activation == "sigmoid"
    assert isinstance(ops.sigmoid(x.data), np.ndarray)
