"""Averages, quantiles, reductions that leave NaN out, sorting and searching: against NumPy."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Variable, check_gradients, gradients

X = np.array([[1.0, np.nan, 3.0, -2.0], [4.0, 5.0, np.nan, 0.5], [2.0, 2.5, 7.0, 1.0]])
CLEAN = np.array([[0.3, 1.7, -0.4], [2.2, 0.9, 1.1]])
AXES = [{}, {"axis": 0}, {"axis": 1, "keepdims": True}]


@pytest.mark.parametrize("settings", AXES)
@pytest.mark.parametrize(
    "name", ["nansum", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin", "nanprod", "nanmedian"]
)
def test_reductions_without_nan(name, settings):
    expected = getattr(np, name)(X, **settings)
    for x in (X, X.astype("float32")):
        result = getattr(ops, name)(x, **settings)
        assert result.dtype == x.dtype
        np.testing.assert_allclose(result, expected, rtol=1e-5)
    v = Variable(X)
    (g,) = gradients(getattr(ops, name)(v, **settings), [v])
    assert (g[np.isnan(X)] == 0).all()
    assert np.isfinite(g).all()


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_cumulations_and_positions_without_nan(axis):
    np.testing.assert_allclose(ops.nancumsum(X, axis=axis), np.nancumsum(X, axis=axis))
    np.testing.assert_allclose(ops.nancumprod(X, axis=axis), np.nancumprod(X, axis=axis))
    np.testing.assert_array_equal(ops.nanargmax(X, axis=axis), np.nanargmax(X, axis=axis))
    np.testing.assert_array_equal(ops.nanargmin(X, axis=axis), np.nanargmin(X, axis=axis))


def test_nothing_but_nan():
    empty = np.array([[np.nan, np.nan], [1.0, 2.0]])
    for name in ("nanmax", "nanmin", "nanmean", "nanmedian"):
        with np.errstate(invalid="ignore"):
            result = getattr(ops, name)(empty, axis=1)
        assert np.isnan(result[0])
        assert not np.isnan(result[1])
    np.testing.assert_array_equal(ops.nanargmax(empty, axis=1), [-1, 1])
    np.testing.assert_array_equal(ops.nanargmin(empty, axis=1), [-1, 0])
    np.testing.assert_array_equal(ops.nansum(empty, axis=1), [0, 3])


@pytest.mark.parametrize("method", ["linear", "lower", "higher", "nearest", "midpoint"])
@pytest.mark.parametrize("q", [0.0, 0.25, 1.0, [0.1, 0.5], [[0.2], [0.9]]])
def test_quantiles(method, q):
    for axis, keepdims in [(None, False), (0, True), (1, False), ((0, 1), True)]:
        settings = {"axis": axis, "method": method, "keepdims": keepdims}
        np.testing.assert_allclose(
            ops.quantile(CLEAN, q, **settings), np.quantile(CLEAN, q, **settings), rtol=1e-12
        )
        if np.ndim(q) < 2:  # NumPy 1.26 mixes up the axes otherwise
            expected = np.nanquantile(X, q, **settings)
            np.testing.assert_allclose(ops.nanquantile(X, q, **settings), expected, rtol=1e-12)
    percent = np.multiply(q, 100)
    np.testing.assert_allclose(ops.percentile(CLEAN, percent), np.percentile(CLEAN, percent))
    np.testing.assert_allclose(ops.nanpercentile(X, percent), np.nanpercentile(X, percent))
    assert ops.nanquantile(X, [[0.2], [0.9]], axis=1).shape == (2, 1, 3)


def test_quantiles_of_nan_are_nan():
    assert np.isnan(ops.median(X))
    np.testing.assert_array_equal(np.isnan(ops.median(X, axis=1)), [True, True, False])


def test_differences_and_integrals():
    np.testing.assert_allclose(ops.diff(CLEAN), np.diff(CLEAN))
    np.testing.assert_allclose(ops.diff(CLEAN, n=2, axis=1), np.diff(CLEAN, n=2))
    np.testing.assert_array_equal(ops.diff(CLEAN, n=0), CLEAN)
    trapezoid = getattr(np, "trapezoid", None) or np.trapz
    places = np.array([0.0, 0.5, 2.0])
    np.testing.assert_allclose(ops.trapezoid(CLEAN), trapezoid(CLEAN))
    np.testing.assert_allclose(
        ops.trapezoid(CLEAN, dx=0.3, axis=0), trapezoid(CLEAN, dx=0.3, axis=0)
    )
    np.testing.assert_allclose(ops.trapezoid(CLEAN, x=places), trapezoid(CLEAN, x=places))
    both = np.cumsum(np.abs(CLEAN), axis=1)
    np.testing.assert_allclose(ops.trapezoid(CLEAN, x=both), trapezoid(CLEAN, x=both))
    check_gradients(lambda y, x: ops.trapezoid(y, x=x), CLEAN, places)


def test_averages():
    weights = np.array([1.0, 2.0, 0.5])
    np.testing.assert_allclose(ops.average(CLEAN), CLEAN.mean())
    np.testing.assert_allclose(
        ops.average(CLEAN, axis=1, weights=weights), np.average(CLEAN, axis=1, weights=weights)
    )
    np.testing.assert_allclose(ops.ptp(CLEAN, axis=1), np.ptp(CLEAN, axis=1))


def test_joining():
    a, b = np.arange(3.0), np.arange(3.0, 6.0)
    for name in ("vstack", "hstack", "dstack"):
        for arrays in ([a, b], [CLEAN, CLEAN], [CLEAN[None], CLEAN[None]]):
            expected = getattr(np, name)(arrays)
            np.testing.assert_array_equal(getattr(ops, name)(arrays), expected)
    np.testing.assert_array_equal(ops.append(CLEAN, a), np.append(CLEAN, a))
    np.testing.assert_array_equal(ops.append(CLEAN, CLEAN, axis=1), np.append(CLEAN, CLEAN, axis=1))
    for name, x in (("vsplit", CLEAN), ("hsplit", CLEAN), ("hsplit", a), ("dsplit", CLEAN[None])):
        n = 2 if name == "vsplit" else 3
        for part, expected in zip(getattr(ops, name)(x, n), getattr(np, name)(x, n), strict=True):
            np.testing.assert_array_equal(part, expected)
    for bounds in ([1], [2, 1], [-1], [0, 5]):
        parts = ops.split(CLEAN, bounds, axis=1)
        for part, expected in zip(parts, np.split(CLEAN, bounds, axis=1), strict=True):
            np.testing.assert_array_equal(part, expected)


def test_unique_with_a_size():
    x = np.array([3, 1, 3, 2, 1])
    np.testing.assert_array_equal(ops.unique(x), [1, 2, 3])
    values, first, inverse, counts = ops.unique(
        x, return_index=True, return_inverse=True, return_counts=True
    )
    np.testing.assert_array_equal(values[inverse], x)
    np.testing.assert_array_equal(x[first], values)
    np.testing.assert_array_equal(counts, [2, 1, 2])
    np.testing.assert_array_equal(ops.unique(x, size=2), [1, 2])
    np.testing.assert_array_equal(ops.unique(x, size=5), [1, 2, 3, 1, 1])
    values, counts = ops.unique(x, size=4, fill_value=-9, return_counts=True)
    np.testing.assert_array_equal(values, [1, 2, 3, -9])
    np.testing.assert_array_equal(counts, [2, 1, 2, 0])
    rows = np.array([[1, 2], [0, 1], [1, 2]])
    np.testing.assert_array_equal(ops.unique(rows, axis=0), [[0, 1], [1, 2]])
    with pytest.raises(TypeError, match="sorted"):
        ops.unique(x, sorted="no")


def test_bincount_of_rows():
    x = np.array([[0, 2, 2], [1, 1, 1]])
    np.testing.assert_array_equal(ops.bincount(x), [[1, 0, 2], [0, 3, 0]])
    weights = np.array([[1.0, 2.0, 3.0], [0.5, 0.5, 0.5]])
    np.testing.assert_array_equal(ops.bincount(x, weights, minlength=4)[0], [1, 0, 5, 0])


def test_selection():
    x = np.arange(5)
    result = ops.select([x < 1, x > 3], [x - 10, x + 10], default=-1)
    np.testing.assert_array_equal(result, [-10, -1, -1, -1, 14])
    scores = np.array([[0.1, 0.6, 0.3], [0.5, 0.5, 0.1], [np.nan, 0.1, 0.2]])
    np.testing.assert_array_equal(ops.in_top_k([1, 1, 0], scores, 1), [True, True, False])
    np.testing.assert_array_equal(ops.in_top_k([0, 9, 1], scores, 2), [False, False, True])


def test_small_integers_do_not_overflow():
    assert ops.sum(np.full(3, 200, "uint8")) == 600
    assert ops.prod(np.full(3, 100, "int8")) == 1_000_000
    assert ops.cumsum(np.full(3, 200, "uint8"))[-1] == 600
    assert ops.mean(np.full(3, 200, "uint8")) == 200
