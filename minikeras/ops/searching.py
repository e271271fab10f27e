"""Finding and counting: bins, positions in sorted sequences, distinct values. No gradients."""

import numpy as np

from .. import config
from ..autograd import op


@op
def searchsorted(sorted_sequence, values, /, side="left"):
    """Return where (int32) each value must go to keep the ascending sequence in order.

    `side` says whether a value goes before ('left') or behind ('right') its equals.
    """
    return np.searchsorted(sorted_sequence, values, side=side).astype("int32"), None


@op
def digitize(x, bins, /):
    """Return the number (int32) of the bin each element falls into; bin i ends at `bins[i]`."""
    return np.digitize(x, bins).astype("int32"), None


@op(indices=(0,))
def _bincount(x, weights=None, /, minlength=0):
    if x.ndim > 2:
        raise ValueError(f"bincount takes one or two dimensions, not the shape {x.shape}.")
    if x.size and x.min() < 0:
        raise ValueError(f"bincount counts numbers from 0 up, but found {x.min()}.")
    kind = "int32" if weights is None else weights.dtype
    if x.ndim == 1:
        return np.bincount(x, weights, minlength).astype(kind), None
    length = max(minlength, int(x.max()) + 1 if x.size else 0)
    rows = [
        np.bincount(row, None if weights is None else weights[i], length) for i, row in enumerate(x)
    ]
    return np.stack(rows).astype(kind), None


def bincount(x, weights=None, minlength=0, sparse=False):
    """Return how often each number from 0 up occurs, per row where `x` has two dimensions.

    With `weights`, what is added up for each occurrence.
    """
    if sparse:
        raise ValueError("minikeras has dense tensors only: leave out sparse=True.")
    return _bincount(x, weights, minlength=minlength)


@op
def histogram(x, /, bins=10, range=None):
    """Return (counts, edges): how many elements fall into each of `bins` equal intervals."""
    counts, edges = np.histogram(x, bins=bins, range=range)
    kind = x.dtype if x.dtype.kind == "f" else config.floatx()
    return (counts.astype("int32"), edges.astype(kind)), None


@op
def argpartition(x, /, kth, axis=-1):
    """Return positions (int32) that put the `kth` smallest in place and smaller ones before it."""
    return np.argpartition(x, kth, axis).astype("int32"), None


@op
def _unique(x, /, axis):
    values, first, inverse, counts = np.unique(
        x, return_index=True, return_inverse=True, return_counts=True, axis=axis
    )
    shape = x.shape if axis is None else (x.shape[axis],)
    parts = (first, inverse.reshape(shape), counts)
    return (values, *(p.astype("int32") for p in parts)), None


def unique(
    x,
    sorted=True,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    size=None,
    fill_value=None,
):
    """Return the distinct values of `x`, ascending.

    Args:
        x: array.
        sorted: accepted for Keras; the result is always sorted.
        return_index: also return the first position of each value.
        return_inverse: also return, for each element, the position of its value.
        return_counts: also return how often each value occurs.
        axis: compare whole slices along this axis; None compares elements.
        size: length of the result, cut or filled up.
        fill_value: what fills it up; the smallest value by default.
    """
    if not isinstance(sorted, bool):
        raise TypeError(f"unique: sorted must be True or False, not {sorted!r}.")
    values, first, inverse, counts = _unique(x, axis=axis)
    if size is not None:
        values, first, counts = _resize(values, first, counts, size, fill_value, axis or 0)
    wanted = ((first, return_index), (inverse, return_inverse), (counts, return_counts))
    more = [part for part, asked in wanted if asked]
    return (values, *more) if more else values


def _resize(values, first, counts, size, fill_value, axis):
    """Cut or fill what `unique` found to `size` values."""
    missing = size - values.shape[axis]
    if missing <= 0:
        key = (slice(None),) * axis + (slice(0, size),)
        return values[key], first[:size], counts[:size]
    head = values[(slice(None),) * axis + (slice(0, 1),)]
    filler = head if fill_value is None else np.full_like(head, fill_value)
    values = np.concatenate([values, np.repeat(filler, missing, axis)], axis)
    first = np.concatenate([first, np.repeat(first[:1], missing)])
    return values, first, np.concatenate([counts, np.zeros(missing, "int32")])


@op(indices=(0,))
def unravel_index(indices, /, shape):
    """Return a tuple of index arrays (int32), one per axis, of positions in the flat array."""
    return tuple(i.astype("int32") for i in np.unravel_index(indices, shape)), None
