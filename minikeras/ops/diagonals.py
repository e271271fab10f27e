"""Diagonals and triangles of matrices."""

import numpy as np

from ..autograd import op
from .indexing import putitem
from .reduction import sum
from .shaping import ravel


@op
def diagonal(x, /, offset=0, axis1=0, axis2=1):
    """Return the diagonals of the matrices in the axes `axis1` and `axis2`, in a last axis.

    `offset` counts upwards from the main diagonal.
    """
    if x.ndim < 2:
        raise ValueError(f"diagonal needs at least two dimensions, not the shape {x.shape}.")
    moved = np.moveaxis(x, (axis1, axis2), (-2, -1))
    n = max(0, min(moved.shape[-2] + min(offset, 0), moved.shape[-1] - max(offset, 0)))
    key = (Ellipsis, np.arange(n) + max(-offset, 0), np.arange(n) + max(offset, 0))

    def vjp(g):
        full = putitem(g, key=key, shape=moved.shape)
        return np.moveaxis(full, (-2, -1), (axis1, axis2))

    return moved[key], (vjp,)


def trace(x, offset=0, axis1=0, axis2=1):
    """Return the sums of the diagonals (see `diagonal`)."""
    return sum(diagonal(x, offset=offset, axis1=axis1, axis2=axis2), axis=-1)


@op
def diag(x, /, k=0):
    """Return the matrix with the vector `x` on diagonal `k`, or diagonal `k` of the matrix `x`."""
    if x.ndim == 1:
        return np.diag(x, k), (lambda g: np.diagonal(g, k),)
    if x.ndim != 2:
        raise ValueError(f"diag takes a vector or a matrix, not an array of shape {x.shape}.")
    n = np.diagonal(x, k).size
    key = (np.arange(n) + max(-k, 0), np.arange(n) + max(k, 0))
    return x[key], (lambda g: putitem(g, key=key, shape=x.shape),)


def diagflat(x, k=0):
    """Return the matrix with the elements of `x` on diagonal `k`."""
    return diag(ravel(x), k=k)


@op
def tril(x, /, k=0):
    """Return `x` with everything above diagonal `k` of its last two axes set to 0."""
    return np.tril(x, k), (lambda g: np.tril(g, k),)


@op
def triu(x, /, k=0):
    """Return `x` with everything below diagonal `k` of its last two axes set to 0."""
    return np.triu(x, k), (lambda g: np.triu(g, k),)
