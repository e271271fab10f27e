"""The functional graph: what it is made of, in which order, and what running it gives."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import minikeras
from minikeras import ops
from minikeras.engine.graph import Graph
from minikeras.layers import (
    Activation,
    Add,
    Concatenate,
    Dense,
    Dropout,
    Identity,
    Input,
    Lambda,
    Layer,
)
from minikeras.models import Model, Sequential, clone_model, model_from_json


def rows(n, width, seed=0):
    return np.random.default_rng(seed).standard_normal((n, width)).astype("float32")


# ---------------------------------------------------------------------------------------------
# Order
# ---------------------------------------------------------------------------------------------
def order_of_keras_2(outputs):
    """The order of a model's layers by the rule of Keras 2.1.5, worked out by recursion.

    Layers by falling depth, the longest way to an output, a shared layer's being its greatest;
    layers of one depth as they are met by a walk from the outputs back, inputs in their order.
    """
    met, finished, nodes = {}, set(), []

    def walk(tensor):
        layer, index, _ = tensor.history
        node = layer.inbound_nodes[index]
        if id(node) in finished:
            return
        met.setdefault(layer, len(met))
        for before in node.inputs:
            walk(before)
        finished.add(id(node))
        nodes.append(node)

    for output in outputs:
        walk(output)
    layer_depth, node_depth = {}, {}
    for node in reversed(nodes):
        depth = max(node_depth.get(id(node), 0), layer_depth.get(node.layer, 0))
        node_depth[id(node)] = layer_depth[node.layer] = depth
        for tensor in node.inputs:
            layer, index, _ = tensor.history
            before = id(layer.inbound_nodes[index])
            node_depth[before] = max(node_depth.get(before, 0), depth + 1)
    return sorted(layer_depth, key=lambda la: (-layer_depth[la], met[la]))


def random_graph(seed):
    """Some inputs, and a dozen calls of layers on what there is, some layers being shared."""
    rng = np.random.default_rng(seed)
    inputs = [Input((2,)) for _ in range(rng.integers(1, 4))]
    values, shared = list(inputs), [Dense(2), Identity()]
    for _ in range(12):
        kind = rng.integers(4)
        one, other = (values[i] for i in rng.integers(len(values), size=2))
        if kind == 0:
            values.append(shared[rng.integers(2)](one))
        elif kind == 1:
            values.append(Add()([one, other]))
        elif kind == 2:
            values.append(one * 2.0 if rng.integers(2) else one + other)
        else:
            values.append(Activation("tanh")(one))
    ends = [values[i] for i in rng.integers(len(inputs), len(values), size=2)]
    return inputs, list({id(t): t for t in [*ends, values[-1]]}.values())


@pytest.mark.parametrize("seed", range(25))
def test_layers_are_in_the_order_of_keras_2(seed):
    inputs, outputs = random_graph(seed)
    expected = [la.name for la in order_of_keras_2(outputs)]
    found = [la.name for la in Model(inputs, outputs).layers if la.name in expected]
    assert found == expected


def test_inputs_that_nothing_uses_are_layers_too():
    a, b = Input((2,), name="a"), Input((2,), name="b")
    model = Model([a, b], Dense(1, name="d")(a))
    assert sorted(la.name for la in model.layers) == ["a", "b", "d"]
    assert model.predict([np.ones((3, 2)), np.ones((3, 2))]).shape == (3, 1)


def test_a_thousand_layers():
    value = inputs = Input((3,))
    for _ in range(500):
        value = Activation("linear")(value)
        value = value + 1e-3
    model = Model(inputs, Dense(1)(value))
    assert len(model.layers) == 1002
    model.compile("sgd", "mse")
    x, y = rows(4, 3), rows(4, 1)
    before = model.evaluate(x, y, verbose=0)
    assert model.train_on_batch(x, y) == pytest.approx(before, rel=1e-5)
    again = model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    expected = model.predict(x)
    for copied in (again, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(copied.predict(x), expected)
    assert len(clone_model(model).layers) == 1002


# ---------------------------------------------------------------------------------------------
# Running
# ---------------------------------------------------------------------------------------------
def test_a_shared_layer_adds_up_its_gradients():
    a, b = Input((2,)), Input((2,))
    shared = Dense(1, use_bias=False, kernel_initializer="ones")
    model = Model([a, b], shared(a) + 3 * shared(b))
    model.compile(minikeras.optimizers.SGD(1.0), "mae")
    x, z = np.array([[1.0, 2.0]]), np.array([[5.0, 7.0]])
    model.train_on_batch([x, z], np.array([[0.0]]))
    # The output, 3 + 36, is above the target: its slope by the kernel is x + 3 z.
    np.testing.assert_allclose(shared.get_weights()[0][:, 0], [1 - 16, 1 - 23])


def test_a_layer_called_twice_in_a_row():
    x = Input((3,))
    twice = Dense(3, activation="tanh")
    model = Model(x, twice(twice(x)))
    data = rows(4, 3)
    kernel, bias = twice.get_weights()
    expected = np.tanh(np.tanh(data @ kernel + bias) @ kernel + bias)
    np.testing.assert_allclose(model.predict(data), expected, rtol=1e-5)
    assert model.count_params() == 12


def test_one_branch_of_a_layer_with_several_outputs():
    class Split(Layer):
        def call(self, inputs):
            return {"low": inputs[:, :2], "high": inputs[:, 2:], "nothing": None}

    x = Input((5,))
    parts = Split()(x)
    assert (parts["low"].shape, parts["high"].shape) == ((None, 2), (None, 3))
    assert parts["nothing"] is None
    data = rows(4, 5)
    np.testing.assert_array_equal(Model(x, parts["high"]).predict(data), data[:, 2:])


def test_layers_on_lists_dictionaries_and_constants():
    class Mix(Layer):
        def call(self, inputs, factor=1.0, more=None):
            mixed = inputs["a"] + inputs["b"][0] * inputs["b"][1]
            return mixed * factor + (0 if more is None else more)

    x, y = Input((2,)), Input((2,))
    half = np.array([0.5, 0.25])
    out = Mix()({"a": x, "b": [y, half]}, 2.0, more=x)
    a, b = rows(3, 2), rows(3, 2, 1)
    found = Model([x, y], out).predict([a, b])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, (a + b * half) * 2 + a, rtol=1e-5)


def test_values_are_dropped_after_their_last_use():
    alive = []

    class Watch(Layer):
        def call(self, inputs):
            gone = [ref() is None for ref in alive]
            out = inputs + 1
            alive.append(weakref.ref(out))
            return type(self).seen.append(gone) or out

    Watch.seen = []
    x = Input((2,))
    value = x
    for _ in range(4):
        value = Watch()(value)
    model = Model(x, value)
    alive.clear()
    Watch.seen.clear()
    gc.disable()
    try:
        model.predict(np.ones((2, 2)))
    finally:
        gc.enable()
    # When the third layer runs, the first one's result is gone.
    assert Watch.seen[3][:2] == [True, True]


def test_floats_of_another_type_are_cast_where_they_meet():
    x = Input((3,))
    wide = Dense(2, dtype="float64")(x)
    narrow = Dense(2)(wide)
    assert (wide.dtype, narrow.dtype) == (np.float64, np.float32)
    model = Model(x, [wide, narrow])
    found = model.predict(rows(4, 3))
    assert [a.dtype for a in found] == [np.float64, np.float32]
    inner = Sequential([Dense(2, dtype="float64", input_shape=(3,))])
    out = inner(x)
    assert out.dtype == np.float64
    assert Model(x, out).predict(rows(4, 3)).dtype == np.float64


def test_the_phase_of_one_call():
    x = Input((50,))
    ones = np.ones((4, 50))
    always = Model(x, Dropout(0.5)(x, training=True))
    never = Model(x, Dropout(0.5)(x, training=False))
    assert (always.predict(ones) == 0).any()
    assert (always.predict(ones) == 0).any()
    never.compile("sgd", "mse", metrics=["mae"])
    with pytest.warns(UserWarning, match="no trainable weights"):
        assert never.train_on_batch(ones, ones) == [0, 0]


def test_masks_end_at_operations_and_pass_through_layers():
    seen = []

    class See(Layer):
        supports_masking = True

        def call(self, inputs, mask=None):
            seen.append(mask)
            return inputs

    x = Input((3, 2))
    masked = minikeras.layers.Masking()(x)
    data = np.ones((1, 3, 2), "float32")
    data[0, 1] = 0
    seen.clear()
    Model(x, See()(Activation("relu")(masked))).predict(data)
    assert seen[-1].tolist() == [[True, False, True]]
    Model(x, See()(masked * 2)).predict(data)
    assert seen[-1] is None


# ---------------------------------------------------------------------------------------------
# Layers that run as one
# ---------------------------------------------------------------------------------------------
def set_activation(dense, dropout):
    dense.activation = minikeras.activations.tanh


def set_call(dense, dropout):
    dense.call = lambda inputs: Dense.call(dense, inputs) * 7


def set_other_call(dense, dropout):
    dropout.call = lambda inputs, training=None: inputs * 7


def set_noise_shape(dense, dropout):
    dropout.noise_shape = (None, 1)


def set_rate(dense, dropout):
    dropout.rate = 0.9


def set_penalty(dense, dropout):
    dense.activity_regularizer = minikeras.regularizers.l2(1.0)


@pytest.mark.parametrize(
    "change",
    [set_activation, set_call, set_other_call, set_noise_shape, set_rate, set_penalty],
)
def test_layers_that_run_as_one_heed_what_they_are_given_later(change):
    x = rows(50, 6)
    outcomes = []
    for one in (True, False):
        minikeras.utils.set_random_seed(0)
        inputs = Input((6,))
        dense, dropout = Dense(8, activation="relu"), Dropout(0.5)
        hidden = dense(inputs)
        outputs = dropout(hidden)
        # Where others want the values between, both layers run by themselves.
        model = Model(inputs, outputs if one else [outputs, hidden])
        model(x, training=True)
        change(dense, dropout)
        minikeras.utils.set_random_seed(1)
        result = model(x, training=True)
        result = result if one else result[0]
        outcomes.append((result.numpy(), [float(loss.numpy()) for loss in model.losses]))
    (together, losses), (apart, wanted) = outcomes
    np.testing.assert_allclose(together, apart, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(losses, wanted, rtol=1e-5)


# ---------------------------------------------------------------------------------------------
# What is refused
# ---------------------------------------------------------------------------------------------
def test_a_disconnected_graph():
    a, b = Input((2,), name="a"), Input((3,), name="b")
    hidden = Dense(4, name="first")(a)
    with pytest.raises(ValueError) as error:
        Model(a, Concatenate()([hidden, Dense(1, name="second")(b)]))
    text = str(error.value)
    assert "Graph disconnected" in text
    assert "input 'b' of shape (None, 3)" in text
    assert "'first'" in text
    assert "'second'" not in text


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda x, y: Graph([x, x], [y]), ValueError, "same tensor twice"),
        (lambda x, y: Graph([np.ones(3)], [y]), TypeError, "Begin with Input"),
        (lambda x, y: Graph([x], [y, None]), TypeError, "symbolic tensors"),
        (lambda x, y: Dense(1)("text"), TypeError, "it needs numbers"),
        (lambda x, y: Dense(1)([x, "text"]), ValueError, "'text', which is no symbolic tensor"),
    ],
)
def test_what_is_no_graph(make, error, message):
    x = Input((3,))
    with pytest.raises(error, match=message):
        make(x, Dense(2)(x))


def test_two_layers_of_one_name():
    x = Input((2,))
    value = Dense(2, name="same")(Activation("relu", name="same")(x))
    with pytest.raises(ValueError, match=r"'same' is used by two layers .*Activation and Dense"):
        Model(x, value)


def test_a_failing_call_names_layer_and_shapes():
    x = Input((4,))
    with pytest.raises(ValueError, match="(?s)in layer 'l' .*shape .None, 4."):
        Lambda(lambda t: ops.reshape(t, (-1, 7)), name="l")(x)
    with pytest.raises(ValueError, match="Layer 'd' .Dense. expects an input of size 4 on axis -1"):
        layer = Dense(2, name="d")
        layer(x)
        layer(Input((5,)))


# ---------------------------------------------------------------------------------------------
# Copies
# ---------------------------------------------------------------------------------------------
def trained(model, x, y, steps=3):
    return [model.train_on_batch(x, y) for _ in range(steps)]


def nested():
    x = Input((4,))
    shared = Dense(4)
    inner = Sequential([Dense(2, input_dim=4, activation="tanh")])
    hidden = shared(shared(x))
    model = Model(x, Dense(1)(Concatenate()([inner(hidden), inner(x), hidden[:, :1] * 2])))
    model.add_loss(ops.mean(hidden) * 0.1)
    return model


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"]
)
@pytest.mark.parametrize("make", [nested, lambda: Sequential([Dense(3, input_dim=4), Dense(1)])])
def test_copies_train_on_alike_and_apart(make, copied):
    model = make()
    model.compile("adam", "mse")
    x, y = rows(8, 4), rows(8, 1, 1)
    trained(model, x, y)
    other = copied(model)
    assert [la.name for la in other.layers] == [la.name for la in model.layers]
    start = model.get_weights()
    expected = trained(model, x, y)
    for a, b in zip(start, other.get_weights()):
        np.testing.assert_array_equal(a, b)
    assert trained(other, x, y) == expected
    assert other.to_json() == model.to_json()
