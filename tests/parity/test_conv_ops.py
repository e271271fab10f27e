"""Convolution, pooling and resizing as functions of `keras.ops`, values and gradients."""

import numpy as np
import pytest

from tests.parity.harness import check_function

RNG = np.random.default_rng(0)


def draw(*shape):
    return RNG.normal(size=shape).astype("float32")


# size of the image, of the kernel, and settings
GEOMETRIES = [
    ((9,), (3,), {}),
    ((9,), (4,), {"strides": 2}),
    ((9,), (3,), {"dilation_rate": 2}),
    ((8, 7), (3, 3), {}),
    ((8, 7), (3, 2), {"strides": (2, 1)}),
    ((7, 8), (2, 3), {"strides": 3}),
    ((8, 9), (3, 2), {"dilation_rate": (2, 3)}),
    ((4, 5), (4, 5), {}),
    ((5, 6, 4), (2, 3, 2), {"strides": (1, 2, 1)}),
]
PADDINGS = ["valid", "same"]


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("size, kernel, settings", GEOMETRIES)
def test_conv(size, kernel, settings, padding):
    x, k = draw(2, *size, 3), draw(*kernel, 3, 4)
    check_function(lambda p, x, k: p.ops.conv(x, k, padding=padding, **settings), x, k)


@pytest.mark.parametrize("padding", PADDINGS)
def test_conv_channels_first(padding):
    x, k = draw(2, 3, 7, 6), draw(3, 2, 3, 4)
    check_function(
        lambda p, x, k: p.ops.conv(x, k, 2, padding=padding, data_format="channels_first"), x, k
    )


@pytest.mark.parametrize("padding", PADDINGS)
def test_conv_of_many_channels(padding):
    """Large enough for Winograd's method."""
    x, k = draw(2, 16, 13, 40), draw(3, 3, 40, 48)
    check_function(lambda p, x, k: p.ops.conv(x, k, padding=padding), x, k)


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("size, kernel, settings", [g for g in GEOMETRIES if len(g[0]) < 3])
def test_depthwise_conv(size, kernel, settings, padding):
    if len(set(np.ravel(settings.get("strides", 1)))) > 1:
        settings = {"strides": 2}  # real Keras takes one stride here
    x, k = draw(2, *size, 3), draw(*kernel, 3, 2)
    check_function(lambda p, x, k: p.ops.depthwise_conv(x, k, padding=padding, **settings), x, k)


@pytest.mark.parametrize("padding", PADDINGS)
def test_separable_conv(padding):
    x, k, point = draw(2, 7, 6, 3), draw(3, 2, 3, 2), draw(1, 1, 6, 5)
    check_function(
        lambda p, x, k, point: p.ops.separable_conv(x, k, point, 2, padding), x, k, point
    )


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize(
    "size, kernel, settings",
    [
        ((5,), (3,), {"strides": 2}),
        ((5,), (2,), {"strides": 3}),
        ((4, 5), (3, 3), {}),
        ((4, 5), (3, 2), {"strides": 2}),
        ((4, 5), (4, 5), {"strides": (2, 3)}),
        ((4, 3), (3, 3), {"strides": 2, "output_padding": 1}),
        ((4, 3), (2, 4), {"strides": 3, "output_padding": 2}),
        ((4, 3), (3, 3), {"strides": 3, "output_padding": 0}),
        ((4, 5), (3, 2), {"dilation_rate": 2}),
        ((2, 3, 2), (2, 3, 2), {"strides": 2}),
    ],
)
def test_conv_transpose(size, kernel, settings, padding):
    x, k = draw(2, *size, 3), draw(*kernel, 4, 3)
    check_function(lambda p, x, k: p.ops.conv_transpose(x, k, padding=padding, **settings), x, k)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("kind", ["max_pool", "average_pool"])
@pytest.mark.parametrize(
    "size, pool, strides",
    [
        ((7,), 2, 2),
        ((8,), 3, 2),
        ((6, 7), 2, 2),
        ((7, 8), (3, 2), (1, 2)),
        ((7, 8), (2, 2), 3),
        ((4, 5, 6), 2, (2, 1, 2)),
    ],
)
def test_pooling(size, pool, strides, kind, padding, data_format):
    shape = (2, *size, 3) if data_format == "channels_last" else (2, 3, *size)
    x = draw(*shape)
    check_function(lambda p, x: getattr(p.ops, kind)(x, pool, strides, padding, data_format), x)


def test_ties_in_max_pooling():
    x = RNG.integers(0, 2, size=(2, 6, 6, 3)).astype("float32")
    check_function(lambda p, x: p.ops.max_pool(x, 2, 2), x)
    check_function(lambda p, x: p.ops.max_pool(x, 3, 1, "same"), x)


@pytest.mark.parametrize(
    "interpolation", ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]
)
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("size", [(9, 11), (3, 4), (6, 3), (1, 1)])
def test_resize(size, interpolation, antialias):
    x = draw(2, 5, 7, 3)
    check_function(lambda p, x: p.ops.image.resize(x, size, interpolation, antialias), x)


@pytest.mark.parametrize("keep", ["crop_to_aspect_ratio", "pad_to_aspect_ratio"])
@pytest.mark.parametrize("size", [(4, 4), (3, 8), (8, 3)])
def test_resize_that_keeps_proportions(size, keep):
    x = draw(2, 6, 9, 3)
    check_function(lambda p, x: p.ops.image.resize(x, size, **{keep: True}), x)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_resize_channels_first_and_single_images(interpolation):
    x = draw(2, 3, 5, 7)
    settings = {"interpolation": interpolation, "data_format": "channels_first"}
    check_function(lambda p, x: p.ops.image.resize(x, (4, 9), **settings), x)
    check_function(lambda p, x: p.ops.image.resize(x, (4, 9), **settings), x[0])


def test_resize_of_integers():
    x = RNG.integers(0, 256, size=(2, 5, 7, 3)).astype("uint8")
    for size in ((8, 9), (3, 3)):
        check_function(lambda p, x, size=size: p.ops.image.resize(x, size), x, gradients=())
