"""Padding, cropping and upsampling layers: by hand, in both layouts, configs, errors."""

import numpy as np
import pytest

from minikeras import layers

RNG = np.random.default_rng(15)

CASES = [
    (layers.ZeroPadding1D, {"padding": (1, 2)}, (4, 2)),
    (layers.ZeroPadding2D, {"padding": ((1, 2), (0, 3))}, (4, 5, 2)),
    (layers.ZeroPadding2D, {"padding": (1, 2)}, (4, 5, 2)),
    (layers.ZeroPadding3D, {"padding": (1, (0, 2), 3)}, (2, 3, 4, 2)),
    (layers.Cropping1D, {"cropping": (1, 0)}, (4, 2)),
    (layers.Cropping2D, {"cropping": ((0, 1), (2, 0))}, (4, 5, 2)),
    (layers.Cropping3D, {"cropping": (0, (1, 0), (1, 2))}, (2, 3, 4, 2)),
    (layers.UpSampling2D, {"size": (2, 3)}, (4, 5, 2)),
    (layers.UpSampling2D, {"interpolation": "bilinear"}, (4, 5, 2)),
    (layers.UpSampling3D, {"size": (1, 2, 3)}, (2, 3, 2, 2)),
]


@pytest.mark.parametrize("cls, settings, shape", CASES)
def test_both_layouts_shapes_and_configs(cls, settings, shape):
    x = RNG.normal(size=(2, *shape)).astype("float32")
    last = cls(**settings, data_format="channels_last")
    first = cls(**settings, data_format="channels_first")
    y, z = last(x).numpy(), first(np.moveaxis(x, -1, 1)).numpy()
    assert y.dtype == np.float32
    assert last.compute_output_shape((None, *shape)) == (None, *y.shape[1:])
    assert first.compute_output_shape((None, shape[-1], *shape[:-1])) == (None, *z.shape[1:])
    unknown = (None, *(None,) * (len(shape) - 1), shape[-1])
    assert last.compute_output_shape(unknown) == unknown
    np.testing.assert_allclose(y, np.moveaxis(z, 1, -1), rtol=1e-6)
    again = cls.from_config(last.get_config())
    assert again.get_config() == last.get_config()
    np.testing.assert_array_equal(again(x).numpy(), y)


@pytest.mark.parametrize(
    "padding, margins",
    [
        (1, ((1, 1), (1, 1))),
        ((1, 2), ((1, 1), (2, 2))),
        (((1, 2), (3, 0)), ((1, 2), (3, 0))),
        ([[1, 2], [3, 0]], ((1, 2), (3, 0))),
    ],
)
def test_zero_padding(padding, margins):
    x = RNG.normal(size=(2, 3, 4, 2)).astype("float32")
    layer = layers.ZeroPadding2D(padding)
    assert layer.get_config()["padding"] == margins
    np.testing.assert_array_equal(layer(x).numpy(), np.pad(x, ((0, 0), *margins, (0, 0))))


def test_cropping():
    x = RNG.normal(size=(2, 5, 6, 2)).astype("float32")
    found = layers.Cropping2D(((1, 0), (2, 1)))(x).numpy()
    np.testing.assert_array_equal(found, x[:, 1:, 2:-1])
    np.testing.assert_array_equal(layers.Cropping2D()(x).numpy(), x)
    np.testing.assert_array_equal(layers.Cropping2D(1)(x).numpy(), x[:, 1:-1, 1:-1])
    np.testing.assert_array_equal(layers.Cropping1D()(x[:, 0]).numpy(), x[:, 0, 1:-1])


def test_defaults_of_sequences():
    x = RNG.normal(size=(2, 3, 2)).astype("float32")
    np.testing.assert_array_equal(layers.UpSampling1D(3)(x).numpy(), x.repeat(3, axis=1))
    assert layers.UpSampling1D(3).get_config()["size"] == 3
    assert layers.UpSampling1D(3).compute_output_shape((None, 4, 2)) == (None, 12, 2)
    assert layers.ZeroPadding1D(2).get_config()["padding"] == (2, 2)
    padded = layers.ZeroPadding1D((0, 1))(x).numpy()
    np.testing.assert_array_equal(padded, np.pad(x, ((0, 0), (0, 1), (0, 0))))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: layers.ZeroPadding2D(-1), "padding must be"),
        (lambda: layers.ZeroPadding2D((1, 2, 3)), "two ints or two pairs"),
        (lambda: layers.ZeroPadding2D(((1, 2, 3), 1)), "Each entry of padding"),
        (lambda: layers.ZeroPadding1D("2"), "a pair of ints"),
        (lambda: layers.Cropping3D((1, 1)), "three ints or three pairs"),
        (lambda: layers.Cropping1D((1, -1)), "Each entry of cropping"),
        (lambda: layers.Cropping2D(2).compute_output_shape((None, 4, 9, 1)), "leave nothing"),
        (lambda: layers.UpSampling1D(0), "positive whole number"),
        (lambda: layers.UpSampling2D((2, 2, 2)), "size must be"),
        (lambda: layers.UpSampling2D(interpolation="bilinar"), "'bilinear'"),
    ],
)
def test_errors_teach(make, message):
    with pytest.raises(ValueError, match=message):
        make()
