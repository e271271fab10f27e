"""The same numbers in another shape or order: reshape, transpose, flip, pad, repeat."""

import math
import operator

import numpy as np

from ..autograd import op
from .types import normalize_axes, normalize_axis, unchanged


def _shape_tuple(shape):
    """Return a shape given as an int or a sequence as a tuple of ints."""
    if isinstance(shape, (tuple, list)):
        return tuple(operator.index(n) for n in shape)
    if isinstance(shape, np.ndarray) and shape.ndim == 1:
        return tuple(shape.tolist())
    return (operator.index(shape),)


@op
def reshape(x, /, newshape):
    """Return `x` in `newshape`; one of its sizes may be -1, which stands for what is left."""
    return x.reshape(_shape_tuple(newshape)), (lambda g: g.reshape(x.shape),)


@op
def ravel(x, /):
    """Return `x` in one dimension."""
    return x.reshape(-1), (lambda g: g.reshape(x.shape),)


@op
def transpose(x, /, axes=None):
    """Return `x` with its axes in the order of `axes`; None turns the order round."""
    if axes is None:
        return np.transpose(x), (lambda g: np.transpose(g),)
    axes = tuple(normalize_axis(a, x.ndim) for a in axes)
    back = tuple(int(i) for i in np.argsort(axes))
    return np.transpose(x, axes), (lambda g: np.transpose(g, back),)


@op
def swapaxes(x, /, axis1, axis2):
    """Return `x` with two of its axes exchanged."""
    return np.swapaxes(x, axis1, axis2), (lambda g: np.swapaxes(g, axis1, axis2),)


@op
def moveaxis(x, /, source, destination):
    """Return `x` with the axes `source` moved to the places `destination`."""
    y = np.moveaxis(x, source, destination)
    return y, (lambda g: np.moveaxis(g, destination, source),)


@op
def expand_dims(x, /, axis):
    """Return `x` with an axis of size 1 put in at `axis` (an int or several) of the result."""
    if isinstance(axis, list):
        axis = tuple(axis)
    return np.expand_dims(x, axis), (lambda g: g.reshape(x.shape),)


@op
def squeeze(x, /, axis=None):
    """Return `x` without the axes of size 1 named by `axis`; None removes all of them."""
    if axis is None:
        axes = tuple(i for i, n in enumerate(x.shape) if n == 1)
    else:
        axes = normalize_axes(axis, x.ndim)
        for a in axes:
            if x.shape[a] != 1:
                raise ValueError(
                    f"squeeze removes axes of size 1 only, but axis {a} of an array of shape "
                    f"{x.shape} has size {x.shape[a]}."
                )
    shape = tuple(n for i, n in enumerate(x.shape) if i not in axes)
    return x.reshape(shape), (lambda g: g.reshape(x.shape),)


@op
def broadcast_to(x, /, shape):
    """Return `x` repeated along axes of size 1 and new leading axes until it has `shape`."""
    return np.broadcast_to(x, _shape_tuple(shape)), (unchanged,)  # the walk back sums it up


@op
def flip(x, /, axis=None):
    """Return `x` with the order along `axis` turned round; None turns every axis."""
    return np.flip(x, axis), (lambda g: np.flip(g, axis),)


def fliplr(x):
    """Return `x` with its second axis turned round."""
    return flip(x, axis=1)


def flipud(x):
    """Return `x` with its first axis turned round."""
    return flip(x, axis=0)


@op
def rot90(array, /, k=1, axes=(0, 1)):
    """Return `array` turned `k` quarters from the first of `axes` towards the second."""
    return np.rot90(array, k, axes), (lambda g: np.rot90(g, -k, axes),)


@op
def roll(x, /, shift, axis=None):
    """Return `x` moved by `shift` places along `axis`, what leaves at the end entering again."""
    back = tuple(-s for s in shift) if isinstance(shift, (tuple, list)) else -shift
    return np.roll(x, shift, axis), (lambda g: np.roll(g, back, axis),)


@op
def tile(x, /, repeats):
    """Return `x` laid side by side `repeats` times along each axis (an int: the last one)."""
    counts = _shape_tuple(repeats)
    ndim = max(len(counts), x.ndim)
    counts = (1,) * (ndim - len(counts)) + counts
    sizes = (1,) * (ndim - x.ndim) + x.shape
    blocks = tuple(n for pair in zip(counts, sizes) for n in pair)
    copies = tuple(range(0, 2 * ndim, 2))
    return np.tile(x, counts), (lambda g: g.reshape(blocks).sum(axis=copies).reshape(x.shape),)


@op
def repeat(x, /, repeats, axis=None):
    """Return `x` with each element along `axis` repeated in place.

    `repeats` is an int for all of them or one int for each; `axis` None flattens `x` first.
    """
    y = np.repeat(x, repeats, axis)
    shape = (math.prod(x.shape),) if axis is None else x.shape
    at = 0 if axis is None else normalize_axis(axis, x.ndim)
    counts = np.asarray(repeats).reshape(-1)
    if counts.size == 1:
        n = int(counts[0])
        split = (*shape[: at + 1], n, *shape[at + 1 :])
        return y, (lambda g: g.reshape(split).sum(axis=at + 1).reshape(x.shape),)
    owner = np.repeat(np.arange(shape[at]), counts)
    members = (owner == np.arange(shape[at])[:, None]).astype(x.dtype)

    def vjp(g):
        summed = np.tensordot(members, np.moveaxis(g, at, 0), axes=1)
        return np.moveaxis(summed, 0, at).reshape(x.shape)

    return y, (vjp,)


_PAD_MODES = ("edge", "reflect", "symmetric", "wrap", "circular")


def pad(x, pad_width, mode="constant", constant_values=None):
    """Return `x` with a margin around it.

    Args:
        x: array.
        pad_width: an int for all sides, a pair (before, after) for all axes, or a pair per axis.
        mode: 'constant', 'edge', 'reflect', 'symmetric' or 'wrap' ('circular'), as in NumPy.
        constant_values: what a constant margin holds (default 0); a ValueError in other modes.
    """
    if mode == "constant":
        value = 0 if constant_values is None else constant_values
        return pad_constant(x, pad_width=pad_width, value=value)
    if mode not in _PAD_MODES:
        raise ValueError(f"Unknown pad mode {mode!r}; choose one of constant, {_PAD_MODES}.")
    if constant_values is not None:
        raise ValueError(f"constant_values belongs to mode 'constant', not to {mode!r}.")
    return pad_mirrored(x, pad_width=pad_width, mode="wrap" if mode == "circular" else mode)


def _pad_pairs(pad_width, ndim):
    """Return one (before, after) pair per axis."""
    try:
        return np.broadcast_to(np.asarray(pad_width, int), (ndim, 2)).tolist()
    except ValueError:
        raise ValueError(
            f"pad_width must be an int, one pair, or a pair for each of {ndim} axes, "
            f"not {pad_width!r}."
        ) from None


@op(name="pad")
def pad_constant(x, /, pad_width, value=0):
    """Return `x` with a margin of `value` around it."""
    pairs = _pad_pairs(pad_width, x.ndim)
    y = np.pad(x, pairs, constant_values=value)
    inner = tuple(slice(before, before + n) for (before, _), n in zip(pairs, x.shape))
    return y, (lambda g: g[inner],)


@op
def pad_mirrored(x, /, pad_width, mode):
    """Return `x` with a margin copied from itself."""
    y = x
    for axis, (before, after) in enumerate(_pad_pairs(pad_width, x.ndim)):
        if before or after:
            rows = np.pad(np.arange(x.shape[axis]), (before, after), mode=mode)
            y = np.take(y, rows, axis=axis)

    def vjp(g):
        for axis, (before, after) in enumerate(_pad_pairs(pad_width, x.ndim)):
            if before or after:
                rows = np.pad(np.arange(x.shape[axis]), (before, after), mode=mode)
                members = (rows == np.arange(x.shape[axis])[:, None]).astype(x.dtype)
                summed = np.tensordot(members, np.moveaxis(g, axis, 0), axes=1)
                g = np.moveaxis(summed, 0, axis)
        return g

    return y, (vjp,)
