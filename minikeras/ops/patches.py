"""Windows of images as rows of a matrix, block by block, and the way back.

A convolution is a product of such a matrix with the kernel. The whole matrix would be many times
as large as the images; here it exists for one block at a time, in a buffer that stays in the
processor's cache. All arrays are channels-last.
"""

import functools
import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .padded import Padded

# OpenBLAS multiplies matrices with up to 10**6 multiplications by kernels that do not repack
# their operands: about a fifth faster for the narrow matrices of a convolution.
_SMALL_PRODUCT = 10**6
_FEWEST_ROWS = 16
_SHORT_RUN = 16  # numbers


@functools.lru_cache(maxsize=4096)
def row_groups(m, k, n):
    """Return into how many equal groups to divide m rows so that each product is small."""
    if m * k * n <= _SMALL_PRODUCT:
        return 1
    for groups in range(2, m // _FEWEST_ROWS + 1):
        if m % groups == 0 and m // groups * k * n <= _SMALL_PRODUCT:
            return groups
    return 1


def product(a, b, out):
    """Write the matrix product of `a` (m, k) and `b` (k, n) to `out`, small products at a time."""
    m, k = a.shape
    groups = row_groups(m, k, b.shape[1])
    if groups == 1:
        np.matmul(a, b, out=out)
    else:
        split = (groups, m // groups)
        np.matmul(a.reshape(*split, k), b, out=out.reshape(*split, -1))


class Patches:
    """Reads blocks of `x` as matrices with one row for each window.

    Args:
        x: array (n, *size, channels).
        windows: the `Windows`.
        cell: positions are read in cells of this shape, all first members before all second
            ones and so on, so that pooling over the cells works on contiguous arrays. None for
            the ordinary order.
        shape: (images, rows) of the largest block; rows count cells of positions.

    One object serves one thread: the matrix it returns is overwritten by the next call.
    """

    def __init__(self, x, windows, shape, cell=None):
        rank = len(windows.size)
        channels = x.shape[-1]
        self.x, self.windows = x, windows
        self.direct = not windows.padded and x.flags.c_contiguous
        self.whole = windows.pointwise and cell is None and x.flags.c_contiguous
        if self.whole:
            return
        self.cell = cell or (1,) * rank
        images, rows = shape
        if not self.direct:
            self.padded = Padded(windows, shape, channels, x.dtype, self.cell[0])
        self.view = self._windows_of(x if self.direct else self.padded.array, rows)
        # Long runs of memory copy fastest. A window's row of channels is contiguous in `x`; where
        # it is short, positions vary fastest instead and the matrix is stored transposed.
        self.positions_last = windows.kernel[-1] * channels < _SHORT_RUN
        image_axes = list(range(1 + rank))
        member_axes = list(range(1 + rank, 1 + 2 * rank))
        tap_axes = list(range(1 + 2 * rank, 2 + 3 * rank))
        positions = member_axes + image_axes
        self.order = tap_axes + positions if self.positions_last else positions + tap_axes
        self.columns = math.prod(windows.kernel) * channels
        per_row = self.cell[0] * math.prod(windows.out[1:]) * self.columns
        self.buffer = np.empty(images * rows * per_row, x.dtype)

    def _windows_of(self, source, rows):
        """Return a view of shape (n, *cells, *members, *kernel, channels) on padded images."""
        w = self.windows
        steps = source.strides[1:-1]
        cells = [o // c for o, c in zip(w.out, self.cell, strict=True)]
        if not self.direct:
            cells[0] = rows
        strides = [b * s for b, s in zip(steps, w.strides, strict=True)]
        return as_strided(
            source,
            (len(source), *cells, *self.cell, *w.kernel, source.shape[-1]),
            (
                source.strides[0],
                *(b * c for b, c in zip(strides, self.cell, strict=True)),
                *strides,
                *(b * d for b, d in zip(steps, w.dilation, strict=True)),
                source.strides[-1],
            ),
            writeable=False,
        )

    def __call__(self, n0, n1, y0, y1):
        """Return the windows of a block as a matrix (positions, taps * channels)."""
        if self.whole:
            return self.x[n0:n1, y0:y1].reshape(-1, self.x.shape[-1])
        if self.direct:
            view = self.view[n0:n1, y0:y1]
        else:
            self.padded.load(self.x, n0, n1, y0, y1)
            view = self.view[: n1 - n0, : y1 - y0]
        view = view.transpose(self.order)
        buffer = self.buffer[: view.size]
        np.copyto(buffer.reshape(view.shape), view)
        if self.positions_last:
            return buffer.reshape(self.columns, -1).T
        return buffer.reshape(-1, self.columns)
