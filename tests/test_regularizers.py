"""Regularizers: values, gradients, names, both spellings, configs."""

import json

import numpy as np
import pytest

from minikeras import ops, regularizers
from minikeras.autograd import Variable, grad, gradients, recording
from minikeras.regularizers import L1, L1L2, L2, OrthogonalRegularizer
from tests.ops.gradients import check

X = np.array([[1.0, -2.0], [0.0, 3.0]])


def test_values_by_hand():
    # sum |x| = 6, sum x**2 = 14
    assert L1L2(0.1, 0.01)(X) == pytest.approx(0.6 + 0.14)
    assert L1()(X) == pytest.approx(0.06)
    assert L2()(X) == pytest.approx(0.14)
    assert regularizers.l1_l2()(X) == pytest.approx(0.2)
    assert L1L2()(X) == 0


@pytest.mark.parametrize("regularizer", [L1(0.3), L2(0.3), L1L2(0.2, 0.3), L1L2()])
def test_gradients(regularizer):
    check(regularizer, X + 0.5)
    g = grad(regularizer)(np.zeros(3))
    np.testing.assert_array_equal(g, 0)
    x = Variable(X.astype("float32"))
    with recording():
        y = regularizer(x)
        (g,) = gradients(y, [x])
    assert y.shape == ()
    assert y.dtype == g.dtype == np.float32


def test_second_derivative():
    second = grad(lambda x: ops.sum(grad(L1L2(0.1, 0.3))(x) * x))
    np.testing.assert_allclose(second(X), 0.1 * np.sign(X) + 4 * 0.3 * X)


@pytest.mark.parametrize("mode", ["rows", "columns"])
def test_orthogonal(mode):
    matrix = np.array([[3.0, 4.0], [1.0, 0.0], [0.0, 2.0]])
    if mode == "rows":  # cosines 0.6, 0.8, 0
        assert OrthogonalRegularizer(0.3, mode)(matrix) == pytest.approx(0.3 * 1.4 / 3)
    else:  # columns (3, 1, 0) and (4, 0, 2)
        assert OrthogonalRegularizer(1.0, mode)(matrix) == pytest.approx(12 / (10 * 20) ** 0.5)
    check(OrthogonalRegularizer(0.5, mode), np.random.default_rng(0).normal(size=(3, 4)))
    assert OrthogonalRegularizer()(np.ones((1, 3))) == 0


@pytest.mark.parametrize("name", ["l1", "l2", "l1_l2", "L1", "L2", "L1L2", "OrthogonalRegularizer"])
def test_names_and_configs(name):
    regularizer = regularizers.get(name)
    assert regularizer(X) == getattr(regularizers, name)()(X)
    saved = json.loads(json.dumps(regularizers.serialize(regularizer)))
    again = regularizers.deserialize(saved)
    assert regularizers.serialize(again) == saved
    assert again(X) == regularizer(X)
    same = type(regularizer).from_config(regularizer.get_config())
    assert same(X) == regularizer(X)


def test_saved_as_what_all_versions_know():
    expected = {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.5}}
    assert regularizers.serialize(regularizers.l2(0.5)) == expected
    assert regularizers.get({"class_name": "L2", "config": {"l2": 0.5}})(X) == 7
    assert regularizers.get({"class_name": "L1", "config": {"l1": 0.5}})(X) == 3
    assert regularizers.get({"class_name": "l2", "config": {"l": 0.5}})(X) == 7


def test_both_spellings():
    for r in (regularizers.l2(0.5), regularizers.l2(l=0.5), regularizers.l2(l2=0.5)):
        assert (r.l1, r.l2) == (0, 0.5)
    for r in (regularizers.l1(0.5), regularizers.l1(l=0.5), regularizers.l1(l1=0.5)):
        assert (r.l1, r.l2) == (0.5, 0)
    both = regularizers.l1_l2(l1=0.1, l2=0.2)
    assert (both.l1, both.l2) == (0.1, 0.2)
    with pytest.raises(TypeError, match="twice"):
        regularizers.l1(l1=0.1, l=0.1)


def test_functions_and_none():
    def cost(x):
        return ops.sum(x**4)

    assert regularizers.get(cost) is cost
    assert regularizers.get(None) is None


def test_refusals():
    for wrong in (-0.1, float("nan"), float("inf"), "0.1", True):
        with pytest.raises(ValueError, match="finite number of at least 0"):
            regularizers.l2(wrong)
    with pytest.raises(ValueError, match="Unknown regularizer: 'l3'"):
        regularizers.get("l3")
    with pytest.raises(ValueError, match="'rows' or 'columns'"):
        OrthogonalRegularizer(mode="both")
    with pytest.raises(ValueError, match=r"2 dimensions, not shape \(3,\)"):
        OrthogonalRegularizer()(np.ones(3))
    with pytest.raises(NotImplementedError, match="__call__"):
        regularizers.Regularizer()(X)
