"""Sums of overlapping windows: what a transposed convolution does, block by block.

Each position of the window adds its product with the kernel to the elements that it covers. The
product is one matrix for each tap of the kernel; its rows are added where that tap lay. With
unit strides the rows of an image are first spread to the width of the result, so that every
addition runs through memory without a gap. All arrays are channels-last.
"""

import math

import numpy as np

from .patches import row_groups

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
        self.divided = rows < windows.out[0]  # are images taken apart?
        self.direct = not (windows.padded or self.divided) and target.flags.c_contiguous
        extents = [max(r, b + s) for r, b, s in zip(windows.reach, windows.before, windows.size)]
        extents[0] = windows.size[0] if self.direct else self._extent(rows)
        if not (self.direct or self.divided):
            extents[0] = max(extents[0], windows.before[0] + windows.size[0])
        self.extents = extents
        widths, positions = math.prod(extents[1:]), math.prod(windows.out[1:])
        self.spread = set(windows.strides) == {1} and widths <= _WIDER * positions
        spatial = extents[1:] if self.spread else windows.out[1:]
        steps = [math.prod(extents[i + 1 :]) for i in range(len(extents))]
        self.offsets = [  # of each tap, in elements of the flattened image
            sum(i * d * step for i, d, step in zip(tap, windows.dilation, steps))
            for tap in windows.taps
        ]
        dtype = kernel.dtype
        self.source = np.zeros((images, rows, *spatial, filters), dtype)
        self.products = np.empty(images * taps * rows * math.prod(spatial) * channels, dtype)
        if not self.direct:
            self.padded = np.empty((images, *extents, channels), dtype)

    def _extent(self, rows):
        w = self.windows
        return (rows - 1) * w.strides[0] + (w.kernel[0] - 1) * w.dilation[0] + 1

    def place(self, images, rows):
        """Return the array (images, rows, *positions, filters) to write a block into."""
        inner = tuple(slice(0, o) for o in self.windows.out[1:])
        return self.source[(slice(0, images), slice(0, rows), *inner)]

    def add(self, n0, n1, y0, y1):
        """Add the block in `place` to the target."""
        n, rows = n1 - n0, y1 - y0
        taps, filters, channels = self.kernel.shape
        source = self.source[:n, :rows]
        length = math.prod(source.shape[1:-1])  # positions of one image
        products = self.products[: n * taps * length * channels].reshape(n, taps, length, channels)
        groups = row_groups(length, filters, channels)
        np.matmul(
            source.reshape(n, 1, groups, length // groups, filters),
            self.kernel[:, None],
            out=products.reshape(n, taps, groups, length // groups, channels),
        )
        sums = self.target[n0:n1] if self.direct else self.padded[:n]
        if self.divided:
            sums = sums[:, : self._extent(rows)]
        if self.spread:
            self._add_runs(sums.reshape(n, -1, channels), products, length)
        else:
            sums[...] = 0
            self._add_windows(sums, products.reshape(n, taps, *source.shape[1:-1], channels))
        if not self.direct:
            self._crop(sums, n0, n1, y0)

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

    def _crop(self, sums, n0, n1, y0):
        """Move the sums from the padded images to the target."""
        w = self.windows
        start = y0 * w.strides[0] - w.before[0]  # in rows of the target
        low, high = max(0, start), min(w.size[0], start + sums.shape[1])
        if low >= high:
            return
        inner = tuple(slice(b, b + n) for b, n in zip(w.before[1:], w.size[1:]))
        part = sums[(slice(None), slice(low - start, high - start), *inner)]
        if self.divided:
            self.target[n0:n1, low:high] += part
        else:
            self.target[n0:n1, low:high] = part
