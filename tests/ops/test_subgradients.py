"""The slopes chosen where there is none: ties, kinks, edges. Keras on TensorFlow decides."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Variable, gradients


def slopes(function, *arrays):
    variables = [Variable(np.asarray(a, "float64")) for a in arrays]
    found = gradients(function(*variables), variables)
    return [np.zeros(v.shape) if g is None else g for v, g in zip(variables, found)]


def one(function, array):
    return slopes(function, array)[0].tolist()


def test_the_largest_share_equally():
    assert one(ops.max, [1, 3, 3]) == [0, 0.5, 0.5]
    assert one(ops.min, [1, 3, 1]) == [0.5, 0, 0.5]
    assert one(ops.max, [[2, 2], [2, 2]]) == [[0.25] * 2] * 2
    assert one(lambda x: ops.max(x, axis=1), [[2, 2], [1, 2]]) == [[0.5, 0.5], [0, 1]]


def test_an_initial_value_that_wins_takes_all():
    assert one(lambda x: ops.max(x, initial=5.0), [1, 3]) == [0, 0]
    assert one(lambda x: ops.min(x, initial=-5.0), [1, 3]) == [0, 0]


def test_the_first_of_two_equals_takes_all():
    first, second = slopes(ops.maximum, [1, 3], [1, 2])
    assert (first.tolist(), second.tolist()) == ([1, 1], [0, 0])
    first, second = slopes(ops.minimum, [1, 3], [1, 2])
    assert (first.tolist(), second.tolist()) == ([1, 0], [0, 1])
    assert one(lambda x: ops.maximum(x, 0.0), [0.0, -0.0]) == [1, 1]
    assert one(lambda x: ops.maximum(0.0, x), [0.0, -0.0]) == [0, 0]


def test_fmax_and_fmin_ignore_nan():
    first, second = slopes(ops.fmax, [1, np.nan, 5, 2], [1, 2, np.nan, 3])
    assert (first.tolist(), second.tolist()) == ([1, 0, 1, 0], [0, 1, 0, 1])
    first, second = slopes(ops.fmin, [1, np.nan, 5, 2], [1, 2, np.nan, 3])
    assert (first.tolist(), second.tolist()) == ([1, 0, 1, 1], [0, 1, 0, 0])


def test_clip_passes_at_its_edges():
    assert one(lambda x: ops.clip(x, 0.0, 1.0), [-1, 0, 0.5, 1, 2]) == [0, 1, 1, 1, 0]


@pytest.mark.parametrize("function", [ops.absolute, ops.fabs])
def test_the_absolute_value_is_flat_at_0(function):
    assert one(function, [0, -2, 3]) == [0, -1, 1]


def test_lengths_are_flat_at_0():
    assert one(ops.norm, [0, 0]) == [0, 0]
    assert one(ops.std, [1, 1]) == [0, 0]
    rows = one(lambda x: ops.norm(x, axis=1), [[0, 0], [3, 4]])
    np.testing.assert_allclose(rows, [[0, 0], [0.6, 0.8]], rtol=1e-15)
    assert [g.tolist() for g in slopes(ops.hypot, [0], [0])] == [[0], [0]]


def test_square_roots_are_upright_at_0():
    with np.errstate(divide="ignore"):
        assert one(ops.sqrt, [0]) == [np.inf]


def test_sinc_is_flat_at_0():
    assert one(ops.sinc, [0]) == [0]


def test_powers():
    base, exponent = slopes(ops.power, [0, 2, -2, 0], [2, 0, 3, 1])
    assert base.tolist() == [0, 0, 12, 1]
    np.testing.assert_allclose(exponent, [0, np.log(2), 0, 0])


def test_division_by_0_without_nan_has_no_slope():
    first, second = slopes(ops.divide_no_nan, [1, 2], [0, 2])
    assert (first.tolist(), second.tolist()) == ([0, 0.5], [0, -0.5])


def test_products_with_zeros():
    assert one(ops.prod, [0, 2, 3]) == [6, 0, 0]
    assert one(ops.prod, [0, 0, 3]) == [0, 0, 0]
    # y = (x0, x0 x1, x0 x1 x2); the sum's slope by x1 is x0 + x0 x2. TensorFlow divides by 0
    # here and says 0.
    assert one(ops.cumprod, [2, 0, 3]) == [1, 8, 0]


def test_sorted_ties_keep_their_order():
    assert one(lambda x: ops.sort(x)[0], [1, 1, 3]) == [1, 0, 0]
    assert one(lambda x: ops.top_k(x, 1)[0], [1, 3, 3]) == [0, 1, 0]
    values, indices = ops.top_k(np.array([2.0, 3.0, 3.0, 1.0]), 3)
    assert (values.tolist(), indices.tolist()) == ([3, 3, 2], [1, 2, 0])


def test_segments_share_equally():
    ids = np.array([0, 0, 1])
    assert one(lambda x: ops.segment_max(x, ids), [3, 3, 1]) == [0.5, 0.5, 1]
    assert one(lambda x: ops.segment_min(x, ids), [3, 3, 1]) == [0.5, 0.5, 1]
    assert one(lambda x: ops.segment_prod(x, ids), [0, 5, 2]) == [5, 0, 1]


def test_medians_of_even_counts_share():
    assert one(ops.median, [4, 1, 3, 2]) == [0, 0, 0.5, 0.5]


def test_nan_to_num_stops_where_it_replaced():
    assert one(ops.nan_to_num, [np.nan, 1, np.inf]) == [0, 1, 0]


def test_remainders():
    first, second = slopes(ops.mod, [5, -5], [3, 3])
    assert (first.tolist(), second.tolist()) == ([1, 1], [-1, 2])
    first, second = slopes(ops.fmod, [5, -5], [3, 3])
    assert (first.tolist(), second.tolist()) == ([1, 1], [-1, 1])


@pytest.mark.parametrize(
    "function",
    [ops.sign, ops.round, ops.floor, ops.ceil, ops.trunc, ops.argmax, ops.stop_gradient],
)
def test_steps_have_no_gradient(function):
    assert not function(Variable(np.array([0.4, 1.6]))).requires_grad


def test_a_repeated_index_adds_up():
    assert one(lambda x: ops.take(x, [1, 1, 0], axis=0), [1, 2, 3]) == [1, 2, 0]
    assert one(lambda x: x[np.array([1, 1, 0])], [1, 2, 3]) == [1, 2, 0]
