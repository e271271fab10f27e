"""Convolutional, pooling and border layers beside those of real Keras; a network trained."""

import numpy as np
import pytest

from tests.parity.harness import Pair, check_steps

RNG = np.random.default_rng(0)


def draw(*shape):
    return RNG.normal(size=shape).astype("float32")


# how to make the layer, shape of one input
LAYERS = [
    (lambda k: k.layers.Conv1D(4, 3, activation="relu"), (9, 3)),
    (lambda k: k.layers.Conv1D(4, 3, padding="causal", dilation_rate=2), (9, 3)),
    (lambda k: k.layers.Conv2D(4, 3, strides=2, padding="same", activation="tanh"), (8, 7, 3)),
    (lambda k: k.layers.Conv2D(6, (3, 2), groups=3, use_bias=False), (8, 7, 3)),
    (lambda k: k.layers.Conv2D(4, 3, data_format="channels_first", activation="relu"), (3, 8, 7)),
    (lambda k: k.layers.Conv2D(4, 2, dilation_rate=2, activation="softmax"), (8, 7, 3)),
    (lambda k: k.layers.Conv3D(3, 2, activation="elu"), (4, 5, 4, 2)),
    (lambda k: k.layers.Conv1DTranspose(4, 3, strides=2), (5, 3)),
    (lambda k: k.layers.Conv2DTranspose(4, 3, strides=2, padding="same"), (4, 5, 3)),
    (
        lambda k: k.layers.Conv2DTranspose(
            4, 3, strides=2, padding="same", output_padding=1, activation="relu"
        ),
        (4, 5, 3),
    ),
    (lambda k: k.layers.Conv3DTranspose(2, 2, strides=2), (2, 3, 2, 2)),
    (lambda k: k.layers.SeparableConv1D(4, 3, depth_multiplier=2), (9, 3)),
    (lambda k: k.layers.SeparableConv2D(4, 3, strides=2, padding="same"), (8, 7, 3)),
    (lambda k: k.layers.DepthwiseConv1D(3, depth_multiplier=2), (9, 3)),
    (lambda k: k.layers.DepthwiseConv2D(3, padding="same", activation="relu"), (8, 7, 3)),
    (lambda k: k.layers.MaxPooling1D(2), (9, 3)),
    (lambda k: k.layers.MaxPooling2D((3, 2), strides=2, padding="same"), (8, 7, 3)),
    (lambda k: k.layers.MaxPooling3D(2), (4, 5, 4, 2)),
    (lambda k: k.layers.AveragePooling1D(3, strides=1, padding="same"), (9, 3)),
    (lambda k: k.layers.AveragePooling2D(2, data_format="channels_first"), (3, 8, 7)),
    (lambda k: k.layers.AveragePooling3D(2, padding="same"), (4, 5, 3, 2)),
    (lambda k: k.layers.GlobalMaxPooling1D(), (9, 3)),
    (lambda k: k.layers.GlobalMaxPooling2D(keepdims=True), (8, 7, 3)),
    (lambda k: k.layers.GlobalMaxPooling3D(), (4, 5, 4, 2)),
    (lambda k: k.layers.GlobalAveragePooling1D(), (9, 3)),
    (lambda k: k.layers.GlobalAveragePooling2D(data_format="channels_first"), (3, 8, 7)),
    (lambda k: k.layers.GlobalAveragePooling3D(keepdims=True), (4, 5, 4, 2)),
    (lambda k: k.layers.ZeroPadding1D((1, 2)), (9, 3)),
    (lambda k: k.layers.ZeroPadding2D(((1, 2), (0, 3))), (8, 7, 3)),
    (lambda k: k.layers.ZeroPadding3D(1), (4, 5, 4, 2)),
    (lambda k: k.layers.Cropping1D((1, 2)), (9, 3)),
    (lambda k: k.layers.Cropping2D(((1, 2), (0, 3))), (8, 7, 3)),
    (lambda k: k.layers.Cropping3D(1), (4, 5, 4, 2)),
    (lambda k: k.layers.UpSampling1D(3), (9, 3)),
    (lambda k: k.layers.UpSampling2D((2, 3)), (4, 5, 3)),
    (lambda k: k.layers.UpSampling2D(2, interpolation="bilinear"), (4, 5, 3)),
    (lambda k: k.layers.UpSampling2D(2, interpolation="bicubic"), (4, 5, 3)),
    (lambda k: k.layers.UpSampling3D(2), (2, 3, 2, 2)),
]


@pytest.mark.parametrize("make, shape", LAYERS)
def test_outputs_and_gradients(make, shape):
    x = draw(2, *shape)
    pair = Pair(make, x)
    pair.check_outputs(x)
    pair.check_gradients(x)
    expected = tuple(pair.real.compute_output_shape((None, *shape)))
    assert pair.mini.compute_output_shape((None, *shape)) == expected


def test_masks_in_the_mean_over_steps():
    x = draw(3, 5, 2)
    mask = np.array([[1, 1, 0, 0, 0], [1, 1, 1, 1, 1], [0, 1, 0, 1, 0]], bool)
    pair = Pair(lambda k: k.layers.GlobalAveragePooling1D(), x)
    pair.check_outputs(x, mask=mask)


@pytest.mark.parametrize("filters", [4, 40])
def test_training_a_network(filters):
    """With 40 filters by Winograd's method; convolution and pooling are computed as one."""

    def make(k):
        return k.Sequential(
            [
                k.Input((14, 12, 1)),
                k.layers.Conv2D(filters, 3, padding="same", activation="relu"),
                k.layers.Conv2D(filters, 3, activation="relu"),
                k.layers.MaxPooling2D(2),
                k.layers.SeparableConv2D(6, 3, padding="same"),
                k.layers.GlobalAveragePooling2D(),
                k.layers.Dense(3, activation="softmax"),
            ]
        )

    x = draw(8, 14, 12, 1)
    y = np.eye(3, dtype="float32")[RNG.integers(0, 3, 8)]
    check_steps(
        make,
        lambda k: {
            "loss": "categorical_crossentropy",
            "optimizer": k.optimizers.SGD(learning_rate=0.05, momentum=0.9),
        },
        x,
        y,
        steps=5,
        tolerance=3e-5,
    )
