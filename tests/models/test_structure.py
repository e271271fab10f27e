"""Layers, inputs and outputs of a model, as its users look at them."""

import numpy as np
import pytest

from minikeras.layers import Dense, Dropout, Flatten, add
from minikeras.models import Input, Model, Sequential


def diamond():
    inputs = Input((4,), name="in")
    left, right = Dense(3, name="left")(inputs), Dense(3, name="right")(inputs)
    return Model(inputs, Dense(1, name="out")(add([left, right], name="sum")), name="diamond")


def test_layers_come_inputs_first():
    assert [layer.name for layer in diamond().layers] == ["in", "left", "right", "sum", "out"]


def test_one_input_and_one_output_stand_for_themselves():
    model = diamond()
    assert model.input is model.inputs[0]
    assert model.output is model.outputs[0]
    assert model.input_shape == (None, 4)
    assert model.output_shape == (None, 1)
    assert [layer.name for layer in model.input_layers] == ["in"]
    assert [layer.name for layer in model.output_layers] == ["out"]
    assert model.input_names == ["in"]
    assert model.output_names == ["out"]


def test_several_are_lists():
    a, b = Input((2,)), Input((3,))
    model = Model([a, b], [Dense(1)(a), Dense(2)(b)])
    assert model.input == [a, b]
    assert model.input_shape == [(None, 2), (None, 3)]
    assert model.output_shape == [(None, 1), (None, 2)]


def test_models_of_features():
    model = diamond()
    features = Model(model.input, [model.get_layer("left").output, model.layers[-2].output])
    x = np.ones((2, 4), "float32")
    left, total = features.predict(x)
    assert left.shape == total.shape == (2, 3)
    np.testing.assert_allclose(
        total @ model.get_layer("out").get_weights()[0], model.predict(x), rtol=1e-5
    )


def test_finding_layers():
    model = diamond()
    assert model.get_layer("sum") is model.get_layer(index=3) is model.get_layer(None, 3)
    assert model.get_layer(index=-1).name == "out"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "suum"}, "no layer 'suum'. Did you mean 'sum'"),
        ({"index": 9}, "no layer number 9: the model has 5 layers"),
        ({}, "name or the index"),
        ({"name": "sum", "index": 1}, "not both"),
    ],
)
def test_layers_that_are_not_there(arguments, message):
    with pytest.raises(ValueError, match=message):
        diamond().get_layer(**arguments)


def test_a_model_without_a_graph_has_no_ends():
    model = Sequential([Dense(1)])
    assert model.inputs is model.outputs is None
    for name in ("input", "output", "input_shape", "output_shape", "input_layers"):
        with pytest.raises(AttributeError, match="subclassed or not built"):
            getattr(model, name)


def test_whether_the_phase_matters():
    assert not diamond().uses_learning_phase
    inner = Sequential([Dropout(0.5, input_shape=(3,))])
    assert inner.uses_learning_phase
    assert Sequential([inner, Dense(1)]).uses_learning_phase


def test_states():
    class Memory(Flatten):
        stateful = True
        cleared = 0

        def reset_states(self):
            self.cleared += 1

    memory = Memory(input_shape=(3,))
    model = Sequential([memory, Dense(1)])
    assert model.stateful
    assert not diamond().stateful
    model.reset_states()
    Model(model.input, model.output).reset_states()
    assert memory.cleared == 2
