"""Labels, predictions and weights brought to one shape."""

import re

import numpy as np
import pytest

from minikeras.autograd import Tensor, Variable, recording
from minikeras.metrics.arrays import aligned, as_array, detached, spread_weights


def test_as_array():
    data = np.ones(3, "float32")
    assert as_array(Tensor(data)) is data
    assert as_array(data, "float32") is data
    assert as_array([1, 2], "float16").dtype == np.float16


@pytest.mark.parametrize(
    ("true", "pred", "expected"),
    [
        ((4,), (4, 1), (4, 1)),
        ((4, 1), (4,), (4, 1)),
        ((4, 3), (4, 3, 1), (4, 3)),
        ((4, 3, 1), (4, 3), (4, 3)),
        ((4, 3), (4, 3), (4, 3)),
    ],
)
def test_aligned(true, pred, expected):
    a, b = aligned(np.zeros(true), np.zeros(pred), "m")
    assert a.shape == b.shape == expected


@pytest.mark.parametrize("pred", [(4, 2), (4, 1, 1), (3,)])
def test_what_cannot_be_aligned(pred):
    with pytest.raises(ValueError, match=r"m compares.*\(4,\) and y_pred " + re.escape(str(pred))):
        aligned(np.zeros(4), np.zeros(pred), "m")


@pytest.mark.parametrize(
    ("weights", "shape", "expected"),
    [
        (5, (2, 2), [[5, 5], [5, 5]]),
        ([1, 2], (2, 3), [[1, 1, 1], [2, 2, 2]]),
        ([[1], [2]], (2, 3), [[1, 1, 1], [2, 2, 2]]),
        ([[1, 2], [3, 4]], (2, 2), [[1, 2], [3, 4]]),
        ([[1, 2], [3, 4]], (2, 2, 1), [[[1], [2]], [[3], [4]]]),
        ([[[1]], [[2]]], (2,), [1, 2]),
    ],
)
def test_weights_spread_from_the_first_axis_on(weights, shape, expected):
    assert spread_weights(np.array(weights), shape, "m").tolist() == expected


def test_weights_that_do_not_fit():
    with pytest.raises(ValueError, match=r"shape \(3,\) does not fit m.*\(2, 3\)"):
        spread_weights(np.ones(3), (2, 3), "m")


def test_detached_keeps_mask_and_logits():
    x = Variable(np.ones((2, 2)))
    with recording():
        y = x * 2
        y.mask = np.array([True, False])
        y.logits = x * 3
    bare = detached(y)
    assert not bare.requires_grad
    assert bare.data is y.data
    assert bare.mask is y.mask
    assert not bare.logits.requires_grad
    assert bare.logits.data is y.logits.data
    assert detached(bare) is bare
    assert detached(3) == 3
