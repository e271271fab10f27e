"""Plans: pieces and blocks, and the gradients that are brought to them."""

import itertools

import numpy as np
import pytest

from minikeras.autograd import RowGradient
from minikeras.optimizers.memory import SMALL, move_alike, move_together
from minikeras.optimizers.plan import BLOCK, Plan
from tests.optimizers.support import variables


def make(shapes, weight_decays=None, dtype="float32"):
    xs = variables(shapes, dtype)
    move_together(xs)
    rows = [[x, s] for x, s in zip(xs, variables(shapes, dtype, seed=1))]
    move_alike(rows)
    return xs, Plan(rows, weight_decays or [0.0] * len(xs), 1)


def test_small_variables_are_one_piece():
    _, plan = make([(2, 3), (3,), (), (4, 4)])
    assert [p.members for p in plan.pieces] == [[0, 1, 2, 3]]
    assert [b.x.size for b in plan.share(0, 26)] == [26]
    assert plan.size == 26


def test_large_variables_are_pieces_of_their_own():
    _, plan = make([(3,), (200, 100), (100,), (SMALL,)])
    assert sorted(p.members for p in plan.pieces) == [[0, 2], [1], [3]]
    assert [p.staged is None for p in plan.pieces] == [False, True, True]


def test_weight_decay_divides_small_variables():
    _, plan = make([(2,), (3,), (4,)], [0.1, 0.1, 0.0])
    assert [(p.members, p.weight_decay) for p in plan.pieces] == [([0, 1], 0.1), ([2], 0.0)]


@pytest.mark.parametrize("shape", [(1000, 300), (3, 100000), (200000,), (7, 11, 3000)], ids=str)
def test_blocks_cover_a_variable_in_whole_rows(shape):
    xs, plan = make([shape])
    width = xs[0].size // shape[0]
    shares = [0, plan.size // 3, plan.size // 3 + 1, plan.size]
    stops = [0]
    for block in [b for ends in itertools.pairwise(shares) for b in plan.share(*ends)]:
        assert block.start == stops[-1]
        assert block.x.size == block.stop - block.start < BLOCK + width
        assert np.shares_memory(block.x, xs[0].data)
        if width <= BLOCK:
            assert block.start % width == 0
        stops.append(block.stop)
    assert stops[-1] == xs[0].size


def test_shares_of_several_pieces():
    _, plan = make([(3,), (200, 100), (100,), (SMALL,)])
    whole = [(b.source, b.start, b.stop) for b in plan.share(0, plan.size)]
    assert whole == [(i, 0, piece.x.size) for i, piece in enumerate(plan.pieces)]
    seen = np.zeros(plan.size, int)
    begins = np.cumsum([0, *(piece.x.size for piece in plan.pieces)])
    for start, stop in itertools.pairwise([0, 50, 5000, 20110, plan.size]):
        for b in plan.share(start, stop):
            seen[begins[b.source] + b.start : begins[b.source] + b.stop] += 1
    assert (seen == 1).all()


def collect(plan, gradients, factors=None, clipvalue=None):
    return [piece.collect(gradients, factors, clipvalue) for piece in plan.pieces]


def test_gradients_of_small_variables_are_copied_together():
    _, plan = make([(2, 2), (2,)])
    gradients = [np.arange(4.0).reshape(2, 2).T, np.array([8.0, 9.0])]
    [(flat, factor)] = collect(plan, gradients)
    assert flat.dtype == np.float32
    assert flat.tolist() == [0, 2, 1, 3, 8, 9]
    assert factor is None
    [(flat, factor)] = collect(plan, gradients, [2.0, 0.5])
    assert flat.tolist() == [0, 4, 2, 6, 4, 4.5]
    assert factor is None


def test_gradients_of_large_variables_are_used_where_they_are():
    _, plan = make([(200, 100)])
    gradient = np.ones((200, 100), "float32")
    [(flat, factor)] = collect(plan, [gradient], [0.5])
    assert np.shares_memory(flat, gradient)
    assert factor == 0.5
    turned = np.arange(20000, dtype="float32").reshape(100, 200).T
    [(flat, _)] = collect(plan, [turned])
    np.testing.assert_array_equal(flat, turned.ravel())


def test_rows_of_a_small_table_are_spread():
    _, plan = make([(4, 2), (2,)])
    rows = RowGradient(np.array([1, 3]), np.array([[1.0, 2.0], [3.0, 4.0]]), (4, 2))
    [(flat, _)] = collect(plan, [rows, np.zeros(2)])
    assert flat.tolist() == [0, 0, 1, 2, 0, 0, 3, 4, 0, 0]
    [(flat, _)] = collect(plan, [rows, np.ones(2)], [2.0, 3.0])
    assert flat.tolist() == [0, 0, 2, 4, 0, 0, 6, 8, 3, 3]


def test_rows_of_a_large_table_stay_rows():
    _, plan = make([(3000, 8)])
    values = np.full((1, 8), 3.0, "float32")
    rows = RowGradient(np.array([5]), values, (3000, 8))
    [(found, factor)] = collect(plan, [rows], [2.0], 4.0)
    assert isinstance(found, RowGradient)
    assert found.values.tolist() == [[4.0] * 8]
    assert factor is None
    assert values.tolist() == [[3.0] * 8]
    # NaN times the zeros of the other rows is NaN.
    [(dense, factor)] = collect(plan, [rows], [np.nan])
    assert dense.shape == (24000,)
    assert np.isnan(factor)


def test_a_plan_knows_when_a_variable_has_moved():
    xs, plan = make([(2, 2), (2,)])
    assert plan.fits()
    xs[0].assign(np.zeros((2, 2)))
    assert plan.fits()
    xs[0].rehome(np.empty((2, 2), "float32"))
    assert not plan.fits()


def test_coefficients_have_the_type_of_the_variables():
    _, plan = make([(2,)])
    first = plan.in_type(np.dtype("float32"), (0.1, 0.2))
    assert [(k.shape, k.dtype) for k in first] == [((), np.float32)] * 2
    again = plan.in_type(np.dtype("float32"), (0.3, 0.4))
    assert all(a is b for a, b in zip(first, again))
    assert float(again[1]) == pytest.approx(0.4)


def test_buffers_are_lent_to_one_thread_at_a_time():
    _, plan = make([(2, 2), (300, 300)])
    one, other = plan.borrow_room(), plan.borrow_room()
    mine, yours = one[np.dtype("float32")], other[np.dtype("float32")]
    assert len(mine) == 2
    assert not any(np.shares_memory(a, b) for a in mine for b in yours)
    plan.give_back(one)
    assert plan.borrow_room() is one
