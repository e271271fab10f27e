"""Sequential: built at once or by its first data, added to and taken from."""

import numpy as np
import pytest

from minikeras.layers import (
    Activation,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    InputLayer,
    Lambda,
    Reshape,
    add,
)
from minikeras.models import Input, Model, Sequential, model_from_json

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")


def names(model):
    return [layer.name for layer in model.layers]


# --- ways to begin -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "begin",
    [
        lambda: [Dense(2, input_shape=(3,))],
        lambda: [Dense(2, input_dim=3)],
        lambda: [Dense(2, batch_input_shape=(None, 3))],
        lambda: [Input((3,)), Dense(2)],
        lambda: [InputLayer(input_shape=(3,)), Dense(2)],
        lambda: [InputLayer((3,)), Dense(2)],
        lambda: [Sequential([Dense(2, input_shape=(3,))])],
    ],
)
def test_the_shape_may_be_given_in_many_ways(begin):
    model = Sequential(begin())
    assert model.built
    assert model.input_shape == (None, 3)
    assert model.output_shape == (None, 2)
    assert model.predict(X).shape == (6, 2)


def test_an_input_layer_that_is_added_is_listed():
    # as in Keras 2.1.5; the tensor that Input returns, which only Keras 3 takes, is not
    assert names(Sequential([InputLayer((3,), name="in"), Dense(2)])) == ["in", "dense_1"]
    assert names(Sequential([Input((3,)), Dense(2)])) == ["dense_2"]
    assert names(Sequential([Dense(2, input_shape=(3,))])) == ["dense_3"]


def test_deferred_models_are_built_by_data():
    model = Sequential([Dense(4), Dense(1)])
    assert not model.built
    assert model.weights == []
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(X, X[:, :1], verbose=0)
    assert [w.shape for w in model.get_weights()] == [(3, 4), (4,), (4, 1), (1,)]
    assert model.input_shape == (None, 3)


@pytest.mark.parametrize("use", ["predict", "call", "build", "symbol", "train_on_batch"])
def test_ways_to_build(use):
    model = Sequential([Dense(4), Dense(1)])
    if use == "predict":
        assert model.predict(X).shape == (6, 1)
    elif use == "call":
        assert model(X).shape == (6, 1)
    elif use == "build":
        model.build((None, 3))
    elif use == "symbol":
        inputs = Input((3,))
        assert Model(inputs, model(inputs)).predict(X).shape == (6, 1)
    else:
        model.compile("sgd", "mse")
        model.train_on_batch(X, X[:, :1])
    assert model.built
    assert model.count_params() == 21


def test_a_vector_builds_for_one_feature():
    model = Sequential([Dense(1)])
    assert model.predict(np.arange(4.0)).shape == (4, 1)
    assert model.input_shape == (None, 1)


def test_an_embedding_takes_whole_numbers():
    for first in (Embedding(5, 2), Embedding(5, 2, input_length=3)):
        model = Sequential([first, Flatten(), Dense(1)])
        assert model.predict(np.array([[0, 1, 4]])).shape == (1, 1)
        assert model.inputs[0].dtype.kind == "i"


# --- adding and removing -----------------------------------------------------------------------


def test_layers_are_added_one_by_one():
    model = Sequential(name="stack")
    model.add(Dense(4, input_shape=(3,)))
    assert model.output_shape == (None, 4)
    model.add(Activation("relu"))
    model.add(Dense(1))
    assert model.output_shape == (None, 1)
    assert names(model) == ["dense_1", "activation_1", "dense_2"]


def test_a_layer_that_does_not_fit_is_not_added():
    model = Sequential([Dense(4, input_shape=(3,))])
    with pytest.raises(ValueError):
        model.add(Reshape((3, 3)))
    assert names(model) == ["dense_1"]
    model.add(Dense(2))
    assert model.predict(X).shape == (6, 2)


@pytest.mark.parametrize(
    ("layer", "error", "message"),
    [
        (Dense, TypeError, r"Write Dense\(...\) with parentheses"),
        ("dense", TypeError, "add.. takes a layer, but got 'dense'"),
        (None, TypeError, "takes a layer, but got None"),
        (lambda: Input((3,)), ValueError, "only be the first"),
        (lambda: InputLayer((3,)), ValueError, "only be the first"),
        (lambda: Dense(2, name="dense_1"), ValueError, "already has a layer called 'dense_1'"),
        (lambda: Lambda(lambda x: [x, x]), ValueError, "several outputs.*functional"),
    ],
)
def test_what_cannot_be_added(layer, error, message):
    model = Sequential([Dense(4, input_shape=(3,), name="dense_1")])
    made = layer() if callable(layer) and not isinstance(layer, type) else layer
    with pytest.raises(error, match=message):
        model.add(made)
    assert names(model) == ["dense_1"]


def test_the_output_of_a_layer_is_no_beginning():
    with pytest.raises(TypeError, match="output of the layer 'dense_1'"):
        Sequential([Dense(2)(Input((3,)))])


def test_a_model_of_two_inputs_cannot_begin_a_stack():
    a, b = Input((3,)), Input((3,))
    with pytest.raises(ValueError, match="has 2 inputs"):
        Sequential([Model([a, b], add([a, b]))])


def test_the_top_can_be_taken_off():
    model = Sequential([Dense(4, input_shape=(3,)), Dropout(0.5), Dense(1)])
    model.compile("sgd", "mse")
    weights = model.get_weights()[:2]
    assert model.pop().name == "dense_2"
    assert model.output_shape == (None, 4)
    for a, b in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    model.pop()
    model.add(Dense(2))
    model.fit(X, X[:, :2], verbose=0)  # the settings of compile hold
    assert model.predict(X).shape == (6, 2)


def test_pop_does_not_mind_other_uses_of_its_layers():
    model = Sequential([Dense(4, input_shape=(3,)), Dense(1)])
    first = model.layers[0]
    other = Input((3,))
    Model(other, first(other))
    model.pop()
    assert model.input_shape == (None, 3)
    assert model.predict(X).shape == (6, 4)


def test_an_emptied_model_begins_anew():
    model = Sequential([Dense(4, input_shape=(3,))])
    model.pop()
    assert names(model) == []
    assert not model.built
    model.add(Dense(1, input_shape=(2,)))
    assert model.input_shape == (None, 2)
    kept = Sequential([Input((3,)), Dense(4)])
    kept.pop()
    kept.add(Dense(2))
    assert kept.input_shape == (None, 3)
    with pytest.raises(TypeError, match="no layers in the model"):
        Sequential().pop()


def test_pop_before_the_shape_is_known():
    model = Sequential([Dense(4), Dense(1)])
    model.pop()
    assert model.predict(X).shape == (6, 4)


@pytest.mark.parametrize(
    "use", [lambda m: m.predict(X), lambda m: m.build((None, 3)), lambda m: m(X)]
)
def test_an_empty_model_cannot_run(use):
    with pytest.raises(ValueError, match="has no layers yet: add"):
        use(Sequential())


def test_a_shape_that_is_missing():
    with pytest.raises(ValueError, match="does not know its input's shape"):
        Sequential([Dense(1)]).build()


def test_a_failed_build_can_be_made_good():
    model = Sequential([Reshape((3, 2)), Flatten()])
    with pytest.raises(ValueError):
        model.predict(X[:, :2])
    assert not model.built
    assert model.predict(np.zeros((2, 6))).shape == (2, 6)


# --- classes and probabilities -----------------------------------------------------------------


def test_classes_and_probabilities():
    several = Sequential([Dense(4, activation="softmax", input_shape=(3,))])
    probabilities = several.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-5)
    np.testing.assert_array_equal(several.predict_classes(X), probabilities.argmax(1))
    one = Sequential([Dense(1, activation="sigmoid", input_shape=(3,))])
    classes = one.predict_classes(X, batch_size=2, verbose=0)
    assert classes.dtype == np.int32
    np.testing.assert_array_equal(classes, (one.predict(X) > 0.5).astype(int))


def test_scores_are_no_probabilities():
    model = Sequential([Dense(1, input_shape=(3,), kernel_initializer="ones")])
    with pytest.warns(UserWarning, match="no probabilities.*softmax or sigmoid"):
        model.predict_proba(10 * X)


@pytest.mark.parametrize(
    "entry",
    [
        lambda: Input((4,), name="numbers"),
        lambda: InputLayer((4,), name="numbers"),
        lambda: Input(batch_shape=(5, 4), name="numbers"),
    ],
)
def test_configs_say_what_the_input_is(entry):
    model = Sequential([entry(), Dense(3), Dense(2)])
    x = Input(batch_shape=model.input_shape)
    around = Model(x, Dense(1)(model(x)))
    for made in (
        Sequential.from_config(model.get_config()),
        model_from_json(model.to_json()),
        model_from_json(around.to_json()).layers[-2],
    ):
        assert made.built
        assert made.input_shape == model.input_shape
        assert [type(layer) for layer in made.layers] == [type(layer) for layer in model.layers]
        assert [w.shape for w in made.weights] == [w.shape for w in model.weights]
        assert made.input_names == ["numbers"]


def test_the_config_of_a_model_that_was_built_by_data():
    model = Sequential([Dense(3)])
    assert not Sequential.from_config(model.get_config()).built
    model.predict(np.zeros((2, 4)), verbose=0)
    assert Sequential.from_config(model.get_config()).input_shape == (None, 4)


def test_a_first_layer_that_says_its_input_needs_no_more():
    model = Sequential([Dense(3, input_shape=(4,)), Dense(2)])
    assert [entry["class_name"] for entry in model.get_config()] == ["Dense", "Dense"]
    around = Sequential([model, Dense(1)])
    assert [entry["class_name"] for entry in around.get_config()] == ["Sequential", "Dense"]
    assert Sequential.from_config(around.get_config()).input_shape == (None, 4)


def test_the_model_inside_is_the_model_itself():
    """Keras 2 kept a functional model inside, which scripts of its time ask for."""
    model = Sequential([Dense(2, input_shape=(3,))])
    assert model.model is model
