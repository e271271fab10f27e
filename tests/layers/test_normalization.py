"""BatchNormalization: statistics, moving averages, freezing and masks, worked by hand."""

import numpy as np
import pytest

import minikeras
from minikeras.autograd import Tensor
from minikeras.layers import BatchNormalization, Dense, Input
from minikeras.models import Model, Sequential

X = np.random.default_rng(0).normal(3, 2, (40, 3)).astype("float32")


def built(shape=(None, 3), **settings):
    layer = BatchNormalization(**settings)
    layer.build(shape)
    return layer


def test_a_batch_becomes_mean_0_and_variance_1():
    layer = built()
    out = layer(X, training=True).numpy()
    expected = (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + 1e-3)
    np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-5)
    layer.set_weights([[1, 2, 3], [4, 5, 6], [0, 0, 0], [1, 1, 1]])
    out = layer(X, training=True).numpy()
    np.testing.assert_allclose(out, expected * [1, 2, 3] + [4, 5, 6], rtol=1e-4, atol=1e-4)


def test_moving_averages():
    layer = built(momentum=0.9, epsilon=0.01)
    layer(X, training=True)
    gamma, beta, mean, variance = layer.get_weights()
    np.testing.assert_allclose(mean, 0.1 * X.mean(axis=0), rtol=1e-5)
    # Keras 2.1.5 averages the unbiased estimate, n / (n - 1 - epsilon) times the variance.
    unbiased = X.var(axis=0) * 40 / (40 - 1.01)
    np.testing.assert_allclose(variance, 0.9 + 0.1 * unbiased, rtol=1e-5)
    assert gamma.tolist() == [1, 1, 1]
    out = layer(X).numpy()
    np.testing.assert_allclose(out, (X - mean) / np.sqrt(variance + 0.01), rtol=1e-5, atol=1e-5)
    assert layer.get_weights()[2].tolist() == mean.tolist()  # inference moves nothing


def test_a_batch_of_one_sample():
    layer = built()
    assert (layer(X[:1], training=True).numpy() == 0).all()
    assert np.isfinite(layer.get_weights()[3]).all()


@pytest.mark.parametrize(("axis", "others"), [(1, (0, 2)), (-1, (0, 1)), ([1, 2], (0,))])
def test_axes(axis, others):
    x = np.random.default_rng(1).normal(2, 3, (10, 4, 5)).astype("float32")
    layer = built(x.shape, axis=axis)
    assert layer.gamma.shape == x.mean(axis=others).shape
    out = layer(x, training=True).numpy()
    np.testing.assert_allclose(out.mean(axis=others), 0, atol=1e-5)
    np.testing.assert_allclose(out.var(axis=others), 1, rtol=1e-2)


def test_without_center_and_scale():
    layer = built(center=False, scale=False)
    assert [layer.gamma, layer.beta] == [None, None]
    assert len(layer.weights) == 2
    assert layer(X, training=True).shape == X.shape


def test_initializers_penalties_and_bounds():
    layer = built(
        beta_initializer="ones",
        gamma_initializer="zeros",
        moving_mean_initializer="ones",
        moving_variance_initializer="zeros",
        beta_regularizer="l1",
        gamma_constraint="non_neg",
    )
    assert [w[0] for w in layer.get_weights()] == [0, 1, 1, 0]
    assert float(layer.losses[0]) == pytest.approx(0.03)
    assert layer.gamma.constraint is layer.gamma_constraint


def test_a_frozen_layer_normalizes_by_the_batch_but_learns_nothing():
    layer = BatchNormalization()
    model = Sequential([layer, Dense(1)])
    model.build((None, 3))
    layer.trainable = False
    model.compile("sgd", "mse")
    before = layer.get_weights()
    out = layer(X, training=True).numpy()
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-5)
    model.fit(X, X[:, :1], epochs=2, verbose=0)
    for a, b in zip(before, layer.get_weights()):
        np.testing.assert_array_equal(a, b)
    layer.trainable = True
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], verbose=0)
    assert all((a != b).any() for a, b in zip(before, layer.get_weights()))


def test_inference_inside_a_model_that_trains():
    x = Input((3,))
    layer = BatchNormalization()
    model = Model(x, Dense(1)(layer(x, training=False)))
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], verbose=0)
    assert layer.get_weights()[2].tolist() == [0, 0, 0]


def test_a_shared_layer_follows_both_calls():
    a, b = Input((3,)), Input((3,))
    layer = BatchNormalization(momentum=0.5)
    model = Model([a, b], [layer(a), layer(b)])
    model.compile("sgd", "mse")
    model.train_on_batch([X, X + 10], [X, X])
    mean = X.mean(axis=0)
    np.testing.assert_allclose(
        layer.get_weights()[2], 0.5 * 0.5 * mean + 0.5 * (mean + 10), rtol=1e-5
    )


def test_masks():
    x = np.random.default_rng(2).normal(size=(6, 4, 2)).astype("float32")
    mask = np.ones((6, 4), bool)
    mask[:, 2:] = False
    x[:, 2:] = 1000
    tensor = Tensor(x)
    tensor.mask = mask
    carried, given = built(x.shape, momentum=0.0), built(x.shape, momentum=0.0)
    out = carried(tensor, training=True)
    # As in Keras 2.1.5, a mask that comes with the data is passed on, and all steps count.
    assert out.mask is mask
    np.testing.assert_allclose(carried.get_weights()[2], x.mean(axis=(0, 1)), rtol=1e-5)
    # One that is given in the call excludes steps, as in Keras 3.
    out = given(x, training=True, mask=mask).numpy()
    kept = x[:, :2]
    np.testing.assert_allclose(given.get_weights()[2], kept.mean(axis=(0, 1)), rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(given.get_weights()[3], kept.var(axis=(0, 1)), rtol=1e-4)
    np.testing.assert_allclose(out[:, :2].mean(axis=(0, 1)), 0, atol=1e-4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"momentum": 1.5}, "momentum lies from 0 to 1"),
        ({"renorm": True}, "does not offer renorm"),
        ({"virtual_batch_size": 4}, "does not offer virtual_batch_size"),
        ({"synchronized": True}, "does not offer synchronized"),
    ],
)
def test_settings_that_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        BatchNormalization(**settings)


def test_shapes_that_are_refused():
    with pytest.raises(ValueError, match="Axis -1 of the input .* has no known size"):
        BatchNormalization()(Input((4, None)))
    with pytest.raises(ValueError, match="axis"):
        BatchNormalization(axis=5)(X)
    layer = built()
    with pytest.raises(ValueError, match="size 3 on axis 1"):
        layer(np.ones((2, 4)))


def test_settings_of_a_file_of_keras_3_that_are_off():
    config = {**BatchNormalization().get_config(), "renorm": False, "renorm_clipping": None}
    layer = minikeras.layers.deserialize(
        {"class_name": "BatchNormalization", "config": {**config, "renorm_momentum": 0.99}}
    )
    assert layer.momentum == 0.99


# -- eras -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("version", "vector", "image"),
    [
        ("1.2.2", 1.0, 1.0),
        ("2.1.3", 1.0, 1.0),
        ("2.1.4", 24 / (24 - 1.001), 24 / (24 - 1.001)),
        ("2.1.5", 24 / (24 - 1.001), 24 / (24 - 1.001)),
        ("2.3.1", 24 / (24 - 1.001), 24 / (24 - 1.001)),
        ("2.2.4-tf", 1.0, 24 / 23),
        ("2.15.0", 1.0, 24 / 23),
        ("3.15.1", 1.0, 1.0),
    ],
)
def test_the_averaged_variance_is_that_of_the_era(version, vector, image):
    source = np.random.default_rng(4)
    for shape, factor in (((24, 3), vector), ((2, 4, 3, 3), image)):
        x = source.normal(size=shape).astype("float32")
        layer = built(shape, momentum=0.5, as_in_keras=version)
        layer(x, training=True)
        variance = x.reshape(24, 3).astype("float64").var(axis=0)
        expected = 0.5 + 0.5 * variance * factor
        np.testing.assert_allclose(layer.get_weights()[3], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("version", "by_batch"), [("2.1.5", True), ("2.15.0", False), ("3", False)]
)
def test_a_frozen_layer_of_each_era(version, by_batch):
    layer = built(X.shape, as_in_keras=version)
    layer.trainable = False
    out = layer(X, training=True).numpy()
    inference = layer(X, training=False).numpy()
    assert np.array_equal(out, inference) is not by_batch


def test_a_mask_that_is_carried_counts_in_keras_3():
    x = np.random.default_rng(2).normal(size=(6, 4, 2)).astype("float32")
    tensor = Tensor(x)
    tensor.mask = np.arange(4) < [[2]] * 6
    layer = built(x.shape, momentum=0.0, as_in_keras="3.0.0")
    layer(tensor, training=True)
    np.testing.assert_allclose(layer.get_weights()[3], x[:, :2].var(axis=(0, 1)), rtol=1e-4)


def test_the_era_is_in_the_config_only_where_it_is_another():
    assert "as_in_keras" not in BatchNormalization().get_config()
    config = BatchNormalization(as_in_keras="3").get_config()
    assert BatchNormalization.from_config(config).as_in_keras == "3"
    with pytest.raises(ValueError, match="version of a Keras"):
        BatchNormalization(as_in_keras="new")
