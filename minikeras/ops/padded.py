"""Blocks of images with the zeros around them that windows reach into. Channels-last."""

import numpy as np


class Padded:
    """A buffer for padded images, or for some rows of one.

    Args:
        windows: the `Windows`.
        shape: (images, rows) of the largest block; rows count cells of positions.
        channels, dtype: of the images.
        group: rows of positions in a row of cells (see `Patches`).
        repeats: how many times each channel stands in the buffer; they are added up on the way
            back.

    Attributes:
        array: the buffer, (images, *extents, channels).
        divided: whether a block holds only some rows of an image.
    """

    def __init__(self, windows, shape, channels, dtype, group=1, repeats=1):
        self.windows, self.group, self.repeats = windows, group, repeats
        images, rows = shape
        self.divided = rows * group < windows.out[0] // group * group
        covered = [
            max(reach, before + size)
            for reach, before, size in zip(windows.reach, windows.before, windows.size, strict=True)
        ]
        if self.divided:
            covered[0] = self._reach(rows)
        # Only what lies inside an image is ever written to: the zeros at the sides stay.
        self.array = np.zeros((images, *covered, channels * repeats), dtype)
        self.inner = tuple(
            slice(b, b + n) for b, n in zip(windows.before[1:], windows.size[1:], strict=True)
        )

    def _reach(self, rows):
        """Return how many rows of a padded image `rows` rows of cells cover."""
        w = self.windows
        return (rows * self.group - 1) * w.strides[0] + (w.kernel[0] - 1) * w.dilation[0] + 1

    def block(self, n0, n1, y0, y1):
        """Return the part of the buffer that belongs to a block, and where it lies in the image.

        The second is (first row of the image inside it, last one + 1, rows in front of the first).
        """
        w = self.windows
        height = self._reach(y1 - y0) if self.divided else self.array.shape[1]
        start = y0 * self.group * w.strides[0] - w.before[0]
        low = min(max(start, 0), w.size[0])
        high = max(low, min(start + height, w.size[0]))
        return self.array[: n1 - n0, :height], (low, high, low - start)

    def _repeated(self, part):
        """Return `part` with the repetitions of a channel as an axis of their own."""
        return part.reshape(*part.shape[:-1], -1, self.repeats)

    def load(self, x, n0, n1, y0, y1):
        """Copy a block of `x` (n, *size, channels) into the buffer and return it, padded."""
        part, (low, high, front) = self.block(n0, n1, y0, y1)
        part[:, :front] = 0
        part[:, front + high - low :] = 0
        inside = part[(slice(None), slice(front, front + high - low), *self.inner)]
        if self.repeats == 1:
            np.copyto(inside, x[n0:n1, low:high])
        else:
            np.copyto(self._repeated(inside), x[n0:n1, low:high, ..., None])
        return part

    def store(self, target, n0, n1, y0, y1):
        """Copy the block without its margin to `target`; add it where images are divided."""
        part, (low, high, front) = self.block(n0, n1, y0, y1)
        inside = part[(slice(None), slice(front, front + high - low), *self.inner)]
        if self.repeats > 1:
            inside = self._repeated(inside).sum(axis=-1)
        if self.divided:
            target[n0:n1, low:high] += inside
        else:
            target[n0:n1, low:high] = inside
