"""Recurrent layers beside real Keras: outputs, states, gradients and training."""

import itertools

import keras
import numpy as np
import pytest

import minikeras
from tests.parity.harness import (
    Pair,
    assert_close,
    check_steps,
    copy_weights,
    randomize,
    to_numpy,
)

BATCH, STEPS, FEATURES, UNITS = 3, 4, 2, 3
RNG = np.random.default_rng(11)
X = RNG.normal(size=(BATCH, STEPS, FEATURES))
STATES = RNG.normal(size=(2, BATCH, UNITS))
# Masked in front, at the end, in the middle.
MASK = np.array([[0, 0, 1, 1], [1, 1, 0, 0], [1, 0, 1, 1]], bool)
MASKS = {"no mask": None, "mask": MASK, "nothing seen": np.zeros_like(MASK)}

KINDS = {
    "lstm": ("LSTM", {"recurrent_activation": "sigmoid"}),
    "gru after": ("GRU", {"recurrent_activation": "sigmoid", "reset_after": True}),
    "gru before": ("GRU", {"recurrent_activation": "sigmoid", "reset_after": False}),
    "simple": ("SimpleRNN", {}),
}
every_kind = pytest.mark.parametrize("kind", KINDS)
BOTH = [False, True]
TWO = list(itertools.product(BOTH, BOTH))


@keras.saving.register_keras_serializable()
def precise_tanh(x):
    """XLA's tanh has errors of 1e-7 on a processor, in float64 too; its sigmoid has none."""
    return 2 * keras.ops.sigmoid(2 * x) - 1


def activation(k, name="tanh"):
    return precise_tanh if k is keras and name == "tanh" else name


def lstm(k, units=UNITS, **settings):
    settings = {"recurrent_activation": "sigmoid", **settings}
    return k.layers.LSTM(units, activation=activation(k), **settings)


def gru(k, units=UNITS, **settings):
    settings = {"recurrent_activation": "sigmoid", **settings}
    return k.layers.GRU(units, activation=activation(k), **settings)


def simple(k, units=UNITS, **settings):
    return k.layers.SimpleRNN(units, activation=activation(k), **settings)


def maker(kind, **settings):
    name, own = KINDS[kind]
    settings = {"activation": "tanh", **own, **settings}

    def make(k):
        given = {
            key: activation(k, value) if key.endswith("activation") else value
            for key, value in settings.items()
        }
        return getattr(k.layers, name)(UNITS, **given)

    return make


def state_count(kind):
    return 2 if kind == "lstm" else 1


@pytest.fixture(autouse=True)
def precise(float64):
    """Compute in float64, where the sums of many steps agree to 1e-10.

    Real Keras runs without compiling: that would take seconds for each combination.
    """
    if keras.backend.backend() == "jax":
        with pytest.importorskip("jax").disable_jit():
            yield
    else:
        yield


def with_states(kind, **settings):
    """Return a maker of models of the sequence and the initial states."""

    def make(k):
        x = k.Input((STEPS, FEATURES))
        states = [k.Input((UNITS,)) for _ in range(state_count(kind))]
        layer = maker(kind, **settings)(k)
        return k.Model([x, *states], layer(x, initial_state=states))

    return make


# ---------------------------------------------------------------------------------------------
# The product of what changes the numbers
# ---------------------------------------------------------------------------------------------
@every_kind
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("sequences, backwards, bias", list(itertools.product(BOTH, repeat=3)))
def test_outputs_states_and_gradients(kind, mask, sequences, backwards, bias):
    settings = {
        "return_sequences": sequences,
        "go_backwards": backwards,
        "use_bias": bias,
        "return_state": True,
    }
    call = {} if MASKS[mask] is None else {"mask": MASKS[mask]}
    Pair(maker(kind, **settings), X).check_gradients(X, **call)
    states = list(STATES[: state_count(kind)])
    pair = Pair(maker(kind, **settings), X)
    pair.check_outputs(X, initial_state=states, **call)


@every_kind
@pytest.mark.parametrize("sequences, backwards", TWO)
def test_gradients_by_initial_states(kind, sequences, backwards):
    inputs = [X, *STATES[: state_count(kind)]]
    make = with_states(kind, return_sequences=sequences, go_backwards=backwards, return_state=True)
    Pair(make, inputs).check_gradients(inputs)


@every_kind
@pytest.mark.parametrize("sequences, backwards", TWO)
def test_zero_output_for_mask(kind, sequences, backwards):
    settings = {"return_sequences": sequences, "go_backwards": backwards, "return_state": True}
    pair = Pair(maker(kind, zero_output_for_mask=True, **settings), X)
    pair.check_gradients(X, mask=MASK)


@every_kind
@pytest.mark.parametrize("mask", MASKS)
def test_unrolled(kind, mask):
    call = {} if MASKS[mask] is None else {"mask": MASKS[mask]}
    pair = Pair(maker(kind, unroll=True, return_sequences=True, return_state=True), X)
    pair.check_gradients(X, **call)
    pair.check_outputs(X, initial_state=[*STATES[: state_count(kind)]], **call)


# Those of whole sequences, under both packages' names, and some of a cell's own.
ACTIVATIONS = ["tanh", "sigmoid", "relu", "linear", "softsign"]
GATES = ["sigmoid", "tanh", "relu", "linear", "softmax"]


@pytest.mark.parametrize("kind", ["lstm", "gru after", "gru before"])
@pytest.mark.parametrize("activation, gate", list(itertools.product(ACTIVATIONS, GATES)))
def test_activations(kind, activation, gate):
    settings = {"activation": activation, "recurrent_activation": gate, "return_sequences": True}
    Pair(maker(kind, **settings), X).check_gradients(X, mask=MASK)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_of_the_simple_layer(activation):
    Pair(maker("simple", activation=activation), X).check_gradients(X, mask=MASK)


@pytest.mark.parametrize("kind", ["lstm", "gru after", "gru before"])
def test_hard_sigmoids_of_both_eras(kind):
    name, own = KINDS[kind]

    def make(k):
        gate = "hard_sigmoid" if k is keras else "hard_sigmoid_keras3"
        settings = {**own, "activation": activation(k), "recurrent_activation": gate}
        return getattr(k.layers, name)(UNITS, **settings)

    Pair(make, X).check_gradients(X, mask=MASK)

    def make_old(k):
        gate = (lambda x: k.ops.clip(0.2 * x + 0.5, 0, 1)) if k is keras else "hard_sigmoid"
        settings = {**own, "activation": activation(k), "recurrent_activation": gate}
        return getattr(k.layers, name)(UNITS, **settings)

    Pair(make_old, X).check_gradients(X, mask=MASK)


# ---------------------------------------------------------------------------------------------
# Dropout, with the same masks in both packages
# ---------------------------------------------------------------------------------------------
def fix_masks(layer, gates):
    """Let a cell of either package drop the same things."""
    rng = np.random.default_rng(5)
    for name, size in (("dropout", FEATURES), ("recurrent_dropout", UNITS)):
        mask = (rng.random((*gates, BATCH, size)) < 0.6) / 0.6
        if getattr(layer, name):
            object.__setattr__(layer.cell, f"get_{name}_mask", lambda x, mask=mask: mask)


@every_kind
@pytest.mark.parametrize("sequences, backwards", TWO)
def test_dropout(kind, sequences, backwards):
    count = {"lstm": 4, "simple": 1}.get(kind, 3)
    gates = () if kind == "simple" else (count,)
    settings = {"return_sequences": sequences, "go_backwards": backwards}
    pair = Pair(maker(kind, dropout=0.4, recurrent_dropout=0.4, **settings), X)
    fix_masks(pair.real, gates)
    fix_masks(pair.mini, gates)
    pair.check_gradients(X, training=True, mask=MASK)


@every_kind
def test_one_dropout_mask_for_all_gates(kind):
    settings = {} if kind == "simple" else {"implementation": 2}
    pair = Pair(maker(kind, dropout=0.4, **settings), X)
    fix_masks(pair.real, ())
    fix_masks(pair.mini, ())
    pair.check_gradients(X, training=True)


# ---------------------------------------------------------------------------------------------
# Cells
# ---------------------------------------------------------------------------------------------
@every_kind
def test_cells(kind):
    name, own = KINDS[kind]

    def make(k):
        return getattr(k.layers, name + "Cell")(UNITS, **own, activation=activation(k))

    real, mini = make(keras), make(minikeras)
    states = list(STATES[: state_count(kind)])
    real(X[:, 0], states)
    mini(X[:, 0], states)
    randomize(real)
    copy_weights(real, mini)
    expected, actual = real(X[:, 0], states), mini(X[:, 0], states)
    assert_close(actual[0], expected[0])
    assert_close(list(actual[1]), list(expected[1]))


@pytest.mark.parametrize("sequences, backwards", TWO)
@pytest.mark.parametrize("masked", BOTH)
def test_stacked_cells(sequences, backwards, masked):
    def make(k):
        cells = [
            k.layers.LSTMCell(4, activation(k), "sigmoid"),
            k.layers.GRUCell(UNITS, activation(k), "sigmoid", reset_after=True),
            k.layers.SimpleRNNCell(2, activation(k)),
        ]
        return k.layers.RNN(cells, return_sequences=sequences, go_backwards=backwards)

    call = {"mask": MASK} if masked else {}
    Pair(make, X).check_gradients(X, **call)


def test_states_of_stacked_cells():
    # A flat list that begins with the last cell, as in Keras 2.1.5; Keras 3 nests them.
    def make(k):
        cells = [
            k.layers.LSTMCell(4, activation(k), "sigmoid"),
            k.layers.SimpleRNNCell(2, activation(k)),
        ]
        return k.layers.RNN(cells, return_state=True)

    pair = Pair(make, X)
    output, (h, c), (last,) = pair.real(X)
    assert_close(list(pair.mini(X)), [output, last, h, c])
    h, c, last = RNG.normal(size=(BATCH, 4)), RNG.normal(size=(BATCH, 4)), STATES[0][:, :2]
    nested, flat = [[h, c], [last]], [last, h, c]
    output, (h, c), (last,) = pair.real(X, initial_state=nested)
    for given in (nested, flat):
        assert_close(list(pair.mini(X, initial_state=given)), [output, last, h, c])


def test_a_cell_of_the_users_own():
    def make(k):
        class Minimal(k.layers.Layer):
            def __init__(self, units, **kwargs):
                super().__init__(**kwargs)
                self.units = self.state_size = units

            def build(self, input_shape):
                self.kernel = self.add_weight(
                    shape=(input_shape[-1], self.units), initializer="uniform", name="kernel"
                )
                self.recurrent_kernel = self.add_weight(
                    shape=(self.units, self.units), initializer="uniform", name="recurrent_kernel"
                )

            def call(self, inputs, states):
                h = k.ops.matmul(inputs, self.kernel)
                output = h + k.ops.matmul(states[0], self.recurrent_kernel)
                return output, [output]

        return k.layers.RNN(Minimal(UNITS), return_sequences=True)

    pair = Pair(make, X)
    pair.check_gradients(X)
    pair.check_gradients(X, mask=MASK)


# ---------------------------------------------------------------------------------------------
# States that stay
# ---------------------------------------------------------------------------------------------
@every_kind
def test_stateful(kind):
    pair = Pair(maker(kind, stateful=True), X)
    pair.real.reset_state()
    pair.mini.reset_state()
    for _ in range(3):
        pair.check_outputs(X)
        assert_close(
            [s.data for s in pair.mini.states], [to_numpy(s.value) for s in pair.real.states]
        )
    pair.real.reset_state()
    pair.mini.reset_states()
    pair.check_outputs(X, mask=MASK)


# ---------------------------------------------------------------------------------------------
# Bidirectional and TimeDistributed
# ---------------------------------------------------------------------------------------------
@every_kind
@pytest.mark.parametrize("merge_mode", ["concat", "sum", "mul", "ave", None])
@pytest.mark.parametrize("sequences", BOTH)
def test_bidirectional(kind, merge_mode, sequences):
    # Real Keras sets zero_output_for_mask where sequences are returned.
    make = maker(
        kind, return_sequences=sequences, return_state=True, zero_output_for_mask=sequences
    )
    pair = Pair(lambda k: k.layers.Bidirectional(make(k), merge_mode=merge_mode), X)
    pair.check_gradients(X, mask=MASK)
    pair.check_outputs(X)
    states = [*STATES[: state_count(kind)], *-STATES[: state_count(kind)]]
    pair.check_outputs(X, initial_state=states)


def test_bidirectional_with_a_layer_of_its_own_backwards():
    def make(k):
        return k.layers.Bidirectional(
            gru(k, 3, reset_after=False), backward_layer=simple(k, 2, go_backwards=True)
        )

    Pair(make, X).check_gradients(X)


def test_time_distributed():
    Pair(lambda k: k.layers.TimeDistributed(k.layers.Dense(2, "relu")), X).check_gradients(X)
    images = RNG.normal(size=(2, 3, 5, 4, 2))
    make = lambda k: k.layers.TimeDistributed(k.layers.Conv2D(3, 2))  # noqa: E731
    Pair(make, images).check_gradients(images)

    def hierarchy(k):
        return k.layers.TimeDistributed(lstm(k, 2))

    series = RNG.normal(size=(2, 3, 4, 2))
    Pair(hierarchy, series).check_gradients(series)


# ---------------------------------------------------------------------------------------------
# Masks on their way through a network, into the loss and the metrics
# ---------------------------------------------------------------------------------------------
WORDS = np.array([[0, 0, 3, 1, 5], [4, 2, 1, 0, 0], [5, 0, 2, 3, 1]])
NETWORKS = {
    "a layer at every step": lambda k, x: lstm(k)(
        k.layers.TimeDistributed(k.layers.Dense(4, "relu"))(x)
    ),
    "sequences to the end": lambda k, x: k.layers.Dense(2)(lstm(k, return_sequences=True)(x)),
    "beside the input": lambda k, x: simple(k)(
        k.layers.Concatenate()([lstm(k, return_sequences=True)(x), x])
    ),
    "added to the input": lambda k, x: gru(k, reset_after=True)(
        k.layers.Add()([lstm(k, 4, return_sequences=True)(x), x])
    ),
    "averaged": lambda k, x: k.layers.GlobalAveragePooling1D()(
        gru(k, reset_after=False, return_sequences=True)(x)
    ),
    "attention": lambda k, x: lstm(k)(k.layers.Attention()([x, x])),
    "heads": lambda k, x: k.layers.GlobalAveragePooling1D()(
        k.layers.LayerNormalization()(k.layers.Add()([x, k.layers.MultiHeadAttention(2, 3)(x, x)]))
    ),
    "dropout and activation": lambda k, x: lstm(k)(
        k.layers.Dropout(0.5)(k.layers.Activation("relu")(x))
    ),
    "a stack of cells": lambda k, x: k.layers.RNN(
        [
            k.layers.LSTMCell(3, activation(k), "sigmoid"),
            k.layers.GRUCell(2, activation(k), "sigmoid", reset_after=True),
        ],
        return_sequences=True,
    )(x),
    "both ways": lambda k, x: simple(k)(
        k.layers.Bidirectional(
            gru(k, reset_after=True, return_sequences=True, zero_output_for_mask=True)
        )(x)
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_masks_through_networks(name):
    def make(k):
        x = k.Input((5,), dtype="int32")
        return k.Model(x, NETWORKS[name](k, k.layers.Embedding(6, 4, mask_zero=True)(x)))

    pair = Pair(make, WORDS)
    if name == "heads":  # Keras on JAX takes their softmaxes in float32
        pair.check_outputs(WORDS, tolerance=1e-6)
    else:
        pair.check_gradients(WORDS)
    y = np.random.default_rng(2).normal(size=pair.real(WORDS).shape)
    found = []
    for model in (pair.real, pair.mini):
        model.compile("sgd", "mse", metrics=["mae"])
        found.append(model.evaluate(WORDS, y, verbose=0))
    # Real Keras computes losses and metrics in float32.
    np.testing.assert_allclose(*found, rtol=1e-6)


# ---------------------------------------------------------------------------------------------
# Convolutional
# ---------------------------------------------------------------------------------------------
CONV = [
    {"padding": "same"},
    {"padding": "valid"},
    {"strides": 2, "padding": "same"},
    {"dilation_rate": 2, "padding": "same"},
    {"padding": "same", "use_bias": False, "go_backwards": True},
    {"padding": "same", "activation": "relu", "recurrent_activation": "tanh"},
]


@pytest.mark.parametrize(
    "rank, settings", [*itertools.product([1, 2], CONV), *itertools.product([3], CONV[:2])]
)
def test_conv_lstm(rank, settings):
    size = (5, 4, 3)[:rank]
    images = np.random.default_rng(rank).normal(size=(2, 3, *size, 2))

    def make(k):
        cls = getattr(k.layers, f"ConvLSTM{rank}D")
        given = {"activation": "tanh", "recurrent_activation": "sigmoid", **settings}
        given["activation"] = activation(k, given["activation"])
        given["recurrent_activation"] = activation(k, given["recurrent_activation"])
        return cls(3, 2, return_sequences=True, return_state=True, **given)

    # Without a mask: real Keras 3 on JAX cannot spread one over the image.
    Pair(make, images).check_gradients(images)


# ---------------------------------------------------------------------------------------------
# Training
# ---------------------------------------------------------------------------------------------
MODELS = {
    "lstm": lambda k: [lstm(k, 4)],
    "two lstms": lambda k: [lstm(k, 4, return_sequences=True), lstm(k, 3)],
    "grus": lambda k: [
        gru(k, 4, reset_after=True, return_sequences=True),
        gru(k, 3, reset_after=False),
    ],
    "simple": lambda k: [simple(k, 4)],
    "regularized": lambda k: [
        lstm(
            k,
            4,
            kernel_regularizer="l2",
            recurrent_regularizer="l2",
            bias_regularizer="l2",
            kernel_constraint="max_norm",
            recurrent_constraint="unit_norm",
            bias_constraint="non_neg",
        )
    ],
    "both ways": lambda k: [k.layers.Bidirectional(lstm(k, 3))],
}


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("masked", BOTH)
@pytest.mark.parametrize("name", MODELS)
def test_optimizer_steps(name, masked, optimizer):
    def make(k):
        masking = [k.layers.Masking()] if masked else []
        layers = [k.Input((STEPS, FEATURES)), *masking, *MODELS[name](k), k.layers.Dense(1)]
        return k.Sequential(layers)

    def settings(k):
        if optimizer == "sgd":
            return {"optimizer": k.optimizers.SGD(learning_rate=0.1, momentum=0.9), "loss": "mse"}
        made = k.optimizers.Adam(learning_rate=0.01, epsilon=1e-7)
        return {"optimizer": made, "loss": "mse"}

    x = X.copy()
    if masked:
        x[~MASK] = 0
    # Real Keras computes the loss and keeps the learning rate in float32, even here.
    check_steps(make, settings, x, x[:, :1, 0] - x[:, 2:3, 1], steps=3, tolerance=1e-6)
