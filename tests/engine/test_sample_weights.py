"""Sample weights and class weights: every form of them, and what does not fit."""

import numpy as np
import pytest

from minikeras import losses
from minikeras.engine.outputs import Output
from minikeras.engine.sample_weights import arrange_weights


def outputs(*shapes, mode=None):
    return [
        Output(name, shape, "float32", losses.get("mse"), 1.0, mode)
        for name, shape in zip(("left", "right"), shapes)
    ]


ONE = outputs((None, 1))
TWO = outputs((None, 1), (None, 4))
LABELS = np.array([[0.0], [1.0], [1.0]])
ONE_HOT = np.eye(3)[[0, 2, 1]]


@pytest.mark.parametrize(
    "given",
    [
        np.array([1.0, 2.0, 3.0]),
        [1.0, 2.0, 3.0],
        (1, 2, 3),
        [np.array([1.0, 2.0, 3.0])],
        {"left": np.array([1.0, 2.0, 3.0])},
        np.array([[1.0], [2.0], [3.0]]),
    ],
)
def test_forms_of_weights_for_one_output(given):
    (weights,) = arrange_weights(given, None, [LABELS], ONE)
    np.testing.assert_array_equal(weights, [1, 2, 3])
    assert weights.dtype == np.float32


def test_forms_of_weights_for_two_outputs():
    w = np.array([1.0, 2.0, 3.0])
    assert arrange_weights(None, None, [LABELS, ONE_HOT], TWO) == [None, None]
    for given in ([None, w], {"right": w}):
        left, right = arrange_weights(given, None, [LABELS, ONE_HOT], TWO)
        assert left is None
        np.testing.assert_array_equal(right, w)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [(LABELS, {0: 2.0, 1: 5.0}), (LABELS[:, 0], {0: 2, 1: 5}), (LABELS, {"0": 2, "1": 5})],
)
def test_class_weights_of_class_numbers(labels, classes):
    (weights,) = arrange_weights(None, classes, [labels], ONE)
    np.testing.assert_array_equal(weights, [2, 5, 5])
    assert weights.dtype == np.float32


def test_class_weights_of_one_hot_rows():
    (weights,) = arrange_weights(None, {0: 1, 1: 10, 2: 100}, [ONE_HOT], outputs((None, 3)))
    np.testing.assert_array_equal(weights, [1, 100, 10])


def test_class_weights_by_output():
    for given in ({"left": {0: 2, 1: 3}}, [{0: 2, 1: 3}, None]):
        left, right = arrange_weights(None, given, [LABELS, ONE_HOT], TWO)
        np.testing.assert_array_equal(left, [2, 3, 3])
        assert right is None


def test_both_kinds_are_multiplied():
    (weights,) = arrange_weights([1.0, 2.0, 0.5], {0: 2, 1: 10}, [LABELS], ONE)
    np.testing.assert_array_equal(weights, [2, 20, 5])


def test_weights_per_step():
    labels = np.zeros((3, 5, 2))
    for mode in ("temporal", None):  # None: the way of Keras 3
        out = outputs((None, 5, 2), mode=mode)
        (weights,) = arrange_weights(np.ones((3, 5)), None, [labels], out)
        assert weights.shape == (3, 5)


@pytest.mark.parametrize(
    ("sample", "classes", "out", "error", "message"),
    [
        ([1.0, 2.0], None, ONE, ValueError, r"shape \(2,\), which does not fit.*\(3, 1\)"),
        (np.ones((3, 2)), None, ONE, ValueError, r"\(samples,\).*\(3, 2\)"),
        (np.array(2.0), None, ONE, ValueError, r"\(samples,\)"),
        ([1.0, np.nan, 1.0], None, ONE, ValueError, "NaN"),
        (["a", "b", "c"], None, ONE, TypeError, "sample_weight for 'left' has dtype <U1"),
        (np.array(["a"] * 3), None, ONE, TypeError, "numbers"),
        ({"lefd": [1, 2, 3]}, None, ONE, ValueError, "'lefd'.*Did you mean 'left'"),
        (np.ones(3), None, TWO, ValueError, "2 outputs: give sample_weight as a list"),
        (None, {0: 1}, ONE, ValueError, "every class that occurs: 1 of 'left' is missing"),
        (None, {}, ONE, ValueError, "0, 1 of 'left' are missing"),
        (None, {0: 1, 1: 2}, TWO, ValueError, "2 outputs"),
        (None, [0.5, 0.5], ONE, TypeError, r"dict\(enumerate\(w\)\)"),
        (None, np.array([0.5, 0.5]), ONE, TypeError, r"dict\(enumerate\(w\)\)"),
        (None, "balanced", ONE, TypeError, "'balanced'"),
        (None, {"cat": 1, "dog": 2}, ONE, TypeError, "'cat', which is neither a class number"),
        (None, {0: "a", 1: 1}, ONE, TypeError, "must give numbers, not 'a'"),
    ],
)
def test_what_does_not_fit(sample, classes, out, error, message):
    labels = [LABELS, ONE_HOT][: len(out)]
    with pytest.raises(error, match=message):
        arrange_weights(sample, classes, labels, out)


def test_temporal_weights_need_two_axes():
    out = outputs((None, 5, 2), mode="temporal")
    with pytest.raises(ValueError, match=r"\(samples, time steps\).*'temporal'.*\(3,\)"):
        arrange_weights(np.ones(3), None, [np.zeros((3, 5, 2))], out)


def test_class_weights_need_one_label_a_sample():
    with pytest.raises(ValueError, match="Use sample_weight"):
        arrange_weights(None, {0: 1}, [np.zeros((3, 5, 2))], outputs((None, 5, 2)))
