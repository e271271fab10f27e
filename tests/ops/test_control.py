"""Loops and choices as functions."""

import collections

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Tensor, Variable, gradients


def test_cond_runs_one_branch():
    ran = []

    def branch(name):
        return lambda: ran.append(name) or name

    assert ops.cond(Tensor(True), branch("a"), branch("b")) == "a"
    assert ops.cond(np.array(0), branch("a"), branch("b")) == "b"
    assert ran == ["a", "b"]


def test_switch_keeps_to_its_branches():
    branches = [lambda x: x + 1, lambda x: x * 10, lambda x: -x]
    assert [ops.switch(i, branches, 3) for i in (0, 1, 2, 9, -4)] == [4, 30, -3, -3, 4]
    assert ops.switch(Tensor(np.array(1)), branches, 3) == 30


def test_while_loop():
    total, i = ops.while_loop(lambda s, i: i < 5, lambda s, i: (s + i, i + 1), (0, 0))
    assert (total, i) == (10, 5)
    assert ops.while_loop(lambda x: x < 100, lambda x: x * 2, 1) == 128
    assert ops.while_loop(lambda x: True, lambda x: x * 2, 1, maximum_iterations=3) == 8
    assert ops.while_loop(lambda a: a < 3, lambda a: [a + 1], [0]) == [3]


def test_gradients_flow_through_loops():
    v = Variable(2.0)
    y = ops.fori_loop(0, 3, lambda i, x: x * v, 1.0)
    assert gradients(y, [v]) == [12.0]
    (y,) = ops.while_loop(lambda x: x < 20.0, lambda x: (x * v,), (v,))
    assert y.item() == 32
    assert gradients(y, [v]) == [80.0]


def test_scan():
    xs = np.array([1.0, 2.0, 3.0])
    carry, ys = ops.scan(lambda c, x: (c + x, c * x), 0.0, xs)
    assert carry == 6
    np.testing.assert_array_equal(ys, [0, 2, 9])
    carry, ys = ops.scan(lambda c, x: (c + x, c), 0.0, xs, reverse=True)
    np.testing.assert_array_equal(ys, [5, 3, 0])
    carry, ys = ops.scan(lambda c, x: (c * 2, {"a": c}), 1, length=3)
    assert carry == 8
    np.testing.assert_array_equal(ys["a"], [1, 2, 4])
    v = Variable(xs)
    carry, ys = ops.scan(lambda c, x: (c * x["k"], c), 1.0, {"k": v})
    np.testing.assert_array_equal(gradients(carry, [v])[0], [6, 3, 2])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"f": 3, "init": 0, "xs": np.ones(2)}, TypeError, "function"),
        ({"f": max, "init": 0}, ValueError, "xs or length"),
        ({"f": max, "init": 0, "xs": np.ones(2), "length": 3}, ValueError, "2 slices"),
        ({"f": max, "init": 0, "xs": [np.ones(2), np.ones(3)]}, ValueError, "equally long"),
        ({"f": max, "init": 0, "xs": np.ones(2), "unroll": "yes"}, ValueError, "unroll"),
    ],
)
def test_scan_says_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        ops.scan(**arguments)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("axis", [0, 1])
def test_associative_scan(axis, reverse):
    x = np.arange(1.0, 7.0).reshape(2, 3)
    direction = -1 if reverse else 1
    flipped = np.flip(x, axis) if direction < 0 else x
    expected = np.cumprod(flipped, axis)
    expected = np.flip(expected, axis) if direction < 0 else expected
    result = ops.associative_scan(lambda a, b: a * b, x, reverse=reverse, axis=axis)
    np.testing.assert_array_equal(result, expected)


def test_map_over_structures():
    Pair = collections.namedtuple("Pair", "a b")
    xs = Pair(np.arange(3.0), np.arange(6.0).reshape(3, 2))
    result = ops.map(lambda p: Pair(p.a * 2, p.b.sum()), xs)
    assert isinstance(result, Pair)
    np.testing.assert_array_equal(result.a, [0, 2, 4])
    np.testing.assert_array_equal(result.b, [1, 5, 9])
    v = Variable(np.arange(3.0))
    y = ops.vectorized_map(lambda x: x * x, v)
    np.testing.assert_array_equal(gradients(y, [v])[0], [0, 2, 4])


def test_vectorize():
    def clipped_sum(a, b, limit):
        return min(float(a) + float(b), limit)

    f = ops.vectorize(clipped_sum, excluded={2})
    np.testing.assert_array_equal(
        f(np.arange(3.0)[:, None], np.arange(2.0), 2.0), [[0, 1], [1, 2], [2, 2]]
    )
    low, high = ops.vectorize(lambda x: (x - 1, x + 1))(np.arange(2.0))
    np.testing.assert_array_equal(low, [-1, 0])
    np.testing.assert_array_equal(high, [1, 2])
    v = Variable(np.arange(2.0))
    np.testing.assert_array_equal(gradients(ops.vectorize(lambda x: x * x)(v), [v])[0], [0, 2])
    with pytest.raises(ValueError, match="signature"):
        ops.vectorize(max, signature="(n)->()")
