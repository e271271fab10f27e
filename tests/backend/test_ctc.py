"""Keras 2's names for connectionist temporal classification."""

import numpy as np
import pytest

from minikeras import backend as K
from minikeras import ops
from minikeras.autograd import Tensor
from tests.ops.gradients import check

RNG = np.random.default_rng(0)
P = RNG.dirichlet(np.ones(3), size=(2, 5))  # two classes and the blank
LABELS = np.array([[0, 1, 7], [1, 1, 0]])


def test_batch_cost():
    steps, lengths = np.array([[5], [4]]), np.array([[2], [3]])
    cost = K.ctc_batch_cost(LABELS, P, steps, np.array([[2], [1]]))
    assert cost.shape == (2, 1)
    expected = ops.ctc_loss(LABELS, np.log(P + 1e-7), [2, 1], [5, 4], mask_index=2)
    np.testing.assert_allclose(cost[:, 0], expected)
    single = np.full((1, 2, 2), 0.5)  # of four paths three spell [0]
    np.testing.assert_allclose(
        K.ctc_batch_cost([[0]], single, [[2]], [[1]]), [[-np.log(0.75)]], rtol=1e-6
    )
    check(lambda p: K.ctc_batch_cost(LABELS, p, steps, lengths - 1), P)


def test_greedy_decoding():
    best = np.array([[0, 0, 2, 0, 1], [2, 1, 1, 0, 0]])
    p = np.eye(3)[best] * 0.7 + 0.1
    for wrap in (np.asarray, Tensor):
        (labels,), scores = K.ctc_decode(wrap(p), np.array([5, 3]))
        np.testing.assert_array_equal(labels, [[0, 0, 1], [1, -1, -1]])
        np.testing.assert_allclose(scores, [[-5 * np.log(0.8)], [-3 * np.log(0.8)]], rtol=1e-6)
    (nothing,), _ = K.ctc_decode(np.eye(3)[[[2, 2]]], [2])
    assert nothing.shape == (1, 0)


def test_refusals():
    with pytest.raises(ValueError, match="decodes greedily only"):
        K.ctc_decode(P, [5, 5], greedy=False)
    with pytest.raises(ValueError, match="sparse"):
        K.ctc_label_dense_to_sparse(LABELS, [2, 1])
