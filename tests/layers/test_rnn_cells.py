"""Cells: the library's own, users' own of either era, and several stacked."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import backend as K
from minikeras import layers, ops
from minikeras.autograd import Variable, check_variables, recording

X = np.random.default_rng(0).normal(size=(3, 5, 4)).astype("float32")
MASK = np.array([[0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1]], bool)


def close(a, b):
    np.testing.assert_allclose(getattr(a, "data", a), getattr(b, "data", b), rtol=0, atol=2e-6)


class MinimalCell(layers.Layer):
    """A cell as the documents of Keras 2.1.5 write it."""

    def __init__(self, units, **kwargs):
        self.units = units
        self.state_size = units
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="uniform", name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, self.units), initializer="uniform", name="recurrent_kernel"
        )
        self.built = True

    def call(self, inputs, states):
        h = K.dot(inputs, self.kernel)
        output = h + K.dot(states[0], self.recurrent_kernel)
        return output, [output]


class CellWithConstants(MinimalCell):
    """Takes a constant, and is told its shape, as in Keras 2."""

    def build(self, input_shape):
        input_shape, constant_shape = input_shape
        super().build(input_shape)
        self.constant_kernel = self.add_weight(
            "constant_kernel", (constant_shape[-1], self.units), initializer="ones"
        )

    def call(self, inputs, states, constants):
        output, states = super().call(inputs, states)
        output = output + K.dot(constants[0], self.constant_kernel)
        return output, [output]


class ModernCell(layers.Layer):
    """A cell as Keras 3 has them: another size of output, states of its own to begin with."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, units]
        self.output_size = 2 * units
        self.dense = layers.Dense(units)
        self.phases = []

    def get_initial_state(self, batch_size=None):
        return [ops.ones((batch_size, self.units)), ops.zeros((batch_size, self.units))]

    def call(self, inputs, states, training=False):
        self.phases.append(training)
        a = ops.tanh(self.dense(inputs) + states[0])
        b = states[1] + 1
        return ops.concatenate([a, b], axis=-1), [a, b]


class PlainCell:
    """No layer at all: adds up what it is given; one state, not in a list."""

    state_size = 4

    def call(self, inputs, states):
        total = states[0] + inputs
        return total, total


# ---------------------------------------------------------------------------------------------
# Users' own
# ---------------------------------------------------------------------------------------------
def test_a_cell_of_keras_2():
    layer = layers.RNN(MinimalCell(2), return_sequences=True)
    y = layer(X)
    assert y.shape == (3, 5, 2)
    assert len(layer.trainable_weights) == 2
    kernel, recurrent = layer.get_weights()
    h = np.zeros((3, 2))
    for t in range(5):
        h = X[:, t] @ kernel + h @ recurrent
        close(y[:, t], h)


def test_a_cell_in_a_model():
    cells = [MinimalCell(3), MinimalCell(2)]
    x = keras.Input((None, 4))
    model = keras.Model(x, layers.RNN(cells)(x))
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(X, np.ones((3, 2)), verbose=0)
    assert all(np.abs(a - b).max() > 0 for a, b in zip(before, model.get_weights(), strict=True))
    assert len(before) == 4


def test_constants():
    layer = layers.RNN(CellWithConstants(2), return_state=True)
    constant = np.ones((3, 6), "float32")
    y, state = layer(X, constants=constant)
    close(y, state)
    assert layer.cell.constant_kernel.shape == (6, 2)
    # In a model, and from its config, where constants are listed behind the inputs.
    x, c = keras.Input((5, 4)), keras.Input((6,))
    model = keras.Model([x, c], layer(x, constants=c))
    close(model.predict([X, constant], verbose=0)[0], y)
    config = layer.get_config()
    assert config["num_constants"] == 1
    copy = layers.RNN.from_config(config, {"CellWithConstants": CellWithConstants})
    found = copy([X, constant])
    copy.set_weights(layer.get_weights())
    close(copy([X, constant])[0], y)
    assert len(found) == 2
    started = layer([X, np.ones((3, 2), "float32"), constant])[0]
    close(started, layer(X, initial_state=np.ones((3, 2), "float32"), constants=constant)[0])
    # States in the list of inputs, constants by name.
    mixed = layer([X, np.ones((3, 2), "float32")], constants=constant)[0]
    close(mixed, started)
    with pytest.raises(ValueError, match="takes no constants"):
        layers.RNN(MinimalCell(2))(X, constants=constant)


def test_a_cell_of_keras_3():
    layer = layers.RNN(ModernCell(2), return_sequences=True, return_state=True)
    y, a, b = layer(X, training=True)
    assert y.shape == (3, 5, 4)
    assert layer.compute_output_shape((None, 7, 4)) == [(None, 7, 4), (None, 2), (None, 2)]
    close(y[:, -1], np.concatenate([a.data, b.data], axis=-1))
    close(b, np.full((3, 2), 5.0))
    assert layer.cell.phases[-5:] == [True] * 5
    layer(X)
    assert layer.cell.phases[-1] is False
    assert len(layer.trainable_weights) == 2


def test_a_cell_that_is_no_layer():
    layer = layers.RNN(PlainCell(), return_sequences=True, return_state=True)
    y, state = layer(X)
    close(y, np.cumsum(X, axis=1))
    close(state, X.sum(axis=1))
    assert layer.weights == []
    y, state = layer(X, mask=MASK)
    close(state, (X * MASK[..., None]).sum(axis=1))


def test_initial_states_of_either_signature():
    class ByInputs(PlainCell):
        def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
            assert inputs is None
            assert batch_size == 3
            return np.ones((batch_size, 4), dtype)

    close(layers.RNN(ByInputs())(X), X.sum(axis=1) + 1)

    class OfLayer(layers.RNN):
        def get_initial_state(self, inputs):
            return [inputs[:, 0] * 0 + 2]

    close(OfLayer(PlainCell())(X), X.sum(axis=1) + 2)


def test_a_penalty_on_the_output_of_a_cell_counts_at_every_step():
    cell = layers.SimpleRNNCell(2, activity_regularizer="l2")
    layer = layers.RNN(cell, return_sequences=True)
    y = layer(X)
    assert float(sum(layer.losses)) == pytest.approx(0.01 * float((y.data**2).sum()), rel=1e-5)


def test_what_is_no_cell_is_refused():
    class NoSize:
        def call(self, inputs, states):
            return inputs, states

    class OddSize(PlainCell):
        state_size = "four"

    for cell, message in (
        (layers.Dense(2), "has no state_size"),
        (NoSize(), "has no state_size"),
        (3, "has no call"),
        (layers.LSTMCell, "LSTMCell"),
        (layers.LSTM(2), "LSTM takes a whole sequence"),
    ):
        with pytest.raises(ValueError, match=message):
            layers.RNN(cell)
        with pytest.raises(ValueError, match=message):
            layers.RNN([cell])
    with pytest.raises(ValueError, match="state_size of a cell is an int"):
        layers.RNN(OddSize())(X)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda x, states: x, "returned a Tensor"),
        (lambda x, states: (x, []), "returned an output and 0 states"),
        (lambda x, states: (x, [*states, x]), "Cell has 1 .* an output and 2 states"),
        (lambda x, states: (x, *states, x), "returned a tuple"),
    ],
)
def test_cells_that_do_not_return_an_output_and_their_states(returned, message):
    class Cell(PlainCell):
        def call(self, inputs, states):
            return returned(inputs, states)

    for cell in (Cell(), [Cell()]):
        with pytest.raises(ValueError, match=message):
            layers.RNN(cell)(X)


# ---------------------------------------------------------------------------------------------
# The library's own
# ---------------------------------------------------------------------------------------------
CELLS = {
    "lstm": lambda **k: layers.LSTMCell(2, **k),
    "gru after": lambda **k: layers.GRUCell(2, reset_after=True, **k),
    "gru before": lambda **k: layers.GRUCell(2, **k),
    "simple": lambda **k: layers.SimpleRNNCell(2, **k),
}
LAYERS = {
    "lstm": lambda **k: layers.LSTM(2, **k),
    "gru after": lambda **k: layers.GRU(2, reset_after=True, **k),
    "gru before": lambda **k: layers.GRU(2, **k),
    "simple": lambda **k: layers.SimpleRNN(2, **k),
}
every_cell = pytest.mark.parametrize("kind", CELLS)


@every_cell
def test_a_cell_in_a_loop_is_the_layer(kind):
    cell, layer = CELLS[kind](), LAYERS[kind](return_sequences=True)
    y = layer(X)
    states = cell.get_initial_state(batch_size=3)
    cell(X[:, 0], states)
    cell.set_weights(layer.get_weights())
    for t in range(5):
        output, states = cell(X[:, t], states)
        close(output, y[:, t])
    run = layers.RNN(cell, return_sequences=True)
    close(run(X), y)


@every_cell
def test_gradients_of_cells(kind):
    rng = np.random.default_rng(2)
    for settings in ({}, {"dropout": 0.5, "recurrent_dropout": 0.5}):
        for implementation in (1, 2):
            cell = CELLS[kind](
                dtype="float64",
                bias_initializer="uniform",
                implementation=implementation,
                **settings,
            )
            x = Variable(rng.normal(size=(3, 4)))
            states = [Variable(s.data) for s in cell.get_initial_state(batch_size=3)]
            for state in states:
                state.data[...] = rng.normal(size=state.shape)
            with recording():
                cell(x, states, training=True)

            def run(cell=cell, x=x, states=states):
                return list(cell(x, states, training=True)[1])

            report = check_variables(run, [x, *states, *cell.trainable_weights])
            assert report.checked
            assert not report.skipped


@every_cell
def test_masks_of_a_cell_last_until_they_are_reset(kind):
    cell = CELLS[kind](dropout=0.5, recurrent_dropout=0.5)
    states = cell.get_initial_state(batch_size=3)
    x = np.ones((3, 40), "float32")
    first, again = (cell.get_dropout_mask(x) for _ in range(2))
    assert again is first
    cell.reset_dropout_mask()
    assert not np.array_equal(cell.get_dropout_mask(x), first)
    state_mask = cell.get_recurrent_dropout_mask(states[0])
    assert state_mask.shape[-2:] == (3, 2)
    cell.reset_recurrent_dropout_mask()
    assert set(np.unique(first)) == {0.0, 2.0}
    assert CELLS[kind]().get_dropout_mask(x) is None


@every_cell
def test_configs(kind):
    cell = CELLS[kind](use_bias=False, dropout=0.2, kernel_constraint="max_norm", seed=3)
    copy = layers.deserialize(layers.serialize(cell))
    assert copy.get_config() == cell.get_config()


# ---------------------------------------------------------------------------------------------
# Stacked
# ---------------------------------------------------------------------------------------------
def test_stacked_cells_are_layers_one_after_the_other():
    stack = layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], return_state=True)
    found = stack(X)
    first = layers.LSTM(3, return_sequences=True, return_state=True)
    second = layers.GRU(2, return_state=True)
    h, *states = first(X)
    output, state = second(h)
    weights = stack.get_weights()
    first.set_weights(weights[:3])
    second.set_weights(weights[3:])
    h, *states = first(X)
    output, state = second(h)
    # The states of the last cell come first, as in Keras 2.1.5.
    for a, b in zip(found, [output, state, *states], strict=True):
        close(a, b)
    assert stack.cell.state_size == (2, 3, 3)
    assert stack.cell.output_size == 2
    # States may be nested from the first cell to the last, as in Keras 3.
    flat = [np.full((3, n), i, "float32") for i, n in enumerate((2, 3, 3))]
    for a, b in zip(
        stack(X, initial_state=flat),
        stack(X, initial_state=[[flat[1], flat[2]], [flat[0]]]),
        strict=True,
    ):
        close(a, b)


def test_stacked_cells_drop_and_begin_anew_with_each_batch():
    layer = layers.RNN([layers.LSTMCell(3, dropout=0.5), MinimalCell(2)])
    keras.utils.set_random_seed(1)
    a, b = layer(X, training=True), layer(X, training=True)
    assert np.abs(a.data - b.data).max() > 1e-3


def test_stacks_in_configs():
    layer = layers.RNN([layers.LSTMCell(3), layers.StackedRNNCells([layers.GRUCell(2)])])
    copy = layers.deserialize(layers.serialize(layer))
    assert copy.get_config() == layer.get_config()
    assert [type(c).__name__ for c in copy.cell.cells] == ["LSTMCell", "StackedRNNCells"]
    with pytest.raises(ValueError, match="at least one cell"):
        layers.StackedRNNCells([])
    with pytest.raises(ValueError, match="has no state_size"):
        layers.StackedRNNCells([layers.Dense(2)])


def test_both_orders_of_the_states_of_a_stack():
    x = np.random.default_rng(5).normal(size=(2, 4, 3)).astype("float32")
    weights = None
    results = []
    for last_first in (True, False):
        cells = [keras.layers.LSTMCell(4), keras.layers.GRUCell(2)]
        stack = keras.layers.StackedRNNCells(cells, reverse_state_order=last_first)
        assert stack.state_size == ((2, 4, 4) if last_first else (4, 4, 2))
        layer = keras.layers.RNN(stack, return_state=True)
        states = [np.full((2, n), 0.1 * n, "float32") for n in (4, 4, 2)]
        nested = [states[:2], states[2:]]
        layer(x, initial_state=nested)
        weights = weights or layer.get_weights()
        layer.set_weights(weights)
        again = type(layer).from_config(layer.get_config())
        assert again.cell.reverse_state_order is last_first
        output, *found = (t.numpy() for t in layer(x, initial_state=nested))
        results.append([output, *(found[1:] + found[:1] if last_first else found)])
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
