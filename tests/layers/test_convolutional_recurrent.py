"""ConvLSTM: against an LSTM whose products are written as convolutions, gradients, states."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, ops
from minikeras.autograd import check_layer

SIZES = {1: (5,), 2: (5, 4), 3: (4, 3, 3)}
LAYERS = {1: layers.ConvLSTM1D, 2: layers.ConvLSTM2D, 3: layers.ConvLSTM3D}
every_rank = pytest.mark.parametrize("rank", [1, 2, 3])


def images(rank, batch=2, steps=3, channels=2):
    rng = np.random.default_rng(rank)
    return rng.normal(size=(batch, steps, *SIZES[rank], channels)).astype("float32")


def by_hand(layer, x):
    """The equations, one gate at a time."""
    cell, f = layer.cell, layer.filters
    kernel, recurrent, bias = (w.data for w in cell.weights)
    h = c = np.zeros(cell.state_shape((len(x), *x.shape[2:])), "float32")

    def line(t, k):
        gate = slice(k * f, (k + 1) * f)
        from_x = ops.convolution(
            x[:, t],
            kernel[..., gate],
            bias[gate],
            strides=cell.strides,
            padding=cell.padding,
            dilation_rate=cell.dilation_rate,
        )
        return from_x + ops.convolution(h, recurrent[..., gate], padding="same")

    for t in range(x.shape[1]):
        i, g, o = (line(t, k) for k in (0, 2, 3))
        forget = line(t, 1)
        c = ops.hard_sigmoid(forget) * c + ops.hard_sigmoid(i) * np.tanh(g)
        h = ops.hard_sigmoid(o) * np.tanh(c)
    return h, c


@every_rank
@pytest.mark.parametrize(
    "settings",
    [
        {"padding": "same"},
        {"padding": "valid"},
        {"padding": "same", "strides": 2},
        {"padding": "same", "dilation_rate": 2},
    ],
)
def test_against_the_equations(rank, settings):
    layer = LAYERS[rank](3, 2, return_state=True, **settings)
    x = images(rank)
    y, h, c = layer(x)
    expected, cells = by_hand(layer, x)
    np.testing.assert_allclose(y.data, expected, atol=2e-6)
    np.testing.assert_allclose(h.data, expected, atol=2e-6)
    np.testing.assert_allclose(c.data, cells, atol=2e-6)
    assert layer.compute_output_shape((None, *x.shape[1:])) == [(None, *y.shape[1:])] * 3


@every_rank
def test_channels_first(rank):
    last = LAYERS[rank](3, 2, padding="same", return_sequences=True)
    first = LAYERS[rank](3, 2, padding="same", return_sequences=True, data_format="channels_first")
    x = images(rank)
    turned = np.moveaxis(x, -1, 2)
    expected = last(x)
    first(turned)
    first.set_weights(last.get_weights())
    found = first(turned)
    np.testing.assert_allclose(np.moveaxis(found.data, 2, -1), expected.data, atol=2e-6)
    assert first.compute_output_shape(turned.shape) == found.shape


def test_gradients():
    layer = layers.ConvLSTM2D(
        2, 2, padding="same", return_sequences=True, bias_initializer="uniform", dtype="float64"
    )
    check_layer(layer, images(2))
    layer = layers.ConvLSTM1D(2, 2, dropout=0.5, recurrent_dropout=0.5, dtype="float64")
    layer._reset_masks = lambda: None
    check_layer(layer, images(1), training=True)


def test_dropout_and_masks():
    layer = layers.ConvLSTM2D(2, 2, dropout=0.5, recurrent_dropout=0.5)
    x = images(2)
    a, b = layer(x, training=True).data, layer(x, training=True).data
    assert np.abs(a - b).max() > 1e-3
    mask = np.array([[1, 1, 0], [1, 1, 0]], bool)
    np.testing.assert_allclose(layer(x, mask=mask).data, layer(x[:, :2]).data, atol=1e-6)


def test_states_that_stay():
    layer = layers.ConvLSTM2D(2, 2, padding="same", stateful=True)
    x = images(2)
    a = layer(x).data
    assert np.abs(layer(x).data - a).max() > 1e-3
    assert layer.states[0].shape == (2, 5, 4, 2)
    layer.reset_states()
    np.testing.assert_array_equal(layer(x).data, a)
    states = [np.ones((2, 5, 4, 2), "float32")] * 2
    layer.reset_states(states)
    fresh = layers.ConvLSTM2D(2, 2, padding="same", weights=layer.get_weights())
    np.testing.assert_allclose(layer(x).data, fresh(x, initial_state=states).data, atol=1e-6)


def test_in_a_model():
    model = keras.Sequential(
        [
            layers.ConvLSTM2D(
                2, (3, 3), padding="same", return_sequences=True, input_shape=(None, 5, 4, 1)
            ),
            layers.BatchNormalization(),
            layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True),
            layers.Conv3D(1, 3, padding="same", activation="sigmoid"),
        ]
    )
    assert model.output_shape == (None, None, 5, 4, 1)
    model.compile("adam", "binary_crossentropy")
    x = np.ones((2, 3, 5, 4, 1))
    before = model.get_weights()
    model.fit(x, x, verbose=0)
    assert all(np.abs(a - b).max() > 0 for a, b in zip(before[:3], model.get_weights()[:3]))
    copy = keras.Sequential.from_config(model.get_config())
    assert copy.output_shape == model.output_shape


def test_configs_and_weights():
    layer = layers.ConvLSTM2D(2, (2, 3), name="layer", kernel_regularizer="l2")
    copy = layers.deserialize(layers.serialize(layer))
    assert copy.get_config() == layer.get_config()
    assert "rank" not in layer.get_config()
    layer(images(2))
    assert [w.shape for w in layer.weights] == [(2, 3, 2, 8), (2, 3, 2, 8), (8,)]
    assert layer.weights[0].name == "layer/kernel:0"
    np.testing.assert_array_equal(layer.weights[2].data, [0, 0, 1, 1, 0, 0, 0, 0])


def test_mistakes_are_named():
    for make, message in (
        (lambda: layers.ConvLSTM2D(2, 2, strides=2, dilation_rate=2), "not both"),
        (lambda: layers.ConvLSTM2D(2, 2)(images(1)), "5 dimensions"),
        (lambda: layers.ConvLSTM2D(2, 2)(keras.Input((3, 5, 4, None))), "number of channels"),
        (lambda: layers.ConvLSTM2D(0, 2), "positive whole number of filters"),
    ):
        with pytest.raises(ValueError, match=message):
            make()
