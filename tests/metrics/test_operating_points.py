"""Rates at rates, by hand: five samples, thresholds 0, 0.5 and 1."""

import numpy as np
import pytest

from minikeras import metrics

Y_TRUE = np.array([0, 0, 0, 1, 1])
Y_PRED = np.array([0.0, 0.3, 0.8, 0.26, 0.6])
# With thresholds 0, 0.5, 1:
#   above 0:   0.3 and 0.8 of the false, both true: TP 2, FP 2, TN 1, FN 0
#   above 0.5: 0.8 of the false, 0.6 of the true:   TP 1, FP 1, TN 2, FN 1
#   above 1:   nothing:                             TP 0, FP 0, TN 3, FN 2
# sensitivity (recall): 1, 1/2, 0; specificity: 1/3, 2/3, 1; precision: 1/2, 1/2, 0


@pytest.mark.parametrize(
    ("cls", "at_least", "expected"),
    [
        (metrics.SensitivityAtSpecificity, 0.3, 1),
        (metrics.SensitivityAtSpecificity, 0.6, 0.5),
        (metrics.SensitivityAtSpecificity, 0.9, 0),
        (metrics.SpecificityAtSensitivity, 0.0, 1),
        (metrics.SpecificityAtSensitivity, 0.5, 2 / 3),
        (metrics.SpecificityAtSensitivity, 0.8, 1 / 3),
        (metrics.PrecisionAtRecall, 0.8, 0.5),
        (metrics.RecallAtPrecision, 0.5, 1),
        (metrics.RecallAtPrecision, 0.6, 0),
    ],
)
def test_rates(cls, at_least, expected):
    metric = cls(at_least, num_thresholds=3)
    assert metric(Y_TRUE, Y_PRED) == pytest.approx(expected)


def test_with_weights():
    metric = metrics.SpecificityAtSensitivity(0.5, num_thresholds=3)
    # above 0.5 of the false: 0.8 with weight 2 of 4; of the true 0.6 with weight 3 of 4
    found = metric(Y_TRUE, Y_PRED, sample_weight=[1, 1, 2, 1, 3])
    assert found == pytest.approx(2 / 4)


def test_one_threshold_is_a_half():
    metric = metrics.RecallAtPrecision(0.5, num_thresholds=1)
    assert metric.thresholds == [0.5]
    assert metric(Y_TRUE, Y_PRED) == 0.5


def test_one_class():
    y_true, y_pred = np.stack([1 - Y_TRUE, Y_TRUE], 1), np.stack([1 - Y_PRED, Y_PRED], 1)
    metric = metrics.SensitivityAtSpecificity(0.6, num_thresholds=3, class_id=1)
    assert metric(y_true, y_pred) == 0.5


@pytest.mark.parametrize(
    ("cls", "argument"),
    [
        (metrics.SensitivityAtSpecificity, "specificity"),
        (metrics.SpecificityAtSensitivity, "sensitivity"),
        (metrics.PrecisionAtRecall, "recall"),
        (metrics.RecallAtPrecision, "precision"),
    ],
)
def test_mistakes_are_explained(cls, argument):
    with pytest.raises(ValueError, match=f"{argument} must be a number from 0 to 1, not 1.5"):
        cls(1.5)
    with pytest.raises(ValueError, match="num_thresholds must be a whole number"):
        cls(0.5, num_thresholds=0)
