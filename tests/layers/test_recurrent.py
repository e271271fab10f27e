"""RNN, LSTM, GRU and SimpleRNN: the loop and the whole sequence, states, masks, messages."""

import itertools

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.autograd import Tensor, Variable, check_layer, grad, gradients, recording

X = np.random.default_rng(0).normal(size=(3, 5, 4)).astype("float32")
MASK = np.array([[0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1]], bool)
STATES = list(np.random.default_rng(1).normal(size=(2, 3, 2)).astype("float32"))
BOTH = [False, True]

KINDS = {
    "lstm": lambda **k: layers.LSTM(2, **k),
    "gru after": lambda **k: layers.GRU(2, reset_after=True, **k),
    "gru before": lambda **k: layers.GRU(2, **k),
    "simple": lambda **k: layers.SimpleRNN(2, **k),
    "cudnn lstm": lambda **k: layers.CuDNNLSTM(2, **k),
    "cudnn gru": lambda **k: layers.CuDNNGRU(2, **k),
}
every_kind = pytest.mark.parametrize("kind", KINDS)
with_dropout = pytest.mark.parametrize("kind", [k for k in KINDS if "cudnn" not in k])


def outputs(layer, *args, **kwargs):
    found = layer(*args, **kwargs)
    return [t.data for t in (found if isinstance(found, list) else [found])]


def both_ways(layer, *args, **kwargs):
    """What a layer gives in one operation, and what its cell gives step by step."""
    found = []
    for fused in (True, False):
        layer.fused = fused
        found.append(outputs(layer, *args, **kwargs))
    return found


def assert_same(a, b, tolerance=2e-6):
    for x, y in zip(a, b, strict=True):
        assert x.dtype == y.dtype
        np.testing.assert_allclose(x, y, rtol=0, atol=tolerance * max(1, np.abs(y).max()))


# ---------------------------------------------------------------------------------------------
# One operation, or step by step
# ---------------------------------------------------------------------------------------------
@every_kind
@pytest.mark.parametrize("mask", [None, MASK], ids=["no mask", "mask"])
@pytest.mark.parametrize("sequences, backwards, zero", list(itertools.product(BOTH, repeat=3)))
def test_both_ways_give_the_same(kind, mask, sequences, backwards, zero):
    layer = KINDS[kind](
        return_sequences=sequences,
        return_state=True,
        go_backwards=backwards,
        zero_output_for_mask=zero,
    )
    assert_same(*both_ways(layer, X, mask=mask))
    states = STATES[: len(layer.state_size)]
    assert_same(*both_ways(layer, X, initial_state=states, mask=mask))


@with_dropout
@pytest.mark.parametrize("implementation", [0, 1, 2])
@pytest.mark.parametrize("rates", [(0.4, 0.0), (0.0, 0.4), (0.3, 0.5)])
def test_both_ways_drop_the_same(kind, implementation, rates):
    dropout, recurrent_dropout = rates
    layer = KINDS[kind](
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        implementation=implementation,
        return_sequences=True,
    )
    found = []
    for fused in BOTH:
        layer.fused = fused
        keras.utils.set_random_seed(3)
        found.append(outputs(layer, X, training=True, mask=MASK))
    assert_same(*found)
    assert np.abs(found[0][0] - outputs(layer, X, mask=MASK)[0]).max() > 0.01


@every_kind
def test_both_ways_have_the_same_gradients(kind):
    layer = KINDS[kind](return_sequences=True, return_state=True)
    layer(X)
    sources = [Variable(X), *(Variable(s) for s in STATES[: len(layer.state_size)])]
    sources += layer.trainable_weights
    found = []
    for layer.fused in BOTH:
        with recording(sources):
            out = layer(sources[0], initial_state=sources[1 : 1 + len(layer.state_size)], mask=MASK)
            found.append(gradients(out, sources))
    assert_same(*found)


@every_kind
@pytest.mark.parametrize("fused", BOTH)
def test_gradients(kind, fused):
    layer = KINDS[kind](
        dtype="float64", return_sequences=True, return_state=True, bias_initializer="uniform"
    )
    layer.fused = fused
    assert check_layer(layer, X).checked
    one = KINDS[kind](dtype="float64")
    one.fused = fused
    assert check_layer(one, X[:1, :1]).checked


@pytest.mark.parametrize("fused", BOTH)
def test_gradients_with_masks_held_fixed(fused):
    for make in (KINDS["lstm"], KINDS["gru before"], KINDS["gru after"], KINDS["simple"]):
        layer = make(dtype="float64", dropout=0.5, recurrent_dropout=0.5)
        layer.fused = fused
        layer._reset_masks = lambda: None
        assert check_layer(layer, X, training=True).checked


def test_the_general_loop_can_be_differentiated_twice():
    layer = layers.LSTM(2, dtype="float64")
    layer(X)

    def slope(x):
        return grad(lambda x: layer(x).sum())(x).sum()

    with pytest.raises(NotImplementedError, match="lstm"):
        grad(slope)(X.astype("float64"))
    layer.fused = False
    assert grad(slope)(X.astype("float64")).shape == X.shape


def test_settings_that_leave_the_one_operation_aside():
    def runs_fused(layer, **call):
        layer.build((None, 5, 4))
        calls = []
        step = layer.cell.call
        layer.cell.call = lambda *a, **k: calls.append(1) or step(*a, **k)
        layer(X, **call)
        return not calls

    assert runs_fused(layers.LSTM(2))
    assert runs_fused(layers.LSTM(2, activation="relu", recurrent_activation="linear"))
    assert runs_fused(layers.LSTM(2, unroll=True), mask=MASK)
    assert not runs_fused(layers.LSTM(2, activation="softsign"))
    assert not runs_fused(layers.LSTM(2, recurrent_activation="softmax"))
    assert not runs_fused(layers.LSTM(2, unroll=True), mask=MASK, initial_state=STATES)
    dropped = {"recurrent_dropout": 0.5, "implementation": 2}
    assert not runs_fused(layers.GRU(2, **dropped), training=True)
    assert runs_fused(layers.GRU(2, **dropped), training=False)


# ---------------------------------------------------------------------------------------------
# Settings
# ---------------------------------------------------------------------------------------------
def test_the_defaults_are_those_of_keras_2():
    assert layers.LSTM(2).recurrent_activation is keras.activations.hard_sigmoid
    assert layers.GRU(2).recurrent_activation is keras.activations.hard_sigmoid
    assert not layers.GRU(2).reset_after
    assert layers.LSTM(2).implementation == 1
    assert layers.LSTM(2, implementation=0).implementation == 1


@every_kind
def test_configs(kind):
    layer = KINDS[kind](
        return_sequences=True, stateful=True, zero_output_for_mask=True, kernel_regularizer="l2"
    )
    config = layer.get_config()
    assert "cell" not in config
    assert "use_cudnn" not in config
    copy = type(layer).from_config(config)
    assert copy.get_config() == config
    assert layers.deserialize(layers.serialize(layer)).get_config() == config


@every_kind
def test_weights(kind):
    layer = KINDS[kind](name="layer")
    layer(X)
    gates = len(layer.weights[1].data[0]) // 2
    bias = {
        "lstm": (8,),
        "gru after": (2, 6),
        "gru before": (6,),
        "simple": (2,),
        "cudnn lstm": (16,),
        "cudnn gru": (12,),
    }[kind]
    assert [w.shape for w in layer.weights] == [(4, 2 * gates), (2, 2 * gates), bias]
    assert [w.name for w in layer.weights] == [
        "layer/kernel:0",
        "layer/recurrent_kernel:0",
        "layer/bias:0",
    ]
    # The recurrent kernel is orthogonal.
    kernel = layer.weights[1].data
    np.testing.assert_allclose(kernel @ kernel.T, np.eye(2), atol=1e-5)


def test_the_forget_gate_begins_open():
    for layer in (layers.LSTM(3), layers.LSTM(3, bias_initializer="ones")):
        layer.build((None, 5, 4))
        np.testing.assert_array_equal(layer.cell.bias.data[3:6], 1)
    layer = layers.LSTM(3, unit_forget_bias=False)
    layer.build((None, 5, 4))
    np.testing.assert_array_equal(layer.cell.bias.data, 0)
    layer = layers.CuDNNLSTM(3)
    layer.build((None, 5, 4))
    np.testing.assert_array_equal(np.flatnonzero(layer.cell.bias.data), [15, 16, 17])


def test_settings_of_the_cell_can_be_read_from_the_layer():
    layer = layers.LSTM(3, dropout=0.2, use_bias=False, kernel_constraint="max_norm")
    assert (layer.units, layer.dropout, layer.use_bias) == (3, 0.2, False)
    assert layer.kernel_constraint is layer.cell.kernel_constraint


def test_the_length_may_come_as_input_length():
    model = keras.Sequential([layers.RNN(layers.LSTMCell(2), input_length=5, input_dim=4)])
    assert model.input_shape == (None, 5, 4)
    model = keras.Sequential([layers.CuDNNLSTM(2, input_dim=4, return_sequences=True)])
    assert model.output_shape == (None, None, 2)


def test_names_of_keras_1():
    with pytest.warns(DeprecationWarning, match="LSTM was called as in Keras 1"):
        layer = layers.LSTM(
            output_dim=2, inner_activation="sigmoid", dropout_U=0.1, consume_less="gpu"
        )
    assert (layer.units, layer.recurrent_dropout, layer.implementation) == (2, 0.1, 2)


def test_unknown_numbers_of_steps():
    x = keras.Input((None, 4))
    y = layers.GRU(3, return_sequences=True)(x)
    assert y.shape == (None, None, 3)
    model = keras.Model(x, layers.LSTM(2)(y))
    for steps in (1, 7):
        assert model.predict(np.ones((2, steps, 4)), verbose=0).shape == (2, 2)


@with_dropout
def test_dropout_is_the_same_at_all_steps_and_new_for_each_batch(kind):
    layer = KINDS[kind](dropout=0.5, return_sequences=True)
    drawn = []
    mask = layer.cell.get_dropout_mask
    layer.cell.get_dropout_mask = lambda x: drawn.append(mask(x)) or drawn[-1]
    layer.fused = False
    for _ in range(2):
        layer(X, training=True)
    first, second = drawn[:5], drawn[5:]
    assert all(m is first[0] for m in first)
    assert not np.array_equal(first[0], second[0])
    assert layer.cell._masks == {}


def test_a_seed_makes_the_masks_a_sequence_of_their_own():
    def run():
        layer = layers.LSTM(
            3, dropout=0.5, recurrent_dropout=0.5, seed=7, kernel_initializer="ones"
        )
        return outputs(layer, X, training=True)[0]

    keras.utils.set_random_seed(0)
    first = run()
    keras.utils.set_random_seed(0)
    np.random.default_rng().random()
    layers.Dropout(0.5)(X, training=True)
    keras.utils.set_random_seed(0)
    assert_same([first], [run()])


# ---------------------------------------------------------------------------------------------
# States
# ---------------------------------------------------------------------------------------------
@every_kind
def test_two_halves_of_a_stateful_sequence_are_one(kind):
    layer = KINDS[kind](stateful=True, return_sequences=True)
    parts = [outputs(layer, X[:, :2])[0], outputs(layer, X[:, 2:])[0]]
    whole = KINDS[kind](return_sequences=True)
    whole(X)
    whole.set_weights(layer.get_weights())
    assert_same([np.concatenate(parts, axis=1)], outputs(whole, X))
    layer.reset_states()
    assert all((s.data == 0).all() for s in layer.states)
    assert_same([parts[0]], outputs(layer, X[:, :2]))


def test_states_can_be_set_and_read():
    layer = layers.LSTM(2, stateful=True, batch_input_shape=(3, 5, 4))
    assert layer.states == [None, None]
    layer.reset_states()
    with pytest.raises(ValueError, match="has no states to set yet"):
        layer.reset_states(STATES)
    keras.Sequential([layer])
    layer.reset_states(STATES)
    assert_same([s.data for s in layer.states], STATES)
    fresh = layers.LSTM(2, weights=layer.get_weights())
    assert_same(outputs(layer, X), outputs(fresh, X, initial_state=STATES))
    with pytest.raises(ValueError, match=r"states of the shapes \[\(3, 2\), \(3, 2\)\]"):
        layer.reset_states([STATES[0]])
    with pytest.raises(AttributeError, match="not stateful"):
        layers.LSTM(2).reset_states()
    layers.LSTM(2).reset_state()


def test_a_stateful_model():
    model = keras.Sequential(
        [layers.GRU(3, stateful=True, batch_input_shape=(2, 4, 3)), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(6, 4, 3))
    first = model.predict(x, batch_size=2, verbose=0)
    assert not np.allclose(first, model.predict(x, batch_size=2, verbose=0))
    model.reset_states()
    assert_same([first], [model.predict(x, batch_size=2, verbose=0)])
    model.fit(x, np.ones((6, 1)), batch_size=2, shuffle=False, verbose=0)
    with pytest.raises(ValueError, match="size 2 on axis 0|shape"):
        model.predict(x[:3], batch_size=3, verbose=0)


def test_a_stateful_layer_has_to_know_the_batch_size():
    with pytest.raises(ValueError, match="has to know the batch size"):
        layers.LSTM(2, stateful=True)(keras.Input((5, 4)))


def test_states_do_not_change_under_a_gradient_still_to_be_taken():
    layer = layers.SimpleRNN(2, stateful=True)
    layer(X)
    with recording(layer.trainable_weights):
        first = layer(X)
        expected = gradients(first, layer.trainable_weights)
    layer.reset_states()
    layer(X)
    for layer.fused in BOTH:
        layer.reset_states()
        layer(X)
        with recording(layer.trainable_weights):
            first = layer(X)
        layer(X)  # moves the states
        assert_same(gradients(first, layer.trainable_weights), expected)


def test_an_encoder_hands_its_states_to_a_decoder():
    source, target = keras.Input((None, 4)), keras.Input((None, 3))
    _, h, c = layers.LSTM(5, return_state=True)(source)
    decoder = layers.LSTM(5, return_sequences=True, return_state=True)
    decoded, *_ = decoder(target, initial_state=[h, c])
    model = keras.Model([source, target], layers.Dense(2)(decoded))
    model.compile("adam", "mse")
    a, b = np.ones((2, 6, 4)), np.ones((2, 3, 3))
    model.fit([a, b], np.ones((2, 3, 2)), verbose=0)
    copy = keras.Model.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    assert_same([model.predict([a, b], verbose=0)], [copy.predict([a, b], verbose=0)])
    # States in one list with the sequences, as configs of Keras 2 have them.
    states = [keras.Input((5,)), keras.Input((5,))]
    inference = keras.Model([target, *states], decoder([target, *states]))
    assert [o.shape for o in inference.outputs] == [(None, None, 5), (None, 5), (None, 5)]
    found = inference.predict([b, np.ones((2, 5)), np.ones((2, 5))], verbose=0)
    assert_same(found, outputs(decoder, b, initial_state=[np.ones((2, 5), "float32")] * 2))


def test_states_that_do_not_fit_are_refused():
    layer = layers.LSTM(2)
    for states in ([STATES[0]], [STATES[0], STATES[1][:, :1]], [STATES[0][:1], STATES[1]]):
        with pytest.raises(ValueError, match="needs initial states of the shapes"):
            layer(X, initial_state=states)
    # In a model as soon as it is made, not only when it runs.
    x = keras.Input((None, 4))
    for sizes in ([2], [2, 3], [2, 2, 2]):
        with pytest.raises(ValueError, match="needs initial states of the shapes"):
            layer(x, initial_state=[keras.Input((n,)) for n in sizes])
        with pytest.raises(ValueError, match="needs initial states of the shapes"):
            layer([x, *(keras.Input((n,)) for n in sizes)])
    with pytest.raises(ValueError, match="was given \\[None, None\\]"):
        layer(X, initial_state=[None, None])
    with pytest.raises(ValueError, match="initial states twice"):
        layer([X, *STATES], initial_state=list(STATES))


def test_a_stateful_layer_names_batches_of_another_size():
    model = keras.Sequential([layers.GRU(2, stateful=True, batch_input_shape=(3, None, 4))])
    with pytest.raises(ValueError, match="for batches of 3 samples, but this one has 2"):
        model.predict(X[:2], verbose=0)


# ---------------------------------------------------------------------------------------------
# Masks
# ---------------------------------------------------------------------------------------------
@every_kind
@pytest.mark.parametrize("fused", BOTH)
def test_padding_does_not_count(kind, fused):
    layer = KINDS[kind](return_sequences=True, return_state=True)
    layer.fused = fused
    steps, *states = outputs(layer, X[:, :3])
    for where in ("behind", "in front"):
        padded = np.full((3, 6, 4), np.nan, "float32")
        mask = np.zeros((3, 6), bool)
        place = slice(0, 3) if where == "behind" else slice(3, 6)
        padded[:, place], mask[:, place] = X[:, :3], True
        if not fused:
            padded = np.nan_to_num(padded)
        found, *last = outputs(layer, padded, mask=mask)
        assert_same([found[:, place], *last], [steps, *states])
        if where == "behind":
            assert_same([found[:, 5]], [steps[:, 2]])  # the last output is repeated
        else:
            np.testing.assert_array_equal(found[:, 0], 0)


@every_kind
@pytest.mark.parametrize("fused", BOTH)
def test_masks_of_another_shape(kind, fused):
    layer = KINDS[kind]()
    layer.fused = fused
    assert_same(outputs(layer, X, mask=MASK[..., None]), outputs(layer, X, mask=MASK))
    for wrong in (np.ones((3, 6), bool), np.ones((2, 5), bool), np.ones((3, 5, 4), bool)):
        with pytest.raises(ValueError, match=r"needs a mask of shape \(3, 5\)"):
            layer(X, mask=wrong)


def test_masks_travel_on_beside_sequences():
    x = layers.Masking()(np.where(MASK[..., None], X, 0))
    assert layers.LSTM(2)(x).mask is None
    np.testing.assert_array_equal(layers.LSTM(2, return_sequences=True)(x).mask, MASK)
    y, *states = layers.LSTM(2, return_sequences=True, return_state=True)(x)
    np.testing.assert_array_equal(y.mask, MASK)
    assert [s.mask for s in states] == [None, None]


def test_before_the_first_step_the_output_is_the_initial_state_or_zero_where_unrolled():
    state = STATES[0]
    for unroll in BOTH:
        layer = layers.SimpleRNN(2, return_sequences=True, unroll=unroll)
        found = outputs(layer, X, initial_state=state, mask=MASK)[0]
        np.testing.assert_array_equal(found[0, 0], 0 if unroll else state[0])


def test_unrolling_needs_the_number_of_steps():
    with pytest.raises(ValueError, match="to be unrolled"):
        layers.LSTM(2, unroll=True)(keras.Input((None, 4)))


# ---------------------------------------------------------------------------------------------
# CuDNN
# ---------------------------------------------------------------------------------------------
def test_cudnn_layers_compute_what_ordinary_ones_do():
    # As Keras 2.1.5 converts the weights: kernels are read the other way round, biases added.
    cudnn, plain = layers.CuDNNLSTM(2), layers.LSTM(2, recurrent_activation="sigmoid")
    cudnn(X)
    rng = np.random.default_rng(0)
    kernel, recurrent, bias = (rng.normal(size=w.shape) for w in cudnn.weights)
    cudnn.set_weights([kernel, recurrent, bias])
    turned = [k.T.reshape(k.shape, order="F") for k in np.hsplit(kernel, 4)]
    plain(X)
    plain.set_weights(
        [np.hstack(turned), np.hstack([r.T for r in np.hsplit(recurrent, 4)]), bias[:8] + bias[8:]]
    )
    assert_same(outputs(cudnn, X), outputs(plain, X))

    cudnn = layers.CuDNNGRU(2)
    plain = layers.GRU(2, recurrent_activation="sigmoid", reset_after=True)
    cudnn(X)
    kernel, recurrent, bias = (rng.normal(size=w.shape) for w in cudnn.weights)
    cudnn.set_weights([kernel, recurrent, bias])
    turned = [k.T.reshape(k.shape, order="F") for k in np.hsplit(kernel, 3)]
    plain(X)
    plain.set_weights(
        [np.hstack(turned), np.hstack([r.T for r in np.hsplit(recurrent, 3)]), bias.reshape(2, 6)]
    )
    assert_same(outputs(cudnn, X), outputs(plain, X))


# ---------------------------------------------------------------------------------------------
# Messages
# ---------------------------------------------------------------------------------------------
def test_mistakes_are_named():
    for make, message in (
        (lambda: layers.LSTM(0), "positive whole number of units"),
        (lambda: layers.LSTM(2, dropout=1.5), "dropout is the part that is dropped"),
        (lambda: layers.GRU(2, recurrent_dropout=-1), "recurrent_dropout is the part"),
        (lambda: layers.LSTM(2, implementation=3), "implementation must be"),
        (lambda: layers.LSTM(2, use_cudnn=True), "cuDNN runs on graphics cards"),
        (lambda: layers.LSTM(2, activation="tahn"), "tanh"),
        (lambda: layers.LSTM(2)(X[0]), "3 dimensions"),
        (lambda: layers.LSTM(2)(keras.Input((5, None))), "no known size"),
    ):
        with pytest.raises(ValueError, match=message):
            make()
    with pytest.raises(TypeError, match="return_sequence"):
        layers.LSTM(2, return_sequence=True)
    with pytest.raises(TypeError, match="CuDNNLSTM takes no argument 'dropout'"):
        layers.CuDNNLSTM(2, dropout=0.5)


def test_float32_all_the_way():
    layer = layers.LSTM(2, return_sequences=True, return_state=True, dropout=0.1)
    for layer.fused in BOTH:
        with recording(layer.trainable_weights if layer.built else None):
            out = layer(X.astype("float64"), training=True)
            found = gradients(out, layer.trainable_weights)
        assert {str(t.dtype) for t in [*out, *found]} == {"float32"}
    assert isinstance(out[0], Tensor)
