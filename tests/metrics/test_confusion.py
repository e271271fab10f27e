"""The four counts, precision and recall, by hand."""

import numpy as np
import pytest

from minikeras import metrics

Y_TRUE = np.array([1, 0, 1, 1, 0])
Y_PRED = np.array([0.9, 0.8, 0.3, 0.6, 0.1])
# at 0.5: positive are 0.9 (right), 0.8 (wrong), 0.6 (right)


@pytest.mark.parametrize(
    ("cls", "expected", "weighted", "at_02_and_085"),
    [
        (metrics.TruePositives, 2, 1 + 4, [3, 1]),
        (metrics.FalsePositives, 1, 2, [1, 0]),
        (metrics.TrueNegatives, 1, 5, [1, 2]),
        (metrics.FalseNegatives, 1, 3, [0, 2]),
    ],
)
def test_counts(cls, expected, weighted, at_02_and_085):
    assert cls()(Y_TRUE, Y_PRED) == expected
    assert cls()(Y_TRUE, Y_PRED, sample_weight=[1, 2, 3, 4, 5]) == weighted
    assert cls(thresholds=[0.2, 0.85])(Y_TRUE, Y_PRED).tolist() == at_02_and_085
    # in any order
    assert cls(thresholds=[0.85, 0.2])(Y_TRUE, Y_PRED).tolist() == at_02_and_085[::-1]


def test_precision_and_recall():
    assert metrics.Precision()(Y_TRUE, Y_PRED) == pytest.approx(2 / 3)
    assert metrics.Recall()(Y_TRUE, Y_PRED) == pytest.approx(2 / 3)
    # right with weights 1 + 4, wrong with 2; missed with 3
    weights = [1, 2, 3, 4, 5]
    assert metrics.Precision()(Y_TRUE, Y_PRED, sample_weight=weights) == pytest.approx(5 / 7)
    assert metrics.Recall()(Y_TRUE, Y_PRED, sample_weight=weights) == pytest.approx(5 / 8)


def test_several_thresholds_give_an_array():
    found = metrics.Recall(thresholds=[0.2, 0.85])(Y_TRUE, Y_PRED)
    np.testing.assert_allclose(found, [1, 1 / 3], rtol=1e-6)
    assert found.dtype == np.float32


def test_no_positive_prediction_is_precision_0():
    assert metrics.Precision()([1, 0], [0.1, 0.2]) == 0
    assert metrics.Precision().result() == 0
    assert metrics.Recall()([0, 0], [0.9, 0.2]) == 0


def test_top_k():
    y_true = np.array([[0, 1, 1, 0], [1, 0, 0, 0]])
    y_pred = np.array([[0.1, 0.2, 0.05, 0.65], [0.3, 0.4, 0.2, 0.1]])
    # best two: classes 3, 1 (one right) and 1, 0 (one right), whatever their size
    assert metrics.Precision(top_k=2)(y_true, y_pred) == pytest.approx(2 / 4)
    assert metrics.Recall(top_k=2)(y_true, y_pred) == pytest.approx(2 / 3)
    # with a threshold they must be above it too: 0.65 (wrong), 0.4 (wrong), 0.3 (right)
    assert metrics.Precision(0.25, top_k=2)(y_true, y_pred) == pytest.approx(1 / 3)


def test_of_equally_good_classes_the_first_are_the_best():
    metric = metrics.TruePositives()
    assert metrics.Recall(top_k=1)([[0, 1]], [[0.5, 0.5]]) == 0
    assert metrics.Recall(top_k=1)([[1, 0]], [[0.5, 0.5]]) == 1
    assert metric.result() == 0


def test_one_class():
    y_true = np.array([[0, 1], [1, 1], [0, 1]])
    y_pred = np.array([[0.6, 0.7], [0.8, 0.2], [0.1, 0.9]])
    assert metrics.Precision(class_id=0)(y_true, y_pred) == 0.5  # 0.6 wrong, 0.8 right
    assert metrics.Recall(class_id=1)(y_true, y_pred) == pytest.approx(2 / 3)
    weighted = metrics.Recall(class_id=1)(y_true, y_pred, sample_weight=[1, 2, 3])
    assert weighted == pytest.approx(4 / 6)


def test_a_column_beside_a_vector():
    assert metrics.TruePositives()(Y_TRUE, Y_PRED[:, None]) == 2
    column = np.array([1, 2, 3, 4, 5])[:, None]
    assert metrics.TruePositives()(Y_TRUE, Y_PRED, sample_weight=column) == 5


def test_weights_per_value_and_per_sample():
    y_true, y_pred = np.array([[1, 1], [0, 1]]), np.array([[0.9, 0.2], [0.9, 0.9]])
    assert metrics.TruePositives()(y_true, y_pred, sample_weight=[2, 3]) == 5
    assert metrics.TruePositives()(y_true, y_pred, sample_weight=[[1, 2], [3, 4]]) == 5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: metrics.Precision(thresholds=1.5), "thresholds must be numbers from 0 to 1"),
        (lambda: metrics.TruePositives(thresholds=[0, -1]), r"holds \[-1\]"),
        (lambda: metrics.Precision(top_k=0), "top_k must be"),
        (lambda: metrics.Recall(class_id="cat"), "class_id must be"),
        (lambda: metrics.Precision()(Y_TRUE, np.zeros((5, 3))), r"\(5,\) and y_pred \(5, 3\)"),
        (lambda: metrics.Recall(class_id=2)([[1, 0]], [[1, 0]]), "class 2.* 0 to 1"),
        (lambda: metrics.Recall(class_id=0)([1, 0], [1, 0]), "no class axis"),
        (lambda: metrics.Recall(top_k=3)([[1, 0]], [[1, 0]]), "3 best.*only 2"),
        (lambda: metrics.Recall()([1, 0], [1, 0], [1, 2, 3]), r"shape \(3,\) does not fit"),
    ],
)
def test_mistakes_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()
