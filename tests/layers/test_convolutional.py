"""Convolutional layers: shapes, weights, values by the operations, configs, names, errors."""

import numpy as np
import pytest

from minikeras import layers, ops
from minikeras.autograd import Tensor, gradients, recording

RNG = np.random.default_rng(13)

# Layers and the input shapes (without batch, channels last) they are tried on.
CASES = [
    (lambda **k: layers.Conv1D(4, 3, **k), (7, 2)),
    (lambda **k: layers.Conv1D(4, 3, 2, "same", **k), (7, 2)),
    (lambda **k: layers.Conv1D(4, 3, padding="causal", dilation_rate=2, **k), (7, 2)),
    (lambda **k: layers.Conv2D(4, 3, **k), (6, 5, 2)),
    (lambda **k: layers.Conv2D(4, (3, 2), (2, 1), "same", activation="relu", **k), (6, 5, 2)),
    (lambda **k: layers.Conv2D(4, 2, dilation_rate=(2, 1), activation="elu", **k), (6, 5, 2)),
    (lambda **k: layers.Conv2D(4, 3, groups=2, use_bias=False, **k), (6, 5, 4)),
    (lambda **k: layers.Conv3D(3, (2, 2, 1), activation="softmax", **k), (3, 4, 5, 2)),
    (lambda **k: layers.Conv1DTranspose(4, 3, 2, **k), (7, 2)),
    (lambda **k: layers.Conv2DTranspose(4, 3, 2, "same", **k), (3, 4, 2)),
    (lambda **k: layers.Conv2DTranspose(4, (2, 3), (3, 2), activation="relu", **k), (3, 4, 2)),
    (lambda **k: layers.Conv2DTranspose(4, 3, 2, "same", output_padding=1, **k), (3, 4, 2)),
    (lambda **k: layers.Conv2DTranspose(4, 3, dilation_rate=2, use_bias=False, **k), (3, 4, 2)),
    (lambda **k: layers.Conv3DTranspose(2, 2, 2, **k), (2, 3, 2, 2)),
    (lambda **k: layers.SeparableConv1D(4, 3, **k), (7, 2)),
    (lambda **k: layers.SeparableConv1D(4, 3, padding="causal", **k), (7, 2)),
    (lambda **k: layers.SeparableConv2D(4, 3, 2, "same", depth_multiplier=2, **k), (6, 5, 2)),
    (lambda **k: layers.SeparableConv2D(4, 2, dilation_rate=2, use_bias=False, **k), (6, 5, 2)),
    (lambda **k: layers.DepthwiseConv1D(3, depth_multiplier=2, **k), (7, 2)),
    (lambda **k: layers.DepthwiseConv2D((3, 2), 2, "same", activation="relu", **k), (6, 5, 2)),
    (lambda **k: layers.DepthwiseConv2D(2, dilation_rate=2, use_bias=False, **k), (6, 5, 2)),
]


def randomize(layer):
    """Give all weights random values, biases too."""
    layer.set_weights([RNG.normal(size=w.shape) for w in layer.weights])


@pytest.mark.parametrize("make, shape", CASES)
def test_both_layouts_shapes_and_configs(make, shape):
    x = RNG.normal(size=(2, *shape)).astype("float32")
    moved = np.ascontiguousarray(np.moveaxis(x, -1, 1))
    last, first = make(data_format="channels_last"), make(data_format="channels_first")
    y = last(x)
    assert y.dtype == np.float32
    assert last.compute_output_shape((None, *shape)) == (None, *y.shape[1:])
    randomize(last)
    first.build((None, *moved.shape[1:]))
    first.set_weights(last.get_weights())
    z = first(moved)
    assert first.compute_output_shape(moved.shape) == z.shape
    if "softmax" not in str(last.get_config()["activation"]):  # always over the last axis
        np.testing.assert_allclose(np.moveaxis(z.numpy(), 1, -1), last(x), rtol=1e-5, atol=1e-5)
    again = type(last).from_config(last.get_config())
    assert again.get_config() == last.get_config()
    again.build((None, *shape))
    again.set_weights(last.get_weights())
    np.testing.assert_array_equal(again(x).numpy(), last(x).numpy())


@pytest.mark.parametrize("make, shape", CASES)
def test_all_weights_get_gradients(make, shape):
    layer = make()
    x = RNG.normal(size=(2, *shape)).astype("float32")
    layer.build((None, *shape))
    randomize(layer)
    with recording():
        y = layer(x)
        found = gradients(y, layer.weights, RNG.normal(size=y.shape).astype("float32"))
    for g, weight in zip(found, layer.weights):
        assert g.shape == weight.shape
        assert g.dtype == np.float32
        assert np.abs(g).max() > 0


def test_weights_and_their_names():
    layer = layers.Conv2D(4, (3, 2), name="c")
    layer.build((None, 8, 8, 3))
    assert [w.name for w in layer.weights] == ["c/kernel:0", "c/bias:0"]
    assert [w.shape for w in layer.weights] == [(3, 2, 3, 4), (4,)]
    layer = layers.Conv2DTranspose(4, (3, 2))
    layer.build((None, 8, 8, 3))
    assert [w.shape for w in layer.weights] == [(3, 2, 4, 3), (4,)]
    layer = layers.SeparableConv2D(4, (3, 2), depth_multiplier=2, name="s")
    layer.build((None, 8, 8, 3))
    names = ["s/depthwise_kernel:0", "s/pointwise_kernel:0", "s/bias:0"]
    assert [w.name for w in layer.weights] == names
    assert [w.shape for w in layer.weights] == [(3, 2, 3, 2), (1, 1, 6, 4), (4,)]
    layer = layers.DepthwiseConv2D((3, 2), depth_multiplier=2, use_bias=False)
    layer.build((None, 8, 8, 3))
    assert [w.shape for w in layer.weights] == [(3, 2, 3, 2)]


def test_values_are_those_of_the_operation():
    x = RNG.normal(size=(2, 7, 6, 3)).astype("float32")
    layer = layers.Conv2D(5, 3, 2, "same", activation="relu")
    layer.build(x.shape)
    randomize(layer)
    kernel, bias = layer.get_weights()
    expected = ops.conv2d(x, kernel, bias, 2, "same", activation="relu")
    np.testing.assert_array_equal(layer(x).numpy(), expected)


def test_initializers_regularizers_and_constraints_reach_their_weights():
    layer = layers.SeparableConv2D(
        2,
        3,
        depthwise_initializer="ones",
        pointwise_initializer="zeros",
        bias_initializer="ones",
        depthwise_regularizer="l2",
        pointwise_regularizer="l1",
        bias_regularizer="l2",
        depthwise_constraint="non_neg",
        pointwise_constraint="unit_norm",
        bias_constraint="non_neg",
    )
    layer.build((None, 5, 5, 3))
    depthwise, pointwise, bias = layer.weights
    np.testing.assert_array_equal(depthwise.data, 1)
    np.testing.assert_array_equal(pointwise.data, 0)
    np.testing.assert_array_equal(bias.data, 1)
    assert type(depthwise.constraint).__name__ == "NonNeg"
    assert type(pointwise.constraint).__name__ == "UnitNorm"
    assert type(bias.constraint).__name__ == "NonNeg"
    assert depthwise.regularizer is layer.depthwise_regularizer
    assert pointwise.regularizer is layer.pointwise_regularizer
    assert bias.regularizer is layer.bias_regularizer
    layer = layers.Conv2D(2, 3, kernel_initializer="ones", kernel_regularizer="l2")
    layer.build((None, 5, 5, 3))
    np.testing.assert_array_equal(layer.kernel.data, 1)
    assert layer.kernel.regularizer is layer.kernel_regularizer
    assert layer.kernel.constraint is None


@pytest.mark.parametrize(
    "alias, name",
    [
        ("Convolution1D", "Conv1D"),
        ("Convolution2D", "Conv2D"),
        ("Convolution3D", "Conv3D"),
        ("Convolution1DTranspose", "Conv1DTranspose"),
        ("Convolution2DTranspose", "Conv2DTranspose"),
        ("Convolution3DTranspose", "Conv3DTranspose"),
        ("Deconvolution2D", "Conv2DTranspose"),
        ("Deconv2D", "Conv2DTranspose"),
        ("Deconvolution3D", "Conv3DTranspose"),
        ("Deconv3D", "Conv3DTranspose"),
        ("SeparableConvolution1D", "SeparableConv1D"),
        ("SeparableConvolution2D", "SeparableConv2D"),
        ("DepthwiseConvolution1D", "DepthwiseConv1D"),
        ("DepthwiseConvolution2D", "DepthwiseConv2D"),
    ],
)
def test_aliases(alias, name):
    assert getattr(layers, alias) is getattr(layers, name)
    assert layers.registry.lookup(alias) is getattr(layers, name)


def test_positions_of_arguments_are_those_of_keras_2():
    layer = layers.Conv1D(4, 3, 1, "causal", 2, "relu", False)
    assert layer.dilation_rate == (2,)
    assert not layer.use_bias
    layer = layers.Conv2D(4, 3, 1, "same", "channels_first", 2, "relu", False)
    assert layer.data_format == "channels_first"
    assert layer.dilation_rate == (2, 2)
    assert not layer.use_bias
    layer = layers.Conv2DTranspose(4, 3, 2, "same", "channels_first", "relu", False)
    assert not layer.use_bias
    layer = layers.DepthwiseConv2D(3, 2, "same", 4, "channels_first", "relu", False)
    assert layer.depth_multiplier == 4
    assert not layer.use_bias
    layer = layers.SeparableConv2D(4, 3, 2, "same", "channels_first", 3, "relu", False)
    assert layer.depth_multiplier == 3
    assert not layer.use_bias


def test_names_of_keras_1():
    with pytest.warns(DeprecationWarning, match="dilation_rate"):
        layer = layers.AtrousConvolution2D(4, 3, atrous_rate=(2, 2))
    assert isinstance(layer, layers.Conv2D)
    assert layer.dilation_rate == (2, 2)
    with pytest.warns(DeprecationWarning, match="dilation_rate"):
        layer = layers.AtrousConvolution1D(4, 3, atrous_rate=2)
    assert layer.dilation_rate == (2,)
    with pytest.warns(DeprecationWarning, match="padding"):
        layer = layers.Convolution2D(4, 3, 3, border_mode="same", subsample=(2, 2))
    assert layer.kernel_size == (3, 3)
    assert layer.padding == "same"
    assert layer.strides == (2, 2)


def test_pooling_along_with_the_convolution():
    x = RNG.normal(size=(2, 8, 9, 3)).astype("float32")
    pool = layers.MaxPooling2D()
    for activation in ("relu", None):
        layer = layers.Conv2D(5, 3, activation=activation)
        layer.build(x.shape)
        randomize(layer)
        together, apart = layer.fused_with(pool)(Tensor(x)), pool(layer(x))
        np.testing.assert_allclose(together, apart.numpy(), rtol=1e-5, atol=1e-5)


def test_pooling_that_must_be_done_apart():
    class MyPooling(layers.MaxPooling2D):
        pass

    class MyConv(layers.Conv2D):
        pass

    plain, pool = layers.Conv2D(5, 3, activation="relu"), layers.MaxPooling2D()
    assert plain.fused_with(pool)
    assert not plain.fused_with(layers.AveragePooling2D())
    assert not plain.fused_with(layers.MaxPooling2D(strides=1))
    assert not plain.fused_with(layers.MaxPooling2D(padding="same"))
    assert not plain.fused_with(layers.MaxPooling2D(data_format="channels_first"))
    assert not plain.fused_with(layers.MaxPooling1D())
    assert not plain.fused_with(MyPooling())
    assert not plain.fused_with(layers.MaxPooling2D(activity_regularizer="l2"))
    assert not layers.Conv2D(5, 3, activation="tanh").fused_with(pool)
    assert not layers.Conv2D(5, 3, activity_regularizer="l2").fused_with(pool)
    assert not layers.Conv2D(5, 3, dtype="float64").fused_with(pool)
    assert not MyConv(5, 3).fused_with(pool)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: layers.Conv2D(0, 3), "positive whole number of filters"),
        (lambda: layers.Conv2D(2.5, 3), "positive whole number of filters"),
        (lambda: layers.Conv2D(4, (3, 3, 3)), "kernel_size must be"),
        (lambda: layers.Conv2D(4, 0), "kernel_size must be"),
        (lambda: layers.Conv2D(4, 3, strides=0), "strides must be"),
        (lambda: layers.Conv2D(4, 3, strides=2, dilation_rate=2), "not both"),
        (lambda: layers.Conv2D(4, 3, padding="causal"), "Unknown padding 'causal'"),
        (lambda: layers.Conv2D(4, 3, padding="smae"), "'same'"),
        (lambda: layers.Conv2D(4, 3, data_format="NHWC"), "Unknown data_format"),
        (lambda: layers.Conv2D(4, 3, groups=3), "cannot divide 4 filters among 3"),
        (lambda: layers.Conv2DTranspose(4, 3, 2, output_padding=2), "smaller than its strides"),
        (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), "depth_multiplier"),
    ],
)
def test_errors_when_made(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    "make, shape, message",
    [
        (lambda: layers.Conv2D(4, 3), (None, 5, 5, None), "number of channels"),
        (lambda: layers.Conv2D(4, 3), (None, 2, 5, 3), r"do not fit into an input .*\(2, 5\)"),
        (lambda: layers.Conv2D(4, 3, dilation_rate=3), (None, 5, 5, 3), "dilated by"),
        (lambda: layers.Conv2D(4, 3, groups=2), (None, 5, 5, 3), "3 channels of its input among"),
        (lambda: layers.SeparableConv2D(4, 3), (None, 2, 5, 3), "do not fit into an input"),
    ],
)
def test_errors_when_built(make, shape, message):
    with pytest.raises(ValueError, match=message):
        make().build(shape)


def test_the_wrong_number_of_axes():
    with pytest.raises(ValueError, match="4 dimensions"):
        layers.Conv2D(4, 3)(np.zeros((2, 8, 8), "float32"))
