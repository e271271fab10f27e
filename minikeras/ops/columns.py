"""Work on every feature of a large array at once, in pieces that stay in the processor's cache.

An array becomes a table whose columns are the features. NumPy loops over the last axis, and pays
for each start of that loop; so where the features are few, several rows are laid side by side
and the vectors that go with them are repeated.
"""

import functools
import math

import numpy as np

_WIDTH = 256  # columns below which rows are joined
_BLOCK = 65536  # elements worked on at a time: a quarter of a megabyte in float32


class Widen:
    """How vectors of features fit the columns of a table: repeated `times` times.

    Attributes:
        features: how many features there are.
        times: how many rows of features make up one row of the table.
        dtype: of the table.
    """

    __slots__ = ("dtype", "features", "times")

    def __init__(self, features, rows, dtype):
        self.features = features
        self.dtype = dtype
        self.times = 1
        times = max(1, _WIDTH // max(features, 1))
        while times > 1:
            if rows % times == 0:
                self.times = times
                break
            times -= 1

    def __call__(self, vector):
        """Return a vector of features in the width and type of the table; None stays None."""
        if vector is None:
            return None
        vector = vector.reshape(-1).astype(self.dtype, copy=False)
        return vector if self.times == 1 else np.tile(vector, self.times)


def as_columns(x, axes):
    """Return `x` as a contiguous table with the features of `axes` in columns, and its `Widen`."""
    last = tuple(range(x.ndim - len(axes), x.ndim))
    if axes != last:
        x = np.moveaxis(x, axes, last)
    features = math.prod(x.shape[x.ndim - len(axes) :])
    rows = x.size // max(features, 1)
    widen = Widen(features, rows, x.dtype)
    return np.ascontiguousarray(x).reshape(rows // widen.times, features * widen.times), widen


def from_columns(table, shape, axes):
    """Return a table as an array of `shape`, its features put back to `axes`."""
    last = tuple(range(len(shape) - len(axes), len(shape)))
    moved = [n for i, n in enumerate(shape) if i not in axes] + [shape[i] for i in axes]
    x = table.reshape(moved)
    return x if axes == last else np.ascontiguousarray(np.moveaxis(x, last, axes))


def blocks(table):
    """Yield slices of rows that hold about `_BLOCK` elements each."""
    rows, width = table.shape
    step = max(1, _BLOCK // max(width, 1))
    for start in range(0, rows, step):
        yield slice(start, start + step)


@functools.lru_cache(maxsize=16)
def _ones(count, dtype):
    vector = np.ones(count, dtype)
    vector.flags.writeable = False
    return vector


def sum_rows(table):
    """Return the sum over the first of two axes; of a tensor too.

    A product with ones adds up rows several times as fast as a sum.
    """
    return np.dot(_ones(len(table), table.dtype), table)


def column_sums(table, widen):
    """Return the sum of each feature in float64, added up block by block."""
    total = np.zeros(table.shape[1])
    for rows in blocks(table):
        part = table[rows]
        total += sum_rows(part)
    return total.reshape(widen.times, widen.features).sum(axis=0)
