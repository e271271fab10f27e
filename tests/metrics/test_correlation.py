"""Coefficients of correlation, by hand and against NumPy's."""

import math

import numpy as np
import pytest

from minikeras import metrics
from minikeras.autograd import Tensor, Variable, gradients, recording

Y_TRUE = np.array([[0.0, 1.0, 2.0], [1.0, 2.0, 6.0]])
Y_PRED = np.array([[1.0, 3.0, 5.0], [2.0, 0.0, 1.0]])
# second row: deviations -2 -1 3 and 1 -1 0: covariance -1/3, variances 14/3 and 2/3
PEARSON = [1.0, -1 / math.sqrt(28)]
# concordance 2 cov / (var + var + (mean - mean)^2)
# first row: cov 4/3, variances 2/3 and 8/3, means 1 and 3: 8/3 / (10/3 + 4)
CONCORDANCE = [8 / 22, -2 / 3 / (16 / 3 + 4)]


def test_pearson():
    found = metrics.pearson_correlation(Y_TRUE, Y_PRED)
    np.testing.assert_allclose(found, PEARSON, rtol=1e-12)
    np.testing.assert_allclose(found[1], np.corrcoef(Y_TRUE[1], Y_PRED[1])[0, 1], rtol=1e-12)
    assert metrics.PearsonCorrelation()(Y_TRUE, Y_PRED) == pytest.approx(np.mean(PEARSON))


def test_concordance():
    found = metrics.concordance_correlation(Y_TRUE, Y_PRED)
    np.testing.assert_allclose(found, CONCORDANCE, rtol=1e-6)
    assert metrics.ConcordanceCorrelation()(Y_TRUE, Y_PRED) == pytest.approx(np.mean(CONCORDANCE))


@pytest.mark.parametrize("function", ["pearson_correlation", "concordance_correlation"])
def test_along_other_axes(function):
    function = getattr(metrics, function)
    rng = np.random.default_rng(0)
    a, b = rng.random((4, 5)), rng.random((4, 5))
    np.testing.assert_allclose(function(a, b, axis=0), function(a.T, b.T), rtol=1e-12)
    both = function(a, b, axis=(0, 1))
    np.testing.assert_allclose(both, function(a.reshape(-1), b.reshape(-1)), rtol=1e-12)


@pytest.mark.parametrize("function", ["pearson_correlation", "concordance_correlation"])
def test_type_and_tensors(function):
    function = getattr(metrics, function)
    y_pred = Variable(Y_PRED.astype("float32"))
    with recording():
        found = function(Y_TRUE, y_pred)
        (g,) = gradients(found, [y_pred])
    assert isinstance(found, Tensor)
    assert found.dtype == g.dtype == np.float32
    assert np.abs(g).max() > 0.01
    assert function([[1, 2, 3]], [[1, 2, 4]]).dtype == np.float32  # from ints


def test_no_spread_no_correlation():
    assert math.isnan(metrics.pearson_correlation([1.0, 1.0], [1.0, 2.0]))
    assert metrics.concordance_correlation([1.0, 1.0], [1.0, 2.0]) == 0


@pytest.mark.parametrize("function", ["pearson_correlation", "concordance_correlation"])
def test_single_values_are_refused(function):
    with pytest.raises(ValueError, match="axis=0"):
        getattr(metrics, function)(np.ones((4, 1)), np.ones((4, 1)))
    with pytest.raises(ValueError, match=r"\(4, 1\) and y_pred \(4, 2\)"):
        getattr(metrics, function)(np.ones((4, 1)), np.ones((4, 2)))
