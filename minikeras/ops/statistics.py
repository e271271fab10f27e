"""Averages and quantiles, and the reductions that leave NaN out."""

import numpy as np

from ..autograd import composite
from ..autograd.tensor import as_array
from .arithmetic import add, divide, multiply, subtract, where
from .comparison import isnan, logical_not
from .creation import convert_to_numpy, ones_like
from .elementwise import cast, sqrt
from .indexing import get_item, take_along_axis
from .products import matmul
from .reduction import all, argmax, argmin, cumprod, cumsum, max, mean, min, prod, sum
from .shaping import expand_dims, reshape, transpose
from .sorting import sort
from .types import array_like, count, normalize_axes, normalize_axis


@composite
def average(x, axis=None, weights=None):
    """Return the mean over `axis`, weighted by `weights` (like `x`, or one per slice of `axis`)."""
    if weights is None:
        return mean(x, axis=axis)
    if len(weights.shape) == 1 and len(x.shape) != 1:
        if axis is None:
            raise ValueError("average: weights of one dimension need an axis.")
        shape = [1] * len(x.shape)
        shape[normalize_axis(axis, len(x.shape))] = -1
        weights = reshape(weights, newshape=shape)
    total = sum(multiply(weights, ones_like(x)), axis=axis)
    return divide(sum(multiply(x, weights), axis=axis), total)


def ptp(x, axis=None, keepdims=False):
    """Return the largest minus the smallest value over `axis`."""
    return subtract(max(x, axis=axis, keepdims=keepdims), min(x, axis=axis, keepdims=keepdims))


_METHODS = ("linear", "lower", "higher", "nearest", "midpoint")


@composite
def _quantile(x, q, axis, method, keepdims, skip_nan):
    """Return the quantiles `q` (floats from 0 to 1) over `axis`, those of several q first."""
    if method not in _METHODS:
        raise ValueError(f"Unknown method {method!r}; choose one of {', '.join(_METHODS)}.")
    x, q = array_like(x), as_array(convert_to_numpy(q)).astype("float64")
    if q.size and not (q.min() >= 0 and q.max() <= 1):
        raise ValueError("Quantiles must lie between 0 and 1 (percentiles between 0 and 100).")
    axes = normalize_axes(axis, len(x.shape))
    others = tuple(i for i in range(len(x.shape)) if i not in axes)
    n = count(x.shape, axes)
    rest = tuple(x.shape[i] for i in others)
    flat = sort(reshape(transpose(x, axes=others + axes), newshape=(*rest, n)), axis=-1)
    missing = isnan(convert_to_numpy(flat)).sum(axis=-1)
    valid = n - missing if skip_nan else np.where(missing > 0, 0, n)
    place = q.reshape((-1,) + (1,) * valid.ndim) * np.maximum(valid - 1, 0)
    lower, upper = np.floor(place), np.ceil(place)
    share = {
        "linear": place - lower,
        "lower": np.zeros_like(place),
        "higher": np.ones_like(place),
        "nearest": np.round(place) - lower,
        "midpoint": np.where(lower == upper, 0, 0.5),
    }[method]
    to_last = [*range(1, place.ndim), 0]  # the quantiles are looked up along the last axis
    low = take_along_axis(flat, lower.astype(int).transpose(to_last), axis=-1)
    high = take_along_axis(flat, upper.astype(int).transpose(to_last), axis=-1)
    share = share.transpose(to_last).astype(low.dtype if low.dtype.kind == "f" else "float32")
    # An infinite neighbour that has no share must not make the result NaN.
    low, high = where(share == 1, 0, low), where(share == 0, 0, high)
    y = add(multiply(low, 1 - share), multiply(high, share))
    y = where(np.broadcast_to((valid > 0)[..., None], y.shape), y, np.nan)
    y = transpose(y, axes=[len(rest), *range(len(rest))])
    kept = tuple(1 if i in axes else m for i, m in enumerate(x.shape)) if keepdims else rest
    return reshape(y, newshape=q.shape + kept)


def quantile(x, q, axis=None, method="linear", keepdims=False):
    """Return the values below which the fractions `q` (0 to 1) of the elements lie.

    Several `q` come first in the result's shape. `method` says what to do between two elements:
    'linear', 'lower', 'higher', 'nearest' or 'midpoint'.
    """
    return _quantile(x, q, axis, method, keepdims, False)


def percentile(x, q, axis=None, method="linear", keepdims=False):
    """Return the values below which `q` per cent of the elements lie (see `quantile`)."""
    return _quantile(x, np.divide(convert_to_numpy(q), 100.0), axis, method, keepdims, False)


def median(x, axis=None, keepdims=False):
    """Return the middle value over `axis`, the mean of the two middle ones if there are two."""
    return _quantile(x, 0.5, axis, "linear", keepdims, False)


def nanquantile(x, q, axis=None, method="linear", keepdims=False):
    """Return the quantiles of what is not NaN (see `quantile`)."""
    return _quantile(x, q, axis, method, keepdims, True)


def nanpercentile(x, q, axis=None, method="linear", keepdims=False):
    """Return the percentiles of what is not NaN (see `percentile`)."""
    return _quantile(x, np.divide(convert_to_numpy(q), 100.0), axis, method, keepdims, True)


def nanmedian(x, axis=None, keepdims=False):
    """Return the median of what is not NaN."""
    return _quantile(x, 0.5, axis, "linear", keepdims, True)


def _filled(x, value):
    """Return `x` with `value` in place of NaN."""
    return where(isnan(x), value, x)


def nansum(x, axis=None, keepdims=False):
    """Return the sum of what is not NaN."""
    return sum(_filled(x, 0), axis=axis, keepdims=keepdims)


def nanprod(x, axis=None, keepdims=False):
    """Return the product of what is not NaN."""
    return prod(_filled(x, 1), axis=axis, keepdims=keepdims)


def nancumsum(x, axis=None, dtype=None):
    """Return the cumulative sum with NaN taken as 0."""
    return cumsum(_filled(x, 0), axis=axis, dtype=dtype)


def nancumprod(x, axis=None, dtype=None):
    """Return the cumulative product with NaN taken as 1."""
    return cumprod(_filled(x, 1), axis=axis, dtype=dtype)


def nanmax(x, axis=None, keepdims=False):
    """Return the largest value that is not NaN; NaN where there is none."""
    x = array_like(x)
    if x.dtype.kind != "f":
        return max(x, axis=axis, keepdims=keepdims)
    nothing = all(isnan(x), axis=axis, keepdims=keepdims)
    return where(nothing, np.nan, max(_filled(x, -np.inf), axis=axis, keepdims=keepdims))


def nanmin(x, axis=None, keepdims=False):
    """Return the smallest value that is not NaN; NaN where there is none."""
    x = array_like(x)
    if x.dtype.kind != "f":
        return min(x, axis=axis, keepdims=keepdims)
    nothing = all(isnan(x), axis=axis, keepdims=keepdims)
    return where(nothing, np.nan, min(_filled(x, np.inf), axis=axis, keepdims=keepdims))


def nanargmax(x, axis=None, keepdims=False):
    """Return the position (int32) of the largest value that is not NaN; -1 where all are NaN."""
    nothing = all(isnan(x), axis=axis, keepdims=keepdims)
    return where(nothing, -1, argmax(_filled(x, -np.inf), axis=axis, keepdims=keepdims))


def nanargmin(x, axis=None, keepdims=False):
    """Return the position (int32) of the smallest value that is not NaN; -1 where all are NaN."""
    nothing = all(isnan(x), axis=axis, keepdims=keepdims)
    return where(nothing, -1, argmin(_filled(x, np.inf), axis=axis, keepdims=keepdims))


def _how_many(x, axis, keepdims):
    """Return how many elements are not NaN, in the type of `x`."""
    return sum(cast(logical_not(isnan(x)), dtype=x.dtype), axis=axis, keepdims=keepdims)


def nanmean(x, axis=None, keepdims=False):
    """Return the mean of what is not NaN; NaN where there is nothing."""
    x = array_like(x)
    total = nansum(x, axis=axis, keepdims=keepdims)
    return divide(total, _how_many(x, axis, keepdims))


def nanvar(x, axis=None, keepdims=False):
    """Return the variance of what is not NaN; NaN where there is nothing."""
    x = array_like(x)
    deviation = subtract(_filled(x, 0), nanmean(x, axis=axis, keepdims=True))
    squares = where(isnan(x), 0, multiply(deviation, deviation))
    total = sum(squares, axis=axis, keepdims=keepdims)
    return divide(total, _how_many(x, axis, keepdims))


def nanstd(x, axis=None, keepdims=False):
    """Return the standard deviation of what is not NaN; NaN where there is nothing."""
    return sqrt(nanvar(x, axis=axis, keepdims=keepdims))


def diff(a, n=1, axis=-1):
    """Return the differences of neighbours along `axis`, taken `n` times."""
    if n < 0:
        raise ValueError(f"diff: n must not be negative, but is {n}.")
    a = array_like(a)
    axis = normalize_axis(axis, len(a.shape))
    before = (slice(None),) * axis
    for _ in range(n):
        later, earlier = (*before, slice(1, None)), (*before, slice(None, -1))
        a = subtract(get_item(a, later), get_item(a, earlier))
    return a


def trapezoid(y, x=None, dx=1.0, axis=-1):
    """Return the integral of `y` along `axis` by the trapezoidal rule.

    `x` are the places of the values (a vector, or like `y`), `dx` their distance without `x`.
    """
    y, x = array_like(y), None if x is None else array_like(x)
    axis = normalize_axis(axis, len(y.shape))
    before = (slice(None),) * axis
    ends = add(get_item(y, (*before, slice(1, None))), get_item(y, (*before, slice(None, -1))))
    if x is None:
        return sum(multiply(ends, 0.5 * dx), axis=axis)
    width = diff(x, axis=-1 if len(x.shape) == 1 else axis)
    if len(x.shape) == 1:
        width = reshape(width, newshape=[-1 if i == axis else 1 for i in range(len(y.shape))])
    return sum(multiply(multiply(ends, width), 0.5), axis=axis)


@composite
def corrcoef(x):
    """Return the correlations between the rows of the matrix `x`; of a vector with itself, 1."""
    x = array_like(x)
    if len(x.shape) < 2:
        row = reshape(x, newshape=(1, -1))
        return reshape(corrcoef(row), newshape=())
    centred = subtract(x, mean(x, axis=-1, keepdims=True))
    covariance = matmul(centred, transpose(centred))
    scale = sqrt(sum(multiply(centred, centred), axis=-1))
    return divide(covariance, multiply(expand_dims(scale, axis=1), scale))
