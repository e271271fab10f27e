"""The walk backwards: sums of gradients, several outputs, second orders, errors."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import RowGradient, Tensor, Variable, gradients, no_grad, op, recording
from minikeras.autograd.backward import unbroadcast


@pytest.mark.parametrize(
    ("shape", "to"),
    [
        ((2, 3), (2, 3)),
        ((2, 3), (3,)),
        ((2, 3), (1, 3)),
        ((2, 3), (2, 1)),
        ((2, 3), ()),
        ((4, 2, 3), (1, 3)),
        ((4, 2, 3), (1, 1)),
        ((1, 1), ()),
        ((0, 3), (3,)),
        ((2, 1), (2, 1)),
    ],
)
def test_unbroadcast_is_the_transpose_of_broadcasting(shape, to):
    rng = np.random.default_rng(0)
    g, x = rng.normal(size=shape), rng.normal(size=to)
    summed = unbroadcast(g, to)
    assert summed.shape == to
    expected = np.sum(g * np.broadcast_to(x, shape))
    np.testing.assert_allclose(np.sum(summed * x), expected, atol=1e-12)


def test_one_variable_used_many_times():
    v = Variable(np.array([1.0, 2.0]))
    y = v + v * v + v * v * v + v
    np.testing.assert_allclose(gradients(y, [v])[0], 2 + 2 * v.data + 3 * v.data**2)


def test_a_scalar_used_many_times():
    v = Variable(2.0)
    y = v + v + v + v * v
    (g,) = gradients(y, [v])
    assert g == 7.0
    assert g.shape == ()


def test_gradients_given_to_two_parents_are_not_shared_when_summed():
    a, b = Variable(np.ones(2)), Variable(np.ones(2))
    y = ops.sum(a + b) + ops.sum(a) + ops.sum(a)
    ga, gb = gradients(y, [a, b])
    np.testing.assert_array_equal(ga, [3, 3])
    np.testing.assert_array_equal(gb, [1, 1])


def test_summing_leaves_the_seed_alone():
    v = Variable(np.ones(2))
    seed = np.array([5.0, 7.0])
    y = v + 0.0
    for _ in range(3):
        y = y + v
    (g,) = gradients(y, [v], seed=seed)
    np.testing.assert_array_equal(g, 4 * seed)
    np.testing.assert_array_equal(seed, [5, 7])


def test_long_chains_need_no_recursion():
    v = Variable(1.0)
    y = v
    for _ in range(5000):
        y = y + 1.0
    assert gradients(y, [v]) == [1.0]


def test_a_shared_ladder_is_walked_once_per_node():
    """2**40 paths lead back, over 40 nodes."""
    v = Variable(1.0)
    y = v
    for _ in range(40):
        y = y + y
    assert gradients(y, [v]) == [2.0**40]


def test_several_outputs_with_some_unused():
    v = Variable(np.arange(6.0))
    first, _, third = ops.split(v, 3)
    (g,) = gradients(first * 2 + third * 3, [v])
    np.testing.assert_array_equal(g, [2, 2, 0, 0, 3, 3])


def test_one_of_several_outputs_used_twice():
    v = Variable(np.arange(4.0))
    first, _ = ops.split(v, 2)
    (g,) = gradients(first * first + first + first, [v])
    np.testing.assert_array_equal(g, [2, 4, 0, 0])


def test_gradients_of_inner_tensors():
    v = Variable(3.0)
    h = v * v
    y = h * 5.0
    assert gradients(y, [v, h, y]) == [30.0, 5.0, 1.0]


def test_gradient_of_one_output_of_several():
    v = Variable(np.arange(4.0))
    first, second = ops.split(v, 2)
    y = first * second
    found = gradients(y, [first, second])
    np.testing.assert_array_equal(found, [second.data, first.data])


def test_a_source_that_does_not_matter_has_no_gradient():
    a, b = Variable(1.0), Variable(1.0)
    assert gradients(a * 2.0, [a, b]) == [2.0, None]


def test_seeds_and_lists_of_outputs():
    v = Variable(np.ones(2))
    np.testing.assert_array_equal(
        gradients([v * 2.0, v * 3.0], [v], seed=[np.array([1.0, 2.0]), None])[0], [5, 7]
    )


def test_gradients_have_the_type_of_their_source():
    v = Variable(np.ones(2, "float32"))
    w = Variable(np.ones(2, "float64"))
    gv, gw = gradients(ops.sum(v * w), [v, w])
    assert gv.dtype == np.float32
    assert gw.dtype == np.float64


def test_no_history_is_an_error():
    v = Variable(1.0)
    with no_grad():
        y = v * 2.0
    with pytest.raises(ValueError, match="no history"):
        gradients(y, [v])
    with pytest.raises(ValueError, match="no history"):
        gradients(ops.round(v), [v])
    with pytest.raises(ValueError, match="no history"):
        gradients(ops.stop_gradient(v), [v])


def test_a_graph_can_be_used_once():
    v = Variable(1.0)
    y = v * v
    gradients(y, [v])
    with pytest.raises(ValueError, match="already"):
        gradients(y, [v])


def test_create_graph_leaves_the_graph_usable():
    v = Variable(2.0)
    y = v * v * v
    (g,) = gradients(y, [v], create_graph=True)
    (h,) = gradients(g, [v], create_graph=True)
    (third,) = gradients(h, [v])
    assert [float(g), float(h), float(third)] == [12, 12, 6]
    assert gradients(y, [v]) == [12.0]


def test_second_gradients_need_the_recipe():
    v = Variable(2.0)
    with recording(keep=False):
        y = v * v
    with pytest.raises(ValueError, match="keep=False"):
        gradients(y, [v], create_graph=True)


def test_second_gradients_keep_float32():
    v = Variable(np.ones(3, "float32"))
    (g,) = gradients(ops.sum(ops.tanh(v * 2.0) / 3.0 + 0.5 * v**3), [v], create_graph=True)
    assert g.dtype == np.float32
    (h,) = gradients(ops.sum(g), [v])
    assert h.dtype == np.float32


def test_changing_an_array_in_place_is_not_noticed_but_assign_is_safe_after_the_walk():
    v = Variable(np.ones(2))
    y = v * v
    (g,) = gradients(y, [v])
    v.assign([5.0, 5.0])
    np.testing.assert_array_equal(g, [2, 2])


@op(register=False, indices=(1,))
def lookup(table, rows):
    """A table's rows, with a gradient of rows only."""
    return table[rows], (lambda g: RowGradient(rows, g, table.shape), None)


def test_row_gradients_are_summed_and_made_dense():
    v = Variable(np.arange(8.0).reshape(4, 2))
    y = lookup(v, [0, 2]) * 2.0 + lookup(v, [2, 2])
    (g,) = gradients(y, [v])
    assert isinstance(g, RowGradient)
    np.testing.assert_array_equal(g.dense(), [[2, 2], [0, 0], [4, 4], [0, 0]])
    rows, values = g.merged()
    np.testing.assert_array_equal(rows, [0, 2])
    np.testing.assert_array_equal(values, [[2, 2], [4, 4]])


def test_row_gradients_mix_with_others():
    v = Variable(np.arange(8.0).reshape(4, 2))
    y = ops.sum(lookup(v, [1, 1])) + ops.sum(v * 3.0) + ops.sum(lookup(v, [3]))
    (g,) = gradients(y, [v])
    np.testing.assert_array_equal(g, [[3, 3], [5, 5], [3, 3], [4, 4]])


def test_row_gradient_merges_many_repeats():
    rng = np.random.default_rng(0)
    rows, values = rng.integers(0, 7, 500), rng.normal(size=(500, 3))
    rows = np.concatenate([rows, [9, 11, 11]])
    values = np.concatenate([values, rng.normal(size=(3, 3))])
    g = RowGradient(rows, values, (12, 3))
    expected = np.zeros((12, 3))
    np.add.at(expected, rows, values)
    np.testing.assert_allclose(g.dense(), expected, atol=1e-12)
    unique, sums = g.merged()
    assert unique.tolist() == sorted(set(rows.tolist()))
    np.testing.assert_allclose(sums, expected[unique], atol=1e-12)


def test_tensors_without_history_are_constants():
    v, c = Variable(2.0), Tensor(3.0)
    assert gradients(v * c, [v, c]) == [3.0, None]
