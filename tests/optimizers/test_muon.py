"""Muon: what its steps look like."""

import numpy as np
import pytest

from minikeras.autograd import Variable
from minikeras.optimizers import AdamW, Muon
from tests.optimizers.support import assert_same_bits, gradients


@pytest.mark.parametrize("shape", [(4, 4), (3, 6), (6, 3)], ids=str)
def test_the_step_of_a_matrix_is_nearly_orthogonal(shape):
    g = np.random.default_rng(0).normal(size=shape)
    x = Variable(np.zeros(shape), name="kernel")
    Muon(1.0, rms_rate=None, weight_decay=None).apply([g], [x])
    singular = np.linalg.svd(x.data, compute_uv=False)
    assert np.all(singular > 0.5)
    assert np.all(singular < 1.5)
    u, _, v = np.linalg.svd(g, full_matrices=False)
    # Singular vectors stay: seen in them the step is diagonal.
    inside = u.T @ -x.data @ v.T
    np.testing.assert_allclose(inside, np.diag(np.diag(inside)), atol=1e-6)


def test_steps_are_scaled_by_the_longer_side():
    g = np.random.default_rng(0).normal(size=(9, 4))
    plain, scaled = (Variable(np.zeros((9, 4)), name="kernel") for _ in range(2))
    Muon(1.0, rms_rate=None, weight_decay=None).apply([g], [plain])
    Muon(1.0, rms_rate=0.2, weight_decay=None).apply([g], [scaled])
    np.testing.assert_allclose(scaled.data, plain.data * 3 * 0.2, rtol=1e-12)


def test_the_rest_is_left_to_adamw():
    shapes = [(4,), (2, 3, 4), (5, 3), (5, 3)]
    names = ["bias", "filters", "embeddings", "head"]
    rng = np.random.default_rng(0)
    start = [rng.normal(size=s) for s in shapes]
    ours, theirs = ([Variable(v, name=n) for v, n in zip(start, names)] for _ in range(2))
    muon = Muon(0.1, exclude_layers=["^head"], adam_weight_decay=0.3)
    adam = AdamW(0.1, weight_decay=0.3)
    for step in range(3):
        muon.apply(gradients(shapes, "float64", step), ours)
        adam.apply(gradients(shapes, "float64", step), theirs)
    for a, b in zip(ours, theirs):
        np.testing.assert_allclose(a.data, b.data, rtol=1e-6)


def test_embeddings_need_not_be_excluded():
    x, y = (Variable(np.eye(3), name="embedding/embeddings") for _ in range(2))
    g = np.arange(9.0).reshape(3, 3)
    Muon(0.1).apply([g], [x])
    Muon(0.1, exclude_embeddings=False).apply([g], [y])
    assert np.abs(x.data - y.data).max() > 1e-3


def test_no_iterations_is_normalized_momentum():
    g = np.array([[3.0, 0.0], [0.0, 4.0]])
    x = Variable(np.zeros((2, 2)), name="kernel")
    Muon(1.0, ns_steps=0, rms_rate=None, weight_decay=None, momentum=0.0).apply([g], [x])
    np.testing.assert_allclose(x.data, -g / 5, rtol=1e-6)


def test_weight_decay_of_matrices_and_others():
    matrix, bias = Variable(np.ones((2, 2)), name="kernel"), Variable(np.ones(2), name="bias")
    muon = Muon(0.5, weight_decay=0.2, adam_weight_decay=None)
    muon.apply([np.zeros((2, 2)), np.zeros(2)], [matrix, bias])
    np.testing.assert_allclose(matrix.data, 0.9, rtol=1e-7)
    assert_same_bits([bias.data], [np.ones(2)])
