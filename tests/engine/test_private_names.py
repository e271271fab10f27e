"""Names with an underscore that scripts of Keras 2 import from `keras.engine`."""

import importlib

import numpy as np
import pytest

import minikeras as keras
from minikeras import losses
from minikeras.engine.training import (
    _check_array_lengths,
    _check_loss_and_target_compatibility,
    _make_batches,
    _slice_arrays,
    _standardize_input_data,
    _weighted_masked_objective,
)

X = np.arange(12.0).reshape(6, 2)


@pytest.mark.parametrize("path", ["engine.topology", "engine.training"])
def test_where_they_are(path):
    module = importlib.import_module(f"minikeras.{path}")
    assert module._to_list(3) == [3]
    assert module._object_list_uid([X]) == module._object_list_uid(X)
    assert module._is_all_none([None, None])


def test_batches():
    assert _make_batches(5, 2) == [(0, 2), (2, 4), (4, 5)]
    assert _make_batches(4, 2) == [(0, 2), (2, 4)]
    assert _make_batches(0, 2) == []


def test_slices():
    np.testing.assert_array_equal(_slice_arrays(X, 1, 3), X[1:3])
    np.testing.assert_array_equal(_slice_arrays(X, np.array([4, 0])), X[[4, 0]])
    first, none = _slice_arrays([X, None], stop=2)
    np.testing.assert_array_equal(first, X[:2])
    assert none is None
    assert _slice_arrays(None, 1) == [None]


def test_lengths():
    _check_array_lengths(X, [X, X], X)
    _check_array_lengths([None], None, None)
    for wrong in ([X[1:], X, X], [X, X, X[1:]], [[X, X[1:]], X, X], [X, X, None]):
        with pytest.raises(ValueError, match="same number of samples"):
            _check_array_lengths(*wrong)


def test_losses_and_labels():
    def check(target, loss, shape):
        _check_loss_and_target_compatibility([target], [loss], [shape])

    check(X, losses.mean_squared_error, (None, 2))
    check(X, losses.mean_squared_error, (None, None))
    check(X[:, :1], losses.sparse_categorical_crossentropy, (None, 2))
    check(X, lambda t, p: t - p, (None, 7))
    check(None, losses.mean_squared_error, (None, 7))
    check(X, None, (None, 7))
    with pytest.raises(ValueError, match="to_categorical"):
        check(X[:, :1], losses.categorical_crossentropy, (None, 2))
    with pytest.raises(ValueError, match=r"shape \(6, 2\) does not fit .*\(None, 3\)"):
        check(X, losses.binary_crossentropy, (None, 3))


def test_weighted_and_masked_losses():
    loss = _weighted_masked_objective(losses.mean_absolute_error)
    true, predicted = np.zeros((2, 3, 1)), np.array([1.0, 2, 3, 4, 5, 6]).reshape(2, 3, 1)
    assert float(loss(true, predicted, None)) == pytest.approx(3.5)
    mask = np.array([[1, 1, 0], [0, 1, 0]])
    # the mean over what the mask leaves: 1, 2 and 5
    assert float(loss(true, predicted, None, mask)) == pytest.approx(8 / 3)
    # weights of samples: means 2 and 5; divided by the number of weights that are not 0
    assert float(loss(true, predicted, np.array([0.5, 1.0]))) == pytest.approx((1 + 5) / 2)
    assert float(loss(true, predicted, np.array([0.5, 0.0]))) == pytest.approx(1.0)
    assert _weighted_masked_objective(None) is None
    x = keras.Input((3,))
    assert _weighted_masked_objective(losses.categorical_crossentropy)(x, x, None).shape == ()


def test_standardized_data():
    first, second = _standardize_input_data({"b": X[:, 0], "a": X}, ["a", "b"], [(None, 2), (6, 1)])
    np.testing.assert_array_equal(first, X)
    np.testing.assert_array_equal(second, X[:, :1])
    (kept,) = _standardize_input_data(X, ["a"], [(9, 2)], check_batch_axis=False)
    assert kept is X
    assert _standardize_input_data(None, ["a"]) == [None]
    assert _standardize_input_data(None, []) == []
    with pytest.raises(ValueError, match=r"checking target: expected a .*\(9, 2\).*\(6, 2\)"):
        _standardize_input_data(X, ["a"], [(9, 2)], exception_prefix="target")
    with pytest.raises(ValueError, match="no input to pass data to"):
        _standardize_input_data([X], [])
    with pytest.raises(ValueError, match="list of 2 arrays"):
        _standardize_input_data([X, X], ["a"])
