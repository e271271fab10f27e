"""TimeDistributed: all steps as one batch, masks, layers and models inside."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.autograd import check_layer

X = np.random.default_rng(0).normal(size=(3, 5, 4)).astype("float32")
MASK = np.array([[0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1]], bool)


def test_a_layer_at_every_step():
    layer = layers.TimeDistributed(layers.Dense(2, activation="tanh"))
    y = layer(X)
    assert y.shape == (3, 5, 2)
    for t in range(5):
        np.testing.assert_allclose(y.data[:, t], layer.layer(X[:, t]).data, atol=1e-6)
    assert layer.compute_output_shape((None, None, 4)) == (None, None, 2)
    check_layer(layers.TimeDistributed(layers.Dense(2, dtype="float64"), dtype="float64"), X)


def test_images():
    layer = layers.TimeDistributed(layers.Conv2D(3, 2))
    images = np.ones((2, 4, 6, 5, 2), "float32")
    assert layer(images).shape == (2, 4, 5, 4, 3)
    assert layer.compute_output_shape((None, None, 6, 5, 2)) == (None, None, 5, 4, 3)


def test_a_model_at_every_step_of_sequences_of_unknown_length():
    inner = keras.Sequential([layers.Dense(3, input_shape=(4,)), layers.Dense(2)])
    model = keras.Sequential([layers.TimeDistributed(inner, input_shape=(None, 4))])
    assert model.output_shape == (None, None, 2)
    assert model.predict(X, verbose=0).shape == (3, 5, 2)
    model.compile("sgd", "mse")
    model.fit(X, np.ones((3, 5, 2)), verbose=0)
    copy = keras.Sequential.from_config(model.get_config())
    assert copy.output_shape == (None, None, 2)


def test_masks_go_on():
    layer = layers.TimeDistributed(layers.Dense(2))
    y = layer(layers.Masking()(np.where(MASK[..., None], X, 0)))
    np.testing.assert_array_equal(y.mask, MASK)


def test_masks_within_steps():
    """Sentences of words: the words' mask is the inner layer's, a text's mask is what is left."""
    words = np.array([[[1, 2, 0], [3, 0, 0]], [[4, 5, 6], [0, 0, 0]]])
    embedding = layers.Embedding(7, 4, mask_zero=True)
    inner = layers.LSTM(3)
    layer = layers.TimeDistributed(inner)
    embedded = embedding(words)
    y = layer(embedded)
    np.testing.assert_array_equal(y.mask, [[True, True], [True, False]])
    for t in range(2):
        alone = inner(embedded.data[:, t], mask=words[:, t] != 0)
        np.testing.assert_allclose(y.data[:, t], alone.data, atol=1e-6)
    sequences = layers.TimeDistributed(layers.LSTM(3, return_sequences=True))
    np.testing.assert_array_equal(sequences(embedded).mask, words != 0)


def test_a_stateful_layer_is_called_step_by_step():
    inner = layers.SimpleRNN(2, stateful=True)
    layer = layers.TimeDistributed(inner)
    series = np.random.default_rng(1).normal(size=(2, 3, 4, 5)).astype("float32")
    y = layer(series)
    inner.reset_states()
    for t in range(3):
        np.testing.assert_allclose(inner(series[:, t]).data, y.data[:, t], atol=1e-6)


def test_dropout_and_penalties():
    layer = layers.TimeDistributed(layers.Dropout(0.5))
    y = layer(np.ones((2, 50, 10), "float32"), training=True).data
    assert set(np.unique(y)) == {0.0, 2.0}
    assert np.abs(y[:, 0] - y[:, 1]).max() > 0
    np.testing.assert_array_equal(layer(X, training=False).data, X)
    layer = layers.TimeDistributed(layers.Dense(2, activity_regularizer="l2"))
    y = layer(X)
    assert float(sum(layer.losses)) == pytest.approx(0.01 * float((y.data**2).sum()), rel=1e-5)


def test_configs():
    layer = layers.TimeDistributed(layers.Dense(2, name="inner"), name="outer")
    copy = layers.deserialize(layers.serialize(layer))
    assert copy.get_config() == layer.get_config()
    assert copy.layer.name == "inner"


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="at least three dimensions"):
        layers.TimeDistributed(layers.Dense(2))(X[:, 0])
    with pytest.raises(TypeError, match="wraps a layer"):
        layers.TimeDistributed("dense")
    with pytest.raises(ValueError, match="first two axes"):
        layers.TimeDistributed(layers.Dense(2))(X, mask=MASK[:, 1:])
