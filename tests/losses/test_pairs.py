"""Labels and predictions brought together: types, ranks, and what does not fit."""

import numpy as np
import pytest

from minikeras import losses
from minikeras.autograd import Tensor
from minikeras.losses.pairs import as_tensor_like, pair, same_rank, smoothed


def test_fractions_of_python_become_the_default_type_and_arrays_keep_theirs():
    assert as_tensor_like([0.5, 1.0]).dtype == np.float32
    assert as_tensor_like(np.array([0.5])).dtype == np.float64
    assert as_tensor_like(np.float64(0.5)).dtype == np.float64
    assert as_tensor_like([1, 2]).dtype.kind == "i"
    t = Tensor(np.ones(2, "float32"))
    assert as_tensor_like(t) is t
    assert as_tensor_like(t, np.dtype("float64")).dtype == np.float64


@pytest.mark.parametrize("labels", [["a", "b"], np.array(["a"]), None, [1.0, None], [{}]])
def test_what_is_no_number_is_refused(labels):
    with pytest.raises(ValueError, match="A loss compares numbers, but .* is none"):
        losses.mean_squared_error(labels, np.ones(2, "float32"))


def test_objects_that_are_numbers_are_taken():
    labels = np.array([1, 2.5], dtype=object)
    assert as_tensor_like(labels).dtype == np.float32
    np.testing.assert_allclose(losses.mse(labels, np.ones(2, "float32")), 1.125)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((4,), (4, 1), (4, 1)),
        ((4, 1), (4,), (4, 1)),
        ((4, 3, 1), (4, 3), (4, 3)),
        ((4, 3), (4, 3, 1), (4, 3)),
        ((4, 3), (4, 3), (4, 3)),
    ],
)
def test_ranks_that_differ_by_a_last_axis_of_one(a, b, expected):
    assert [x.shape for x in same_rank(np.ones(a), np.ones(b))] == [expected, expected]


def test_labels_take_the_type_of_the_predictions():
    labels, predictions = pair(np.array([1, 0]), np.array([0.5, 0.5], "float16"))
    assert labels.dtype == predictions.dtype == np.float16
    labels, predictions = pair(np.array([0.5]), np.array([1]))
    assert labels.dtype == predictions.dtype == np.float32


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"labels have shape \(3,\) and the predictions \(4,\)"):
        pair(np.ones(3), np.ones(4))


def test_smoothing():
    np.testing.assert_allclose(smoothed(np.array([0.0, 1.0]), 0.2, 2), [0.1, 0.9])
    with pytest.raises(ValueError, match="from 0 to 1, not 1.5"):
        smoothed(np.ones(2), 1.5, 2)
