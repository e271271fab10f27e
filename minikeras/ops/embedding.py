"""Looking up rows of a table, with a gradient that knows only the rows looked up."""

import numpy as np

from ..autograd import RowGradient, Tensor, op
from .indexing import add_rows

_ROW_TYPES = (np.dtype("int32"), np.dtype("int64"))


def _rows(indices, n):
    """Return indices as integers from 0 to n - 1; fractions lose what is behind the point."""
    kind = indices.dtype.kind
    if not indices.size:
        return indices.astype("int64")
    if kind == "f":
        inside = (indices > -1) & (indices < n)  # false for NaN
        if not inside.all():
            _refuse(indices[~inside][0], n)
        return indices.astype("int64")
    # Small types hold neither all rows of a large table, which optimizers compute with, nor, read
    # as unsigned, a number that is out of its range.
    if indices.dtype.itemsize < 4:
        indices, kind = indices.astype("int64"), "i"
    # Read as unsigned, a negative number is a very large one: one pass finds both kinds of error.
    if kind == "i" and indices.view(indices.dtype.str.replace("i", "u")).max() >= n:
        _refuse(indices[(indices < 0) | (indices >= n)][0], n)
    if kind != "i" and indices.max() >= n:
        _refuse(indices[indices >= n][0], n)
    return indices if indices.dtype in _ROW_TYPES else indices.astype("int64")


def _refuse(value, n):
    value = int(value) if float(value).is_integer() else value
    raise ValueError(
        f"The index {value} is out of range: the table has {n} rows, so indices go from 0 to "
        f"{n - 1}. Is the vocabulary one larger than its largest index (input_dim = largest "
        "index + 1)?"
    )


@op(indices=(1,))
def embedding_lookup(table, indices, /):
    """Return the rows of `table` at `indices`.

    Args:
        table: array (rows, ...).
        indices: array of any shape, whole numbers from 0 to rows - 1. Floats are cut off, as
            data fed through an Input of the default type arrive as floats.

    Returns:
        Array (*indices.shape, *table.shape[1:]). The gradient by the table is a `RowGradient`, so
        neither the walk nor the optimizer need touch the rows that were not looked up.

    Raises:
        ValueError: an index is out of range; the message names it. Negative ones are, too.
    """
    rows = _rows(indices, table.shape[0])

    def vjp(g):
        flat, values = rows.reshape(-1), g.reshape((-1, *table.shape[1:]))
        if isinstance(g, Tensor):  # the gradient is to be differentiated in turn
            return add_rows(values, flat, rows=table.shape[0])
        return RowGradient(flat, values, table.shape)

    return np.take(table, rows, axis=0), (vjp, None)
