"""Bidirectional: merging, masks, states, configs."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.autograd import check_layer

X = np.random.default_rng(0).normal(size=(3, 5, 4)).astype("float32")
MASK = np.array([[0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1]], bool)
MERGE_MODES = ["concat", "sum", "mul", "ave", None]


def as_list(value):
    return [t.data for t in (value if isinstance(value, list) else [value])]


def by_hand(layer, *args, sequences, mode, **call):
    """What the two layers give, merged by NumPy."""
    first, *states = as_list(layer.forward_layer(*args, **call))
    second, *others = as_list(layer.backward_layer(*args, **call))
    if sequences:
        second = second[:, ::-1]
    merged = {
        "concat": lambda: [np.concatenate([first, second], axis=-1)],
        "sum": lambda: [first + second],
        "mul": lambda: [first * second],
        "ave": lambda: [(first + second) / 2],
        None: lambda: [first, second],
    }[mode]()
    return [*merged, *states, *others]


@pytest.mark.parametrize("mode", MERGE_MODES)
@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("state", [False, True])
@pytest.mark.parametrize("mask", [None, MASK], ids=["no mask", "mask"])
def test_outputs(mode, sequences, state, mask):
    inner = layers.LSTM(2, return_sequences=sequences, return_state=state)
    layer = layers.Bidirectional(inner, merge_mode=mode)
    found = layer(X, mask=mask)
    expected = by_hand(layer, X, sequences=sequences, mode=mode, mask=mask)
    for a, b in zip(as_list(found), expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    shapes = layer.compute_output_shape((None, 5, 4))
    shapes = shapes if isinstance(shapes, list) else [shapes]
    assert shapes == [(None, *e.shape[1:]) for e in expected]
    count = 2 if mode is None else 1
    tensors = found if isinstance(found, list) else [found]
    for i, tensor in enumerate(tensors):
        assert (tensor.mask is None) == (mask is None or not sequences or i >= count)
    symbols = layer(keras.Input((5, 4)))
    assert [s.shape for s in (symbols if isinstance(symbols, list) else [symbols])] == shapes


def test_the_backward_layer_goes_backwards():
    layer = layers.Bidirectional(layers.GRU(2, return_sequences=True), merge_mode=None)
    _, backward = layer(X)
    plain = layers.GRU(2, return_sequences=True)
    plain(X)
    plain.set_weights(layer.backward_layer.get_weights())
    np.testing.assert_allclose(plain(X[:, ::-1]).data[:, ::-1], backward.data, atol=1e-6)


def test_gradients():
    for mode in MERGE_MODES:
        inner = layers.GRU(2, return_sequences=True, dtype="float64")
        check_layer(layers.Bidirectional(inner, merge_mode=mode, dtype="float64"), X)


def test_initial_states():
    layer = layers.Bidirectional(layers.LSTM(2, return_state=True))
    layer(X)
    states = [np.full((3, 2), i, "float32") for i in range(4)]
    found = as_list(layer(X, initial_state=states))
    first = as_list(layer.forward_layer(X, initial_state=states[:2]))
    second = as_list(layer.backward_layer(X, initial_state=states[2:]))
    for a, b in zip(found[1:], [*first[1:], *second[1:]], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    with pytest.raises(ValueError, match="initial states for both"):
        layer(X, initial_state=states[:3])
    # Symbolic ones, and in one list with the input.
    inputs = [keras.Input((5, 4)), *(keras.Input((2,)) for _ in range(4))]
    for call in (layer(inputs[0], initial_state=inputs[1:]), layer(inputs)):
        model = keras.Model(inputs, call)
        for a, b in zip(model.predict([X, *states], verbose=0), found, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)
    for given in (X, keras.Input((5, 4))):
        with pytest.raises(ValueError, match="both of its layers.*was given 3"):
            layer(given, initial_state=states[:3])
        with pytest.raises(ValueError, match="needs initial states of the shapes"):
            layer(given, initial_state=[states[0], states[0][:, :1]] * 2)


def test_a_backward_layer_of_its_own():
    layer = layers.Bidirectional(
        layers.GRU(3), backward_layer=layers.SimpleRNN(2, go_backwards=True)
    )
    assert layer(X).shape == (3, 5)
    assert layer.compute_output_shape((None, 5, 4)) == (None, 5)
    copy = layers.deserialize(layers.serialize(layer))
    assert type(copy.backward_layer) is layers.SimpleRNN
    assert copy.get_config() == layer.get_config()


def test_a_cell_of_the_users_own_need_not_be_registered():
    class Adding(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = self.state_size = units

        def build(self, input_shape):
            self.kernel = self.add_weight("kernel", (input_shape[-1], self.units))

        def call(self, inputs, states):
            output = keras.ops.matmul(inputs, self.kernel) + states[0]
            return output, [output]

    for cell in (Adding(2), [Adding(3), layers.GRUCell(2), Adding(2)]):
        layer = layers.Bidirectional(layers.RNN(cell, return_sequences=True))
        assert layer(X).shape == (3, 5, 4)
        for one, other in zip(layer.forward_layer.weights, layer.backward_layer.weights):
            assert one is not other


def test_layers_that_do_not_go_together():
    for other, message in (
        (layers.GRU(2), "go different ways"),
        (layers.GRU(2, go_backwards=True, return_sequences=True), "the same return_sequences"),
        (layers.GRU(2, go_backwards=True, return_state=True), "the same return_state"),
    ):
        with pytest.raises(ValueError, match=message):
            layers.Bidirectional(layers.GRU(2), backward_layer=other)
    with pytest.raises(ValueError, match="merge_mode must be one of"):
        layers.Bidirectional(layers.GRU(2), merge_mode="concatenate")
    with pytest.raises(ValueError, match="Dense goes no way"):
        layers.Bidirectional(layers.Dense(2))
    with pytest.raises(TypeError, match="wraps a layer"):
        layers.Bidirectional(3)


def test_names_and_configs():
    layer = layers.Bidirectional(layers.LSTM(2, name="words"))
    assert layer.forward_layer.name == "forward_words"
    assert layer.backward_layer.name == "backward_words"
    config = layer.get_config()
    assert config["layer"]["config"]["name"] == "words"
    copy = layers.Bidirectional.from_config(config)
    assert copy.get_config() == config
    layer(X)
    assert len(layer.weights) == 6
    assert layer.layer is layer.forward_layer


def test_a_layer_that_is_built_keeps_its_weights():
    inner = layers.LSTM(2)
    inner(X)
    layer = layers.Bidirectional(inner)
    layer(X)
    np.testing.assert_array_equal(layer.forward_layer.get_weights()[0], inner.get_weights()[0])
    assert not np.array_equal(layer.backward_layer.get_weights()[0], inner.get_weights()[0])


def test_initial_weights():
    first, second = layers.GRU(2), layers.GRU(2)
    first(X)
    second(X)
    weights = first.get_weights() + second.get_weights()
    layer = layers.Bidirectional(layers.GRU(2), weights=weights)
    layer(X)
    for a, b in zip(layer.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_states_that_stay():
    layer = layers.Bidirectional(layers.GRU(2, stateful=True))
    assert layer.stateful
    a, b = layer(X).data, layer(X).data
    assert np.abs(a - b).max() > 1e-3
    layer.reset_states()
    np.testing.assert_array_equal(layer(X).data, a)


def test_as_the_first_layer_of_a_model():
    model = keras.Sequential(
        [layers.Bidirectional(layers.LSTM(2, return_sequences=True), input_shape=(5, 4))]
    )
    assert model.output_shape == (None, 5, 4)
    model.add(layers.Bidirectional(layers.LSTM(3)))
    model.add(layers.Dense(1))
    model.compile("adam", "mse")
    before = model.get_weights()
    model.fit(X, np.ones((3, 1)), verbose=0)
    assert all(np.abs(a - b).max() > 0 for a, b in zip(before, model.get_weights(), strict=True))
    copy = keras.models.clone_model(model)
    assert copy.output_shape == (None, 1)


def test_freezing():
    layer = layers.Bidirectional(layers.GRU(2))
    layer(X)
    layer.trainable = False
    assert layer.trainable_weights == []
    assert len(layer.non_trainable_weights) == 6


def test_states_given_in_two_places_are_refused():
    zeros = np.zeros((3, 2), "float32")
    with pytest.raises(ValueError, match="twice"):
        layers.Bidirectional(layers.GRU(2))([X, zeros, zeros], initial_state=[zeros, zeros])


def test_keras_3_resets_what_has_no_state_and_what_has():
    plain = layers.Bidirectional(layers.GRU(2))
    plain(X)
    plain.reset_state()
    with pytest.raises(AttributeError, match="not stateful"):
        plain.reset_states()
    kept = layers.Bidirectional(layers.GRU(2, stateful=True))
    kept(X)
    assert all(layer.states[0].numpy().any() for layer in (kept.forward_layer, kept.backward_layer))
    kept.reset_state()
    for layer in (kept.forward_layer, kept.backward_layer):
        assert not layer.states[0].numpy().any()
