"""Models as configs and as JSON, there and back."""

import json

import numpy as np
import pytest

from minikeras.layers import Dense, Flatten, InputLayer, Lambda, concatenate
from minikeras.models import (
    Input,
    Model,
    Sequential,
    model_from_config,
    model_from_json,
    model_from_yaml,
)
from tests.models.test_cloning import graph
from tests.models.test_model import Own

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")


def same(first, second, x):
    second.set_weights(first.get_weights())
    pairs = zip(np.atleast_1d(first.predict(x)), np.atleast_1d(second.predict(x)))
    if isinstance(first.predict(x), list):
        pairs = zip(first.predict(x), second.predict(x))
    return all((a == b).all() for a, b in pairs)


def test_a_graph_there_and_back():
    model = graph()
    config = model.get_config()
    assert sorted(config) == ["input_layers", "layers", "name", "output_layers"]
    for again in (Model.from_config(config), Model.from_config(json.loads(json.dumps(config)))):
        assert again.name == "g"
        assert [la.name for la in again.layers] == [la.name for la in model.layers]
        assert same(model, again, [X, X])


def test_a_stack_there_and_back():
    model = Sequential([Dense(4, input_shape=(3,), activation="relu"), Dense(1)], name="s")
    config = model.get_config()
    # a list of layers, as in Keras 2.1.5
    assert [entry["class_name"] for entry in config] == ["Dense", "Dense"]
    assert config[0]["config"]["batch_input_shape"] == (None, 3)
    assert same(model, Sequential.from_config(config), X)
    listed = Sequential([InputLayer((3,)), Dense(1)])
    again = Sequential.from_config(listed.get_config())
    assert [type(la).__name__ for la in again.layers] == ["InputLayer", "Dense"]


def test_the_config_of_later_versions():
    layers = [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "in"}},
        {"class_name": "Dense", "config": {"units": 2, "name": "d"}},
    ]
    model = Sequential.from_config({"name": "later", "layers": layers})
    assert model.name == "later"
    assert model.predict(X).shape == (6, 2)
    deferred = {"name": "x", "layers": layers[1:], "build_input_shape": [None, 3]}
    assert Sequential.from_config(deferred).built


@pytest.mark.parametrize("make", [graph, lambda: Sequential([Dense(1, input_shape=(3,))])])
def test_json(make):
    model = make()
    text = model.to_json(indent=1)
    document = json.loads(text)
    assert document["class_name"] == type(model).__name__
    assert document["keras_version"]
    again = model_from_json(text)
    assert type(again) is type(model)
    assert same(model, again, [X, X] if len(model.inputs) == 2 else X)
    config = {"class_name": document["class_name"], "config": model.get_config()}
    assert type(model_from_config(config)) is type(model)


def test_settings_of_layers_survive():
    model = Sequential(
        [
            Flatten(input_shape=(1, 3), name="flat"),
            Dense(
                2,
                kernel_regularizer="l2",
                kernel_constraint="maxnorm",
                bias_initializer="ones",
                trainable=False,
            ),
        ]
    )
    again = model_from_json(model.to_json())
    assert again.get_config() == model.get_config()
    assert again.trainable_weights == []


def test_structures_survive():
    a, b = Input((3,), name="a"), Input((3,), name="b")
    model = Model({"p": a, "q": b}, {"r": concatenate([a, b]), "s": a * 2.0})
    again = Model.from_config(json.loads(json.dumps(model.get_config())))
    found = again.predict([X, X + 1])
    values = found.values() if isinstance(found, dict) else found
    assert sorted(v.shape for v in values) == [(6, 3), (6, 6)]


def test_custom_objects():
    def twice(x):
        return x * 2

    class Mine(Dense):
        pass

    model = Sequential([Mine(2, input_shape=(3,)), Lambda(twice)])
    with pytest.raises(ValueError, match="Unknown layer: 'Mine'"):
        model_from_json(model.to_json())
    again = model_from_json(model.to_json(), custom_objects={"Mine": Mine, "twice": twice})
    assert type(again.layers[0]) is Mine
    assert same(model, again, X)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("{", ValueError, "no valid JSON"),
        ("[1]", ValueError, "does not describe a model"),
        ('{"class_name": "Sequentail", "config": []}', ValueError, "Did you mean 'Sequential'"),
        ('{"config": []}', ValueError, "class_name"),
    ],
)
def test_what_is_no_model(text, error, message):
    with pytest.raises(error, match=message):
        model_from_json(text)
    with pytest.raises(TypeError, match="Sequential.from_config"):
        model_from_config([])


def test_a_config_with_loose_ends():
    config = graph().get_config()
    config["layers"] = [entry for entry in config["layers"] if entry["name"] != "shared"]
    with pytest.raises(ValueError, match="does not describe|no such layer"):
        Model.from_config(config)


def test_subclassed_models_describe_themselves_or_not_at_all():
    model = Own(units=3, name="mine")
    assert Own.from_config(model.get_config()).units == 3
    with pytest.raises(RuntimeError, match=r"to_yaml.. is not offered.*to_json"):
        model.to_yaml()
    with pytest.raises(RuntimeError, match=r"model_from_yaml.. is not offered.*to_json"):
        model_from_yaml("class_name: Model")
