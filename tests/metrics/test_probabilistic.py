"""Cross-entropies and their kin, by hand."""

import math

import numpy as np
import pytest

from minikeras import metrics


def test_binary_crossentropy():
    metric = metrics.BinaryCrossentropy()
    # -log .8 and -log(1 - .4)
    found = metric(np.array([[1.0], [0.0]]), np.array([[0.8], [0.4]]))
    assert found == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2, rel=1e-6)


def test_binary_crossentropy_of_scores_with_smoothed_labels():
    metric = metrics.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)
    # the label 1 becomes .9; sigmoid(0) = .5
    assert metric(np.array([[1.0]]), np.array([[0.0]])) == pytest.approx(math.log(2), rel=1e-6)
    metric.reset_state()
    p = 1 / (1 + math.exp(-2))
    expected = -(0.9 * math.log(p) + 0.1 * math.log(1 - p))
    assert metric(np.array([[1.0]]), np.array([[2.0]])) == pytest.approx(expected, rel=1e-6)


def test_categorical_crossentropy():
    y_true = np.array([[0.0, 1.0], [1.0, 0.0]])
    y_pred = np.array([[0.3, 0.7], [0.4, 0.6]])
    metric = metrics.CategoricalCrossentropy()
    expected = -(math.log(0.7) + 3 * math.log(0.4)) / 4
    assert metric(y_true, y_pred, sample_weight=[1, 3]) == pytest.approx(expected, rel=1e-6)


def test_sparse_categorical_crossentropy():
    y_pred = np.array([[0.3, 0.7], [0.4, 0.6], [0.5, 0.5]])
    metric = metrics.SparseCategoricalCrossentropy()
    expected = -(math.log(0.7) + math.log(0.4) + math.log(0.5)) / 3
    assert metric(np.array([1, 0, 1]), y_pred) == pytest.approx(expected, rel=1e-6)
    scores = metrics.SparseCategoricalCrossentropy(from_logits=True)
    assert scores(np.array([1, 0, 1]), np.log(y_pred)) == pytest.approx(expected, rel=1e-6)


def test_an_ignored_class():
    y_pred = np.array([[0.3, 0.7], [0.4, 0.6]])
    metric = metrics.SparseCategoricalCrossentropy(ignore_class=255)
    # the second counts 0
    assert metric(np.array([1, 255]), y_pred) == pytest.approx(-math.log(0.7) / 2, rel=1e-6)
    metric.reset_state()
    # with weights it does not count at all
    found = metric(np.array([1, 255]), y_pred, sample_weight=[2, 3])
    assert found == pytest.approx(-math.log(0.7), rel=1e-6)


def test_kl_divergence():
    y_true, y_pred = np.array([[0.2, 0.8]]), np.array([[0.5, 0.5]])
    expected = 0.2 * math.log(0.2 / 0.5) + 0.8 * math.log(0.8 / 0.5)
    assert metrics.KLDivergence()(y_true, y_pred) == pytest.approx(expected, rel=1e-5)


def test_poisson():
    y_true, y_pred = np.array([[1.0, 3.0]]), np.array([[2.0, 0.5]])
    expected = (2 - math.log(2) + 0.5 - 3 * math.log(0.5)) / 2
    assert metrics.Poisson()(y_true, y_pred) == pytest.approx(expected, rel=1e-5)
