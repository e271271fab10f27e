"""Many numbers become one: sums, means, extremes, along one axis, several or all.

`axis` is None for all axes, an int, or a tuple of ints; `keepdims` leaves a 1 in place of each
reduced axis. The gradient of `max` and `min` is shared equally among ties, as in TensorFlow.
"""

import numpy as np

from ..autograd import op
from .types import (
    count,
    counting,
    floating,
    kept_shape,
    normalize_axes,
    normalize_axis,
    raw,
    spread,
)


@op
def sum(x, /, axis=None, keepdims=False):
    """Return the sum over `axis`."""
    axes = normalize_axes(axis, x.ndim)
    kept = kept_shape(x.shape, axes)
    y = x.sum(axis=axes, keepdims=keepdims, dtype=counting(x.dtype))
    return y, (lambda g: spread(g.reshape(kept), x.shape),)


@op
def mean(x, /, axis=None, keepdims=False):
    """Return the mean over `axis`; integers give a float of the default type."""
    x = floating(x)
    if axis is None:  # of a whole array, as every loss ends
        axes, kept, n = None, (1,) * x.ndim, x.size
    else:
        axes = normalize_axes(axis, x.ndim)
        kept, n = kept_shape(x.shape, axes), count(x.shape, axes)
    if x.dtype.itemsize == 2:  # half precision has to be added up in single
        y = x.mean(axis=axes, keepdims=keepdims)
    else:
        y = np.add.reduce(x, axis=axes, keepdims=keepdims)
        y = y / y.dtype.type(n)
    return y, (lambda g: spread(g.reshape(kept) / n, x.shape),)


def _deviations(x, axis):
    """Return the axes, the shape that keeps them, how many are joined, and `x` less its mean."""
    axes = normalize_axes(axis, x.ndim)
    n = count(x.shape, axes)
    return axes, kept_shape(x.shape, axes), n, x - x.mean(axis=axes, keepdims=True)


@op
def var(x, /, axis=None, keepdims=False):
    """Return the variance over `axis`, divided by the number of elements."""
    axes, kept, n, d = _deviations(floating(x), axis)
    y = (d * d).mean(axis=axes, keepdims=keepdims)
    return y, (lambda g: g.reshape(kept) * d * (2 / n),)


@op
def std(x, /, axis=None, keepdims=False):
    """Return the standard deviation over `axis`; its gradient is 0 where it is 0 itself."""
    axes, kept, n, d = _deviations(floating(x), axis)
    y = np.sqrt((d * d).mean(axis=axes, keepdims=keepdims))

    def vjp(g):
        scale = g / np.where(y == 0, 1, y)
        return scale.reshape(kept) * d * (1 / n)

    return y, (vjp,)


def _extreme(x, y, axes, keepdims):
    """Return the extreme `y` (its axes kept) in its final shape, and its vjp."""
    kept = y.shape

    def vjp(g):
        ties = (x == y).astype(g.dtype)
        counts = np.maximum(ties.sum(axis=axes, keepdims=True), 1)  # 0 where `initial` has won
        return g.reshape(kept) / counts * ties

    if not keepdims:
        y_out = y.reshape(tuple(n for i, n in enumerate(kept) if i not in axes))
        return y_out, (vjp,)
    return y, (vjp,)


@op
def max(x, /, axis=None, keepdims=False, initial=None):
    """Return the largest value over `axis`, and at least `initial`; ties share the gradient."""
    axes = normalize_axes(axis, x.ndim)
    if initial is None:
        y = x.max(axis=axes, keepdims=True)
    else:
        y = x.max(axis=axes, keepdims=True, initial=initial)
    return _extreme(x, y, axes, keepdims)


@op
def min(x, /, axis=None, keepdims=False, initial=None):
    """Return the smallest value over `axis`, and at most `initial`; ties share the gradient."""
    axes = normalize_axes(axis, x.ndim)
    if initial is None:
        y = x.min(axis=axes, keepdims=True)
    else:
        y = x.min(axis=axes, keepdims=True, initial=initial)
    return _extreme(x, y, axes, keepdims)


amax, amin = max, min


@op
def logsumexp(x, /, axis=None, keepdims=False):
    """Return `log(sum(exp(x)))` over `axis` without overflow; minus infinity for no elements."""
    x = floating(x)
    axes = normalize_axes(axis, x.ndim)
    # A constant to the gradient: the result does not depend on what is taken off and put back.
    values, kind = raw(x), x.dtype.type
    largest = values.max(axis=axes, keepdims=True, initial=kind(-np.inf))
    largest = np.where(np.isfinite(largest), largest, kind(0))
    e = np.exp(x - largest)
    total = e.sum(axis=axes, keepdims=True)
    y = np.log(total) + largest
    kept = kept_shape(x.shape, axes)
    if not keepdims:
        y = y.reshape(tuple(n for i, n in enumerate(kept) if i not in axes))
    return y, (lambda g: g.reshape(kept) * (e / total),)


@op
def all(x, /, axis=None, keepdims=False):
    """Return whether every element along `axis` is true."""
    return x.all(axis=normalize_axes(axis, x.ndim), keepdims=keepdims), None


@op
def any(x, /, axis=None, keepdims=False):
    """Return whether some element along `axis` is true."""
    return x.any(axis=normalize_axes(axis, x.ndim), keepdims=keepdims), None


@op
def argmax(x, /, axis=None, keepdims=False):
    """Return the position (int32) of the first largest element; None looks at `x` flattened."""
    return np.argmax(x, axis=axis, keepdims=keepdims).astype("int32"), None


@op
def argmin(x, /, axis=None, keepdims=False):
    """Return the position (int32) of the first smallest element; None looks at `x` flattened."""
    return np.argmin(x, axis=axis, keepdims=keepdims).astype("int32"), None


@op
def count_nonzero(x, /, axis=None):
    """Return how many elements along `axis` are not 0 (int32)."""
    axes = normalize_axes(axis, x.ndim)
    return np.asarray(np.count_nonzero(x, axis=axes)).astype("int32"), None


def _exclusive_products(x, axis):
    """Return, for each element along `axis`, the product of all before it."""
    ones = np.ones_like(x[(slice(None),) * axis + (slice(0, 1),)])
    return np.concatenate([ones, x[(slice(None),) * axis + (slice(0, -1),)]], axis).cumprod(axis)


@op
def prod(x, /, axis=None, keepdims=False, dtype=None):
    """Return the product over `axis`; the gradient is exact where elements are 0."""
    axes = normalize_axes(axis, x.ndim)
    kept = kept_shape(x.shape, axes)
    if dtype is not None:
        x = x.astype(dtype)
    y = x.prod(axis=axes, keepdims=keepdims, dtype=counting(x.dtype))

    def vjp(g):
        others = tuple(i for i in range(x.ndim) if i not in axes)
        moved = np.transpose(x, others + axes)
        flat = moved.reshape((*(x.shape[i] for i in others), count(x.shape, axes)))
        last = flat.ndim - 1
        left = _exclusive_products(flat, last)
        right = np.flip(_exclusive_products(np.flip(flat, last), last), last)
        back = [int(i) for i in np.argsort(others + axes)]
        return g.reshape(kept) * np.transpose((left * right).reshape(moved.shape), back)

    return y, (vjp,)


@op
def cumsum(x, /, axis=None, dtype=None):
    """Return the sums of all elements up to each one along `axis`; None flattens `x` first."""
    shape = x.shape
    if axis is None:
        x, axis = x.reshape(-1), 0
    y = x.cumsum(axis, dtype=dtype or counting(x.dtype))
    return y, (lambda g: np.flip(np.flip(g, axis).cumsum(axis), axis).reshape(shape),)


@op
def cumprod(x, /, axis=None, dtype=None):
    """Return the products of all elements up to each one along `axis`; None flattens `x` first.

    The gradient is exact where elements are 0.
    """
    shape = x.shape
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis = normalize_axis(axis, x.ndim)
    y = x.cumprod(axis, dtype=dtype or counting(x.dtype))

    def vjp(g):
        # d y[j] / d x[i] is the product before i times the product from i + 1 to j. Summed over
        # j >= i from the end: s[i] = g[i] + x[i + 1] * s[i + 1].
        before = (slice(None),) * axis
        sums, running = [], None
        for i in range(x.shape[axis] - 1, -1, -1):
            g_i = g[(*before, i)]
            running = g_i if running is None else g_i + x[(*before, i + 1)] * running
            sums.append(running)
        if not sums:
            return g
        return (np.stack(sums[::-1], axis=axis) * _exclusive_products(x, axis)).reshape(shape)

    return y, (vjp,)
