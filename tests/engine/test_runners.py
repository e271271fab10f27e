"""Runners: what the loops know of a step, for either kind of step."""

import contextlib

import numpy as np
import pytest

from minikeras.autograd import Tensor
from minikeras.engine import runners
from minikeras.engine.runners import CustomPredictor, CustomRunner, StandardRunner
from minikeras.layers import BatchNormalization, Dense
from minikeras.models import Sequential
from tests.engine.support import data, line


def ready(**settings):
    model = line()
    model.compile("sgd", "mse", **settings)
    return model


def test_batches_and_epochs():
    x, y, _ = data(6)
    model = ready(metrics=["mae"])
    runner = StandardRunner(model, model._test_batch)
    runner.begin()
    values = []
    for rows in (slice(0, 4), slice(4, 6)):
        inputs, targets, weights, size = model._feeder().batch(x[rows], y[rows])
        runner.run(inputs, targets, weights, size)
        values.append(runner.batch_logs())
    assert list(values[0]) == ["loss", "mean_absolute_error"]
    for name, mean in runner.epoch_logs().items():
        assert mean == pytest.approx((4 * values[0][name] + 2 * values[1][name]) / 6)
    runner.begin()
    assert runner.epoch_logs() == {}


@pytest.mark.parametrize("name", ["train_step", "test_step", "predict_step"])
def test_steps_of_ones_own_run_with_blas_in_one_thread(name, monkeypatch):
    events = []

    @contextlib.contextmanager
    def inside():
        events.append("enter")
        yield
        events.append("exit")

    monkeypatch.setattr(runners, "blas_in_one_thread", inside())

    def step(data):
        events.append("step")
        return {"loss": 0.0} if name != "predict_step" else data[0]

    model = ready()
    setattr(model, name, step)
    x, y, _ = data(6)
    calls = {"train_step": model.train_on_batch, "test_step": model.test_on_batch}
    calls[name](x, y) if name in calls else model.predict_on_batch(x)
    assert events == ["enter", "step", "exit"]


def test_a_first_batch_that_fails_leaves_no_trace():
    x, y, _ = data(6)

    def loss(y_true, y_pred):
        if failing:
            raise ValueError("not yet")
        return (y_true - y_pred) ** 2

    model = Sequential([BatchNormalization(input_shape=(3,)), Dense(1)])
    model.compile("sgd", loss)
    before = model.get_weights()
    failing = True
    with pytest.raises(ValueError, match="not yet"):
        model.train_on_batch(x, y)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)
    failing = False
    model.train_on_batch(x, y)
    assert all((a != b).any() for a, b in zip(before, model.get_weights()))


def test_steps_of_ones_own_are_given_tensors():
    seen = []

    def step(batch):
        seen.append(batch)
        return {"a": Tensor(np.array([1.0, 3.0])), "b": {"c": np.float32(4)}, "d": 5}

    runner = CustomRunner(ready(), step)
    runner.begin()
    assert runner.epoch_logs() == {}
    runner.run({"p": np.ones(2)}, np.zeros(2), None, 2)
    assert isinstance(seen[0][0]["p"], Tensor)
    assert len(seen[0]) == 2
    # one number each, dictionaries spelt out
    assert runner.batch_logs() == runner.epoch_logs() == {"a": 2.0, "c": 4.0, "d": 5.0}


def test_predictions_keep_their_nesting():
    predictor = CustomPredictor(lambda batch: {"b": [batch[0] * 2.0, batch[0]], "a": batch[0]})
    arrays = predictor.run(np.ones((2, 1), "float32"), None, None, 2)
    assert [type(a) for a in arrays] == [np.ndarray] * 3
    packed = predictor.pack(arrays)
    assert packed["b"][0][0, 0] == 2
    assert packed["a"][0, 0] == 1
