"""Pooling layers, over windows and over everything: shapes, values, masks, configs, names."""

import numpy as np
import pytest

from minikeras import layers, ops

RNG = np.random.default_rng(14)

CASES = [
    (layers.MaxPooling1D, {}, (7, 2)),
    (layers.MaxPooling1D, {"pool_size": 3, "strides": 2, "padding": "same"}, (7, 2)),
    (layers.MaxPooling2D, {}, (6, 5, 2)),
    (layers.MaxPooling2D, {"pool_size": (3, 2), "strides": 1}, (6, 5, 2)),
    (layers.MaxPooling3D, {"pool_size": 2, "padding": "same"}, (3, 4, 5, 2)),
    (layers.AveragePooling1D, {"pool_size": 3}, (7, 2)),
    (layers.AveragePooling2D, {"strides": (2, 3), "padding": "same"}, (6, 5, 2)),
    (layers.AveragePooling3D, {}, (3, 4, 5, 2)),
    (layers.GlobalMaxPooling1D, {}, (7, 2)),
    (layers.GlobalMaxPooling2D, {}, (6, 5, 2)),
    (layers.GlobalMaxPooling3D, {"keepdims": True}, (3, 4, 5, 2)),
    (layers.GlobalAveragePooling1D, {"keepdims": True}, (7, 2)),
    (layers.GlobalAveragePooling2D, {}, (6, 5, 2)),
    (layers.GlobalAveragePooling2D, {"keepdims": True}, (6, 5, 2)),
    (layers.GlobalAveragePooling3D, {}, (3, 4, 5, 2)),
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
    if y.ndim > 2:
        z = np.moveaxis(z, 1, -1)
    np.testing.assert_allclose(y, z, rtol=1e-6)
    again = cls.from_config(last.get_config())
    assert again.get_config() == last.get_config()
    np.testing.assert_array_equal(again(x).numpy(), y)


def test_values():
    x = RNG.normal(size=(2, 6, 5, 3)).astype("float32")
    expected = ops.max_pool(x, 2, 1, "same")
    np.testing.assert_array_equal(layers.MaxPooling2D(2, 1, "same")(x).numpy(), expected)
    expected = ops.average_pool(x, 2, 1, "same")
    np.testing.assert_array_equal(layers.AveragePooling2D(2, 1, "same")(x).numpy(), expected)
    np.testing.assert_array_equal(layers.GlobalMaxPooling2D()(x).numpy(), x.max(axis=(1, 2)))
    found = layers.GlobalAveragePooling2D()(x).numpy()
    np.testing.assert_allclose(found, x.mean(axis=(1, 2)), rtol=1e-5)


@pytest.mark.parametrize("keepdims", [False, True])
def test_the_mean_over_steps_leaves_out_masked_ones(keepdims):
    x = np.array([[[1.0], [2], [0]], [[3], [0], [0]]], "float32")
    masked = layers.Masking()(x)
    y = layers.GlobalAveragePooling1D(keepdims=keepdims)(masked)
    np.testing.assert_array_equal(y.numpy().ravel(), [1.5, 3])
    assert y.mask is None
    plain = layers.GlobalAveragePooling1D(keepdims=keepdims)(x)
    np.testing.assert_array_equal(plain.numpy().ravel(), [1, 1])


def test_configs_hold_what_keras_2_holds():
    config = layers.MaxPooling2D(2, name="p").get_config()
    assert config["pool_size"] == (2, 2)
    assert config["strides"] == (2, 2)
    assert config["padding"] == "valid"
    assert config["data_format"] == "channels_last"
    assert layers.MaxPooling1D(3).get_config()["strides"] == (3,)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize(
    "alias, name",
    [
        ("MaxPool{}D", "MaxPooling{}D"),
        ("AvgPool{}D", "AveragePooling{}D"),
        ("GlobalMaxPool{}D", "GlobalMaxPooling{}D"),
        ("GlobalAvgPool{}D", "GlobalAveragePooling{}D"),
    ],
)
def test_aliases(alias, name, rank):
    alias, name = alias.format(rank), name.format(rank)
    assert getattr(layers, alias) is getattr(layers, name)
    assert layers.registry.lookup(alias) is getattr(layers, name)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: layers.MaxPooling2D(0), "pool_size must be"),
        (lambda: layers.MaxPooling2D((2, 2, 2)), "pool_size must be"),
        (lambda: layers.MaxPooling2D(strides=0), "strides must be"),
        (lambda: layers.MaxPooling2D(padding="causal"), "Unknown padding"),
        (lambda: layers.MaxPooling2D(3).compute_output_shape((None, 2, 5, 1)), "do not fit"),
        (lambda: layers.MaxPooling2D()(np.zeros((2, 4, 4), "float32")), "4 dimensions"),
    ],
)
def test_errors_teach(make, message):
    with pytest.raises(ValueError, match=message):
        make()
