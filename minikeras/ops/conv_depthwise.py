"""Convolution of each channel by filters of its own.

There is no matrix to multiply: for each tap of the kernel the part of the image that it meets is
multiplied by that tap's row of weights and added. With a unit stride along the last axis a row of
positions and channels is one run of memory, and the weights are repeated to its length. The kernel
has shape (*kernel, 1, channels * multiplier).
"""

import numpy as np

from .padded import Padded


class Depthwise:
    """The method where there are as many groups as channels.

    Args:
        plan: the `Plan`.
        kernel: array (*kernel, 1, filters), or None if only its gradient is wanted.
    """

    COST = 20  # time of one multiplication of the plan, compared with those of a matrix product

    def __init__(self, plan, kernel):
        self.plan = plan
        self.taps = _Taps(plan.windows, plan.filters)
        self.repeats = plan.filters // plan.channels
        self.weights = None if kernel is None else self.taps.weights(kernel)

    @staticmethod
    def numbers(plan):
        """Return how many numbers a row of positions keeps busy: input, result and one product."""
        return 3 * plan.row_positions * plan.filters

    def forward(self, x, shape):
        """Return a function that multiplies blocks; see `_Forward`."""
        return _Forward(self, x, shape)

    def backward(self, x, target, shape):
        """Return an object that takes gradients in; see `_Backward`."""
        return _Backward(self, x, target, shape)

    def padded(self, shape, dtype):
        """Return a buffer for padded images, each channel repeated for each of its filters."""
        plan = self.plan
        return Padded(plan.windows, shape, plan.channels, dtype, repeats=self.repeats)

    def kernel_gradient(self, total):
        """Return the gradient in the shape of the kernel, given the sum of `_Backward.total`."""
        return total


class _Taps:
    """The taps of a kernel, and the parts of padded images that they meet.

    Attributes:
        merged: whether rows of positions and channels are one axis.
    """

    def __init__(self, windows, filters):
        self.windows, self.filters = windows, filters
        self.merged = windows.strides[-1] == 1

    def weights(self, kernel):
        """Return the weights of each tap, repeated to the length of a row where rows are merged."""
        rows = kernel.reshape(-1, self.filters)
        return np.tile(rows, self.windows.out[-1]) if self.merged else rows

    def flat(self, x):
        """Return `x` (n, *positions, filters), its last axes joined if rows are merged."""
        return x.reshape(*x.shape[:-2], -1) if self.merged else x

    def parts(self, padded, rows):
        """Yield for each tap the elements of `padded` that it meets in `rows` rows of windows."""
        w = self.windows
        positions = (rows, *w.out[1:])
        flat = self.flat(padded)
        for tap in w.taps:
            met = [
                slice(i * d, i * d + (o - 1) * s + 1, s)
                for i, d, o, s in zip(tap, w.dilation, positions, w.strides, strict=True)
            ]
            if self.merged:
                start = met[-1].start * self.filters
                met[-1] = slice(start, start + w.out[-1] * self.filters)
            yield flat[(slice(None), *met)]


class _Forward:
    """Writes the result of a block to a matrix (positions, filters)."""

    def __init__(self, method, x, shape):
        self.method = method
        windows, filters = method.plan.windows, method.plan.filters
        self.x = x
        self.padded = method.padded(shape, x.dtype)
        self.term = np.empty((*shape, *windows.out[1:], filters), x.dtype)

    def __call__(self, products, block):
        n0, n1, y0, y1 = block
        taps = self.method.taps
        images = self.padded.load(self.x, *block)
        term = self.term[: n1 - n0, : y1 - y0]
        sums, term = taps.flat(products.reshape(term.shape)), taps.flat(term)
        for t, part in enumerate(taps.parts(images, y1 - y0)):
            np.multiply(part, self.method.weights[t], out=term if t else sums)
            if t:
                np.add(sums, term, out=sums)


class _Backward:
    """Adds up the kernel's gradient tap by tap, and spreads the input's.

    Attributes:
        total: array (taps, filters); None if `x` is None.
    """

    def __init__(self, method, x, target, shape):
        self.method, self.x, self.target = method, x, target
        windows, filters = method.plan.windows, method.plan.filters
        dtype = (target if x is None else x).dtype
        self.total = None
        if x is not None:
            self.padded = method.padded(shape, dtype)
            self.total = np.zeros((len(windows.taps), filters), dtype)
        if target is not None:
            self.sums = method.padded(shape, dtype)
        self.term = np.empty((*shape, *windows.out[1:], filters), dtype)

    def add(self, gradient, matrix, block):
        """Take in the gradient of a block, as a matrix (positions, filters)."""
        n0, n1, y0, y1 = block
        rows, taps = y1 - y0, self.method.taps
        term = self.term[: n1 - n0, :rows]
        flat, flat_term = taps.flat(matrix.reshape(term.shape)), taps.flat(term)
        if self.total is not None:
            images = self.padded.load(self.x, *block)
            ones = np.ones(len(matrix), matrix.dtype)
            for t, part in enumerate(taps.parts(images, rows)):
                np.multiply(part, flat, out=flat_term)
                self.total[t] += ones @ term.reshape(matrix.shape)
        if self.target is not None:
            images, _ = self.sums.block(*block)
            images[...] = 0
            for t, part in enumerate(taps.parts(images, rows)):
                np.multiply(flat, self.method.weights[t], out=flat_term)
                np.add(part, flat_term, out=part)
            self.sums.store(self.target, *block)
