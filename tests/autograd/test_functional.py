"""grad, value_and_grad and custom_gradient."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import (
    SecondDerivativeError,
    Tensor,
    Variable,
    custom_gradient,
    grad,
    gradients,
    value_and_grad,
)


def test_value_and_grad():
    value, g = value_and_grad(lambda x: ops.sum(x * x))(np.array([1.0, 2.0]))
    assert type(value) is np.ndarray
    assert type(g) is np.ndarray
    assert value == 5
    np.testing.assert_array_equal(g, [2, 4])


def test_several_arguments():
    g = grad(lambda x, k, y: ops.sum(x * y) * k, argnums=(0, 2))(np.ones(2), 3.0, np.full(2, 5.0))
    np.testing.assert_array_equal(g, [[15, 15], [3, 3]])


def test_keeps_the_float_type():
    assert grad(lambda x: ops.sum(ops.exp(x)))(np.ones(2, "float32")).dtype == np.float32


def test_unused_arguments_have_gradient_zero():
    g = grad(lambda x, y: ops.sum(y), argnums=(0, 1))(np.ones(2), np.ones(2))
    np.testing.assert_array_equal(g, [[0, 0], [1, 1]])
    assert grad(lambda x: Tensor(1.0))(2.0) == 0


def test_nested_orders():
    def f(x):
        return x**4

    first, second, third = grad(f), grad(grad(f)), grad(grad(grad(f)))
    assert [float(d(2.0)) for d in (first, second, third)] == [32, 48, 48]


def test_gradient_inside_a_function_that_is_differentiated():
    def penalty(x):
        return ops.sum(grad(lambda t: ops.sum(ops.sin(t)))(x) ** 2)

    x = np.array([0.3, 0.7])
    np.testing.assert_allclose(grad(penalty)(x), -np.sin(2 * x), rtol=1e-12)


def test_differentiating_through_a_variable():
    w = Variable(np.array([2.0, 3.0]))
    y = ops.sum(grad(lambda x: ops.sum(w * x * x))(Variable(np.ones(2)) * 1.0))
    np.testing.assert_array_equal(gradients(y, [w])[0], [2, 2])


def test_integers_are_refused():
    with pytest.raises(TypeError, match="floating-point"):
        grad(lambda x: x * x)(3)


def test_results_that_are_not_one_number_are_refused():
    with pytest.raises(ValueError, match=r"shape \(\)"):
        grad(lambda x: x)(np.ones(2))
    with pytest.raises(ValueError, match="float"):
        grad(lambda x: 1.0)(np.ones(2))


def test_custom_gradient():
    @custom_gradient
    def reversed_gradient(x):
        return x * 1, lambda g: -g

    assert grad(reversed_gradient)(2.0) == -1
    assert type(reversed_gradient(np.ones(2))) is np.ndarray
    with pytest.raises(SecondDerivativeError):
        grad(grad(reversed_gradient))(2.0)


def test_custom_gradient_of_several_arrays_with_settings():
    @custom_gradient
    def product(a, b, *, scale=1.0):
        return a * b * scale, lambda g: (g * b * scale, g * a * scale)

    g = grad(lambda a, b: product(a, b, scale=10.0), argnums=(0, 1))(2.0, 3.0)
    assert [float(x) for x in g] == [30, 20]


def test_custom_gradient_forgets_nothing_it_was_given():
    @custom_gradient
    def wrong_count(a, b):
        return a + b, lambda g: g

    with pytest.raises(ValueError, match="2 arrays"):
        grad(wrong_count, argnums=(0, 1))(1.0, 2.0)
