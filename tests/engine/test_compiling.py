"""Which weights a compiled model moves: frozen layers, shared ones, models within models."""

import numpy as np
import pytest

from minikeras import layers, optimizers
from minikeras.layers import Dense
from minikeras.models import Input, Model, Sequential
from tests.engine.support import data, line


def test_frozen_layers_stay():
    x, y, _ = data()
    model = Sequential([Dense(4, input_shape=(3,), trainable=False), Dense(1)])
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(x, y, verbose=0)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert (before[2] != after[2]).any()


def test_freezing_takes_effect_when_compiled():
    x, y, _ = data()
    model = line()
    model.compile("sgd", "mse")
    model.layers[0].trainable = False
    before = model.get_weights()[0]
    with pytest.warns(UserWarning, match="changed after compile.*trains 2 of them.*Compile again"):
        model.fit(x, y, verbose=0)
    assert (model.get_weights()[0] != before).any()
    model.train_on_batch(x, y)  # says it once
    model.compile("sgd", "mse")
    before = model.get_weights()[0]
    with pytest.warns(UserWarning, match="no trainable weights"):
        model.fit(x, y, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], before)


def test_a_generator_is_trained_through_a_frozen_discriminator():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(8, 2)).astype("float32")
    real = rng.normal(size=(8, 3)).astype("float32")
    judge = Sequential(
        [Dense(4, activation="tanh", input_shape=(3,)), Dense(1, activation="sigmoid")]
    )
    judge.compile(optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    forge = Sequential([Dense(3, input_shape=(2,))])
    judge.trainable = False
    start = Input((2,))
    both = Model(start, judge(forge(start)))
    both.compile(optimizers.Adam(0.01), "binary_crossentropy")
    assert len(both.trainable_weights) == 2

    judge_before, forge_before = judge.get_weights(), forge.get_weights()
    with pytest.warns(UserWarning, match="changed after compile"):
        judge.train_on_batch(real, np.ones(8))
    judge.train_on_batch(forge.predict(noise), np.zeros(8))
    judge_middle = judge.get_weights()
    assert all((a != b).any() for a, b in zip(judge_before, judge_middle))
    assert all((a == b).all() for a, b in zip(forge_before, forge.get_weights()))
    both.train_on_batch(noise, np.ones(8))
    assert all((a == b).all() for a, b in zip(judge_middle, judge.get_weights()))
    assert all((a != b).any() for a, b in zip(forge_before, forge.get_weights()))


def test_shared_layers_learn_from_both_places():
    x, y, _ = data(4)
    a, b = Input((3,)), Input((3,))
    shared = Dense(1, use_bias=False)
    model = Model([a, b], layers.add([shared(a), shared(b)]))
    model.compile(optimizers.SGD(0.1), "mse")
    kernel = shared.get_weights()[0]
    error = (x + 2 * x) @ kernel - y
    model.train_on_batch([x, 2 * x], y)
    # The terms are of size 1 and may cancel: the rounding that counts is theirs.
    np.testing.assert_allclose(
        shared.get_weights()[0], kernel - 0.1 * 2 / 4 * (3 * x).T @ error, rtol=1e-4, atol=1e-6
    )


def test_one_optimizer_may_serve_two_models():
    x, y, _ = data()
    optimizer = optimizers.Adam(0.1)
    first, second = line(), line()
    for model in (first, second):
        model.compile(optimizer, "mse")
    for model in (first, second):
        before = model.evaluate(x, y, verbose=0)
        model.fit(x, y, epochs=5, verbose=0)
        assert model.evaluate(x, y, verbose=0) < before
