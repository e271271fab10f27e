"""clone_model: the same structure with new weights."""

import numpy as np
import pytest

from minikeras.layers import Dense, Dropout, InputLayer, add
from minikeras.models import Input, Model, Sequential, clone_model
from tests.models.test_model import Own

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")


def graph():
    a, b = Input((3,), name="a"), Input((3,), name="b")
    shared = Dense(2, name="shared")
    inner = Sequential([Dense(2, input_shape=(2,), name="deep")], name="inner")
    return Model([a, b], [inner(add([shared(a), shared(b)], name="sum")), shared(a)], name="g")


def test_a_graph():
    model = graph()
    copied = clone_model(model)
    assert copied.name == "g"
    assert [la.name for la in copied.layers] == [la.name for la in model.layers]
    assert not any(a is b for a, b in zip(model.layers, copied.layers))
    assert [w.shape for w in copied.get_weights()] == [w.shape for w in model.get_weights()]
    assert (copied.get_weights()[0] != model.get_weights()[0]).any()
    copied.set_weights(model.get_weights())
    for x, y in zip(copied.predict([X, X]), model.predict([X, X])):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    "first", [list, lambda: [Input((3,))], lambda: [InputLayer((3,), name="in")]]
)
def test_a_stack(first):
    model = Sequential([*first(), Dense(4, activation="relu"), Dropout(0.5), Dense(1)])
    copied = clone_model(model)
    assert copied.built == model.built
    assert [la.name for la in copied.layers] == [la.name for la in model.layers]
    model.predict(X)
    copied.predict(X)
    copied.set_weights(model.get_weights())
    np.testing.assert_array_equal(copied.predict(X), model.predict(X))


def test_on_other_inputs():
    c, d = Input((3,), name="c"), Input((3,), name="d")
    copied = clone_model(graph(), input_tensors=[c, d])
    assert copied.input_names == ["c", "d"]
    stack = clone_model(Sequential([Dense(2, input_shape=(3,))]), input_tensors=c)
    assert stack.input is c
    with pytest.raises(ValueError, match="has 2 inputs, but 1 input tensors"):
        clone_model(graph(), input_tensors=[c])


def test_layers_may_be_shared_or_changed():
    model = graph()

    def clone(layer):
        if layer.name == "shared":
            return layer
        config = layer.get_config()
        return type(layer).from_config(config)

    copied = clone_model(model, clone_function=clone)
    assert copied.get_layer("shared") is model.get_layer("shared")
    assert copied.get_layer("sum") is not model.get_layer("sum")


def test_what_cannot_be_cloned():
    with pytest.raises(ValueError, match="is subclassed: its structure is code"):
        clone_model(Own())
    with pytest.raises(ValueError, match="takes a model, not"):
        clone_model(Dense(2))


def test_calls_may_be_changed():
    def call(layer, *args, **kwargs):
        outputs = layer(*args, **kwargs)
        return Dropout(0.5)(outputs) if layer.name == "shared" else outputs

    copied = clone_model(graph(), call_function=call)
    assert sum(isinstance(layer, Dropout) for layer in copied.layers) == 3
    with pytest.raises(ValueError, match="are listed, not called. Use clone_function"):
        clone_model(Sequential([Dense(2)]), call_function=call)


def test_layers_of_nested_models_may_be_changed():
    def clone(layer):
        if isinstance(layer, Model):
            return clone_model(layer)
        return type(layer).from_config({**layer.get_config(), "name": layer.name + "_new"})

    model = graph()
    inner = clone_model(model, clone_function=clone, recursive=True).get_layer("inner")
    assert [layer.name for layer in inner.layers] == ["deep_new"]
    inner = clone_model(model, clone_function=clone).get_layer("inner")
    assert [layer.name for layer in inner.layers] == ["deep"]
    with pytest.raises(AssertionError):
        clone_model(model, clone_function=_refuse_models)
    clone_model(model, clone_function=_refuse_models, recursive=True)


def _refuse_models(layer):
    assert not isinstance(layer, Model)
    return type(layer).from_config(layer.get_config())


def test_the_class_of_a_model_is_kept():
    class Mine(Model):
        def train_step(self, data):
            return {"loss": 7.0}

    inputs = Input((3,))
    copied = clone_model(Mine(inputs, Dense(1)(inputs)))
    assert type(copied) is Mine
    copied.compile("sgd", "mse")
    assert copied.train_on_batch(X, X[:, :1]) == 7


def test_a_subclassed_model_is_cloned_by_its_config():
    class Net(Model):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.dense = units, Dense(units)

        def call(self, inputs):
            return self.dense(inputs)

        def get_config(self):
            return {"units": self.units}

    model = Net(4)
    copied = clone_model(model)
    assert copied(X).shape == model(X).shape == (6, 4)
    assert copied.dense is not model.dense
    with pytest.raises(ValueError, match="cloned by its config alone"):
        clone_model(model, clone_function=lambda layer: layer)
