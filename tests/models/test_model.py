"""Model: the functional form, the subclassed form, and what both can do."""

import copy

import numpy as np
import pytest

from minikeras import backend as K
from minikeras import layers, ops
from minikeras.autograd import Tensor
from minikeras.layers import Dense, Dropout, Flatten, Lambda, Masking
from minikeras.models import Input, Model, Sequential

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")


def two_ends(**dense):
    a, b = Input((3,), name="a"), Input((3,), name="b")
    shared = Dense(2, name="shared", **dense)
    return Model([a, b], [layers.add([shared(a), shared(b)], name="sum"), shared(a)], name="ends")


# --- making ----------------------------------------------------------------------------------


def test_arguments_of_keras_1():
    inputs = Input((3,))
    outputs = Dense(1)(inputs)
    assert Model(input=inputs, output=outputs).predict(X).shape == (6, 1)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda i, o: Model(i), TypeError, "both inputs= and outputs=; outputs is missing"),
        (lambda i, o: Model(outputs=o), TypeError, "inputs is missing"),
        (lambda i, o: Model(), TypeError, "subclassed with a call"),
        (lambda i, o: Model(X, o), TypeError, "symbolic tensors.*Begin with Input"),
        (lambda i, o: Model(i, Tensor(X)), TypeError, "symbolic tensors"),
        (lambda i, o: Model(Input((3,)), o), ValueError, "Graph disconnected.*'input_1'"),
        (lambda i, o: Model([i, i], o), ValueError, "same tensor twice"),
        (lambda i, o: Model(i, o, nam="x"), TypeError, "'nam'. Did you mean 'name'"),
    ],
)
def test_models_that_cannot_be_made(make, error, message):
    inputs = Input((3,))
    with pytest.raises(error, match=message):
        make(inputs, Dense(1)(inputs))


def test_layer_names_must_differ():
    inputs = Input((3,))
    x = Dense(2, name="twin")(inputs)
    with pytest.raises(ValueError, match="'twin' is used by two layers"):
        Model(inputs, Dense(2, name="twin")(x))


def test_a_model_may_begin_in_the_middle():
    inputs = Input((3,))
    hidden = Dense(4)(inputs)
    outputs = Dense(1)(hidden)
    whole, first, last = Model(inputs, outputs), Model(inputs, hidden), Model(hidden, outputs)
    np.testing.assert_allclose(last.predict(first.predict(X)), whole.predict(X), rtol=1e-5)


def test_the_document_s_model_from_hidden_to_output_runs():
    # a document of the era passes the hidden tensor as the model's input
    inputs = Input((4,))
    hidden = Dense(3, activation="relu")(inputs)
    model = Model(inputs=hidden, outputs=Dense(2, activation="softmax")(hidden))
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    assert [layer.name for layer in model.layers] == ["dense_2"]
    assert model.input_shape == (None, 3)
    model.fit(X, np.eye(2)[[0, 1, 0, 1, 0, 1]], verbose=0)


# --- running ---------------------------------------------------------------------------------


def test_calls_on_arrays_tensors_and_symbols():
    model = two_ends()
    for given in ([X, X], [Tensor(X), Tensor(X)], {"a": X, "b": X}):
        total, one = model(given)
        assert isinstance(total, Tensor)
        np.testing.assert_allclose(total, 2 * one.data, rtol=1e-6)
    a, b = Input((3,)), Input((3,))
    total, one = model([a, b])
    assert total.shape == one.shape == (None, 2)
    outer = Model([a, b], Dense(1, kernel_initializer="ones")(total))
    np.testing.assert_allclose(
        outer.predict([X, X])[:, 0], model.predict([X, X])[0].sum(1), rtol=1e-4, atol=1e-6
    )


def test_other_floats_are_cast_and_whole_numbers_too():
    model = two_ends()
    expected = model.predict([X, X])[0]
    found = model([X.astype("float64"), X.astype("float64")])[0]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert model([np.ones((1, 3), int)] * 2)[0].dtype == np.float32


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([X], "takes 2 inputs, but was called on 1"),
        ({"a": X, "c": X}, r"needs the input 'b'; given were \['a', 'c'\]"),
        ([X, X[:, :2]], r"shape \(6, 2\)|\(6, 2\)"),
    ],
)
def test_inputs_that_do_not_fit(inputs, message):
    with pytest.raises(ValueError, match=message):
        two_ends()(inputs)


def test_the_phase_can_be_chosen():
    inputs = Input((3,))
    model = Model(inputs, Dropout(0.5)(inputs))
    np.testing.assert_array_equal(model(X).data, X)
    assert (model(X, training=True).data == 0).any()
    np.testing.assert_array_equal(model(X, training=False).data, X)
    outer = Model(inputs, model(inputs))
    assert (outer(X, training=True).data == 0).any()


def test_operators_and_slices_on_symbols():
    inputs = Input((3,))
    y = (inputs * 2 + 1)[:, :2] / ops.sum(ops.square(inputs), axis=1, keepdims=True)
    model = Model(inputs, K.concatenate([y, -inputs[:, 2:]]))
    expected = (X * 2 + 1)[:, :2] / (X**2).sum(1, keepdims=True)
    np.testing.assert_allclose(model.predict(X)[:, :2], expected, rtol=1e-5)
    np.testing.assert_array_equal(model.predict(X)[:, 2], -X[:, 2])


def test_masks_travel_through_nested_models():
    steps = Input((4, 1))
    inner = Model(steps, Masking(0.0)(steps))
    outer_in = Input((4, 1))

    def count(x, mask=None):
        return K.sum(K.cast(K.ones_like(x[..., 0]) if mask is None else mask, "float32"), axis=1)

    data = np.array([[[1.0], [2.0], [0.0], [0.0]], [[3.0], [0.0], [0.0], [0.0]]])
    tensor = inner(data.astype("float32"))
    np.testing.assert_array_equal(tensor.mask, [[1, 1, 0, 0], [1, 0, 0, 0]])
    outer = Model(outer_in, Lambda(count)(inner(outer_in)))
    np.testing.assert_array_equal(outer.predict(data), [2, 1])


def test_shapes_of_the_output():
    model = two_ends()
    assert model.output_shape == [(None, 2), (None, 2)]
    assert model.compute_output_shape([(7, 3), (7, 3)]) == [(7, 2), (7, 2)]
    assert Sequential([Flatten(input_shape=(2, 3))]).compute_output_shape((5, 2, 3)) == (5, 6)


def test_a_functional_model_may_override_call():
    class Doubled(Model):
        def call(self, inputs):
            return super().call(inputs) * 2.0

    inputs = Input((3,))
    plain = Model(inputs, Dense(1)(inputs))
    model = Doubled(inputs, plain.output)
    expected = 2 * plain.predict(X)
    np.testing.assert_allclose(model(X), expected, rtol=1e-6)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-6)
    model.compile("sgd", "mse")
    assert model.evaluate(X, expected, verbose=0) == pytest.approx(0, abs=1e-10)


# --- weights ---------------------------------------------------------------------------------


def test_weights_layer_by_layer():
    inputs = Input((3,))
    x = Dense(2, trainable=False, name="first")(inputs)
    model = Model(inputs, layers.BatchNormalization(name="norm")(x))
    shapes = [w.shape for w in model.get_weights()]
    assert shapes == [(3, 2), (2,), (2,), (2,), (2,), (2,)]
    assert [w.name for w in model.trainable_weights] == ["norm/gamma:0", "norm/beta:0"]
    assert len(model.non_trainable_weights) == 4
    assert model.count_params() == 16
    values = [np.full(s, i, "float32") for i, s in enumerate(shapes)]
    model.set_weights(values)
    for a, b in zip(values, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_shared_weights_are_listed_once():
    assert len(two_ends().get_weights()) == 2
    assert two_ends().count_params() == 8


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([], "2"),
        ([np.zeros((3, 2)), np.zeros(3)], r"\(3,\)"),
        ([np.zeros((3, 2)), np.zeros(2), np.zeros(2)], "3"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(weights, message):
    model = two_ends(bias_initializer="ones")
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        model.set_weights(weights)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_freezing_a_model():
    model = two_ends()
    model.trainable = False
    assert model.trainable_weights == []
    assert len(model.non_trainable_weights) == 2
    model.trainable = True
    assert len(model.trainable_weights) == 2


def test_copies_are_apart():
    inputs = Input((3,))
    model = Model(inputs, Dense(1)(inputs))
    model.compile("adam", "mse")
    twin = copy.deepcopy(model)
    before = model.get_weights()
    twin.fit(X, X[:, :1], verbose=0)
    for a, b, c in zip(before, model.get_weights(), twin.get_weights()):
        np.testing.assert_array_equal(a, b)
        assert (a != c).any()


# --- subclassed models -----------------------------------------------------------------------


class Own(Model):
    """Two layers of its own, one of them in a list."""

    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.hidden = [Dense(units, activation="relu"), Dropout(0.5)]
        self.out = Dense(1)

    def call(self, inputs, training=None):
        x = self.hidden[0](inputs)
        x = self.hidden[1](x, training=training)
        return self.out(x)


def test_a_subclassed_model_is_built_by_its_first_data():
    model = Own()
    assert not model.built
    assert model.get_weights() == []
    model.compile("adam", "mse", metrics=["mae"])
    history = model.fit(X, X[:, :1], epochs=2, verbose=0, validation_data=(X, X[:, :1])).history
    assert model.built
    assert sorted(history) == ["loss", "mean_absolute_error", "val_loss", "val_mean_absolute_error"]
    assert [w.shape for w in model.get_weights()] == [(3, 4), (4,), (4, 1), (1,)]
    assert [layer.name for layer in model.layers] == ["dense_1", "dropout_1", "dense_2"]
    np.testing.assert_array_equal(model.predict(X), model.predict(X))
    assert (model(X, training=True).data != model(X, training=True).data).any()
    assert isinstance(model.evaluate(X, X[:, :1], verbose=0), list)


def test_building_by_shape():
    model = Own()
    model.build((None, 3))
    assert model.count_params() == 21
    with pytest.raises(ValueError, match=r"needs a shape to be built for: build\(\(None, 10\)\)"):
        Own().build(None)


def test_a_call_that_fails_leaves_the_model_unbuilt():
    model = Own()
    with pytest.raises(ValueError):
        model(np.zeros((2, 3, 4, 0), "float32")[0, 0, 0])
    assert not model.built
    model(X)
    assert model.built


def test_subclassed_models_nest():
    inputs = Input((3,))
    own = Own()
    functional = Model(inputs, own(inputs))
    np.testing.assert_allclose(functional.predict(X), own.predict(X), rtol=1e-6)
    stacked = Sequential([Own(), Own()])
    assert stacked.predict(X).shape == (6, 1)
    functional.compile("sgd", "mse")
    functional.fit(X, X[:, :1], verbose=0)


def test_several_inputs_and_outputs_of_a_call():
    class Ends(Model):
        def __init__(self):
            super().__init__()
            self.left, self.right = Dense(2), Dense(1)

        def call(self, inputs):
            a, b = inputs
            return self.left(a), self.right(b)

    model = Ends()
    model.compile("sgd", ["mse", "mae"], loss_weights=[1, 0.5])
    model.fit([X, X], [X[:, :2], X[:, :1]], verbose=0)
    assert model.metrics_names == ["loss", "output_1_loss", "output_2_loss"]
    assert [p.shape for p in model.predict([X, X])] == [(6, 2), (6, 1)]
    with pytest.raises(ValueError, match="first called on the inputs.*now got"):
        model.predict(X)


def test_inputs_and_outputs_by_name():
    class Named(Model):
        def __init__(self):
            super().__init__()
            self.one, self.two = Dense(2), Dense(1)

        def call(self, inputs):
            return {"two": self.two(inputs["q"]), "one": self.one(inputs["p"])}

    model = Named()
    data = {"p": X, "q": X}
    model.compile("sgd", {"one": "mse", "two": "mae"}, metrics={"two": "mse"})
    history = model.fit(data, {"one": X[:, :2], "two": X[:, :1]}, verbose=0).history
    assert list(history) == ["loss", "one_loss", "two_loss", "two_mean_squared_error"]
    assert {k: v.shape for k, v in model.predict(data).items()} == {"one": (6, 2), "two": (6, 1)}


def test_a_model_with_a_build_of_its_own():
    class Built(Model):
        def build(self, input_shape):
            self.scale = self.add_weight("scale", (input_shape[-1],), initializer="ones")

        def call(self, inputs):
            return inputs * self.scale

    model = Built()
    np.testing.assert_array_equal(model.predict(X), X)
    assert [w.name for w in model.trainable_weights] == ["built_1/scale:0"]


def test_whole_numbers_reach_a_subclassed_model_as_they_are():
    seen = []

    class Look(Model):
        def call(self, inputs):
            seen.append(inputs.dtype)
            return K.cast(inputs, "float32")

    Look().predict(np.arange(4).reshape(2, 2))
    assert {d.kind for d in seen} == {"i"}


def test_a_model_without_a_call():
    class Nothing(Model):
        pass

    with pytest.raises(NotImplementedError, match="without a call"):
        Nothing().predict(X)


def test_a_constructor_that_forgets_its_base():
    class Forgets(Model):
        def __init__(self):
            self.inner = Dense(1)

    with pytest.raises(TypeError, match=r"Forgets.__init__ does not call super\(\).__init__\(\)"):
        Forgets()


# --- losses and metrics added to a graph -------------------------------------------------------


def test_symbols_of_another_graph_are_refused():
    model = two_ends()
    other = Input((3,))
    with pytest.raises(ValueError, match="Graph disconnected"):
        model.add_loss(K.sum(other))
    assert model._training_graph is None
    with pytest.raises(ValueError, match="aggregation must be 'mean'"):
        model.add_metric(model.outputs[0], aggregation="sum")
    with pytest.raises(ValueError, match="has a graph: build it first"):
        Own().add_loss(K.sum(other))


def test_an_added_metric_may_go_by_its_layer():
    inputs = Input((3,))
    top = Lambda(lambda x: K.max(x, axis=1), name="top")(inputs)
    model = Model(inputs, Dense(1)(inputs))
    model.add_metric(top)
    model.compile("sgd", "mse")
    values = model.evaluate(X, X[:, :1], verbose=0, return_dict=True)
    assert values["top"] == pytest.approx(X.max(1).mean(), rel=1e-5)


def test_a_list_of_one_output_is_one_output():
    # As in Keras 2: what a call gives can go straight into the next layer.
    x = Input((2,))
    inner = Model(inputs=[x], outputs=[Dense(3)(x)])
    y = Input((2,))
    outer = Model(y, Dense(1)(inner(y)))
    assert outer.predict(np.ones((4, 2)), verbose=0).shape == (4, 1)
    assert inner(np.ones((4, 2), "float32")).shape == (4, 3)


def test_the_list_given_to_a_layer_may_grow_afterwards():
    x = Input((None, 1))
    values, y = [x], x
    for _ in range(3):
        values.append(y)
        y = layers.concatenate(values, axis=1)
    model = Model(x, y)
    assert model.predict(np.ones((1, 1, 1)), verbose=0).shape == (1, 8, 1)
