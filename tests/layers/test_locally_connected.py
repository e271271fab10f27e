"""Local convolutions against loops over their places, and what they refuse."""

import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import Input, LocallyConnected1D, LocallyConnected2D
from minikeras.models import Model, Sequential

rng = np.random.default_rng(0)


def filled(layer, shape):
    """Build a layer and give its weights random numbers; return them."""
    layer.build((None, *shape))
    weights = [rng.normal(size=w.shape).astype("float32") for w in layer.weights]
    layer.set_weights(weights)
    return weights


def patch(x, row, column, layer):
    """Return the numbers of all samples below one window as vectors, in the order of the layout."""
    (a, b), (s, t) = layer.kernel_size, layer.strides
    window = x[:, row * s : row * s + a, column * t : column * t + b]
    if layer.data_format == "channels_first":
        window = window.transpose(0, 3, 1, 2)
    return window.reshape(len(x), -1)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_images(data_format):
    layer = LocallyConnected2D(3, (2, 3), (2, 1), data_format=data_format)
    x = rng.normal(size=(4, 5, 6, 2)).astype("float32")
    first = data_format == "channels_first"
    given = x.transpose(0, 3, 1, 2) if first else x
    kernel, bias = filled(layer, given.shape[1:])
    assert kernel.shape == (2 * 4, 2 * 3 * 2, 3)
    assert bias.shape == (2, 4, 3)
    expected = np.empty((4, 2, 4, 3))
    for row in range(2):
        for column in range(4):
            place = patch(x, row, column, layer) @ kernel[4 * row + column]
            expected[:, row, column] = place + bias[row, column]
    found = layer(given).numpy()
    np.testing.assert_allclose(
        found.transpose(0, 2, 3, 1) if first else found, expected, rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("data_format", [None, "channels_first"])
def test_sequences(data_format):
    layer = LocallyConnected1D(3, 2, 2, data_format=data_format, activation="relu")
    x = rng.normal(size=(4, 7, 2)).astype("float32")
    given = x.transpose(0, 2, 1) if data_format else x
    kernel, bias = filled(layer, given.shape[1:])
    assert kernel.shape == (3, 4, 3)
    windows = np.stack([x[:, i : i + 2].reshape(4, -1) for i in (0, 2, 4)])
    expected = np.maximum((windows @ kernel).transpose(1, 0, 2) + bias, 0)
    found = layer(given).numpy()
    np.testing.assert_allclose(
        found.transpose(0, 2, 1) if data_format else found, expected, rtol=1e-5, atol=1e-5
    )


def test_the_numbers_of_weights_that_keras_2_counts():
    model = Sequential([LocallyConnected2D(64, (3, 3), input_shape=(32, 32, 3))])
    assert model.output_shape == (None, 30, 30, 64)
    assert model.count_params() == 30 * 30 * (3 * 3 * 3 * 64) + 30 * 30 * 64
    model = Sequential([LocallyConnected1D(64, 3, input_shape=(10, 32))])
    assert model.output_shape == (None, 8, 64)
    assert model.count_params() == 8 * (3 * 32 * 64 + 64)


def test_arguments_of_keras_1():
    with pytest.warns(DeprecationWarning):
        layer = LocallyConnected2D(nb_filter=4, nb_row=3, nb_col=2, subsample=(2, 1))
    assert (layer.filters, layer.kernel_size, layer.strides) == (4, (3, 2), (2, 1))


@pytest.mark.parametrize("name", ["m.h5", "m.keras", "w.weights.h5"])
def test_files(tmp_path, name):
    def make():
        inputs = Input((5, 4, 2))
        hidden = LocallyConnected2D(3, 2, activation="relu")(inputs)
        model = Model(inputs, LocallyConnected1D(2, 2)(keras.layers.Reshape((12, 3))(hidden)))
        model.compile("sgd", "mse")
        return model

    model, x = make(), rng.normal(size=(3, 5, 4, 2)).astype("float32")
    path = str(tmp_path / name)
    if name.startswith("w"):
        model.save_weights(path)
        other = make()
        other.load_weights(path)
    else:
        model.save(path)
        other = keras.models.load_model(path)
    np.testing.assert_array_equal(other.predict(x), model.predict(x))


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: LocallyConnected2D(3, 2, padding="same"), "Unknown padding 'same'"),
        (lambda: LocallyConnected2D(0, 2), "positive whole number of filters, not 0"),
        (
            lambda: LocallyConnected1D(3, 2)(Input((None, 2))),
            r"weights of their own for every place, so it needs the spatial size.*None, None, 2",
        ),
        (lambda: LocallyConnected2D(3, 5)(Input((4, 4, 1))), "do not fit into an input"),
        (lambda: LocallyConnected1D(3, 2, dilation_rate=2), "no argument 'dilation_rate'"),
    ],
)
def test_what_is_refused(act, message):
    with pytest.raises((ValueError, TypeError), match="(?s)" + message):
        act()


def test_an_input_of_another_size_is_refused():
    layer = LocallyConnected1D(3, 2)
    layer(np.zeros((2, 5, 1), "float32"))
    with pytest.raises(ValueError, match="expects an input of size 5 on axis 1"):
        layer(np.zeros((2, 6, 1), "float32"))
