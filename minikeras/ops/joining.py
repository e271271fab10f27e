"""Several arrays become one, and one becomes several."""

import numpy as np

from ..autograd import op
from .shaping import broadcast_to, expand_dims, ravel, reshape, swapaxes
from .types import array_like, normalize_axis


def _along(axis, start, stop):
    """Return the index of the part from `start` to `stop` along `axis`."""
    return (slice(None),) * axis + (slice(start, stop),)


@op(name="concatenate")
def _concatenate(*xs, axis):
    """Join the arrays along an axis that they have."""
    axis = normalize_axis(axis, xs[0].ndim)
    y = np.concatenate(xs, axis=axis)

    def vjp(g, needs):
        parts, start = [], 0
        for x, need in zip(xs, needs):
            stop = start + x.shape[axis]
            parts.append(g[_along(axis, start, stop)] if need else None)
            start = stop
        return parts

    return y, vjp


def _several(xs, name):
    """Return `xs` as a list of at least one array."""
    xs = list(xs)
    if not xs:
        raise ValueError(f"{name} needs at least one array, but the list is empty.")
    return xs


def concatenate(xs, axis=0):
    """Return the arrays of the list `xs` joined along `axis`, which each of them has."""
    return _concatenate(*_several(xs, "concatenate"), axis=axis)


@op(name="stack")
def _stack(*xs, axis):
    """Join the arrays along a new axis."""
    axis = normalize_axis(axis, xs[0].ndim + 1)
    y = np.stack(xs, axis=axis)
    before = (slice(None),) * axis

    def vjp(g, needs):
        return [g[(*before, i)] if need else None for i, need in enumerate(needs)]

    return y, vjp


def stack(x, axis=0):
    """Return the arrays of the list `x`, all of one shape, joined along a new `axis`."""
    return _stack(*_several(x, "stack"), axis=axis)


def _with_zeros(gs, parts):
    """Return the gradients of several outputs with zeros for those that nobody used."""
    return [np.zeros(p.shape, p.dtype) if g is None else g for g, p in zip(gs, parts)]


@op
def unstack(x, /, num=None, axis=0):
    """Return a tuple of the slices of `x` along `axis`; `num`, if given, is checked."""
    axis = normalize_axis(axis, x.ndim)
    n = x.shape[axis]
    if num is not None and num != n:
        raise ValueError(f"unstack: axis {axis} has {n} slices, not num={num}.")
    before = (slice(None),) * axis
    parts = tuple(x[(*before, i)] for i in range(n))

    def vjp(gs, needs):
        return (np.stack(_with_zeros(gs, parts), axis=axis),)

    return parts, vjp


def _split(x, bounds, axis):
    """Cut `x` along `axis` at the places `bounds`."""
    edges = [0, *bounds, x.shape[axis]]
    parts = tuple(x[_along(axis, a, b)] for a, b in zip(edges[:-1], edges[1:]))

    def vjp(gs, needs):
        return (np.concatenate(_with_zeros(gs, parts), axis=axis),)

    return parts, vjp


@op
def split(x, /, indices_or_sections, axis=0):
    """Return a tuple of parts of `x` along `axis`.

    `indices_or_sections` is the number of equal parts, or the places where to cut. A ValueError
    is raised where the axis cannot be cut into that many equal parts.
    """
    axis = normalize_axis(axis, x.ndim)
    n = x.shape[axis]
    if isinstance(indices_or_sections, (int, np.integer)):
        sections = int(indices_or_sections)
        if sections < 1 or n % sections:
            raise ValueError(
                f"Axis {axis} of an array of shape {x.shape} cannot be cut into {sections} equal "
                "parts. Give the places where to cut, or use array_split."
            )
        bounds = range(n // sections, n, n // sections) if n else [0] * (sections - 1)
    else:
        bounds = [int(i) for i in indices_or_sections]
    return _split(x, [min(b, n) if b >= 0 else max(n + b, 0) for b in bounds], axis)


@op
def array_split(x, /, indices_or_sections, axis=0):
    """Return a tuple of parts of `x` along `axis`, the first ones longer by 1 where need be."""
    axis = normalize_axis(axis, x.ndim)
    if not isinstance(indices_or_sections, (int, np.integer)):
        return _split(x, [int(i) for i in indices_or_sections], axis)
    sections = int(indices_or_sections)
    if sections < 1:
        raise ValueError(f"array_split needs at least one section, not {sections}.")
    length, longer = divmod(x.shape[axis], sections)
    bounds = [i * length + min(i, longer) for i in range(1, sections)]
    return _split(x, bounds, axis)


def append(x1, x2, axis=None):
    """Return `x2` behind `x1` along `axis`; None flattens both first."""
    if axis is None:
        return concatenate([ravel(x1), ravel(x2)], axis=0)
    return concatenate([x1, x2], axis=axis)


def _at_least(x, ndim):
    """Return `x` with axes of size 1 added where NumPy's stacking functions add them."""
    x = array_like(x)
    n = len(x.shape)
    if n >= ndim:
        return x
    if ndim == 3 and n == 2:
        return expand_dims(x, axis=2)
    if ndim == 3 and n == 1:
        return expand_dims(x, axis=(0, 2))
    return expand_dims(x, axis=tuple(range(ndim - n)))


def vstack(xs):
    """Return the arrays joined along their first axis, vectors being rows."""
    return concatenate([_at_least(x, 2) for x in xs], axis=0)


def hstack(xs):
    """Return the arrays joined along their second axis, vectors along their only one."""
    xs = [_at_least(x, 1) for x in xs]
    return concatenate(xs, axis=0 if xs and len(xs[0].shape) == 1 else 1)


def dstack(xs):
    """Return the arrays joined along their third axis, which is added where it is missing."""
    return concatenate([_at_least(x, 3) for x in xs], axis=2)


def vsplit(x, indices_or_sections):
    """Return the parts of `x` along its first axis (see `split`)."""
    return split(x, indices_or_sections=indices_or_sections, axis=0)


def hsplit(x, indices_or_sections):
    """Return the parts of `x` along its second axis, or along its only one."""
    return split(x, indices_or_sections=indices_or_sections, axis=0 if x.ndim == 1 else 1)


def dsplit(x, indices_or_sections):
    """Return the parts of `x` along its third axis."""
    return split(x, indices_or_sections=indices_or_sections, axis=2)


def meshgrid(*x, indexing="xy"):
    """Return one array per vector: its values along its own axis, repeated along all others.

    With indexing 'xy' the first two axes are exchanged, as for pictures; with 'ij' they are not.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing must be 'xy' or 'ij', not {indexing!r}.")
    vectors = [ravel(v) for v in x]
    n = len(vectors)
    shape = [v.shape[0] for v in vectors]
    grids = []
    for i, v in enumerate(vectors):
        own = tuple(-1 if k == i else 1 for k in range(n))
        grids.append(broadcast_to(reshape(v, newshape=own), shape=shape))
    if indexing == "xy" and n > 1:
        grids = [swapaxes(g, axis1=0, axis2=1) for g in grids]
    return grids
