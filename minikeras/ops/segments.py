"""Reductions over groups of rows: each row says which segment it belongs to."""

import numpy as np

from ..autograd import op
from .indexing import add_rows
from .types import raw


def _segments(segment_ids, num_segments, shape):
    """Return the ids as integers and the number of segments; refuse what does not fit."""
    if not shape:
        raise ValueError("Segments are made of rows, but the data are a single number.")
    rows = shape[0]
    if segment_ids.shape != (rows,):
        raise ValueError(
            f"segment_ids must have one entry for each of the {rows} rows, "
            f"but its shape is {segment_ids.shape}."
        )
    largest = int(segment_ids.max()) if rows else -1
    n = largest + 1 if num_segments is None else int(num_segments)
    if rows and (segment_ids.min() < 0 or largest >= n):
        raise ValueError(f"segment_ids must lie between 0 and {n - 1}.")
    return segment_ids.astype("int64"), n


@op(indices=(1,))
def segment_sum(data, segment_ids, /, num_segments=None, sorted=False):
    """Return the sums of the rows of each segment; 0 for an empty one.

    Args:
        data: array (n, ...).
        segment_ids: ints (n,), the segment of each row.
        num_segments: how many there are; the largest id plus 1 by default.
        sorted: whether the ids ascend; it makes no difference to the result.
    """
    ids, n = _segments(segment_ids, num_segments, data.shape)
    return add_rows(data, ids, rows=n), (lambda g: np.take(g, ids, axis=0), None)


def _extreme(data, segment_ids, num_segments, function, start):
    ids, n = _segments(segment_ids, num_segments, data.shape)
    kind = data.dtype
    limits = np.iinfo(kind) if kind.kind in "iu" else None
    low, high = (-np.inf, np.inf) if limits is None else (limits.min, limits.max)
    y = np.full((n, *data.shape[1:]), low if start < 0 else high, kind)
    function.at(y, ids, raw(data))

    def vjp(g):
        ties = (raw(data) == y[ids]).astype(kind)
        counts = np.zeros(y.shape, kind)
        np.add.at(counts, ids, ties)
        return np.take(g, ids, axis=0) * (ties / counts[ids])

    return y, (vjp, None)


@op(indices=(1,))
def segment_max(data, segment_ids, /, num_segments=None, sorted=False):
    """Return the largest of the rows of each segment (see `segment_sum`).

    An empty segment gives the smallest number there is; ties share the gradient equally.
    """
    return _extreme(data, segment_ids, num_segments, np.maximum, -1)


@op(indices=(1,))
def segment_min(data, segment_ids, /, num_segments=None, sorted=False):
    """Return the smallest of the rows of each segment (see `segment_sum`).

    An empty segment gives the largest number there is; ties share the gradient equally.
    """
    return _extreme(data, segment_ids, num_segments, np.minimum, 1)


@op(indices=(1,))
def segment_prod(data, segment_ids, /, num_segments=None, sorted=False):
    """Return the products of the rows of each segment; 1 for an empty one (see `segment_sum`)."""
    ids, n = _segments(segment_ids, num_segments, data.shape)
    y = np.ones((n, *data.shape[1:]), data.dtype)
    np.multiply.at(y, ids, raw(data))

    def vjp(g):
        parts = []
        for i, segment in enumerate(ids):
            others = [k for k in np.flatnonzero(ids == segment) if k != i]
            part = g[int(segment)]
            for k in others:
                part = part * data[int(k)]
            parts.append(part)
        return np.stack(parts) if parts else g[:0]

    return y, (vjp, None)
