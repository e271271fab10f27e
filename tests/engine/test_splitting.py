"""validation_split: which rows are held out, in every form of data."""

import numpy as np
import pytest

from minikeras.engine.splitting import Rows, hold_out
from tests.engine.test_targets import OnDisk

X = np.arange(20.0).reshape(10, 2)


def test_the_last_rows_are_held_out():
    weights = np.arange(10.0)
    (x, y, w), (xv, yv, wv) = hold_out(X, X[:, :1], weights, 0.25)
    # int(10 * 0.75) = 7 are trained on, as in Keras 2.1.5
    np.testing.assert_array_equal(x, X[:7])
    np.testing.assert_array_equal(xv, X[7:])
    np.testing.assert_array_equal(yv, X[7:, :1])
    np.testing.assert_array_equal(w, weights[:7])
    np.testing.assert_array_equal(wv, weights[7:])


def test_nested_data_and_lists_of_numbers():
    (x, y, w), (xv, yv, wv) = hold_out({"a": X, "b": [X, X]}, list(range(10)), None, 0.5)
    assert x["a"].shape == xv["b"][1].shape == (5, 2)
    np.testing.assert_array_equal(yv, [5, 6, 7, 8, 9])
    assert w is wv is None


def test_data_on_disk_stay_there():
    stored = OnDisk(X)
    (x, _, _), (xv, _, _) = hold_out(stored, None, None, 0.3)
    assert isinstance(x, Rows)
    assert stored.reads == []
    assert x.shape == (7, 2)
    assert len(xv) == 3
    np.testing.assert_array_equal(xv[0:2], X[7:9])
    np.testing.assert_array_equal(xv[np.array([0, 2])], X[[7, 9]])
    np.testing.assert_array_equal(x[5:100], X[5:7])


@pytest.mark.parametrize("share", [1.0, -0.1, 1.5, float("nan")])
def test_shares_out_of_range(share):
    with pytest.raises(ValueError, match="between 0 and 1"):
        hold_out(X, None, None, share)


@pytest.mark.parametrize("share", ["0.2", True, [0.1]])
def test_shares_that_are_no_numbers(share):
    with pytest.raises(TypeError, match="validation_split is a number"):
        hold_out(X, None, None, share)


@pytest.mark.parametrize(("share", "what"), [(1e-20, "validate"), (0.95, "train")])
def test_a_part_may_not_be_empty(share, what):
    with pytest.raises(ValueError, match=f"of 10 samples leaves nothing to {what} on"):
        hold_out(X, None, None, share)


def test_generated_batches_cannot_be_split():
    with pytest.raises(ValueError, match="batches that are generated cannot be split"):
        hold_out(iter([X]), None, None, 0.5)
