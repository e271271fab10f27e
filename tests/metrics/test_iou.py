"""Intersection over union, by hand."""

import numpy as np
import pytest

from minikeras import metrics

Y_TRUE = np.array([0, 0, 1, 1, 2, 2])
Y_PRED = np.array([0, 1, 1, 1, 2, 0])
# class 0: both 1, union 3; class 1: both 2, union 3; class 2: both 1, union 2
IOU = [1 / 3, 2 / 3, 1 / 2]
SCORES = np.eye(3)[Y_PRED] * 0.6 + 0.1


def test_mean():
    assert metrics.MeanIoU(3)(Y_TRUE, Y_PRED) == pytest.approx(np.mean(IOU))


@pytest.mark.parametrize("ids", [[0], [1], [2], [0, 2], [2, 1, 0]])
def test_chosen_classes(ids):
    found = metrics.IoU(3, ids)(Y_TRUE, Y_PRED)
    assert found == pytest.approx(np.mean([IOU[i] for i in ids]))


def test_images_of_any_shape():
    shape = (1, 2, 3)
    found = metrics.MeanIoU(3)(Y_TRUE.reshape(shape), Y_PRED.reshape(*shape, 1))
    assert found == pytest.approx(np.mean(IOU))


def test_weights_are_counted_in_full():
    weights = [0.5, 0.5, 0.25, 0.25, 1, 1]
    # class 0: both .5, union .5 + .5 + 1; class 1: .5 of 1; class 2: 1 of 2
    found = metrics.MeanIoU(3)(Y_TRUE, Y_PRED, sample_weight=weights)
    assert found == pytest.approx((0.5 / 2 + 0.5 / 1 + 1 / 2) / 3)
    # one weight for all changes nothing
    assert metrics.MeanIoU(3)(Y_TRUE, Y_PRED, sample_weight=2) == pytest.approx(np.mean(IOU))


def test_classes_that_do_not_occur_are_left_out():
    assert metrics.MeanIoU(5)(Y_TRUE, Y_PRED) == pytest.approx(np.mean(IOU))
    assert metrics.IoU(5, [3, 4])(Y_TRUE, Y_PRED) == 0
    assert metrics.MeanIoU(5).result() == 0


def test_an_ignored_class_and_labels_outside():
    y_true = np.array([0, 0, 1, 1, 2, 255])
    # without the last pixel class 0 has a union of 2, class 2 is perfect
    expected = (1 / 2 + 2 / 3 + 1) / 3
    assert metrics.MeanIoU(3)(y_true, Y_PRED) == pytest.approx(expected)
    found = metrics.MeanIoU(3, ignore_class=0)(Y_TRUE, Y_PRED)
    # only true 1 and 2: class 0 is said once, wrongly; class 1 perfect; class 2 1 of 2
    assert found == pytest.approx((0 + 1 + 1 / 2) / 3)


@pytest.mark.parametrize("axis", [-1, 0])
def test_scores_and_one_hot_labels(axis):
    one_hot, scores = (np.moveaxis(a, -1, axis) for a in (np.eye(3)[Y_TRUE], SCORES))
    expected = pytest.approx(np.mean(IOU))
    assert metrics.OneHotMeanIoU(3, axis=axis)(one_hot, scores) == expected
    assert metrics.OneHotIoU(3, [0, 1, 2], axis=axis)(one_hot, scores) == expected
    assert metrics.MeanIoU(3, sparse_y_pred=False, axis=axis)(Y_TRUE, scores) == expected
    assert metrics.OneHotMeanIoU(3, sparse_y_pred=True, axis=axis)(one_hot, Y_PRED) == expected


def test_binary():
    y_true, y_pred = np.array([0, 1, 0, 1]), np.array([0.1, 0.2, 0.3, 0.7])
    # at 0.3, which counts as above: said 0 0 1 1; class 0: 1 of 3, class 1: 1 of 3
    assert metrics.BinaryIoU(threshold=0.3)(y_true, y_pred) == pytest.approx(1 / 3)
    # at 0.5: said 0 0 0 1; class 0: 2 of 3, class 1: 1 of 2
    assert metrics.BinaryIoU([0])(y_true, y_pred) == pytest.approx(2 / 3)
    assert metrics.BinaryIoU([1])(y_true, y_pred) == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: metrics.IoU(3, [3]), r"\[3\] must be some of the classes 0 to 2, but \[3\]"),
        (lambda: metrics.IoU(3, [-1]), r"but \[-1\] are not"),
        (lambda: metrics.IoU(3, []), "must be some of the classes"),
        (lambda: metrics.MeanIoU(0), "num_classes must be a whole number of at least 1"),
        (lambda: metrics.MeanIoU("3"), "num_classes must be"),
        (lambda: metrics.MeanIoU(3)(Y_TRUE, SCORES), "6 labels with 18 predictions"),
        (
            lambda: metrics.OneHotMeanIoU(4)(np.eye(4)[Y_TRUE], SCORES),
            r"y_pred with 4 classes along axis -1, but its shape is \(6, 3\)",
        ),
        (lambda: metrics.OneHotMeanIoU(3)(Y_TRUE, SCORES), "sparse_y_true=True"),
        (lambda: metrics.MeanIoU(3)(Y_TRUE, Y_PRED, [1, 2]), r"one weight per pixel \(6\)"),
    ],
)
def test_mistakes_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()
