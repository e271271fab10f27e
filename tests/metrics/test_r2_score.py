"""R2, by hand."""

import math

import numpy as np
import pytest

from minikeras import metrics

Y_TRUE = np.array([[1.0, 2.0], [4.0, 1.0], [4.0, 3.0]])
Y_PRED = np.array([[1.0, 4.0], [4.0, 2.0], [5.0, 3.0]])
# first output: mean 3, deviations 4 + 1 + 1, errors 0 + 0 + 1: 1 - 1/6
# second output: mean 2, deviations 0 + 1 + 1, errors 4 + 1 + 0: 1 - 5/2
SCORES = [5 / 6, -3 / 2]


def test_outputs_together_or_apart():
    np.testing.assert_allclose(metrics.R2Score(None)(Y_TRUE, Y_PRED), SCORES, rtol=1e-6)
    assert metrics.R2Score()(Y_TRUE, Y_PRED) == pytest.approx(np.mean(SCORES))
    # deviations 6 and 2 are the weights
    found = metrics.R2Score("variance_weighted_average")(Y_TRUE, Y_PRED)
    assert found == pytest.approx((6 * SCORES[0] + 2 * SCORES[1]) / 8)


def test_weights():
    y_true, y_pred = Y_TRUE[:, :1], Y_PRED[:, :1]
    # weights 1, 0, 1: mean 2.5, deviations 2 * 1.5^2, error 1
    found = metrics.R2Score()(y_true, y_pred, sample_weight=[1, 0, 1])
    assert found == pytest.approx(1 - 1 / 4.5)


def test_adjusted():
    y_true, y_pred = Y_TRUE[:, :1], Y_PRED[:, :1]
    # n = 3, p = 1: 1 - (1 - 5/6) 2 / 1
    assert metrics.R2Score(num_regressors=1)(y_true, y_pred) == pytest.approx(1 - 1 / 3)


def test_too_many_regressors():
    metric = metrics.R2Score(num_regressors=2)
    metric.update_state(Y_TRUE[:, :1], Y_PRED[:, :1])
    with pytest.warns(UserWarning, match="2 regressors leave no degree of freedom in 3 targets"):
        assert metric.result() == pytest.approx(5 / 6)


def test_large_numbers_with_a_small_spread():
    # deviations of 1 around a million: in float32 their sums of squares would be noise
    y_true = np.array([[1e6 - 1], [1e6], [1e6 + 1]])
    y_pred = np.array([[1e6 - 1], [1e6 + 1], [1e6 + 1]])
    metric = metrics.R2Score()
    for t, p in zip(y_true, y_pred):
        metric.update_state(t[None], p[None])
    assert metric.result() == pytest.approx(0.5, rel=1e-3)


def test_a_constant_target():
    y_true = np.ones((3, 1))
    assert metrics.R2Score()(y_true, y_true + 1) == 0
    assert math.isnan(metrics.R2Score()(y_true, y_true))
    assert math.isnan(metrics.R2Score().result())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: metrics.R2Score("mean"), "Unknown class_aggregation 'mean'"),
        (lambda: metrics.R2Score(num_regressors=-1), "num_regressors must be"),
        (lambda: metrics.R2Score()([1.0, 2.0], [1.0, 2.0]), r"y\[:, None\]"),
        (lambda: metrics.R2Score()(Y_TRUE, Y_PRED[:2]), r"\(3, 2\) and y_pred \(2, 2\)"),
    ],
)
def test_mistakes_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_number_of_outputs_stays():
    metric = metrics.R2Score()
    metric.update_state(Y_TRUE, Y_PRED)
    with pytest.raises(ValueError, match="batches of 2 outputs, but this one has 1"):
        metric.update_state(Y_TRUE[:, :1], Y_PRED[:, :1])
