"""Errors of predicted numbers, by hand."""

import math

import numpy as np
import pytest

from minikeras import metrics

Y_TRUE = np.array([[1.0, 2.0], [4.0, 1.0]], "float32")
Y_PRED = np.array([[1.0, 4.0], [3.0, 2.0]], "float32")
# differences: 0, 2; -1, 1


@pytest.mark.parametrize(
    ("metric", "expected", "weighted"),
    [
        # squares 0 4; 1 1: means 2, 1.  Weights 1, 3: (2 + 3) / 4
        (metrics.MeanSquaredError(), 1.5, 1.25),
        # magnitudes 0 2; 1 1: means 1, 1
        (metrics.MeanAbsoluteError(), 1.0, 1.0),
        # per cent 0 100; 25 100: means 50, 62.5
        (metrics.MeanAbsolutePercentageError(), 56.25, 59.375),
        (metrics.RootMeanSquaredError(), math.sqrt(1.5), math.sqrt(1.25)),
    ],
)
def test_errors(metric, expected, weighted):
    assert metric(Y_TRUE, Y_PRED) == pytest.approx(expected, rel=1e-6)
    metric.reset_state()
    assert metric(Y_TRUE, Y_PRED, sample_weight=[1, 3]) == pytest.approx(weighted, rel=1e-6)


def test_mean_squared_logarithmic_error():
    # logs of y + 1: (log 2 - log 2)^2, (log 3 - log 5)^2; (log 5 - log 4)^2, (log 2 - log 3)^2
    first = math.log(3 / 5) ** 2 / 2
    second = (math.log(5 / 4) ** 2 + math.log(2 / 3) ** 2) / 2
    found = metrics.MeanSquaredLogarithmicError()(Y_TRUE, Y_PRED)
    assert found == pytest.approx((first + second) / 2, rel=1e-5)


def test_log_cosh():
    values = [0, math.log(math.cosh(2)), math.log(math.cosh(1)), math.log(math.cosh(1))]
    assert metrics.LogCoshError()(Y_TRUE, Y_PRED) == pytest.approx(sum(values) / 4, rel=1e-5)


def test_the_root_is_taken_of_all_batches_together():
    metric = metrics.RootMeanSquaredError()
    metric.update_state([[0.0]], [[1.0]])
    metric.update_state([[0.0]], [[7.0]])
    assert metric.result() == 5  # sqrt((1 + 49) / 2), not (1 + 7) / 2


def test_cosine_similarity_is_best_at_1():
    # 3*4 + 4*3 over 5*5; opposite
    y_true = np.array([[3.0, 4.0], [1.0, 0.0]], "float32")
    y_pred = np.array([[4.0, 3.0], [-2.0, 0.0]], "float32")
    metric = metrics.CosineSimilarity()
    assert metric(y_true, y_pred) == pytest.approx((24 / 25 - 1) / 2, abs=1e-6)
    metric.reset_state()
    assert metric(y_true, y_true) == pytest.approx(1, rel=1e-6)


def test_cosine_similarity_along_another_axis():
    y_true = np.array([[3.0, 1.0], [4.0, 0.0]], "float32")
    y_pred = np.array([[4.0, 2.0], [3.0, 0.0]], "float32")
    # columns (3, 4).(4, 3) / 25 and (1, 0).(2, 0) / 2
    found = metrics.CosineSimilarity(axis=0)(y_true, y_pred)
    assert found == pytest.approx((24 / 25 + 1) / 2, rel=1e-6)


def test_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 2\) and y_pred \(2, 3\)"):
        metrics.RootMeanSquaredError()(Y_TRUE, np.zeros((2, 3)))
