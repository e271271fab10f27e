"""Products of arrays: matrix products, contractions, outer products."""

import math

import numpy as np

from ..autograd import composite, op
from .arithmetic import multiply, subtract
from .creation import ndim, shape
from .joining import stack
from .shaping import moveaxis, ravel, reshape
from .types import normalize_axis


@op
def matmul(x1, x2, /):
    """Return the matrix product over the last axis of `x1` and the last but one of `x2`.

    Leading axes are broadcast; a vector is taken as a row on the left and a column on the right,
    as by `numpy.matmul`.
    """
    if x1.ndim == 0 or x2.ndim == 0:
        raise ValueError(
            f"matmul needs at least one dimension, but got shapes {x1.shape} and {x2.shape}. "
            "Multiply by a number with *."
        )
    if x1.shape[-1] != x2.shape[-2 if x2.ndim > 1 else 0]:
        raise ValueError(
            f"matmul: the last axis of {x1.shape} does not fit "
            f"{'the last but one' if x2.ndim > 1 else 'the only'} axis of {x2.shape}."
        )
    if x2.ndim == 2 and x1.ndim > 2:
        return _matmul_flat(x1, x2)
    y = x1 @ x2
    if x1.ndim == 1 and x2.ndim == 1:
        return y, (lambda g: g * x2, lambda g: g * x1)
    if x1.ndim == 1:
        return y, (
            lambda g: (x2 @ g[..., None])[..., 0],
            lambda g: x1[:, None] * g[..., None, :],
        )
    if x2.ndim == 1:
        return y, (
            lambda g: g[..., None] * x2,
            lambda g: (g[..., None, :] @ x1)[..., 0, :],
        )
    return y, (lambda g: g @ np.swapaxes(x2, -1, -2), lambda g: np.swapaxes(x1, -1, -2) @ g)


def _matmul_flat(x1, x2):
    """Multiply a stack of matrices by one matrix as a single large product."""
    *lead, k = x1.shape
    n = x2.shape[1]
    rows = math.prod(lead)
    flat = x1.reshape((rows, k))
    y = (flat @ x2).reshape((*lead, n))
    return y, (
        lambda g: (g.reshape((rows, n)) @ x2.T).reshape(x1.shape),
        lambda g: flat.T @ g.reshape((rows, n)),
    )


@op
def tensordot(x1, x2, /, axes=2):
    """Return the sum of products over `axes`.

    `axes` is a number n (the last n of `x1` with the first n of `x2`) or a pair of axes or of
    lists of axes.
    """
    if isinstance(axes, (int, np.integer)):
        n = int(axes)
        if not 0 <= n <= min(x1.ndim, x2.ndim):
            raise ValueError(
                f"tensordot: {n} axes are to be joined, but the arrays have the shapes {x1.shape} "
                f"and {x2.shape}. Give axes=0 to {min(x1.ndim, x2.ndim)}, or a pair of lists."
            )
        axes1, axes2 = list(range(x1.ndim - n, x1.ndim)), list(range(n))
    else:
        axes1, axes2 = ([a] if isinstance(a, (int, np.integer)) else list(a) for a in axes)
        axes1 = [normalize_axis(a, x1.ndim) for a in axes1]
        axes2 = [normalize_axis(a, x2.ndim) for a in axes2]
    free1 = [a for a in range(x1.ndim) if a not in axes1]
    free2 = [a for a in range(x2.ndim) if a not in axes2]
    if [x1.shape[a] for a in axes1] != [x2.shape[a] for a in axes2]:
        raise ValueError(
            f"tensordot: axes {axes1} of {x1.shape} do not fit axes {axes2} of {x2.shape}."
        )
    rows = math.prod(x1.shape[a] for a in free1)
    joined = math.prod(x1.shape[a] for a in axes1)
    columns = math.prod(x2.shape[a] for a in free2)
    order1, order2 = free1 + axes1, axes2 + free2
    left = np.transpose(x1, order1).reshape((rows, joined))
    right = np.transpose(x2, order2).reshape((joined, columns))
    y = (left @ right).reshape(tuple([x1.shape[a] for a in free1] + [x2.shape[a] for a in free2]))

    def back(product, x, order):
        moved = product.reshape(tuple(x.shape[a] for a in order))
        return np.transpose(moved, [int(i) for i in np.argsort(order)])

    return y, (
        lambda g: back(g.reshape((rows, columns)) @ right.T, x1, order1),
        lambda g: back(left.T @ g.reshape((rows, columns)), x2, order2),
    )


def dot(x1, x2):
    """Return the product over the last axis of `x1` and the last but one of `x2` (NumPy's dot).

    Matrices are multiplied, vectors give their inner product, numbers multiply everything.
    """
    ndim1, ndim2 = ndim(x1), ndim(x2)
    if ndim1 == 0 or ndim2 == 0:
        return multiply(x1, x2)
    if ndim2 <= 2:
        return matmul(x1, x2)
    return tensordot(x1, x2, axes=[[-1], [-2]])


@op
def outer(x1, x2, /):
    """Return the products of each element of `x1` with each of `x2`, both flattened."""
    a, b = x1.reshape(-1), x2.reshape(-1)
    return a[:, None] * b, (
        lambda g: (g @ b).reshape(x1.shape),
        lambda g: (a @ g).reshape(x2.shape),
    )


def inner(x1, x2):
    """Return the sum of products over the last axis of both; numbers multiply everything."""
    if ndim(x1) == 0 or ndim(x2) == 0:
        return multiply(x1, x2)
    return tensordot(x1, x2, axes=[[-1], [-1]])


def vdot(x1, x2):
    """Return the sum of products of two arrays of one size, flattened."""
    return matmul(ravel(x1), ravel(x2))


@composite
def kron(x1, x2):
    """Return the Kronecker product: `x2` repeated, each copy multiplied by an element of `x1`."""
    shape1, shape2 = shape(x1), shape(x2)
    n = max(len(shape1), len(shape2))
    shape1 = (1,) * (n - len(shape1)) + shape1
    shape2 = (1,) * (n - len(shape2)) + shape2
    blocks = reshape(x1, newshape=[m for size in shape1 for m in (size, 1)])
    inside = reshape(x2, newshape=[m for size in shape2 for m in (1, size)])
    return reshape(multiply(blocks, inside), newshape=[a * b for a, b in zip(shape1, shape2)])


@composite
def cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """Return the vector product of vectors of 3 components (of 2: the third component only).

    `axisa`, `axisb` and `axisc` say where the components lie in `x1`, `x2` and the result;
    `axis` says it for all three.
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = moveaxis(x1, axisa, 0), moveaxis(x2, axisb, 0)
    if a.shape[0] not in (2, 3) or b.shape[0] not in (2, 3):
        raise ValueError(
            f"cross takes vectors of 2 or 3 components, not {a.shape[0]} and {b.shape[0]}."
        )
    third = _determinant(a[0], b[1], a[1], b[0])
    if a.shape[0] == b.shape[0] == 2:
        return third
    a2 = a[2] if a.shape[0] == 3 else 0
    b2 = b[2] if b.shape[0] == 3 else 0
    first, second = _determinant(a[1], b2, a2, b[1]), _determinant(a2, b[0], a[0], b2)
    return stack([first, second, third], axis=axisc)


def _determinant(a, b, c, d):
    """Return a b - c d in the type that the operations give to mixed arguments."""
    return subtract(multiply(a, b), multiply(c, d))
