"""Scores into probabilities along an axis: softmax, its logarithm, and sparsemax."""

import numpy as np

from ..autograd import Tensor, composite, op
from .logits import remember
from .precision import constants
from .types import floating, normalize_axis

_NO_AXIS = (
    "A softmax compares the scores along an axis, and a single number has none. Give an array of "
    "at least one dimension."
)


def softmax_array(x, axis):
    """Return the softmax of an ndarray; the largest score is taken off first, so none overflows."""
    if not x.size:  # nothing has no largest score
        return x.copy()
    y = x - np.maximum.reduce(x, axis=axis, keepdims=True)
    np.exp(y, out=y)
    y /= np.add.reduce(y, axis=axis, keepdims=True)
    return y


@op(register=False)
def _softmax(x, /, axis=-1):
    x = floating(x)
    y = _softmax(x, axis=axis) if isinstance(x, Tensor) else softmax_array(x, axis)
    return y, (lambda g: y * (g - (g * y).sum(axis=axis, keepdims=True)),)


@composite
def softmax(x, axis=-1):
    """Return exp(x) / sum(exp(x)) along `axis`.

    Args:
        x: array of at least one dimension.
        axis: int, or a tuple of ints that are taken together as one axis.

    Returns:
        Array of the shape of `x`, positive, with sum 1 along `axis`. The output of a softmax over
        the last axis remembers its input (see `ops.logits`).
    """
    if not np.ndim(x):
        raise ValueError(_NO_AXIS)
    y = _softmax(x, axis=tuple(axis) if isinstance(axis, list) else axis)
    if axis == -1 or axis == np.ndim(y) - 1:
        remember(y, x, "softmax")
    return y


@op
def log_softmax(x, /, axis=-1):
    """Return log(softmax(x)) along `axis`, exact where the softmax would be rounded to 0."""
    if x.ndim == 0:
        raise ValueError(_NO_AXIS)
    x = floating(x)
    axis = tuple(axis) if isinstance(axis, list) else axis
    if isinstance(x, Tensor):
        y, p = log_softmax(x, axis=axis), _softmax(x, axis=axis)
    elif not x.size:
        y = p = x.copy()
    else:
        y = x - np.maximum.reduce(x, axis=axis, keepdims=True)
        p = np.exp(y)
        total = np.add.reduce(p, axis=axis, keepdims=True)
        y -= np.log(total)
        p /= total
    return y, (lambda g: g - p * g.sum(axis=axis, keepdims=True),)


@op
def sparsemax(x, /, axis=-1):
    """Return the point of the probability simplex nearest to `x` along `axis`.

    Unlike a softmax it gives exact zeros (Martins and Astudillo 2016, algorithm 1). Its slope is
    constant in pieces; elements at the edge of the support count as outside.
    """
    scores = floating(x)
    scores = scores.data if isinstance(scores, Tensor) else scores
    if not scores.size:
        return scores.copy(), (lambda g: g,)
    zero, one = constants(scores, 0, 1)
    axis = normalize_axis(axis, scores.ndim)
    n = scores.shape[axis]
    ranks = np.arange(1, n + 1, dtype=scores.dtype)
    ranks = ranks.reshape([n if i == axis else 1 for i in range(scores.ndim)])
    descending = -np.sort(-scores, axis=axis)
    sums = np.cumsum(descending, axis=axis, dtype=scores.dtype)
    size = np.sum(one + ranks * descending > sums, axis=axis, keepdims=True)
    total = np.take_along_axis(sums, size - 1, axis=axis)
    y = np.maximum(scores - (total - one) / size.astype(scores.dtype), zero)
    support = (y > zero).astype(scores.dtype)
    size = support.sum(axis=axis, keepdims=True)

    def vjp(g):
        g = g * support
        return g - support * (g.sum(axis=axis, keepdims=True) / size)

    return y, (vjp,)
