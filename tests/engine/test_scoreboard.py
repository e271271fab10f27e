"""The scoreboard: names and numbers of a step, and their means over an epoch."""

import numpy as np
import pytest

from minikeras import metrics
from minikeras.autograd import Tensor
from minikeras.engine.scoreboard import Averages
from tests.engine.test_compilation import compilation

Y = np.array([[0.0], [1.0]], "float32")
P = Tensor(np.array([[1.0], [4.0]], "float32"))
SINGLE = {"names": ["out"], "shapes": [(None, 1)]}


def board(tracked=(), **settings):
    return compilation(**SINGLE, tracked=tracked, **settings).board


def add(board, reported=(), weights=None):
    return board.add_batch(0.5, [], [Y], [P], [weights], list(reported))


def test_numbers_come_in_the_order_of_their_names():
    scores = board(metrics=["mae", metrics.MeanSquaredError(name="m")], weighted=["mae"])
    assert scores.names == ["loss", "mean_absolute_error", "m", "weighted_mean_absolute_error"]
    assert add(scores, weights=np.array([1.0, 0.0], "float32")) == [0.5, 2.0, 5.0, 1.0]


def test_epochs_take_means_of_functions_and_results_of_objects():
    scores = board(metrics=["mae", metrics.MeanSquaredError(name="m")])
    add(scores)
    logs = scores.results([1.5, 2.5, 99.0])
    assert logs == {"loss": 1.5, "mean_absolute_error": 2.5, "m": 5.0}
    scores.reset()
    assert scores.results([0, 0, 0])["m"] == 0


def test_keys_of_a_dictionary_take_the_place_of_the_metrics_name():
    def pair(y_true, y_pred):
        return {"a": 1.0, "mean_absolute_error": 2.0}

    scores = board(metrics=["mae", pair, "mse"])
    assert scores.names == ["loss", "mean_absolute_error", "pair", "mean_squared_error"]
    for _ in range(2):
        assert add(scores) == [0.5, 2.0, 1.0, 2.0, 5.0]
    assert scores.names == [
        "loss", "mean_absolute_error", "a", "mean_absolute_error_1", "mean_squared_error"
    ]  # fmt: skip


def test_a_dictionary_of_one_key():
    def single(y_true, y_pred):
        return {"key": 3.0}

    scores = board(metrics=[single])
    assert add(scores) == [0.5, 3.0]
    assert scores.names == ["loss", "key"]


def test_names_of_several_outputs_have_prefixes_in_dictionaries_too():
    def pair(y_true, y_pred):
        return {"a": 1.0, "b": 2.0}

    made = compilation("mse", weighted={"right": [pair]})
    p = Tensor(np.ones((2, 4), "float32"))
    made.board.add_batch(1.0, [0.5, 0.5], [Y, p.data], [P, p], [None, None], [])
    assert made.board.names[3:] == ["right_weighted_a", "right_weighted_b"]


def test_what_layers_report():
    scores = board()
    assert add(scores, [("norm", Tensor(np.array([1.0, 3.0])))]) == [0.5, 2.0]
    assert scores.names == ["loss", "norm"]
    assert add(scores, [("other", 4.0), ("norm", 1.0)]) == [0.5, 1.0, 4.0]
    missing = add(scores, [("other", 4.0)])
    assert np.isnan(missing[1])


def test_metrics_that_layers_hold():
    held = metrics.Mean(name="held")
    scores = board(tracked=[held])
    held.update_state(3.0)
    assert scores.names == ["loss", "held"]
    assert add(scores) == [0.5, 3.0]
    assert scores.results([1.0, 2.0]) == {"loss": 1.0, "held": 3.0}
    scores.reset()
    assert held.result() == 0


def test_averages_weigh_batches_by_their_samples():
    averages = Averages()
    averages.add([1.0, np.array([1.0, 2.0])], 3)
    averages.add([2.0, np.array([3.0, 4.0])], 1)
    mean, array = averages.means()
    assert mean == pytest.approx(1.25)
    np.testing.assert_allclose(array, [1.5, 2.5])
    assert Averages().means() == []
