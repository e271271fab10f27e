"""Lengths of vectors and norms of matrices."""

import numpy as np

from ..autograd import composite, op
from .arithmetic import divide, multiply, power, squared_difference, subtract
from .comparison import not_equal
from .decompositions import svd
from .elementwise import absolute, cast, log10
from .reduction import max, mean, min, sum
from .shaping import expand_dims
from .types import array_like, floating, kept_shape, normalize_axes


@op
def euclidean_norm(x, /, axis=None, keepdims=False):
    """Return the square root of the sum of squares; its gradient at 0 is 0."""
    x = floating(x)
    axes = normalize_axes(axis, x.ndim)
    kept = kept_shape(x.shape, axes)
    y = np.sqrt((x * x).sum(axis=axes, keepdims=keepdims))

    def vjp(g):
        return (g / np.where(y == 0, 1, y)).reshape(kept) * x

    return y, (vjp,)


@composite
def norm(x, ord=None, axis=None, keepdims=False):
    """Return the norm of vectors or matrices, as `numpy.linalg.norm` defines it.

    Args:
        x: array.
        ord: None is the Euclidean (Frobenius) norm. Vectors: inf, -inf, 0 or any number.
            Matrices: 'fro', 'nuc', inf, -inf, 1, -1, 2 or -2.
        axis: an int for vectors, a pair for matrices; None takes all of `x`.
        keepdims: whether a 1 stays in place of each axis.
    """
    if ord is None:
        return euclidean_norm(x, axis=axis, keepdims=keepdims)
    axes = tuple(range(x.ndim)) if axis is None else axis
    axes = (axes,) if isinstance(axes, int) else tuple(axes)
    if len(axes) == 1:
        return _vector_norm(x, ord, axes[0], keepdims)
    if len(axes) == 2:
        return _matrix_norm(x, ord, axes, keepdims)
    raise ValueError(f"norm with ord={ord!r} needs one axis or two, not {len(axes)}.")


def _vector_norm(x, ord, axis, keepdims):
    if isinstance(ord, str):
        raise ValueError(f"ord={ord!r} is a norm of matrices; for vectors give a number.")
    if ord == 2:
        return euclidean_norm(x, axis=axis, keepdims=keepdims)
    if ord in (np.inf, -np.inf):
        return (max if ord > 0 else min)(absolute(x), axis=axis, keepdims=keepdims)
    if ord == 0:
        return sum(cast(not_equal(x, 0), dtype=x.dtype), axis=axis, keepdims=keepdims)
    if ord == 1:
        return sum(absolute(x), axis=axis, keepdims=keepdims)
    total = sum(power(absolute(x), ord), axis=axis, keepdims=keepdims)
    return power(total, 1.0 / ord)


def _matrix_norm(x, ord, axes, keepdims):
    if ord == "fro":
        return euclidean_norm(x, axis=axes, keepdims=keepdims)
    if ord in (1, -1, np.inf, -np.inf):
        along, across = axes if ord in (1, -1) else axes[::-1]
        sums = sum(absolute(x), axis=along, keepdims=True)
        y = (max if ord > 0 else min)(sums, axis=across, keepdims=True)
    elif ord in ("nuc", 2, -2):
        order = [i for i in range(x.ndim) if i not in (axes[0] % x.ndim, axes[1] % x.ndim)]
        moved = np.transpose(x, (*order, axes[0], axes[1]))
        values = svd(moved, full_matrices=False, compute_uv=False)
        y = {"nuc": sum, 2: max, -2: min}[ord](values, axis=-1)
        shape = kept_shape(x.shape, normalize_axes(axes, x.ndim))
        y = y.reshape(shape)
    else:
        raise ValueError(
            f"Unknown norm ord={ord!r} of a matrix; choose 'fro', 'nuc', inf, -inf, 1, -1, 2, -2."
        )
    return y if keepdims else np.squeeze(y, normalize_axes(axes, x.ndim))


@composite
def cdist(x, y):
    """Return the Euclidean distances (..., m, n) of rows of x (..., m, d) and y (..., n, d)."""
    x, y = array_like(x), array_like(y)
    if len(x.shape) < 2 or len(y.shape) < 2 or x.shape[-1] != y.shape[-1]:
        raise ValueError(
            f"cdist takes arrays (..., m, d) and (..., n, d), not {x.shape} and {y.shape}."
        )
    differences = subtract(expand_dims(x, axis=-2), expand_dims(y, axis=-3))
    return euclidean_norm(differences, axis=-1)


def psnr(x1, x2, max_val):
    """Return the peak signal-to-noise ratio of two pictures in decibels.

    `max_val` is the largest value a pixel may have; the ratio is taken over all pixels.
    """
    noise = mean(squared_difference(x1, x2))
    return multiply(10.0, log10(divide(float(max_val) ** 2, noise)))
