"""predict, evaluate and single batches: what they compute and return."""

import numpy as np
import pytest

from minikeras import losses, metrics, optimizers
from minikeras.callbacks import LambdaCallback
from minikeras.layers import Dense
from minikeras.models import Input, Model, Sequential
from tests.engine.support import Recorder, data, fork, line, mse


def test_predictions_do_not_depend_on_batches():
    x, _, _ = data(10)
    model = fork()
    whole = model.predict(x, batch_size=10)
    for given in (model.predict(x, batch_size=3), model.predict_on_batch(x), model.predict(x)):
        assert isinstance(given, list)
        for a, b in zip(given, whole):
            assert isinstance(a, np.ndarray)
            np.testing.assert_allclose(a, b, rtol=1e-5)


def test_predictions_in_steps():
    x, _, _ = data(10)
    model = line()
    assert model.predict(x, batch_size=3, steps=2).shape == (6, 1)
    np.testing.assert_allclose(
        model.predict(x, batch_size=3, steps=2), model.predict(x)[:6], rtol=1e-6
    )


def test_predictions_are_not_the_users_own_data():
    x, _, _ = data()
    inputs = Input((3,))
    model = Model(inputs, [inputs, Dense(1)(inputs)])
    for same, _ in (model.predict(x), model.predict_on_batch(x)):
        np.testing.assert_array_equal(same, x)
        same += 1
    np.testing.assert_array_equal(x, data()[0])


def test_outputs_may_be_a_dictionary():
    x, y, c = data()
    inputs = Input((3,))
    model = Model(inputs, {"number": Dense(1)(inputs), "class": Dense(4)(inputs)})
    found = model.predict(x)
    assert {name: part.shape for name, part in found.items()} == {
        "number": (12, 1),
        "class": (12, 4),
    }
    scores = losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", {"number": "mse", "class": scores}, metrics={"class": "acc"})
    assert model.metrics_names == ["loss", "class_loss", "number_loss", "class_acc"]
    model.fit(x, {"class": c, "number": y}, verbose=0)


def test_callbacks_of_evaluate_and_predict():
    x, y, _ = data(10)
    model = line()
    model.compile("sgd", "mse")
    recorder = Recorder()
    model.evaluate(x, y, batch_size=6, verbose=0, callbacks=[recorder])
    model.predict(x, batch_size=6, callbacks=[recorder])
    assert recorder.calls == [
        ("test", 0, 6),
        ("test", 1, 4),
        ("predict", 0, (6, 1)),
        ("predict", 1, (4, 1)),
    ]


# --- single batches --------------------------------------------------------------------------


def test_what_single_batches_return():
    x, y, _ = data()
    model = line()
    model.compile(optimizers.SGD(0.0), "mse", metrics=["mae", metrics.MeanSquaredError(name="m")])
    loss, error, state = model.train_on_batch(x, y)
    assert all(isinstance(value, float) for value in (loss, error, state))
    assert state == pytest.approx(loss)
    assert model.test_on_batch(x, y) == pytest.approx([loss, error, state])
    named = model.test_on_batch(x, y, return_dict=True)
    assert named == pytest.approx({"loss": loss, "mean_absolute_error": error, "m": state})
    first = model.test_on_batch(x[:1], y[:1])[2]
    rest = model.test_on_batch(x[1:], y[1:], reset_metrics=False)[2]
    assert rest == pytest.approx(state)
    assert first != pytest.approx(state)
    single = line()
    single.compile("sgd", "mse")
    assert isinstance(single.train_on_batch(x, y), float)


def test_weights_of_single_batches():
    x, y, c = data(4)
    w = np.array([1.0, 0, 0, 0])
    model = line()
    model.compile(optimizers.SGD(0.0), "mse")
    first = pytest.approx(mse(y, model.predict(x))[0], rel=1e-5)
    assert model.test_on_batch(x, y, w) == first
    assert model.train_on_batch(x, y, sample_weight=w) == first
    inputs = Input((3,))
    functional = Model(inputs, model(inputs))
    functional.compile(optimizers.SGD(0.0), "mse")
    # the third position: sample weights in Model, class weights in Sequential, as in Keras 2
    assert functional.train_on_batch(x, y, w) == first
    assert model.train_on_batch(x, y, w) == first
    classes = Sequential([Dense(4, activation="softmax", input_shape=(3,))])
    classes.compile(optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    weights = dict.fromkeys(range(4), 2.0)
    plain = classes.test_on_batch(x, c)
    assert classes.train_on_batch(x, c, weights) == pytest.approx(2 * plain)
    assert classes.train_on_batch(x, c, None, w) != pytest.approx(plain)


def test_loss_and_gradients_change_nothing():
    x, y, _ = data()
    model = line()
    model.compile(optimizers.SGD(0.1), "mse")
    before = model.get_weights()
    loss, (kernel, bias) = model.loss_and_gradients(x, y)
    error = model.predict(x) - y
    np.testing.assert_allclose(kernel, 2 / 12 * x.T @ error, rtol=1e-4)
    np.testing.assert_allclose(bias, 2 * error.mean(0), rtol=1e-4)
    assert loss == pytest.approx(np.mean(error**2))
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_predictions_are_told_nested_as_the_outputs_are():
    told = []
    tell = LambdaCallback()
    tell.on_predict_batch_end = lambda batch, logs: told.append(logs["outputs"])
    x = Input((3,))
    model = Model(x, {"a": Dense(1)(x), "b": Dense(2)(x)})
    model.predict(np.ones((4, 3)), batch_size=3, callbacks=[tell])
    assert [{k: v.shape for k, v in t.items()} for t in told] == [
        {"a": (3, 1), "b": (3, 2)},
        {"a": (1, 1), "b": (1, 2)},
    ]


def test_what_servers_call_before_their_threads_begin():
    model = line()
    assert model._make_predict_function() is None
    assert model._make_train_function() is model._make_test_function() is None
