"""F-scores, by hand."""

import numpy as np
import pytest

from minikeras import metrics

Y_TRUE = np.array([[1, 1, 1], [1, 0, 0], [1, 1, 0]])
Y_PRED = np.array([[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]])
# above 0.5:      [ 0    1    1  ] [ 0    1    1  ] [ 1    1    0 ]
# per class TP 1, 2, 1; FP 0, 1, 1; FN 2, 0, 0
# precision 1, 2/3, 1/2; recall 1/3, 1, 1; F1 1/2, 4/5, 2/3


def test_per_class():
    found = metrics.F1Score(threshold=0.5)(Y_TRUE, Y_PRED)
    np.testing.assert_allclose(found, [1 / 2, 4 / 5, 2 / 3], rtol=1e-6)
    assert found.dtype == np.float32


@pytest.mark.parametrize(
    ("average", "expected"),
    [
        ("macro", (1 / 2 + 4 / 5 + 2 / 3) / 3),
        ("weighted", (3 / 2 + 2 * 4 / 5 + 1 * 2 / 3) / 6),  # true 3, 2 and 1 times
        ("micro", 2 * 4 / (2 * 4 + 2 + 2)),  # TP 4, FP 2, FN 2
    ],
)
def test_averages(average, expected):
    assert metrics.F1Score(average, 0.5)(Y_TRUE, Y_PRED) == pytest.approx(expected, rel=1e-6)


def test_beta_weighs_recall():
    # beta 2: 5 P R / (4 P + R): 5/3 / (4 + 1/3); 10/3 / (8/3 + 1); 5/2 / (2 + 1)
    found = metrics.FBetaScore(beta=2, threshold=0.5)(Y_TRUE, Y_PRED)
    np.testing.assert_allclose(found, [5 / 13, 10 / 11, 5 / 6], rtol=1e-6)


def test_without_a_threshold_the_largest_prediction_counts():
    y_true = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    y_pred = np.array([[0.4, 0.3, 0.3], [0.4, 0.3, 0.3], [0.3, 0.3, 0.4]])
    # class 0: TP 1, FP 1; class 1: FN 1; class 2: TP 1
    found = metrics.F1Score()(y_true, y_pred)
    np.testing.assert_allclose(found, [2 / 3, 0, 1], rtol=1e-6)


def test_a_row_of_zeros_says_nothing():
    assert metrics.FBetaScore("micro")([[1, 0]], [[0.0, 0.0]]) == 0


def test_weights_are_one_per_sample():
    metric = metrics.F1Score("micro", 0.5)
    # TP 2 1 + 3 * 2 = 8 with weights 1, 0, 3: rows have TP 2, 1... row 0: TP 2, FN 1;
    # row 2: TP 2, no mistake: TP 2 + 6, FN 1
    assert metric(Y_TRUE, Y_PRED, sample_weight=[1, 0, 3]) == pytest.approx(2 * 8 / (2 * 8 + 1))
    metric.reset_state()
    column = np.array([[1], [0], [3]])
    assert metric(Y_TRUE, Y_PRED, sample_weight=column) == pytest.approx(16 / 17)


def test_nothing_seen_yet():
    assert metrics.F1Score("macro").result() == 0


def test_function_of_the_documents():
    # all decisions of the batch together: TP 4, FP 2, FN 2
    assert metrics.fbeta_score(Y_TRUE, Y_PRED) == pytest.approx(8 / 12)
    # beta 2: 5 * 4 / (5 * 4 + 4 * 2 + 2)
    assert metrics.fbeta_score(Y_TRUE, Y_PRED, beta=2) == pytest.approx(20 / 30)
    # beta 0: precision alone
    assert metrics.fbeta_score(Y_TRUE, Y_PRED, 0) == pytest.approx(4 / 6)
    assert metrics.fbeta_score(np.zeros((2, 2)), np.zeros((2, 2))) == 0
    assert metrics.fbeta_score(Y_TRUE, Y_PRED).dtype == np.float32


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: metrics.F1Score("mean"), "Unknown average 'mean'"),
        (lambda: metrics.FBetaScore(beta=0.0), "beta must be a positive number, not 0.0"),
        (lambda: metrics.FBetaScore(beta="1"), "beta must be"),
        (lambda: metrics.F1Score(threshold=0), "threshold must be a number above 0"),
        (lambda: metrics.F1Score(threshold=1.5), "at most 1, or None, not 1.5"),
        (lambda: metrics.F1Score()([0, 1], [[0.5, 0.5], [0.5, 0.5]]), "to_categorical"),
        (lambda: metrics.F1Score()(Y_TRUE, Y_PRED, [1, 2]), r"one weight per sample.*\(3,\)"),
        (lambda: metrics.fbeta_score(Y_TRUE, Y_PRED, -1), "beta must not be negative"),
    ],
)
def test_mistakes_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_number_of_classes_stays():
    metric = metrics.F1Score()
    metric.update_state(Y_TRUE, Y_PRED)
    with pytest.raises(ValueError, match="batches of 3 classes, but this one has 2"):
        metric.update_state(Y_TRUE[:, :2], Y_PRED[:, :2])
