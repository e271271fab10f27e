"""The accuracy family: by hand, in every shape of labels, and refusing what does not fit."""

import numpy as np
import pytest

import minikeras
from minikeras import metrics
from minikeras.autograd import Tensor, Variable, recording

ONE_HOT = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]], "float32")
NUMBERS = np.array([2, 0, 1, 2])
SCORES = np.array(
    [
        [0.1, 0.2, 0.7],  # best 2, label 2: right
        [0.3, 0.6, 0.1],  # best 1, label 0: wrong, second best
        [0.2, 0.3, 0.5],  # best 2, label 1: wrong, second best
        [0.5, 0.3, 0.2],  # best 0, label 2: wrong, worst
    ],
    "float32",
)


def test_categorical_accuracy():
    values = metrics.categorical_accuracy(ONE_HOT, SCORES)
    assert values.tolist() == [1, 0, 0, 0]
    assert values.dtype == np.float32


@pytest.mark.parametrize("labels", [NUMBERS, NUMBERS[:, None], NUMBERS.astype("float32")])
def test_sparse_categorical_accuracy_takes_vectors_and_columns(labels):
    assert metrics.sparse_categorical_accuracy(labels, SCORES).tolist() == [1, 0, 0, 0]


def test_sequences_of_labels():
    labels, scores = NUMBERS.reshape(2, 2), SCORES.reshape(2, 2, 3)
    expected = [[1, 0], [0, 0]]
    assert metrics.sparse_categorical_accuracy(labels, scores).tolist() == expected
    assert metrics.sparse_categorical_accuracy(labels[..., None], scores).tolist() == expected
    assert metrics.categorical_accuracy(ONE_HOT.reshape(2, 2, 3), scores).tolist() == expected


@pytest.mark.parametrize(("k", "expected"), [(1, [1, 0, 0, 0]), (2, [1, 1, 1, 0]), (3, [1] * 4)])
def test_top_k(k, expected):
    assert metrics.top_k_categorical_accuracy(ONE_HOT, SCORES, k=k).tolist() == expected
    assert metrics.sparse_top_k_categorical_accuracy(NUMBERS, SCORES, k).tolist() == expected
    column = NUMBERS[:, None]
    assert metrics.sparse_top_k_categorical_accuracy(column, SCORES, k).tolist() == expected


def test_top_k_is_5_and_classes_as_good_as_the_last_count():
    scores = np.array([[9, 8, 7, 6, 5, 5, 1]], "float32")
    found = [metrics.sparse_top_k_categorical_accuracy([c], scores)[0] for c in range(7)]
    assert found == [1, 1, 1, 1, 1, 1, 0]


def test_a_score_that_is_not_finite_is_never_among_the_best():
    scores = np.array([[np.nan, 1.0, 2.0]], "float32")
    assert metrics.sparse_top_k_categorical_accuracy([0], scores, k=3).tolist() == [0]


def test_top_k_of_sorted_class_numbers():
    ids = np.array([[4, 1, 0], [2, 3, 1]])
    found = metrics.sparse_top_k_categorical_accuracy([1, 1], ids, k=2, from_sorted_ids=True)
    assert found.tolist() == [1, 0]


def test_binary_accuracy_averages_the_outputs_of_a_sample():
    y_true = np.array([[1, 0, 1, 0], [1, 1, 1, 1]], "float32")
    y_pred = np.array([[0.9, 0.2, 0.4, 0.6], [0.6, 0.7, 0.8, 0.1]], "float32")
    # 2 of 4, and 3 of 4
    assert metrics.binary_accuracy(y_true, y_pred).tolist() == [0.5, 0.75]


def test_binary_accuracy_rounds_to_the_nearest_integer():
    # as Keras 2.1.5: halves round to even, so 0.5 means 0; 2.2 means 2, not 1
    y_pred = np.array([[0.5], [0.51], [2.2], [2.2]], "float32")
    y_true = np.array([[0], [1], [2], [1]], "float32")
    assert metrics.binary_accuracy(y_true, y_pred).tolist() == [1, 1, 1, 0]


def test_binary_accuracy_with_a_threshold():
    y_pred = np.array([[0.3], [0.1], [2.2]], "float32")
    assert metrics.binary_accuracy([[1], [1], [1]], y_pred, 0.2).tolist() == [1, 0, 1]
    assert metrics.binary_accuracy([[1], [1], [1]], y_pred, threshold=0.5).tolist() == [0, 0, 1]


def test_a_vector_of_labels_beside_a_column_of_predictions():
    y_pred = np.array([[0.9], [0.2], [0.8]], "float32")
    assert metrics.binary_accuracy(np.array([1, 0, 0]), y_pred).tolist() == [1, 1, 0]


def test_arguments_by_name():
    found = metrics.sparse_top_k_categorical_accuracy(y_true=NUMBERS, y_pred=SCORES, k=2)
    assert found.tolist() == [1, 1, 1, 0]


def test_tensors_give_tensors_without_history():
    weights = Variable(SCORES)
    with recording():
        values = metrics.categorical_accuracy(ONE_HOT, weights)
    assert isinstance(values, Tensor)
    assert not values.requires_grad
    assert values.tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("function", "y_true", "message"),
    [
        ("categorical_accuracy", NUMBERS, "sparse_categorical_accuracy, or keras.utils.to_cat"),
        ("top_k_categorical_accuracy", NUMBERS, "use sparse_top_k_categorical_accuracy"),
        ("sparse_categorical_accuracy", ONE_HOT, "look one-hot: use categorical_accuracy"),
        ("sparse_top_k_categorical_accuracy", ONE_HOT, "use top_k_categorical_accuracy"),
        ("sparse_categorical_accuracy", np.zeros((4, 2)), r"\(4,\) or \(4, 1\).*\(4, 2\)"),
        ("binary_accuracy", np.zeros((4, 2)), r"\(4, 2\) and y_pred \(4, 3\)"),
        ("sparse_top_k_categorical_accuracy", [0, 1, 3, 2], "The label 3 .* classes 0 to 2"),
        ("sparse_top_k_categorical_accuracy", [0, -1, 1, 2], "The label -1 "),
    ],
)
def test_labels_that_do_not_fit_are_refused(function, y_true, message):
    with pytest.raises(ValueError, match=message):
        getattr(metrics, function)(np.asarray(y_true), SCORES)


@pytest.mark.parametrize("k", [0, -1, 1.5, True])
def test_k_is_a_whole_number_from_1(k):
    with pytest.raises(ValueError, match="k must be"):
        metrics.top_k_categorical_accuracy(ONE_HOT, SCORES, k=k)


# --- with state ------------------------------------------------------------------------------


def test_accuracy_of_equal_elements():
    metric = metrics.Accuracy()
    # 3 of 4
    assert metric([[1], [2], [3], [4]], [[0], [2], [3], [4]]) == 0.75
    # and 1 of 2 with weight: (3 + 5) / (4 + 6)
    metric.update_state([1, 2], [1, 3], sample_weight=[5, 1])
    assert metric.result() == 0.8


def test_accuracy_compares_floats_of_different_precision():
    assert metrics.Accuracy()(np.array([0.1]), np.array([0.1], "float32")) == 1
    assert metrics.Accuracy()(np.array([1.5]), np.array([1])) == 0  # no rounding of labels


def test_binary_accuracy_object_has_a_threshold():
    metric = metrics.BinaryAccuracy(threshold=0.25)
    assert metric([[1], [1], [0], [0]], [[0.3], [0.2], [0.3], [0.2]]) == 0.5


def test_binary_accuracy_object_weighs_each_value():
    metric = metrics.BinaryAccuracy()
    y_true, y_pred = np.ones((1, 2)), np.array([[0.9, 0.1]])
    # right with weight 3, wrong with weight 1
    assert metric(y_true, y_pred, sample_weight=np.array([[3, 1]])) == 0.75


@pytest.mark.parametrize(
    ("metric", "labels", "expected"),
    [
        (metrics.CategoricalAccuracy(), ONE_HOT, 0.25),
        (metrics.SparseCategoricalAccuracy(), NUMBERS, 0.25),
        (metrics.TopKCategoricalAccuracy(k=2), ONE_HOT, 0.75),
        (metrics.SparseTopKCategoricalAccuracy(k=2), NUMBERS, 0.75),
    ],
)
def test_shares_of_right_samples(metric, labels, expected):
    assert metric(labels, SCORES) == expected
    # only the wrong ones
    metric.reset_state()
    assert metric(labels, SCORES, sample_weight=[0, 0, 0, 2]) == 0


# --- in a functional model -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "labels"),
    [
        (metrics.categorical_accuracy, ONE_HOT),
        (metrics.top_k_categorical_accuracy, ONE_HOT),
        (metrics.binary_accuracy, ONE_HOT),
        (metrics.sparse_categorical_accuracy, NUMBERS[:, None].astype("float32")),
        (metrics.sparse_top_k_categorical_accuracy, NUMBERS[:, None].astype("float32")),
    ],
)
def test_symbolic_tensors(function, labels):
    y_true, y_pred = minikeras.Input((labels.shape[1],)), minikeras.Input((3,))
    values = function(y_true, y_pred)
    assert values.shape == (None,)
    model = minikeras.Model([y_true, y_pred], values)
    expected = function(labels, SCORES)
    np.testing.assert_array_equal(model.predict([labels, SCORES], verbose=0), expected)


def test_binary_accuracy_needs_a_number_as_threshold():
    with pytest.raises(ValueError, match="threshold is a number, not '0.5'"):
        metrics.BinaryAccuracy(threshold="0.5")
    assert metrics.BinaryAccuracy(threshold=None).threshold == 0.5
