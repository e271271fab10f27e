"""NaN and infinity among the inputs: where they are found, and who may have them."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.callbacks import TerminateOnNaN
from minikeras.engine.missing_values import first_bad_row
from minikeras.layers import LSTM, Dense, Lambda
from minikeras.models import Sequential
from tests.engine.support import data, line


def spoilt(x, value, row=3):
    x = x.copy()
    x[row, 1] = value
    return x


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_first_bad_row(dtype):
    x = np.ones((6, 2), dtype)
    assert first_bad_row(x) is None
    for value in (np.nan, np.inf, -np.inf):
        assert first_bad_row(spoilt(spoilt(x, value, 5), value)) == 3
    assert first_bad_row(np.full((6, 2), np.finfo(dtype).max)) is None  # though the sum is infinite
    assert first_bad_row(np.ones((3, 0), dtype)) is None


def test_other_types_are_not_looked_at():
    assert first_bad_row(np.ones((3, 2), int)) is None
    assert first_bad_row(None) is None


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_would_spoil_the_weights_is_refused(value):
    x, y, _ = data()
    model = line()
    model.compile("sgd", lambda t, p: ops.square(ops.subtract(p, p) + t))
    before = model.get_weights()
    message = r"holds (NaN|infinity) \(first in sample 3\), and the loss of that sample is NaN"
    for act in (model.fit, model.train_on_batch):
        with pytest.raises(ValueError, match=message):
            act(spoilt(x, value), y)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_may_know_what_to_do_with_them():
    x, y, _ = data()
    filled = Lambda(lambda t: ops.where(ops.isnan(t), ops.zeros_like(t), t), input_shape=(3,))
    model = Sequential([filled, Dense(1)])
    model.compile("sgd", "mse")
    assert np.isfinite(model.fit(spoilt(x, np.nan), y, verbose=0).history["loss"]).all()


def test_a_callback_that_looks_after_them_gets_them():
    x, y, _ = data()
    model = line()
    model.compile("sgd", "mse")
    history = model.fit(spoilt(x, np.nan), y, epochs=3, verbose=0, callbacks=[TerminateOnNaN()])
    assert len(history.epoch) == 1
    assert np.isnan(history.history["loss"][0])


def test_it_gets_labels_too():
    x, y, _ = data()
    model = line()
    model.compile("sgd", "mse")
    spoilt_y = np.where(np.arange(len(y))[:, None] == 3, np.nan, y.reshape(len(y), -1))
    history = model.fit(x, spoilt_y, epochs=3, verbose=0, callbacks=[TerminateOnNaN()])
    assert len(history.epoch) == 1
    with pytest.raises(ValueError, match="first in sample 3.*TerminateOnNaN"):
        model.fit(x, spoilt_y, verbose=0)


def test_a_stateful_model_is_not_tried():
    x = np.full((2, 4, 1), np.nan, "float32")
    model = Sequential([LSTM(2, stateful=True, batch_input_shape=(2, 4, 1))])
    model.compile("sgd", "mse")
    assert np.isnan(model.train_on_batch(x, np.zeros((2, 2))))
