"""A convolution and its max pooling run as one operation, where nobody else sees the result."""

import numpy as np
import pytest

from minikeras.engine.graph import _PooledStep
from minikeras.layers import Activation, Conv2D, Dense, Flatten, Input, Lambda, MaxPooling2D
from minikeras.models import Model

rng = np.random.default_rng(0)
IMAGES = rng.standard_normal((5, 9, 8, 3)).astype("float32")


def pooled_steps(model):
    return sum(isinstance(step, _PooledStep) for step in model._graph._run_steps)


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
    assert (pooled_steps(together), pooled_steps(apart)) == (1, 0)
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
    assert pooled_steps(Model(inputs, [pooled, x])) == 0
    assert pooled_steps(Model(inputs, [pooled, Activation("tanh")(x)])) == 0
    assert pooled_steps(Model(inputs, pooled)) == 1


def test_another_activation_is_computed_first():
    inputs = Input((9, 8, 3))
    x = MaxPooling2D(2)(Conv2D(4, 3, activation="tanh")(inputs))
    assert pooled_steps(Model(inputs, x)) == 0
