"""Gradients of tables of which few rows were looked up."""

import numpy as np
import pytest

from minikeras.autograd import RowGradient

CASES = {
    "none": [],
    "one": [3],
    "ascending": [1, 4, 5],
    "once each": [5, 1, 4],
    "twice": [5, 1, 5, 1],
    "all the same": [2] * 9,
    "few and many": [7, 0, 0, 0, 3, 0, 0, 7, 0, 1, 1, 1, 1, 0, 9, 9, 9],
}


@pytest.mark.parametrize("rows", CASES.values(), ids=CASES)
@pytest.mark.parametrize("tail", [(), (3,), (2, 3)], ids=str)
def test_rows_are_summed(rows, tail):
    rows = np.array(rows, int)
    values = np.random.default_rng(0).normal(size=(len(rows), *tail))
    gradient = RowGradient(rows, values, (10, *tail))
    dense = np.zeros((10, *tail))
    for row, value in zip(rows, values):
        dense[row] += value
    found, sums = gradient.merged()
    np.testing.assert_array_equal(found, np.unique(rows))
    np.testing.assert_allclose(sums, dense[found], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(gradient.dense(), dense, rtol=1e-12, atol=1e-12)


def test_merging_keeps_the_type_and_the_values():
    values = np.ones((4, 2), "float32")
    gradient = RowGradient(np.array([1, 1, 1, 0]), values, (3, 2))
    sums = gradient.merged()[1]
    assert sums.dtype == np.float32
    assert sums.tolist() == [[1, 1], [3, 3]]
    assert (values == 1).all()


def test_merging_is_repeatable():
    rng = np.random.default_rng(0)
    rows, values = rng.integers(0, 50, 1000), rng.normal(size=(1000, 8)).astype("float32")
    first, second = (RowGradient(rows, values, (50, 8)).dense() for _ in range(2))
    assert first.tobytes() == second.tobytes()
