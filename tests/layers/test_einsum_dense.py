"""EinsumDense: every form of equation, shapes, fans of its initializer, messages."""

import numpy as np
import pytest

from minikeras import autograd, initializers, layers
from minikeras.layers import Dense, EinsumDense, Input

CASES = [  # equation, output_shape, bias_axes, input, output, kernel, bias, one product
    ("ab,bc->ac", 4, "c", (5, 6), (5, 4), (6, 4), (4,), True),
    ("abc,cd->abd", (None, 4), "d", (5, 3, 6), (5, 3, 4), (6, 4), (4,), True),
    ("abc,cde->abde", (None, 2, 4), "de", (5, 3, 6), (5, 3, 2, 4), (6, 2, 4), (2, 4), True),
    ("abc,cde->abde", (None, 2, 4), "d", (5, 3, 6), (5, 3, 2, 4), (6, 2, 4), (2, 1), False),
    ("abcd,cde->abe", (None, 4), "e", (5, 3, 2, 6), (5, 3, 4), (2, 6, 4), (4,), True),
    ("abc,bcd->abd", (3, 4), "bd", (5, 3, 6), (5, 3, 4), (3, 6, 4), (3, 4), False),
    ("abc,bc->ab", (3,), "b", (5, 3, 6), (5, 3), (3, 6), (3,), False),
    ("abc,cd->adb", (4, None), "d", (5, 3, 6), (5, 4, 3), (6, 4), (4, 1), False),
    ("abc,dc->abd", (None, 4), None, (5, 3, 6), (5, 3, 4), (4, 6), None, False),
    ("...x,xy->...y", 4, "y", (5, 3, 2, 6), (5, 3, 2, 4), (6, 4), (4,), True),
    ("...xy,xyz->...z", (4,), "z", (5, 2, 6), (5, 4), (2, 6, 4), (4,), True),
    ("abc...,cd->abd...", (None, 4), "d", (5, 3, 6, 2), (5, 3, 4, 2), (6, 4), (4, 1), False),
]
cases = pytest.mark.parametrize("equation, sizes, axes, given, made, kernel, bias, product", CASES)


@cases
@pytest.mark.parametrize("activation", [None, "relu", "softmax", "selu"])
def test_values_and_shapes(equation, sizes, axes, given, made, kernel, bias, product, activation):
    layer = EinsumDense(equation, sizes, activation, axes, bias_initializer="normal")
    x = np.random.default_rng(0).normal(size=given).astype("float32")
    y = layer(x)
    assert layer.kernel.shape == kernel
    assert (layer.bias is None and bias is None) or layer.bias.shape == bias
    assert (layer._summed is not None) == product
    expected = np.einsum(equation, x, layer.kernel.numpy())
    expected = expected if bias is None else expected + layer.bias.numpy()
    expected = np.asarray(layers.Activation(activation or "linear")(expected))
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-4, atol=1e-5)
    assert y.shape == made
    assert y.dtype == np.float32
    assert layer.compute_output_shape((None, *given[1:])) == (None, *made[1:])
    assert EinsumDense(equation, sizes)(Input(given[1:])).shape == (None, *made[1:])
    again = EinsumDense.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    again.build(given)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(x).numpy(), y.numpy())


@cases
def test_gradients(equation, sizes, axes, given, made, kernel, bias, product):
    layer = EinsumDense(equation, sizes, "tanh", axes, dtype="float64")
    autograd.check_layer(layer, np.random.default_rng(0).normal(size=given))


def test_the_usual_equation_is_a_dense_layer():
    x = np.random.default_rng(0).normal(size=(4, 3, 6)).astype("float32")
    layer, dense = EinsumDense("...a,ab->...b", 5, "relu", "b"), Dense(5, "relu")
    y = layer(x)
    dense.build(x.shape)
    dense.set_weights(layer.get_weights())
    np.testing.assert_array_equal(dense(x).numpy(), y.numpy())


def test_the_initializer_counts_what_is_summed_over():
    layer = EinsumDense("abc,cde->abde", (None, 20, 30), kernel_initializer="glorot_uniform")
    layer.build((None, 5, 40))
    limit = np.sqrt(6 / (40 + 600))
    assert 0.99 * limit < np.abs(layer.kernel.numpy()).max() <= limit
    layer = EinsumDense(
        "abcd,cde->abe", (None, 50), kernel_initializer=initializers.HeUniform(seed=1)
    )
    layer.build((None, 5, 20, 30))
    limit = np.sqrt(6 / 600)
    assert 0.99 * limit < np.abs(layer.kernel.numpy()).max() <= limit
    assert layer.get_config()["kernel_initializer"]["config"]["seed"] == 1


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: EinsumDense("ab,bc", 4), "is of none of the forms"),
        (lambda: EinsumDense("ab,bc->ac, cd", 4), "is of none of the forms"),
        (lambda: EinsumDense("ab,bc->ac", (4, 5)).build((None, 3)), "1 named axes"),
        (lambda: EinsumDense("ab,bc->ac", 4).build((None, 3, 2)), "it names 2 axes"),
        (lambda: EinsumDense("abc,cd->abd", (7, 4)).build((None, 3, 2)), "size 3 in the input"),
        (lambda: EinsumDense("ab,bcd->ac", 4).build((None, 3)), "Axis 'd'"),
        (lambda: EinsumDense("ab,bc->ac", 4, bias_axes="x").build((None, 3)), "names 'x'"),
        (lambda: EinsumDense("ab,bc->ac", None).build((None, 3)), "must be known"),
        (lambda: EinsumDense("ab,bc->ac", 4, lora_rank=2), "low-rank"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
