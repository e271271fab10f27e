"""Resizing: against NumPy's interpolation and by hand, by finite differences, layouts, errors."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Variable, grad, gradients, recording
from minikeras.ops import resampling
from tests.ops.gradients import check

RNG = np.random.default_rng(12)
SMOOTH = ["bilinear", "bicubic", "lanczos3", "lanczos5"]


@pytest.mark.parametrize("size, factor", [((3,), 2), ((3, 2), (2, 3)), ((2, 3, 2), (1, 2, 3))])
def test_nearest_repeats(size, factor):
    x = RNG.normal(size=(2, *size, 3))
    expected = x
    for axis in range(len(size)):
        times = factor if isinstance(factor, int) else factor[axis]
        expected = np.repeat(expected, times, axis=axis + 1)
    np.testing.assert_array_equal(ops.upsample(x, factor), expected)
    check(lambda x: ops.upsample(x, factor), x)
    whole = np.arange(6).reshape(1, 3, 2)
    assert ops.upsample(whole, 2).dtype == whole.dtype


@pytest.mark.parametrize("interpolation", ["nearest", *SMOOTH])
def test_upsample_is_resize_by_a_factor(interpolation):
    x = RNG.normal(size=(2, 4, 5, 3))
    y = ops.upsample(x, (2, 3), interpolation=interpolation)
    z = ops.image.resize(x, (8, 15), interpolation)
    np.testing.assert_allclose(y, z, rtol=1e-12, atol=1e-12)
    check(lambda x: ops.upsample(x, (2, 3), interpolation=interpolation), x)


@pytest.mark.parametrize("new", [1, 2, 3, 7, 10, 23])
def test_bilinear_is_linear_interpolation(new):
    x = RNG.normal(size=7)
    # Pixel i lies at (i + 1/2) / n; beyond the outer centres the outer pixels stand alone.
    expected = np.interp((np.arange(new) + 0.5) / new, (np.arange(7) + 0.5) / 7, x)
    y = ops.image.resize(x[:, None, None], (new, 1), "bilinear")
    np.testing.assert_allclose(y[:, 0, 0], expected, rtol=1e-12)


@pytest.mark.parametrize("interpolation", SMOOTH)
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("new", [1, 3, 6, 11])
def test_a_constant_stays_constant(new, antialias, interpolation):
    y = ops.image.resize(np.full((1, 6, 6, 2), 3.0), (new, new), interpolation, antialias)
    np.testing.assert_allclose(y, 3, rtol=1e-12)


def test_bicubic_reproduces_parabolas_inside():
    # Keys's kernel with a = -1/2 is exact for polynomials of degree 2.
    position = (np.arange(24) + 0.5) / 2 - 0.5
    y = ops.image.resize((np.arange(12.0) ** 2)[:, None, None], (24, 1), "bicubic")
    np.testing.assert_allclose(y[4:-4, 0, 0], position[4:-4] ** 2, rtol=1e-12)


def test_nearest_takes_the_pixel_under_the_centre():
    x = np.arange(5.0)[:, None, None]
    # Centres of three new pixels, in old pixels: 5/6, 15/6, 25/6.
    np.testing.assert_array_equal(ops.image.resize(x, (3, 1), "nearest")[:, 0, 0], [0, 2, 4])


def test_antialias_counts_every_pixel():
    x = np.zeros((8, 1, 1))
    x[3] = 8
    assert ops.image.resize(x, (2, 1), "bilinear", antialias=True).sum() > 0.9
    # Without: the new centres lie between old pixels 1, 2 and 5, 6.
    np.testing.assert_array_equal(ops.image.resize(x, (2, 1), "bilinear"), 0)


@pytest.mark.parametrize("interpolation", ["nearest", *SMOOTH])
@pytest.mark.parametrize("antialias", [False, True])
def test_gradients(interpolation, antialias):
    x = RNG.normal(size=(2, 5, 6, 3))
    check(lambda x: ops.image.resize(x, (3, 8), interpolation, antialias), x)


def test_the_gradient_can_be_differentiated_again():
    x = RNG.normal(size=(1, 3, 3, 1))
    for enlarge in (
        lambda x: ops.image.resize(x, (4, 5)),
        lambda x: ops.upsample(x, 2),
    ):
        matrix = np.stack([enlarge(e.reshape(x.shape)).ravel() for e in np.eye(9)])

        def steepness(x, enlarge=enlarge):
            return ops.sum(grad(lambda x: ops.sum(enlarge(x) ** 2))(x) ** 2)

        # |2 M M^T x|^2 has the gradient 8 (M M^T)^2 x.
        square = matrix @ matrix.T
        np.testing.assert_allclose(
            grad(steepness)(x).ravel(), 8 * square @ square @ x.ravel(), rtol=1e-9
        )


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_channels_first(interpolation):
    x = RNG.normal(size=(2, 4, 5, 3))
    moved = np.moveaxis(x, -1, 1).copy()
    last = ops.image.resize(x, (6, 3), interpolation)
    first = ops.image.resize(moved, (6, 3), interpolation, data_format="channels_first")
    np.testing.assert_allclose(first, np.moveaxis(last, -1, 1))
    one = ops.image.resize(moved[0], (6, 3), interpolation, data_format="channels_first")
    np.testing.assert_allclose(one, first[0])
    last = ops.upsample(x, 2, interpolation=interpolation)
    first = ops.upsample(moved, 2, "channels_first", interpolation)
    np.testing.assert_allclose(first, np.moveaxis(last, -1, 1))


def test_cropping_keeps_the_proportions():
    x = RNG.normal(size=(1, 6, 4, 1))
    y = ops.image.resize(x, (2, 2), "nearest", crop_to_aspect_ratio=True)
    np.testing.assert_array_equal(y, ops.image.resize(x[:, 1:5], (2, 2), "nearest"))
    check(lambda x: ops.image.resize(x, (2, 2), crop_to_aspect_ratio=True), x)


def test_padding_keeps_the_proportions():
    x = RNG.normal(size=(1, 6, 4, 1))
    y = ops.image.resize(x, (6, 6), pad_to_aspect_ratio=True, fill_value=7)
    np.testing.assert_array_equal(y[:, :, 1:5], x)
    np.testing.assert_array_equal(y[:, :, [0, 5]], 7)
    check(lambda x: ops.image.resize(x, (3, 3), pad_to_aspect_ratio=True), x)


def test_types():
    x = Variable(RNG.normal(size=(1, 3, 3, 1)).astype("float32"))
    for function in (lambda x: ops.image.resize(x, (5, 2)), lambda x: ops.upsample(x, 2)):
        with recording():
            y = function(x)
            (g,) = gradients(y, [x])
        assert y.dtype == g.dtype == np.float32
    bytes_ = np.array([0, 255], np.uint8).reshape(2, 1, 1)
    y = ops.image.resize(bytes_, (4, 1))
    assert y.dtype == np.uint8
    np.testing.assert_array_equal(y[:, 0, 0], [0, 64, 191, 255])  # 63.75 and 191.25, rounded
    y = ops.image.resize(bytes_.repeat(3, 0), (12, 1), "bicubic")
    assert y.dtype == np.uint8
    assert y.min() == 0  # overshoots are cut off
    assert y.max() == 255


def test_rows_of_weights_sum_to_one():
    for interpolation in resampling.INTERPOLATIONS:
        matrix = resampling.weights(7, 10, interpolation, False)
        assert matrix.shape == (10, 7)
        np.testing.assert_allclose(matrix.sum(axis=1), 1)


@pytest.mark.parametrize(
    "shape, settings, message",
    [
        ((4, 4), {"size": (2, 2)}, "resize works on one image"),
        ((1, 4, 4, 1), {"size": 0}, "size must be"),
        ((1, 4, 4, 1), {"size": (2, 2, 2)}, "size must be"),
        ((1, 4, 4, 1), {"size": 2, "interpolation": "bilinar"}, "'bilinear'"),
        ((1, 4, 4, 1), {"size": 2, "fill_mode": "reflect"}, "fill_mode='reflect'"),
        (
            (1, 4, 4, 1),
            {"size": 2, "crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True},
            "not both",
        ),
        ((1, 4, 4, 1), {"size": 2, "data_format": "HWC"}, "Unknown data_format"),
    ],
)
def test_errors_teach(shape, settings, message):
    with pytest.raises(ValueError, match=message):
        ops.image.resize(np.zeros(shape), **settings)


def test_upsample_wants_spatial_axes():
    with pytest.raises(ValueError, match="three to five axes"):
        ops.upsample(np.zeros((2, 2)), 2)
    with pytest.raises(ValueError, match="size must be"):
        ops.upsample(np.zeros((2, 2, 2)), 0)
