"""Sums of overlapping windows: what a transposed convolution does, block by block.

Each position of the window adds its product with the kernel to the elements that it covers. The
product is one matrix for each tap of the kernel; its rows are added where that tap lay. With
unit strides the rows of an image are first spread to the width of the result, so that every
addition runs through memory without a gap. All arrays are channels-last.
"""

import math

import numpy as np

from .padded import Padded
from .patches import product, row_groups

_WIDER = 1.3  # how much more work spreading may cause


class Overlap:
    """Adds windows up into `target`.

    Args:
        target: array (n, *size, channels) of zeros, or of anything if blocks are whole images.
        kernel: array (taps, filters, channels), C-contiguous: what one number of a position
            contributes to the elements of each tap.
        windows: the `Windows` on the target.
        shape: (images, rows) of the largest block.

    Write a block into `place(n, rows)`, then call `add`. One object serves one thread.
    """

    def __init__(self, target, kernel, windows, shape):
        self.target, self.kernel, self.windows = target, kernel, windows
        images, rows = shape
        taps, filters, channels = kernel.shape
        self.padded = None
        if windows.padded or rows < windows.out[0] or not target.flags.c_contiguous:
            self.padded = Padded(windows, shape, channels, kernel.dtype)
        extents = windows.size if self.padded is None else self.padded.array.shape[1:-1]
        widths, positions = math.prod(extents[1:]), math.prod(windows.out[1:])
        self.spread = set(windows.strides) == {1} and widths <= _WIDER * positions
        steps = [math.prod(extents[i + 1 :]) for i in range(len(extents))]
        self.offsets = [  # of each tap, in elements of the flattened image
            sum(i * d * step for i, d, step in zip(tap, windows.dilation, steps, strict=True))
            for tap in windows.taps
        ]
        spatial = extents[1:] if self.spread else windows.out[1:]
        self.source = np.zeros((images, rows, *spatial, filters), kernel.dtype)
        self.whole = windows.pointwise and self.padded is None
        if self.whole:
            return
        self.products = np.empty(images * taps * rows * math.prod(spatial) * channels, kernel.dtype)

    def place(self, images, rows):
        """Return the array (images, rows, *positions, filters) to write a block into."""
        inner = tuple(slice(0, o) for o in self.windows.out[1:])
        return self.source[(slice(0, images), slice(0, rows), *inner)]

    def add(self, n0, n1, y0, y1):
        """Add the block in `place` to the target."""
        n, rows = n1 - n0, y1 - y0
        taps, filters, channels = self.kernel.shape
        source = self.source[:n, :rows]
        if self.whole:
            out = self.target[n0:n1, y0:y1].reshape(-1, channels)
            product(source.reshape(-1, filters), self.kernel[0], out)
            return
        length = math.prod(source.shape[1:-1])  # positions of one image
        products = self.products[: n * taps * length * channels].reshape(n, taps, length, channels)
        groups = row_groups(length, filters, channels)
        np.matmul(
            source.reshape(n, 1, groups, length // groups, filters),
            self.kernel[:, None],
            out=products.reshape(n, taps, groups, length // groups, channels),
        )
        if self.padded is None:
            sums = self.target[n0:n1]
        else:
            sums, _ = self.padded.block(n0, n1, y0, y1)
        if self.spread:
            self._add_runs(sums.reshape(n, -1, channels), products, length)
        else:
            sums[...] = 0
            self._add_windows(sums, products.reshape(n, taps, *source.shape[1:-1], channels))
        if self.padded is not None:
            self.padded.store(self.target, n0, n1, y0, y1)

    def _add_runs(self, sums, products, length):
        """Add the rows of each tap at its offset; the zeros between images' rows do no harm."""
        total = sums.shape[1]
        np.copyto(sums[:, :length], products[:, 0])  # the first tap lies at offset 0
        sums[:, length:] = 0
        for t, offset in enumerate(self.offsets[1:], 1):
            part = sums[:, offset : offset + length]
            np.add(part, products[:, t, : total - offset], out=part)

    def _add_windows(self, sums, products):
        """Add the positions of each tap to the elements it covers."""
        w = self.windows
        spatial = products.shape[2:-1]
        for t, tap in enumerate(w.taps):
            covered = tuple(
                slice(i * d, i * d + (o - 1) * s + 1, s)
                for i, d, o, s in zip(tap, w.dilation, spatial, w.strides)
            )
            part = sums[(slice(None), *covered)]
            np.add(part, products[:, t], out=part)
