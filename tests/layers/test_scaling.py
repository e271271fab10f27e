"""Rescaling, Normalization and Identity."""

import json

import numpy as np
import pytest

from minikeras import config
from minikeras.layers import Identity, Input, Normalization, Rescaling
from minikeras.models import Model

X = np.random.default_rng(0).normal([1, 5, -3], [1, 2, 10], (200, 3))


def test_identity():
    x = np.arange(3)
    assert Identity()(x).numpy().tolist() == [0, 1, 2]
    assert Identity()(Input((3,), dtype="int32")).dtype == np.int32


def test_rescaling():
    pixels = np.array([[0, 51, 255]], "uint8")
    out = Rescaling(1 / 255)(pixels)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out.numpy(), [[0, 0.2, 1]], rtol=1e-6)
    np.testing.assert_allclose(Rescaling(2.0, offset=-1)(pixels).numpy(), [[-1, 101, 509]])
    layer = Rescaling([1.0, 2.0, 3.0], offset=np.array([0.0, 1.0, 0.0]))
    assert layer(np.ones((1, 3))).numpy().tolist() == [[1, 3, 3]]
    again = Rescaling.from_config(json.loads(json.dumps(layer.get_config())))
    assert again(np.ones((1, 3))).numpy().tolist() == [[1, 3, 3]]
    assert Rescaling(2)(Input((3,), dtype="uint8")).dtype == np.float32


def test_rescaling_of_channels_that_come_first(monkeypatch):
    monkeypatch.setattr(config, "_image_data_format", "channels_first")
    out = Rescaling([1.0, 2.0])(np.ones((1, 2, 3, 3))).numpy()
    assert (out[:, 0] == 1).all()
    assert (out[:, 1] == 2).all()


def test_statistics_that_are_given():
    layer = Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0])
    np.testing.assert_allclose(layer(np.array([[3.0, 8.0]])).numpy(), [[1, 2]], rtol=1e-6)
    inverse = Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0], invert=True)
    np.testing.assert_allclose(inverse(np.array([[1.0, 2.0]])).numpy(), [[3, 8]], rtol=1e-6)
    assert layer.weights == []
    one = Normalization(axis=None, mean=1.0, variance=4.0)
    np.testing.assert_allclose(one(np.array([[3.0, 5.0]])).numpy(), [[1, 2]], rtol=1e-6)


@pytest.mark.parametrize("batches", [1, 7])
def test_statistics_that_are_found(batches):
    layer = Normalization()
    assert layer.mean is None
    layer.adapt(X if batches == 1 else np.array_split(X, batches))
    np.testing.assert_allclose(layer.mean[0], X.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(layer.variance[0], X.var(axis=0), rtol=1e-5)
    out = layer(X).numpy()
    np.testing.assert_allclose(out, (X - X.mean(axis=0)) / X.std(axis=0), rtol=1e-4, atol=1e-5)
    assert layer.trainable_weights == []
    again = Normalization.from_config(layer.get_config())
    again.build(X.shape)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(X).numpy(), out)


@pytest.mark.parametrize(
    ("axis", "others"), [(None, (0, 1, 2)), (1, (0, 2)), ((1, 2), (0,)), (-1, (0, 1))]
)
def test_axes(axis, others):
    x = np.random.default_rng(1).normal(4, 3, (50, 2, 5)).astype("float32")
    layer = Normalization(axis=axis)
    layer.adapt(x)
    mean, deviation = x.mean(axis=others, keepdims=True), x.std(axis=others, keepdims=True)
    np.testing.assert_allclose(layer(x).numpy(), (x - mean) / deviation, rtol=1e-3, atol=1e-4)
    inputs = Input((2, 5))
    np.testing.assert_array_equal(Model(inputs, layer(inputs)).predict(x), layer(x).numpy())


def test_batches_with_targets_and_features_without_spread():
    layer = Normalization()
    layer.adapt((x, "target") for x in np.array_split(np.ones((6, 2)), 2))
    assert layer(np.full((1, 2), 2.0)).numpy().tolist() == [[1e7, 1e7]]  # divided by epsilon


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Normalization(mean=1.0), "both mean= and variance="),
        (lambda: Normalization(mean=[1.0, 2], variance=1.0), r"shape \(2,\), but variance \(\)"),
        (lambda: Normalization(mean=[1.0, 2], variance=[1.0, 2])(X), r"shape \(2,\), but axis -1"),
        (lambda: Normalization(mean=1.0, variance=1.0).adapt(X), "were given"),
        (lambda: Normalization().adapt([]), "no data"),
        (lambda: Normalization()(Input((None,))), "no known size"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
