"""Depthwise convolution of channels-last arrays in cache-sized blocks, shared among threads.

Each channel has filters of its own, so there is no matrix to multiply: for each tap of the kernel
the part of the image that it meets is multiplied by that tap's row of weights and added. With a
unit stride along the last axis a row of positions and channels is one run of memory, and the
weights are repeated to its length. Shapes are those of `conv_blocks`, with one channel to each
group: x (n, *size, channels), kernel (*kernel, 1, channels * multiplier).
"""

import math

import numpy as np

from .. import parallel
from .padded import Padded
from .windows import BLOCK, block_shape, blocks

_WORTH = 1e5  # multiplications that repay the hand-over to another thread


class _Plan:
    """How a depthwise convolution is cut into blocks."""

    def __init__(self, windows, filters):
        self.windows, self.filters = windows, filters
        self.rows = windows.out[0]
        self.numbers = 3 * math.prod(windows.out[1:]) * filters  # input, result and one product
        self.least = math.ceil(_WORTH / max(1, self.rows * self.numbers * len(windows.taps)))

    def shape(self, images):
        return block_shape(images, self.rows, self.numbers, BLOCK)

    def blocks(self, start, stop):
        return blocks(start, stop, self.rows, self.numbers, BLOCK)


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


def forward(x, kernel, windows, finish):
    """Return the depthwise convolution; `finish` is applied to each block as (rows, filters)."""
    filters = kernel.shape[-1]
    repeats = filters // x.shape[-1]
    out = np.empty((len(x), *windows.out, filters), x.dtype)
    plan, taps = _Plan(windows, filters), _Taps(windows, filters)
    weights = taps.weights(kernel)

    def work(start, stop):
        shape = plan.shape(stop - start)
        padded = Padded(windows, shape, filters, x.dtype)
        term = np.empty((*shape, *windows.out[1:], filters), x.dtype)
        for n0, n1, y0, y1 in plan.blocks(start, stop):
            images = padded.load(_Repeated(x, repeats), n0, n1, y0, y1)
            result = out[n0:n1, y0:y1]
            sums = taps.flat(result)
            product = taps.flat(term[: n1 - n0, : y1 - y0])
            for t, part in enumerate(taps.parts(images, y1 - y0)):
                np.multiply(part, weights[t], out=product if t else sums)
                if t:
                    np.add(sums, product, out=sums)
            finish(result.reshape(-1, filters))

    parallel.run(work, len(x), plan.least)
    return out


class _Repeated:
    """Reads blocks of images with each channel repeated."""

    def __init__(self, x, times):
        self.x, self.times = x, times

    def __getitem__(self, index):
        part = self.x[index]
        return part if self.times == 1 else np.repeat(part, self.times, axis=-1)


def backward(g, kernel, windows, groups, needs, x=None, rectified=None):
    """Return the gradients as `conv_blocks.backward` does."""
    n, filters = len(g), g.shape[-1]
    repeats = filters // groups
    plan, taps = _Plan(windows, filters), _Taps(windows, filters)
    divided = plan.shape(1)[1] < plan.rows  # then parts of images are added together
    for_x = None
    if needs[0]:
        weights = taps.weights(kernel)
        for_x = (np.zeros if divided else np.empty)((n, *windows.size, filters), g.dtype)

    def work(start, stop):
        shape = plan.shape(stop - start)
        if needs[0]:
            sums = Padded(windows, shape, filters, g.dtype)
        if needs[1]:
            padded = Padded(windows, shape, filters, g.dtype)
        for_kernel = np.zeros((len(windows.taps), filters), g.dtype)
        for_bias = np.zeros(filters, g.dtype)
        term = np.empty((*shape, *windows.out[1:], filters), g.dtype)
        masked = np.empty_like(term)
        for block in plan.blocks(start, stop):
            n0, n1, y0, y1 = block
            gradient = np.ascontiguousarray(g[n0:n1, y0:y1])
            if rectified is not None:
                part = masked[: n1 - n0, : y1 - y0]
                gradient = np.multiply(gradient, rectified[n0:n1, y0:y1] > 0, out=part)
            product = term[: n1 - n0, : y1 - y0]
            ones = np.ones(product.size // filters, g.dtype)
            flat, flat_product = taps.flat(gradient), taps.flat(product)
            if needs[1]:
                images = padded.load(_Repeated(x, repeats), *block)
                for t, part in enumerate(taps.parts(images, y1 - y0)):
                    np.multiply(part, flat, out=flat_product)
                    for_kernel[t] += ones @ product.reshape(-1, filters)
            if needs[2]:
                for_bias += ones @ gradient.reshape(-1, filters)
            if needs[0]:
                images, _ = sums.block(*block)
                images[...] = 0
                for t, part in enumerate(taps.parts(images, y1 - y0)):
                    np.multiply(flat, weights[t], out=flat_product)
                    np.add(part, flat_product, out=part)
                sums.store(for_x, *block)
        return for_kernel, for_bias

    found = parallel.run(work, n, plan.least)
    if needs[0] and repeats > 1:
        for_x = for_x.reshape(*for_x.shape[:-1], groups, repeats).sum(axis=-1)
    for_kernel = sum(part[0] for part in found).reshape(*windows.kernel, 1, filters)
    for_bias = sum(part[1] for part in found)
    return for_x, for_kernel if needs[1] else None, for_bias if needs[2] else None
