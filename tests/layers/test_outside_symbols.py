"""Layers and Lambdas whose functions take symbolic tensors from around them."""

import numpy as np
import pytest

from minikeras import backend as K
from minikeras import ops
from minikeras.layers import Dense, Dropout, Input, Lambda, Layer, Multiply
from minikeras.layers.outside_symbols import symbols_in
from minikeras.models import Model


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


@pytest.mark.parametrize("shape", [None, (3,)])
def test_a_lambda_that_closes_over_a_tensor(shape):
    x, factor = Input((3,)), Input((3,))
    doubled = factor * 2
    y = Lambda(lambda t: t * doubled + 1, output_shape=shape)(x)
    assert y.shape == (None, 3)
    model = Model([x, factor], y)
    a, b = numbers(4, 3), numbers(4, 3, seed=1)
    np.testing.assert_allclose(model.predict([a, b]), a * b * 2 + 1, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "function",
    [lambda x, t: x[:, 1], lambda x, t: t[:, 1] + 0 * x[:, 0], lambda x, t: (x * t)[:, 2]],
)
def test_a_lambda_that_closes_over_its_own_argument(function):
    x = Input((3, 2))
    y = Lambda(lambda t: function(x, t))(x)
    model = Model(x, y)
    assert model.layers[-1].input is x
    a = numbers(4, 3, 2)
    np.testing.assert_allclose(model.predict(a), function(a, a), rtol=1e-6, atol=1e-6)


def test_gradients_reach_the_tensor_that_was_closed_over():
    def build(join):
        x = Input((3,))
        gate = Dense(4, activation="sigmoid", kernel_initializer="ones")(x)
        hidden = Dense(4, kernel_initializer="ones")(x)
        model = Model(x, join(gate, hidden))
        model.compile("sgd", "mse")
        return model.loss_and_gradients(numbers(5, 3), np.ones((5, 4)))

    loss, found = build(lambda gate, hidden: Lambda(lambda t: t * gate)(hidden))
    same_loss, expected = build(lambda gate, hidden: Multiply()([hidden, gate]))
    assert loss == pytest.approx(same_loss)
    by_shape = {g.shape: 0 for g in expected}
    assert len(found) == len(expected) == 4
    for shape in by_shape:
        sums = [
            sorted(float(np.sum(g)) for g in gs if g.shape == shape) for gs in (found, expected)
        ]
        assert sums[0] == pytest.approx(sums[1])


class PenaltyOfBook(Layer):
    """A layer that adds a loss of tensors it was not called on."""

    def __init__(self, mean, log_var, **kwargs):
        super().__init__(**kwargs)
        self.find = lambda: (mean, log_var)

    def penalty(self):
        mean, log_var = self.find()
        return -0.5 * K.mean(1 + log_var - K.square(mean) - K.exp(log_var), axis=-1)

    def call(self, inputs):
        x, decoded = inputs
        self.add_loss(K.mean(K.square(x - decoded)) + K.mean(self.penalty()), inputs=inputs)
        return x


def test_a_layer_whose_loss_closes_over_tensors():
    x = Input((4,))
    mean, log_var = Dense(2, name="mean")(x), Dense(2, name="log_var")(x)
    decoded = Dense(4)(mean)
    model = Model(x, PenaltyOfBook(mean, log_var)([x, decoded]))
    model.compile("sgd")
    data = numbers(6, 4)
    loss, gradients = model.loss_and_gradients(data)
    m, v, d = Model(x, [mean, log_var, decoded]).predict(data)
    expected = np.mean((data - d) ** 2) - 0.5 * np.mean(1 + v - m**2 - np.exp(v))
    assert loss == pytest.approx(expected, rel=1e-5)
    assert all(g is not None and np.any(g) for g in gradients)
    before = model.evaluate(data, verbose=0)
    model.fit(data, epochs=20, verbose=0)
    assert model.evaluate(data, verbose=0) < before


class KnowsItsShape(Layer):
    """Says its output shape itself, so that `call` is not run to find it."""

    def call(self, inputs):
        return self.scaled(inputs)

    def scaled(self, inputs):
        return inputs * _factor()

    def compute_output_shape(self, input_shape):
        return input_shape


def _factor():
    return FACTOR


FACTOR = Input((3,), name="a_factor_of_the_module")


def test_a_layer_that_knows_its_shape_is_read_for_what_it_names():
    assert symbols_in(KnowsItsShape(), KnowsItsShape.call) == [FACTOR]
    x = Input((3,))
    model = Model([x, FACTOR], KnowsItsShape()(x))
    a, b = numbers(4, 3), numbers(4, 3, seed=1)
    np.testing.assert_allclose(model.predict([a, b]), a * b, rtol=1e-6, atol=1e-6)


def test_names_of_attributes_are_no_globals():
    def function(layer):
        return layer.FACTOR

    assert symbols_in(Dense(2), function) == []


def test_a_tensor_from_elsewhere_is_reported_as_disconnected():
    stranger = Input((3,), name="stranger")
    x = Input((3,))
    y = Lambda(lambda t: t + stranger)(x)
    with pytest.raises(ValueError, match="disconnected.*stranger"):
        Model(x, y)


def test_what_is_drawn_at_random_is_drawn_once():
    x = Input((50,))
    noise = Lambda(lambda t: K.random_normal(K.shape(t)))(x)
    model = Model(x, [noise, Lambda(lambda t: 0 * t + noise)(x)])
    one, other = model.predict(np.zeros((2, 50)))
    assert np.std(one) > 0.5
    np.testing.assert_array_equal(one, other)


def test_a_model_with_such_a_layer_inside_another():
    x = Input((3,))
    doubled = 2 * x
    inner = Model(x, Lambda(lambda t: t * doubled)(x))
    y = Input((3,))
    outer = Model(y, inner(y + 1))
    a = numbers(4, 3)
    np.testing.assert_allclose(outer.predict(a), 2 * (a + 1) ** 2, rtol=1e-5)


def test_a_function_that_builds_a_model_of_its_own():
    made = []

    def apply(t):
        if not made:
            inner = Input((3,))
            made.append(Model(inner, ops.exp(inner) + Dropout(0.5)(inner)))
        return made[0](t)

    x = Input((3,))
    model = Model(x, Lambda(apply)(x))
    a = numbers(2, 3)
    np.testing.assert_allclose(model.predict(a), np.exp(a) + a, rtol=1e-5)
