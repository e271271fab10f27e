"""Clipping by norm and by value, in the ways of both Kerases."""

import math

import numpy as np
import pytest

from minikeras.autograd import RowGradient, Variable
from minikeras.optimizers import SGD
from minikeras.optimizers.clipping import clip_factors, squared_norm

# Norms 5 and 12, together 13.
GRADIENTS = [np.array([3.0, 4.0]), np.array([[12.0]])]


def moves(gradients=GRADIENTS, **settings):
    """How far each number moves when the rate is 1."""
    xs = [Variable(np.zeros(g.shape), name=f"v{i}") for i, g in enumerate(gradients)]
    SGD(1.0, **settings).apply(gradients, xs)
    return [(-x.data).tolist() for x in xs]


def test_clipnorm_limits_the_norm_of_all():
    assert moves(clipnorm=6.5) == [pytest.approx([1.5, 2.0]), [pytest.approx([6.0])]]
    assert moves(clipnorm=13.5) == [[3.0, 4.0], [[12.0]]]
    assert moves(global_clipnorm=6.5) == moves(clipnorm=6.5)
    assert moves(global_clipnorm=13.5) == moves(clipnorm=13.5)


def test_clipnorm_per_variable():
    found = moves(clipnorm=6.0, clipnorm_per_variable=True)
    assert found == [[3.0, 4.0], [pytest.approx([6.0])]]


def test_clipvalue():
    assert moves(clipvalue=3.5) == [[3.0, 3.5], [[3.5]]]
    assert moves([-g for g in GRADIENTS], clipvalue=3.5) == [[-3.0, -3.5], [[-3.5]]]


def test_the_norm_is_clipped_before_the_value():
    assert moves(clipnorm=6.5, clipvalue=2.0) == [pytest.approx([1.5, 2.0]), [[2.0]]]


def test_zero_limits_nothing():
    """As in both Kerases."""
    for name in ("clipnorm", "clipvalue", "global_clipnorm"):
        assert moves(**{name: 0.0}) == [[3.0, 4.0], [[12.0]]]


def test_a_nan_spoils_its_variable_or_all():
    spoilt = [np.array([np.nan, 4.0]), np.array([[12.0]])]
    by_clipnorm = moves(spoilt, clipnorm=1.0)
    assert math.isnan(by_clipnorm[0][0])
    assert by_clipnorm[1] == [[12.0]]
    for found in moves(spoilt, global_clipnorm=1.0):
        assert np.isnan(found).all()
    per_variable = moves(spoilt, clipnorm=1.0, clipnorm_per_variable=True)
    assert np.isnan(per_variable[0]).all()
    assert per_variable[1] == [pytest.approx([1.0])]


def test_gradients_of_zero():
    zeros = [np.zeros(2)]
    for per_variable in (False, True):
        assert moves(zeros, clipnorm=1.0, clipnorm_per_variable=per_variable) == [[0.0, 0.0]]
    assert moves(zeros, global_clipnorm=1.0) == [[0.0, 0.0]]


def test_the_loss_scale_is_taken_off_first():
    assert moves(loss_scale_factor=2.0) == [[1.5, 2.0], [[6.0]]]
    scaled = [8 * g for g in GRADIENTS]
    assert moves(scaled, loss_scale_factor=8.0, clipnorm=6.5) == moves(clipnorm=6.5)
    assert SGD(loss_scale_factor=8.0).scale_loss(3.0) == 24.0
    assert SGD().scale_loss(3.0) == 3.0


def test_squared_norm():
    rng = np.random.default_rng(0)
    for shape in ((), (0,), (5,), (300, 500)):
        g = rng.normal(size=shape).astype("float32")
        expected = np.sum(g.astype("float64") ** 2)
        assert squared_norm(g) == pytest.approx(expected, rel=1e-6)
        assert squared_norm(g.T) == pytest.approx(expected, rel=1e-6)
    large = np.full(300, 300, "float16")  # the sum overflows in float16
    assert squared_norm(large) == pytest.approx(300**3)
    rows = RowGradient(np.array([1, 4]), np.array([[3.0], [4.0]]), (10, 1))
    assert squared_norm(rows) == 25.0


def test_repeated_rows_count_as_their_sum():
    rows = RowGradient(np.array([1, 1]), np.array([[1.5], [1.5]]), (10, 1))
    table = Variable(np.zeros((10, 1)))
    SGD(1.0, clipnorm=1.5).apply([rows], [table])
    assert table.data[1, 0] == pytest.approx(-1.5)


def test_nothing_to_do_is_told_by_none():
    assert clip_factors(GRADIENTS) is None
    assert clip_factors(GRADIENTS, clipnorm=100.0) is None
    assert clip_factors(GRADIENTS, scale=0.5) == [0.5, 0.5]


@pytest.mark.parametrize("name", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_mistakes(name):
    with pytest.raises(ValueError, match=f"{name} of SGD must not be negative"):
        SGD(**{name: -1.0})
    with pytest.raises(TypeError, match=f"{name} of SGD must be a number"):
        SGD(**{name: "1"})


def test_two_names_of_one_limit():
    with pytest.raises(ValueError, match=r"clipnorm=1.0 and global_clipnorm=2.0 limit the same"):
        SGD(clipnorm=1.0, global_clipnorm=2.0)
