"""Arenas: who lives where."""

import copy

import numpy as np

from minikeras.autograd import Variable
from minikeras.optimizers.memory import (
    SMALL,
    flat_array,
    flat_views,
    home_of,
    move_alike,
    move_together,
    runs,
)
from tests.optimizers.support import assert_same_bits, values, variables


def address(array):
    return array.__array_interface__["data"][0]


def test_flat_arrays_are_aligned():
    for dtype in ("float16", "float32", "float64"):
        array = flat_array(1000, dtype)
        assert array.shape == (1000,)
        assert array.dtype == dtype
        assert not array.any()
        assert address(array) % 64 == 0


def test_a_new_variable_has_no_home():
    assert home_of(Variable(np.ones((2, 3)))) is None
    assert home_of(Variable(1.0)) is None


def test_moving_together():
    xs = variables([(2, 3), (), (4,)])
    before = values(xs)
    move_together(xs)
    homes = [home_of(v) for v in xs]
    assert len({id(h.arena) for h in homes}) == 1
    assert [(h.start - homes[0].start, h.stop - homes[0].start) for h in homes] == [
        (0, 6),
        (6, 7),
        (7, 11),
    ]
    assert_same_bits(values(xs), before)
    homes[0].arena[homes[0].start + 6] = 5.0
    assert xs[1].data == 5.0


def test_small_ones_come_first_and_large_ones_are_aligned():
    xs = variables([(SMALL,), (3,), (SMALL + 1,), (5,)])
    move_together(xs)
    homes = [home_of(v) for v in xs]
    assert homes[1].stop == homes[3].start
    assert homes[3].stop <= homes[0].start
    assert homes[0].stop <= homes[2].start
    for v in (xs[0], xs[2]):
        assert address(v.data) % 64 == 0


def test_each_type_has_an_arena():
    xs = variables([(3,)], "float32") + variables([(3,)], "float64") + variables([(2,)], "float32")
    move_together(xs)
    homes = [home_of(v) for v in xs]
    assert homes[0].arena is homes[2].arena
    assert homes[1].arena.dtype == np.float64
    assert homes[2].start == homes[0].stop


def test_a_variable_never_moves_twice():
    first = variables([(3,), (4,)])
    move_together(first)
    kept = [v.data for v in first]
    both = [*first, *variables([(2,)])]
    move_together(both)
    assert all(v.data is data for v, data in zip(first, kept))
    assert home_of(both[2]).arena is not home_of(both[0]).arena


def test_a_copy_has_no_home():
    xs = variables([(3,), (4,)])
    move_together(xs)
    assert home_of(copy.deepcopy(xs[0])) is None


def test_slots_lie_as_their_variables():
    xs = variables([(SMALL,), (3,), (4,)])
    move_together(xs)
    slots = variables([(SMALL,), (3,), (4,)], seed=1)
    before = values(slots)
    rows = [[x, s] for x, s in zip(xs, slots)]
    move_alike(rows)
    assert_same_bits(values(slots), before)
    assert home_of(slots[1]).stop == home_of(slots[2]).start
    assert address(slots[0].data) % 64 == 0
    assert sorted(map(len, runs(rows))) in ([1, 2], [3])


def rows_of(xs):
    rows = [[x, Variable(np.zeros(x.shape, x.dtype))] for x in xs]
    move_alike(rows)
    return rows


def test_runs():
    xs = variables([(3,), (4,), (2,), (5,)])
    move_together(xs)
    assert runs(rows_of(xs)) == [[0, 1, 2, 3]]
    # In another order they are still one run, in the order of memory.
    assert runs(rows_of(xs[::-1])) == [[3, 2, 1, 0]]


def test_a_frozen_variable_divides_the_run():
    xs = variables([(3,), (4,), (2,), (5,)])
    move_together(xs)
    assert runs(rows_of([xs[0], xs[2], xs[3]])) == [[0], [1, 2]]


def test_runs_end_where_either_column_ends():
    xs = variables([(3,), (4,)])
    move_together(xs)
    rows = rows_of(xs[:1]) + rows_of(xs[1:])
    assert runs(rows) == [[0], [1]]


def test_empty_variables_are_in_no_run():
    xs = variables([(3,), (0, 2), (4,)])
    move_together(xs)
    assert runs(rows_of(xs)) == [[0, 2]]


def test_flat_views():
    xs = variables([(2, 3), (4,)])
    move_together(xs)
    rows = rows_of(xs)
    x, slot = flat_views(rows, [0, 1])
    np.testing.assert_array_equal(x, np.concatenate([v.data.ravel() for v in xs]))
    slot[6:] = 1.0
    assert rows[1][1].data.tolist() == [1.0] * 4
