"""Hinge losses as metrics, by hand."""

import numpy as np
import pytest

from minikeras import metrics

Y_TRUE = np.array([[1.0, -1.0], [1.0, 1.0]])
Y_PRED = np.array([[0.5, 0.5], [2.0, -1.0]])
# 1 - y_true y_pred: 0.5, 1.5; -1 -> 0, 2


@pytest.mark.parametrize(
    ("metric", "expected", "weighted"),
    [
        (metrics.Hinge(), 1.0, 1.0),  # means 1, 1
        (metrics.SquaredHinge(), 1.625, 1.8125),  # 0.25 2.25; 0 4: means 1.25, 2
    ],
)
def test_hinges(metric, expected, weighted):
    assert metric(Y_TRUE, Y_PRED) == pytest.approx(expected, rel=1e-6)
    metric.reset_state()
    assert metric(Y_TRUE, Y_PRED, sample_weight=[1, 3]) == pytest.approx(weighted, rel=1e-6)


def test_categorical_hinge():
    y_true = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    y_pred = np.array([[0.3, 0.2, 0.5], [2.0, 0.5, 0.1]])
    # 0.5 - 0.2 + 1 = 1.3; 0.5 - 2 + 1 < 0
    assert metrics.CategoricalHinge()(y_true, y_pred) == pytest.approx(0.65, rel=1e-6)
