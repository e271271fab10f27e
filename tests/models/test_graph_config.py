"""Configs of functional models in the forms of Keras 2.1.5 and of Keras 3."""

import copy
import json
import random

import numpy as np
import pytest

from minikeras.layers import Add, Concatenate, Dense, Input, Layer
from minikeras.models import Model, Sequential
from minikeras.registry import custom_object_scope

X = np.random.default_rng(0).standard_normal((5, 4)).astype("float32")
Y = np.random.default_rng(1).standard_normal((5, 4)).astype("float32")


def there_and_back(model):
    config = json.loads(json.dumps(model.get_config()))
    again = Model.from_config(config)
    again.set_weights(model.get_weights())
    assert json.loads(json.dumps(again.get_config())) == config
    return again


def dense(name, units, **config):
    return {"class_name": "Dense", "config": {"name": name, "units": units, **config}}


def entry(layer, *inbound_nodes):
    return {**layer, "name": layer["config"]["name"], "inbound_nodes": list(inbound_nodes)}


def an_input(name, key="batch_input_shape"):
    return {"class_name": "InputLayer", "config": {"name": name, key: [None, 4]}}


# ---------------------------------------------------------------------------------------------
# Keras 2
# ---------------------------------------------------------------------------------------------
def test_calls_are_written_as_keras_2_writes_them():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    shared = Dense(4, name="shared")
    shared(Input((4,)))  # a call that is not of this model is not counted
    inner = Model(a, Dense(2, name="d")(a), name="inner")
    stack = Sequential([Dense(2, input_dim=4)], name="stack")
    out = Concatenate(name="out")([inner(shared(a)), inner(shared(b)), stack(a)])
    config = Model([a, b], out, name="m").get_config()
    calls = {e["name"]: e["inbound_nodes"] for e in config["layers"]}
    assert calls == {
        "a": [],
        "b": [],
        "shared": [[["a", 0, 0, {}]], [["b", 0, 0, {}]]],
        "inner": [[["shared", 0, 0, {}]], [["shared", 1, 0, {}]]],
        "stack": [[["a", 0, 0, {}]]],
        # The first call of a model is its number 1.
        "out": [[["inner", 1, 0, {}], ["inner", 2, 0, {}], ["stack", 1, 0, {}]]],
    }
    assert config["name"] == "m"
    assert config["input_layers"] == [["a", 0, 0], ["b", 0, 0]]
    assert config["output_layers"] == [["out", 0, 0]]


def keras_2_config():
    inner = {
        "class_name": "Model",
        "config": {
            "name": "inner",
            "layers": [
                entry(an_input("i")),
                entry(dense("low", 2), [["i", 0, 0, {}]]),
                entry(dense("high", 3), [["i", 0, 0, {}]]),
            ],
            "input_layers": [["i", 0, 0]],
            "output_layers": [["low", 0, 0], ["high", 0, 0]],
        },
    }
    stack = {"class_name": "Sequential", "config": [dense("s", 3, batch_input_shape=[None, 4])]}
    return {
        "name": "from_keras_2",
        "layers": [
            entry(an_input("a")),
            entry(an_input("b")),
            entry(inner, [["a", 0, 0, {}]], [["b", 0, 0, {}]]),
            {**stack, "name": "stack", "inbound_nodes": [[["a", 0, 0, {}]]]},
            entry(
                {"class_name": "Add", "config": {"name": "sum"}},
                [["inner", 1, 1, {}], ["inner", 2, 1, {}], ["stack", 1, 0, {}]],
            ),
        ],
        "input_layers": [["a", 0, 0], ["b", 0, 0]],
        "output_layers": [["sum", 0, 0], ["inner", 2, 0]],
    }


def test_a_config_of_keras_2_is_read():
    model = Model.from_config(keras_2_config())
    inner, stack = model.get_layer("inner"), model.get_layer("stack")
    total, low = model.predict([X, Y])
    first, second = inner.predict(X), inner.predict(Y)
    np.testing.assert_array_equal(low, second[0])
    np.testing.assert_allclose(total, first[1] + second[1] + stack.predict(X), rtol=1e-5)
    written = json.loads(json.dumps(model.get_config()))
    for before, after in zip(keras_2_config()["layers"], written["layers"]):
        assert after["name"] == before["name"]
        assert after["inbound_nodes"] == before["inbound_nodes"]
    assert written["output_layers"] == keras_2_config()["output_layers"]


@pytest.mark.parametrize("seed", range(5))
def test_layers_may_stand_in_any_order(seed):
    expected = Model.from_config(keras_2_config())
    config = keras_2_config()
    random.Random(seed).shuffle(config["layers"])
    model = Model.from_config(config)
    assert [la.name for la in model.layers] == [la.name for la in expected.layers]
    model.set_weights(expected.get_weights())
    for a, b in zip(model.predict([X, Y]), expected.predict([X, Y])):
        np.testing.assert_array_equal(a, b)


# ---------------------------------------------------------------------------------------------
# Keras 3
# ---------------------------------------------------------------------------------------------
def symbol(name, call=0, position=0):
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": [name, call, position]}
    return {"class_name": "__keras_tensor__", "config": config}


def of_keras_3(layer, module="keras.layers"):
    return {**layer, "module": module, "registered_name": None}


def keras_3_config():
    inner = {
        "class_name": "Functional",
        "config": {
            "name": "inner",
            "trainable": True,
            "layers": [
                entry(of_keras_3(an_input("i", "batch_shape"))),
                entry(of_keras_3(dense("d", 3)), {"args": [symbol("i")], "kwargs": {}}),
            ],
            "input_layers": ["i", 0, 0],
            "output_layers": ["d", 0, 0],
        },
    }
    stack = {
        "class_name": "Sequential",
        "config": {
            "name": "stack",
            "layers": [of_keras_3(an_input("j", "batch_shape")), of_keras_3(dense("s", 3))],
            "build_input_shape": [None, 4],
        },
    }
    return {
        "name": "from_keras_3",
        "trainable": True,
        "layers": [
            entry(of_keras_3(an_input("a", "batch_shape"))),
            entry(of_keras_3(an_input("b", "batch_shape"))),
            entry(
                of_keras_3(inner),
                {"args": [symbol("a")], "kwargs": {"mask": None}},
                {"args": [symbol("b")], "kwargs": {"mask": None}},
            ),
            entry(of_keras_3(stack), {"args": [symbol("b")], "kwargs": {"mask": None}}),
            entry(
                of_keras_3({"class_name": "Concatenate", "config": {"name": "c", "axis": -1}}),
                {
                    # Among arguments all calls are counted from 0, those of models too.
                    "args": [[symbol("inner", 0), symbol("inner", 1), symbol("stack", 0)]],
                    "kwargs": {},
                },
            ),
            entry(
                of_keras_3({"class_name": "Dropout", "config": {"name": "drop", "rate": 0.5}}),
                {"args": [symbol("c")], "kwargs": {"training": True}},
            ),
        ],
        "input_layers": {"left": ["a", 0, 0], "right": ["b", 0, 0]},
        # Among ends those of functional models are counted from 1, those of stacks from 0.
        "output_layers": {"all": ["drop", 0, 0], "one": ["inner", 2, 0], "two": ["stack", 0, 0]},
    }


def test_a_config_of_keras_3_is_read():
    model = Model.from_config(keras_3_config())
    found = model.predict({"left": X, "right": Y})
    assert sorted(found) == ["all", "one", "two"]
    assert (found["all"] == 0).any()  # training=True was part of the call
    np.testing.assert_array_equal(found["one"], model.get_layer("inner").predict(Y))
    np.testing.assert_array_equal(found["two"], model.get_layer("stack").predict(Y))
    parts = model.get_layer("inner").predict(X), found["one"], found["two"]
    kept = found["all"] != 0
    np.testing.assert_allclose(
        found["all"][kept], 2 * np.concatenate(parts, axis=1)[kept], rtol=1e-5
    )


# ---------------------------------------------------------------------------------------------
# There and back
# ---------------------------------------------------------------------------------------------
class Affine(Layer):
    """Takes what it computes with as arguments of the call."""

    def call(self, inputs, factor=1.0, offset=None, which=None):
        first = inputs["x"][0] if isinstance(inputs, dict) else inputs
        shifted = first * factor
        return shifted if offset is None else shifted + offset


def test_arguments_of_calls():
    with custom_object_scope({"Affine": Affine}):
        a = Input((4,), name="a")
        layer = Affine(name="affine")
        value = layer(a, factor=3.0)
        value = layer(value, 2.0, a)
        value = layer(value, offset=np.arange(4))
        value = layer({"x": [value, a]}, which=(1, [2], None))
        model = Model(a, value)
        expected = (X * 3 * 2 + X) + np.arange(4)
        np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5)
        again = there_and_back(model)
        np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_structures_of_ends():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    total = Add(name="t")([a, b])
    model = Model({"p": a, "q": b}, {"r": [total, a], "s": b})
    again = there_and_back(model)
    assert again.input_names == ["p", "q"]
    found = again.predict({"p": X, "q": Y})
    np.testing.assert_array_equal(found["r"][0], X + Y)
    np.testing.assert_array_equal(found["s"], Y)


def test_a_tensor_that_is_input_and_output():
    a = Input((4,), name="a")
    again = there_and_back(Model(a, [a, Dense(1)(a)]))
    np.testing.assert_array_equal(again.predict(X)[0], X)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["layers"].pop(2), r"inputs of \['sum'\] refer to layers or calls"),
        (lambda c: c["layers"].pop(0), r"inputs of \['inner', 'stack', 'sum'\] refer"),
        (lambda c: c.update(output_layers=[["nobody", 0, 0]]), "names 'nobody' as an end"),
        (lambda c: c.update(output_layers=[["sum", 1, 0]]), "names 'sum' as an end"),
        (lambda c: c["layers"][2].update(class_name="Modell"), "Did you mean 'Model'"),
    ],
)
def test_configs_that_describe_no_model(change, message):
    config = copy.deepcopy(keras_2_config())
    change(config)
    with pytest.raises(ValueError, match=message):
        Model.from_config(config)
