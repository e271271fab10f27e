"""The fused dense operation: against plain NumPy, against composition, shapes and types."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Variable, grad, gradients, recording
from tests.ops.gradients import check

RNG = np.random.default_rng(3)
KERNEL, BIAS = RNG.normal(size=(4, 3)), RNG.normal(size=3)
ACTIVATIONS = [None, "linear", "relu", "tanh", "sigmoid", "softmax"]
SHAPES = [(5, 4), (1, 4), (2, 3, 4), (2, 1, 3, 4), (4,), (0, 4)]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_values_and_gradients(shape, activation):
    x = RNG.normal(size=shape)
    plain = x @ KERNEL + BIAS
    expected = plain if activation in (None, "linear") else getattr(ops, activation)(plain)
    y = ops.dense(x, KERNEL, BIAS, activation=activation)
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-15)
    check(lambda x, k, b: ops.dense(x, k, b, activation=activation), x, KERNEL, BIAS)


def test_without_bias():
    x = RNG.normal(size=(2, 3, 4))
    np.testing.assert_allclose(ops.dense(x, KERNEL), x @ KERNEL)
    check(lambda x, k: ops.dense(x, k, activation="relu"), x, KERNEL)


def test_arrays_that_are_not_contiguous():
    x = RNG.normal(size=(4, 6, 2)).T
    kernel = KERNEL.T.copy().T
    np.testing.assert_allclose(ops.dense(x, kernel, BIAS), x @ KERNEL + BIAS)
    check(lambda x, k, b: ops.dense(x, k, b, activation="tanh"), x, kernel, BIAS)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_float32_in_and_out(activation):
    x, k, b = (Variable(a.astype("float32")) for a in (RNG.normal(size=(5, 4)), KERNEL, BIAS))
    with recording():
        y = ops.dense(x, k, b, activation=activation)
        found = gradients(y, [x, k, b])
    assert y.dtype == np.float32
    assert [g.dtype for g in found] == [np.float32] * 3


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_inputs_are_left_alone(activation):
    arrays = [RNG.normal(size=(5, 4)), KERNEL.copy(), BIAS.copy()]
    before = [a.copy() for a in arrays]
    variables = [Variable(a) for a in arrays]
    with recording():
        y = ops.dense(*variables, activation=activation)
        sent = np.ones(y.shape)
        gradients(y, variables, sent)
    for a, b, v in zip(arrays, before, variables):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(v.data, b)
    np.testing.assert_array_equal(sent, 1)


def test_relu_has_slope_zero_at_zero():
    x, kernel = np.array([[1.0, -1.0]]), np.array([[2.0], [2.0]])
    g = grad(lambda x: ops.sum(ops.dense(x, kernel, activation="relu")))(x)
    np.testing.assert_array_equal(g, [[0, 0]])


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh", "sigmoid"])
def test_the_gradient_can_be_differentiated_again(activation):
    """The penalty of a Wasserstein critic: the norm of a gradient, differentiated by the kernel."""
    x, head = RNG.normal(size=(5, 4)), RNG.normal(size=(3, 1))

    def penalty(dense):
        def value(kernel):
            by_x = grad(lambda x: ops.sum(dense(x, kernel) @ head))
            return ops.sum(by_x(x) ** 2)

        return grad(value)(KERNEL)

    def composed(x, kernel):
        y = ops.matmul(x, kernel)
        return y if activation == "linear" else getattr(ops, activation)(y)

    first_layer = grad(lambda k: ops.sum(grad(lambda k: ops.sum(composed(x, k) ** 2))(k) ** 2))
    fused_layer = grad(
        lambda k: ops.sum(
            grad(lambda k: ops.sum(ops.dense(x, k, BIAS * 0, activation=activation) ** 2))(k) ** 2
        )
    )
    np.testing.assert_allclose(fused_layer(KERNEL), first_layer(KERNEL), rtol=1e-9, atol=1e-12)
    fused = penalty(lambda x, k: ops.dense(x, k, activation=activation))
    np.testing.assert_allclose(fused, penalty(composed), rtol=1e-9, atol=1e-12)
    if activation != "relu":  # piecewise linear: no second derivative by x, but one by the kernel
        assert np.abs(fused).max() > 1e-3


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_probabilities_remember_their_logits(activation):
    x = Variable(RNG.normal(size=(5, 4)))
    y = ops.dense(x, KERNEL, BIAS, activation=activation)
    np.testing.assert_allclose(y.logits.data, x.data @ KERNEL + BIAS)
    assert y.logits.activation == activation


def test_refusals():
    x = np.zeros((2, 5))
    with pytest.raises(ValueError, match=r"shape \(2, 5\).*kernel has shape \(4, 3\)"):
        ops.dense(x, KERNEL)
    with pytest.raises(ValueError, match=r"needs a bias of shape \(3,\), not \(4,\)"):
        ops.dense(np.zeros((2, 4)), KERNEL, np.zeros(4))
    with pytest.raises(ValueError, match="not 'gelu'"):
        ops.dense(np.zeros((2, 4)), KERNEL, BIAS, activation="gelu")


@pytest.mark.parametrize("setting", [{"activation": "tanh"}, {"rate": 1.0}, {"rate": -0.1}])
def test_what_is_not_computed_together_with_dropout(setting):
    with pytest.raises(ValueError, match="use dense and dropout"):
        ops.dense_dropout(np.ones((2, 3)), np.ones((3, 4)), **setting)
