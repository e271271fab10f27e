"""Batch, layer and root-mean-square normalization, each one operation, and scaling to unit norm."""

import math

import numpy as np

from .. import config
from ..autograd import composite, op
from .arithmetic import divide, maximum, multiply, power
from .columns import as_columns, blocks, column_sums, from_columns
from .elementwise import absolute, rsqrt, square
from .reduction import mean as mean_
from .reduction import sum as sum_
from .reduction import var
from .types import floating, normalize_axes


# ---------------------------------------------------------------------------------------------
# Batch normalization: each feature over the batch
# ---------------------------------------------------------------------------------------------
def _check_features(x, axis, **vectors):
    shape = tuple(x.shape[i] for i in axis)
    for name, vector in vectors.items():
        if vector is not None and vector.shape != shape:
            raise ValueError(
                f"Batch normalization of an input of shape {x.shape} over all axes but "
                f"{axis if len(axis) > 1 else axis[0]} needs a {name} of shape {shape}, not "
                f"{vector.shape}."
            )


@op(twice=False)
def normalize_batch(x, scale=None, offset=None, /, axis=-1, epsilon=1e-3):
    """Normalize each feature to mean 0 and variance 1 over the batch: training mode.

    Args:
        x: array of any number of dimensions.
        scale, offset: arrays of the shape of a feature, (features,), or None.
        axis: the axis of the features, or a tuple of axes that stay apart.
        epsilon: added to the variance.

    Returns:
        (y, mean, variance): y = (x - mean) / sqrt(variance + epsilon) * scale + offset, and what
        was found over all other axes. The variance is divided by the number of elements, as in
        Ioffe and Szegedy 2015, algorithm 1.
    """
    axis = normalize_axes(axis, x.ndim)
    _check_features(x, axis, scale=scale, offset=offset)
    columns, widen = as_columns(x, axis)
    n = x.size // max(widen.features, 1)
    mean = (column_sums(columns, widen) / n).astype(x.dtype)
    wide_mean = widen(mean)
    total = 0.0
    for rows in blocks(columns):
        d = columns[rows] - wide_mean
        d *= d
        total = total + column_sums(d, widen)
    variance = (total / n).astype(x.dtype)
    inverse = (1 / np.sqrt(total / n + epsilon)).astype(x.dtype)
    factor = inverse if scale is None else inverse * scale.reshape(-1)
    y = np.empty_like(columns)
    _shift_and_scale(columns, wide_mean, widen(factor), widen(offset), y)

    def vjp(g, needs):
        gy, g_mean, g_variance = g
        # y depends on x directly and through mean and variance, of which n elements have a share:
        # dx = factor * g - (k1 + k2 * (x - mean)), k1 and k2 being the means of what goes back.
        k1, k2 = np.zeros(widen.features), np.zeros(widen.features)
        g_scale = g_offset = None
        if gy is not None:
            gy = as_columns(gy, axis)[0]
            g_offset, products = _backward_sums(gy, columns, wide_mean, widen)
            g_scale = products * inverse
            k1 = k1 + factor * g_offset / n
            k2 = k2 + factor * inverse * g_scale / n
        if g_mean is not None:
            k1 -= g_mean.reshape(-1) / n
        if g_variance is not None:
            k2 -= 2 * g_variance.reshape(-1) / n
        dx = None
        if needs[0]:
            dx = np.empty_like(columns)
            _shift_and_scale(columns, wide_mean, widen(-k2), widen(-k1), dx)
            if gy is not None:
                _add_scaled(dx, gy, widen(factor))
            dx = from_columns(dx, x.shape, axis)
        return dx, _like(scale, g_scale), _like(offset, g_offset)

    shape = tuple(x.shape[i] for i in axis)
    return (from_columns(y, x.shape, axis), mean.reshape(shape), variance.reshape(shape)), vjp


@op(register=False, twice=False)
def _standardize(x, mean, variance, offset=None, scale=None, /, axis=-1, epsilon=1e-3):
    axis = normalize_axes(axis, x.ndim)
    _check_features(x, axis, mean=mean, variance=variance, offset=offset, scale=scale)
    columns, widen = as_columns(x, axis)
    inverse = (1 / np.sqrt(variance.reshape(-1).astype("float64") + epsilon)).astype(x.dtype)
    factor = inverse if scale is None else inverse * scale.reshape(-1)
    wide_mean = widen(mean)
    y = np.empty_like(columns)
    _shift_and_scale(columns, wide_mean, widen(factor), widen(offset), y)

    def vjp(g, needs):
        gy = as_columns(g, axis)[0]
        dx = None
        if needs[0]:
            dx = from_columns(gy * widen(factor), x.shape, axis)
        if not any(needs[1:]):
            return dx, None, None, None, None
        sums, products = _backward_sums(gy, columns, wide_mean, widen)
        return (
            dx,
            _like(mean, -factor * sums),
            _like(variance, -0.5 * factor * inverse * inverse * products),
            _like(offset, sums),
            _like(scale, products * inverse),
        )

    return from_columns(y, x.shape, axis), vjp


@composite
def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    """Normalize each feature by a given mean and variance: (x - mean) / sqrt(variance + epsilon).

    Args:
        x: array of any number of dimensions.
        mean, variance: arrays (features,).
        axis: the axis of the features.
        offset, scale: arrays (features,) that the result is multiplied by and moved by, or None.
        epsilon: added to the variance.

    Raises:
        ValueError: a shape that does not fit.
    """
    return _standardize(x, mean, variance, offset, scale, axis=axis, epsilon=epsilon)


def _like(parameter, gradient):
    """Return the gradient in shape and type of its parameter, None where there is none."""
    if parameter is None or gradient is None:
        return None
    return gradient.reshape(parameter.shape).astype(parameter.dtype, copy=False)


def _shift_and_scale(columns, mean, factor, offset, out):
    """Write (columns - mean) * factor + offset into `out`."""
    for rows in blocks(columns):
        part = np.subtract(columns[rows], mean, out=out[rows])
        part *= factor
        if offset is not None:
            part += offset


def _add_scaled(out, g, factor):
    """Add g * factor to `out`."""
    for rows in blocks(out):
        out[rows] += g[rows] * factor


def _backward_sums(g, columns, mean, widen):
    """Return the column sums of g and of g * (columns - mean)."""
    sums = products = 0.0
    for rows in blocks(columns):
        d = columns[rows] - mean
        d *= g[rows]
        sums = sums + column_sums(g[rows], widen)
        products = products + column_sums(d, widen)
    return sums, products


# ---------------------------------------------------------------------------------------------
# Layer and root-mean-square normalization: each sample over its own features
# ---------------------------------------------------------------------------------------------
@op(register=False, twice=False)
def _normalize_rows(x, gamma=None, beta=None, /, axis=-1, epsilon=1e-7, center=True):
    x = floating(x)
    axes = normalize_axes(axis, x.ndim)
    shape = tuple(x.shape[i] for i in axes)
    for name, vector in (("gamma", gamma), ("beta", beta)):
        if vector is not None and vector.size != math.prod(shape):
            raise ValueError(
                f"Normalizing the axes {axes} of an input of shape {x.shape} needs a {name} of "
                f"shape {shape}, not {vector.shape}."
            )
    features = max(math.prod(shape), 1)  # of an array without elements any number will do
    moved = np.moveaxis(x, axes, range(-len(axes), 0))
    rows = moved.reshape(-1, features)
    mean_of = np.full((features, 1), 1 / features, x.dtype)  # a product with it averages rows
    y = rows - np.dot(rows, mean_of) if center else rows.copy()
    inverse = 1 / np.sqrt(np.einsum("ij,ij->i", y, y)[:, None] / features + epsilon)
    inverse = inverse.astype(x.dtype)
    y *= inverse
    normal = y
    if gamma is not None:
        y = normal * gamma.reshape(-1)
    if beta is not None:
        y = y + beta.reshape(-1)

    def back(a):
        return np.moveaxis(a.reshape(moved.shape), range(-len(axes), 0), axes)

    def vjp(g, needs):
        g = np.moveaxis(g, axes, range(-len(axes), 0)).reshape(-1, features)
        ones = np.ones(g.shape[0], g.dtype)
        for_gamma = np.dot(ones, g * normal) if gamma is not None and needs[1] else None
        for_beta = np.dot(ones, g) if beta is not None and needs[2] else None
        dx = None
        if needs[0]:
            if gamma is not None:
                g = g * gamma.reshape(-1)
            along = g * normal
            dx = g - normal * np.dot(along, mean_of)
            if center:
                dx -= np.dot(g, mean_of)
            dx *= inverse
            dx = back(dx)
        return dx, _like(gamma, for_gamma), _like(beta, for_beta)

    return back(y), vjp


@composite
def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None):
    """Normalize each sample to mean 0 and variance 1 over `axis` (Ba et al. 2016).

    Args:
        x: array.
        gamma, beta: arrays of the shape of the normalized axes: scale and offset, or None.
        axis: int or tuple of ints.
        epsilon: added to the variance; `config.epsilon()` if None.
    """
    epsilon = config.epsilon() if epsilon is None else epsilon
    return _normalize_rows(x, gamma, beta, axis=axis, epsilon=epsilon)


@composite
def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    """Divide each sample by its root mean square over `axis` (Zhang and Sennrich 2019).

    Args:
        x: array.
        scale: array of the shape of the normalized axes, or None.
        axis: int or tuple of ints.
        epsilon: added to the mean square; `config.epsilon()` if None.
    """
    epsilon = config.epsilon() if epsilon is None else epsilon
    return _normalize_rows(x, scale, None, axis=axis, epsilon=epsilon, center=False)


# ---------------------------------------------------------------------------------------------
# Moments and norms
# ---------------------------------------------------------------------------------------------
@composite
def moments(x, axes, keepdims=False, synchronized=False):
    """Return (mean, variance) of `x` over `axes`.

    Raises:
        ValueError: `synchronized=True`; there is only one process to synchronize.
    """
    if synchronized:
        raise ValueError("moments(synchronized=True) needs several devices; there is one.")
    return mean_(x, axis=axes, keepdims=keepdims), var(x, axis=axes, keepdims=keepdims)


@composite
def l2_normalize(x, axis=-1, epsilon=1e-12):
    """Return x / sqrt(max(sum(x**2), epsilon)), the sum being over `axis` (None: all axes)."""
    squares = sum_(square(x), axis=axis, keepdims=True)
    return multiply(x, rsqrt(maximum(squares, epsilon)))


@composite
def normalize(x, axis=-1, order=2, epsilon=None):
    """Return x / max(norm of x over `axis`, epsilon).

    Args:
        x: array.
        axis: int or tuple of ints.
        order: which norm, an int of at least 1: the `order`-th root of the sum of |x|**order.
        epsilon: the least norm divided by; `config.epsilon()` if None.

    Raises:
        ValueError: another order.
    """
    if isinstance(order, bool) or not isinstance(order, int) or order < 1:
        raise ValueError(f"order must be a whole number of at least 1, not {order!r}.")
    epsilon = config.epsilon() if epsilon is None else epsilon
    if order == 2:
        return l2_normalize(x, axis=axis, epsilon=epsilon**2)
    if order == 1:
        return divide(x, maximum(sum_(absolute(x), axis=axis, keepdims=True), epsilon))
    powers = sum_(power(absolute(x), order), axis=axis, keepdims=True)
    return divide(x, power(maximum(powers, epsilon**order), 1 / order))
