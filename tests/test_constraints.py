"""Constraints: norms afterwards, in place, axes, names, configs."""

import json

import numpy as np
import pytest

from minikeras import constraints
from minikeras.autograd import Tensor, Variable
from minikeras.constraints import MaxNorm, MinMaxNorm, NonNeg, UnitNorm

# Columns of norm 5, 1 and 0.
W = np.array([[3.0, 1.0, 0.0], [-4.0, 0.0, 0.0]], "float32")


def norms(w, axis=0):
    return np.sqrt((w**2).sum(axis=axis))


def test_max_norm():
    w = MaxNorm(2)(W.copy())
    np.testing.assert_allclose(norms(w), [2, 1, 0], rtol=1e-6)
    np.testing.assert_allclose(w[:, 0], [1.2, -1.6], rtol=1e-6)


def test_non_neg():
    np.testing.assert_array_equal(NonNeg()(W.copy()), [[3, 1, 0], [0, 0, 0]])


def test_unit_norm():
    np.testing.assert_allclose(norms(UnitNorm()(W.copy())), [1, 1, 0], rtol=1e-6)


def test_min_max_norm():
    w = W + np.array([0, 0, 0.1], "float32")  # the last column has norm 0.1414
    kept = MinMaxNorm(0.5, 2.0)(w.copy())
    np.testing.assert_allclose(norms(kept), [2, 1, 0.5], rtol=1e-5)
    halfway = MinMaxNorm(0.5, 2.0, rate=0.5)(w.copy())
    np.testing.assert_allclose(norms(halfway), [3.5, 1, (0.5 + 0.02**0.5) / 2], rtol=1e-5)


@pytest.mark.parametrize("axis", [0, 1, [0, 1, 2], (0, 2)])
def test_axes(axis):
    w = np.random.default_rng(0).normal(size=(3, 3, 2, 4))
    expected = 1 / (1 + 1e-7)
    result = norms(UnitNorm(axis)(w), tuple(axis) if isinstance(axis, list) else axis)
    np.testing.assert_allclose(result, expected, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("constraint", [MaxNorm(), NonNeg(), UnitNorm(), MinMaxNorm()])
def test_arrays_are_changed_in_place_and_tensors_are_not(constraint, dtype):
    w = W.astype(dtype)
    assert constraint(w) is w
    assert w.dtype == dtype
    variable = Variable(W.astype(dtype))
    result = constraint(variable)
    assert isinstance(result, Tensor)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result.data, w)
    np.testing.assert_array_equal(variable.data, W)
    variable.assign(constraint(variable.data))
    np.testing.assert_array_equal(variable.data, w)


@pytest.mark.parametrize(
    "name",
    [
        "MaxNorm max_norm maxnorm",
        "NonNeg non_neg nonneg",
        "UnitNorm unit_norm unitnorm",
        "MinMaxNorm min_max_norm",
    ],
)
def test_names_and_configs(name):
    cls, *aliases = name.split()
    for alias in (cls, *aliases):
        constraint = constraints.get(alias)
        assert type(constraint) is getattr(constraints, alias) is getattr(constraints, cls)
        saved = json.loads(json.dumps(constraints.serialize(constraint)))
        assert saved["class_name"] == cls
        assert constraints.serialize(constraints.deserialize(saved)) == saved


def test_configs_keep_their_arguments():
    again = constraints.deserialize(
        json.loads(json.dumps(constraints.serialize(MaxNorm(3, axis=[0, 1]))))
    )
    assert (again.max_value, again.axis) == (3, (0, 1))


def test_functions_and_none():
    def halve(w):
        return w / 2

    assert constraints.get(halve) is halve
    assert constraints.get(None) is None


def test_refusals():
    with pytest.raises(ValueError, match="Unknown constraint: 'max_nrom'.*'max_norm'"):
        constraints.get("max_nrom")
    with pytest.raises(NotImplementedError, match="apply"):
        constraints.Constraint()(W)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MaxNorm(-1), "max_value is a number of at least 0, not -1"),
        (lambda: MaxNorm("2"), "max_value is a number of at least 0, not '2'"),
        (lambda: MinMaxNorm(2.0, 1.0), "min_value is a number from 0 to 1, not 2"),
        (lambda: MinMaxNorm(rate=3), "rate is a number from 0 to 1, not 3"),
        (lambda: MaxNorm(axis="rows"), "axis is an int or a list of ints, not 'rows'"),
        (lambda: MaxNorm(axis=5)(W.copy()), "no axis 5 in an array of 2 dimensions"),
    ],
)
def test_arguments_out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_whole_numbers_and_lists_become_floats():
    for given in ([[3, 0], [4, 2]], np.array([[3, 0], [4, 2]])):
        w = MaxNorm(1)(given)
        assert w.dtype == np.float32
        np.testing.assert_allclose(w, [[0.6, 0], [0.8, 1]], rtol=1e-5)
