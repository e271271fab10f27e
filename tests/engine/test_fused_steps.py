"""Two layers run as one operation, where nobody else sees the result between them."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import check_gradients
from minikeras.engine.graph import _FusedStep
from minikeras.layers import (
    Activation,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Input,
    Lambda,
    Masking,
    MaxPooling2D,
)
from minikeras.models import Model
from minikeras.utils import set_random_seed

rng = np.random.default_rng(0)
IMAGES = rng.standard_normal((5, 9, 8, 3)).astype("float32")


def fused_steps(model):
    return sum(isinstance(step, _FusedStep) for step in model._graph._run_steps)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("activation", [None, "relu"])
def test_one_operation_gives_what_two_give(padding, activation):
    def build(apart):
        inputs = Input((9, 8, 3))
        x = Conv2D(4, 3, padding=padding, activation=activation)(inputs)
        x = Lambda(lambda t: t)(x) if apart else x
        x = Flatten()(MaxPooling2D(2)(x))
        model = Model(inputs, Dense(2)(x))
        model.compile("sgd", "mse")
        return model

    together, apart = build(False), build(True)
    assert (fused_steps(together), fused_steps(apart)) == (1, 0)
    apart.set_weights(together.get_weights())
    predictions = together.predict(IMAGES), apart.predict(IMAGES)
    np.testing.assert_allclose(*predictions, rtol=1e-5, atol=1e-6)
    targets = rng.standard_normal((5, 2)).astype("float32")
    one, two = (m.loss_and_gradients(IMAGES, targets) for m in (together, apart))
    np.testing.assert_allclose(one[0], two[0], rtol=1e-6)
    for a, b in zip(one[1], two[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_a_result_that_someone_else_uses_is_computed():
    inputs = Input((9, 8, 3))
    x = Conv2D(4, 3, activation="relu")(inputs)
    pooled = MaxPooling2D(2)(x)
    assert fused_steps(Model(inputs, [pooled, x])) == 0
    assert fused_steps(Model(inputs, [pooled, Activation("tanh")(x)])) == 0
    assert fused_steps(Model(inputs, pooled)) == 1


def test_another_activation_is_computed_first():
    inputs = Input((9, 8, 3))
    x = MaxPooling2D(2)(Conv2D(4, 3, activation="tanh")(inputs))
    assert fused_steps(Model(inputs, x)) == 0


@pytest.mark.parametrize("activation", [None, "relu"])
@pytest.mark.parametrize("shape", [(7,), (3, 7)])
def test_a_dense_layer_and_its_dropout_give_what_they_give_apart(activation, shape):
    def build(apart):
        inputs = Input(shape)
        x = Dense(6, activation=activation, bias_initializer="ones")(inputs)
        x = Lambda(lambda t: t)(x) if apart else x
        model = Model(inputs, Dense(2)(Dropout(0.3)(x)))
        model.compile("sgd", "mse")
        return model

    together, apart = build(False), build(True)
    assert (fused_steps(together), fused_steps(apart)) == (1, 0)
    apart.set_weights(together.get_weights())
    x = rng.standard_normal((50, *shape)).astype("float32")
    y = rng.standard_normal((50, *shape[:-1], 2)).astype("float32")
    np.testing.assert_array_equal(together.predict(x), apart.predict(x))
    found = []
    for model in (together, apart):
        set_random_seed(3)
        found.append([model.train_on_batch(x, y) for _ in range(4)])
    np.testing.assert_allclose(*found, rtol=1e-6)
    for a, b in zip(together.get_weights(), apart.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "dense, dropout",
    [
        ({"activation": "tanh"}, {}),
        ({"activity_regularizer": "l2"}, {}),
        ({"dtype": "float64"}, {}),
        ({}, {"noise_shape": (None, 1)}),
    ],
)
def test_dropout_that_must_be_done_apart(dense, dropout):
    inputs = Input((7,))
    assert fused_steps(Model(inputs, Dropout(0.5, **dropout)(Dense(6, **dense)(inputs)))) == 0


def test_a_layer_of_ones_own_is_asked():
    class Mine(Dropout):
        pass

    class MyDense(Dense):
        pass

    inputs = Input((7,))
    assert fused_steps(Model(inputs, Mine(0.5)(Dense(6)(inputs)))) == 0
    assert fused_steps(Model(inputs, Dropout(0.5)(MyDense(6)(inputs)))) == 0


def test_a_mask_goes_through_both():
    inputs = Input((4, 7))
    x = Dropout(0.5)(Dense(6, activation="relu")(Masking()(inputs)))
    model = Model(inputs, x)
    assert fused_steps(model) == 1
    data = rng.standard_normal((2, 4, 7)).astype("float32")
    data[1, 2:] = 0
    expected = [[True] * 4, [True, True, False, False]]
    assert np.asarray(model(data, training=True).mask).tolist() == expected


@pytest.mark.parametrize("activation", [None, "relu"])
def test_gradients_of_a_dense_layer_with_dropout(activation):
    def function(x, kernel, bias):
        generator = np.random.Generator(np.random.SFC64(5))
        return ops.dense_dropout(
            x, kernel, bias, activation=activation, rate=0.4, generator=generator
        )

    x, kernel, bias = (rng.standard_normal(s) for s in ((5, 3), (3, 4), (4,)))
    check_gradients(function, x, kernel, bias)


def test_the_rate_can_be_changed_after_the_model_was_made():
    inputs = Input((7,))
    dropout = Dropout(0.5)
    model = Model(inputs, dropout(Dense(600, activation="relu", bias_initializer="ones")(inputs)))
    zeros = np.zeros((3, 7), "float32")
    dropout.rate = 0.0
    np.testing.assert_array_equal(model(zeros, training=True), np.ones((3, 600)))
    dropout.rate = 1.0
    np.testing.assert_array_equal(model(zeros, training=True), np.zeros((3, 600)))
