"""Dense, Activation and Masking: numbers by hand, arguments, and what they refuse."""

import numpy as np
import pytest

from minikeras import activations, initializers
from minikeras.autograd import Tensor
from minikeras.layers import Activation, Dense, Input, Masking

KERNEL = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
BIAS = np.array([10.0, -100.0])


def test_dense():
    layer = Dense(2, weights=[KERNEL, BIAS])
    out = layer(np.array([[1, 0, 1], [0, 1, 0]]))
    assert out.numpy().tolist() == [[16, -92], [13, -96]]
    relu = Dense(2, activation="relu", weights=[KERNEL, BIAS])
    assert relu(np.array([[1, 0, 1]])).numpy().tolist() == [[16, 0]]
    assert Dense(2, use_bias=False, weights=[KERNEL])(np.ones((1, 3))).numpy().tolist() == [[9, 12]]


def test_dense_on_more_axes():
    x = np.random.default_rng(0).standard_normal((2, 4, 3)).astype("float32")
    layer = Dense(2, weights=[KERNEL, BIAS])
    np.testing.assert_allclose(layer(x).numpy(), x @ KERNEL + BIAS, rtol=1e-5)
    assert layer.compute_output_shape((None, None, 3)) == (None, None, 2)


@pytest.mark.parametrize(
    "activation",
    [
        "tanh",
        "sigmoid",
        "softmax",
        "relu",
        "linear",
        None,
        "elu",
        "softplus",
        np.tanh,
        lambda x: x * x,
        activations.get("selu"),
    ],
)
def test_activations_fused_or_not_are_the_same(activation):
    x = np.random.default_rng(0).standard_normal((4, 3)).astype("float32")
    plain = Dense(2, weights=[KERNEL, BIAS / 20])
    expected = Activation(activation or "linear")(plain(x))
    found = Dense(2, activation=activation, weights=[KERNEL, BIAS / 20])(x)
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-6)


def test_how_weights_begin():
    layer = Dense(2, kernel_initializer=KERNEL, bias_initializer=initializers.Constant(3))
    layer.build((None, 3))
    assert layer.get_weights()[0].tolist() == KERNEL.tolist()
    assert layer.get_weights()[1].tolist() == [3, 3]
    limit = np.sqrt(6 / (100 + 50))
    kernel = Dense(50)
    kernel.build((None, 100))
    found = kernel.get_weights()[0]
    assert np.abs(found).max() <= limit
    assert np.abs(found).max() > 0.98 * limit


@pytest.mark.parametrize("units", [0, -1, 2.5, "3", None, True])
def test_units_that_are_none(units):
    with pytest.raises(ValueError, match="positive whole number of units"):
        Dense(units)


def test_inputs_that_do_not_fit():
    with pytest.raises(ValueError, match="at least 2 dimensions"):
        Dense(2)(np.ones(3))
    with pytest.raises(ValueError, match="has no known size"):
        Dense(2)(Input((None,)))
    layer = Dense(2, name="d")
    layer(np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"'d' .Dense. expects an input of size 3 on axis -1.*4"):
        layer(np.ones((1, 4)))


def test_activation():
    assert Activation("relu")(np.array([[-1.0, 2.0]])).numpy().tolist() == [[0, 2]]
    assert Activation(lambda x: x * 3)(np.ones((1, 1))).numpy().tolist() == [[3]]
    assert Activation("tanh").get_config()["activation"] == "tanh"
    with pytest.raises(ValueError, match="Did you mean 'softmax'"):
        Activation("sofmax")
    with pytest.raises(TypeError):
        Activation()


def test_whole_numbers():
    x = Input((3,), dtype="int32")
    assert Activation("relu")(x).dtype == np.int32
    assert Activation("tanh")(x).dtype == np.float32
    assert Dense(2)(x).dtype == np.float32


def test_masking():
    x = np.array([[[1, 2], [0, 0], [0, 3], [0, 0]]], "float32")
    out = Masking()(x)
    assert out.mask.tolist() == [[True, False, True, False]]
    np.testing.assert_array_equal(out.numpy(), x)
    out = Masking(mask_value=-1)(np.array([[[-1, -1], [-1, 2], [3, 4]]]))
    assert out.mask.tolist() == [[False, True, True]]
    assert out.numpy()[0].tolist() == [[0, 0], [-1, 2], [3, 4]]
    before = Tensor(x)
    before.mask = np.array([[False, True, True, True]])
    assert Masking()(before).mask.tolist() == [[True, False, True, False]]


def test_a_softmax_over_one_unit_is_warned_of():
    with pytest.warns(UserWarning, match="'alone' has a softmax over one unit.*sigmoid") as found:
        Dense(1, activation="softmax", name="alone")
    assert found[0].filename == __file__
