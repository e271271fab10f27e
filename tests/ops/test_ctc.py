"""Connectionist temporal classification against the sum over all paths, written out."""

import itertools

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Variable, gradients, recording
from tests.ops.gradients import check

RNG = np.random.default_rng(8)
TARGET = np.array([[1, 2, 0], [1, 1, 0], [2, 1, 2], [0, 0, 0]])
LENGTHS = np.array([2, 2, 3, 0])
STEPS = np.array([5, 4, 5, 3])
LOGITS = RNG.normal(size=(4, 5, 3))


def by_enumeration(labels, logits, blank=0):
    """Minus the log of the total probability of the paths that collapse to `labels`."""
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    total = 0.0
    for path in itertools.product(range(p.shape[1]), repeat=len(p)):
        merged = [c for c, _ in itertools.groupby(path)]
        if [c for c in merged if c != blank] == list(labels):
            total += np.prod(p[range(len(p)), path])
    return -np.log(total)


def test_values():
    expected = [by_enumeration(t[:n], z[:s]) for t, n, s, z in zip(TARGET, LENGTHS, STEPS, LOGITS)]
    np.testing.assert_allclose(ops.ctc_loss(TARGET, LOGITS, LENGTHS, STEPS), expected)


def test_another_class_for_blank():
    labels = np.array([[0, 1], [1, 1]])
    expected = [by_enumeration(t, z, blank=2) for t, z in zip(labels, LOGITS)]
    value = ops.ctc_loss(labels, LOGITS[:2], [2, 2], [5, 5], mask_index=2)
    np.testing.assert_allclose(value, expected)


def test_gradient():
    check(lambda z: ops.ctc_loss(TARGET, z, LENGTHS, STEPS), LOGITS)


def test_float32_in_and_out():
    z = Variable(LOGITS.astype("float32"))
    with recording():
        y = ops.ctc_loss(TARGET, z, LENGTHS, STEPS)
        (g,) = gradients(y, [z])
    assert y.dtype == g.dtype == np.float32
    np.testing.assert_array_equal(g[1, 4], 0)  # beyond the last step that counts
    np.testing.assert_array_equal(g[3, 3:], 0)


def test_labels_that_do_not_fit_into_the_time():
    z = Variable(LOGITS[:1])
    with recording():
        y = ops.ctc_loss([[1, 1, 1]], z, [3], [4])  # needs two blanks: five steps
        (g,) = gradients(y, [z])
    assert np.isposinf(y.data).all()
    np.testing.assert_array_equal(g, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], LOGITS, LENGTHS, STEPS), r"not \(2,\) and \(4, 5, 3\)"),
        ((TARGET, LOGITS, LENGTHS + 2, STEPS), "one label length per sample, from 0 to 3"),
        ((TARGET, LOGITS, LENGTHS, STEPS - 3), "one time length per sample, from 1 to 5"),
        ((TARGET + 1, LOGITS, LENGTHS, STEPS), "label 3 is no class number: with 3 classes"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        ops.ctc_loss(*arguments)
