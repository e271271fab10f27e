"""Convolution of channels-last arrays in cache-sized blocks, shared among threads.

`forward` and `backward` are the two halves of every convolution of the library; a transposed
convolution is the same with the halves exchanged. Shapes: x (n, *size, channels), kernel
(*kernel, channels / groups, filters), bias (filters,), result (n, *out, filters).
"""

import math

import numpy as np

from .. import parallel
from . import depthwise_blocks
from .overlap import Overlap
from .patches import Patches, product
from .piecewise import rectify
from .windows import BLOCK, block_shape, blocks

_WORTH = 4e6  # multiplications that repay the hand-over to another thread
ROWS_OF_KERNEL = (
    256  # positions in a block, at least: a large kernel's gradient is summed less often
)


class Plan:
    """How a convolution is cut into blocks.

    Args:
        windows: the `Windows`.
        channels, filters: of the input and the result.
        groups: number of parts of the channels, each seen by its own part of the filters.
        pool: see `Patches`.
    """

    def __init__(self, windows, channels, filters, groups=1, pool=None):
        self.windows, self.groups = windows, groups
        self.columns = math.prod(windows.kernel) * channels // groups
        high = pool[0] if pool else 1
        self.rows = windows.out[0] // high
        positions = high * math.prod(windows.out[1:])
        self.numbers = positions * (self.columns * groups + filters)
        self.target = max(BLOCK, ROWS_OF_KERNEL * self.columns)
        self.work = self.rows * positions * self.columns * filters  # multiplications per image

    def images_worth_a_thread(self):
        """Return the smallest number of images that repays another thread."""
        return math.ceil(_WORTH / max(1, self.work))

    def block_shape(self, images):
        """Return (images, rows) of the largest block."""
        return block_shape(images, self.rows, self.numbers, self.target)

    def blocks(self, start, stop):
        """Yield the blocks (n0, n1, y0, y1) of some images."""
        return blocks(start, stop, self.rows, self.numbers, self.target)


def split_channels(x, groups):
    """Return views of `x` with one part of the channels each."""
    if groups == 1:
        return [x]
    width = x.shape[-1] // groups
    return [x[..., i * width : (i + 1) * width] for i in range(groups)]


def kernel_matrices(kernel, groups):
    """Return one matrix (taps * channels, filters) for each group, C-contiguous."""
    filters = kernel.shape[-1]
    parts = split_channels(kernel.reshape(-1, filters), groups)
    return [np.ascontiguousarray(part) for part in parts]


def tap_matrices(kernel, groups):
    """Return one array (taps, filters, channels) for each group, C-contiguous."""
    channels, filters = kernel.shape[-2:]
    parts = split_channels(kernel.reshape(-1, channels, filters), groups)
    return [np.ascontiguousarray(part.transpose(0, 2, 1)) for part in parts]


def forward(x, kernel, windows, bias=None, relu=False):
    """Return the convolution, with bias and rectifier if wanted."""
    filters = kernel.shape[-1]
    groups = x.shape[-1] // kernel.shape[-2]
    out = np.empty((len(x), *windows.out, filters), x.dtype)
    if out.size == 0:
        return out
    if kernel.shape[-2] == 1 < groups:
        return depthwise_blocks.forward(x, kernel, windows, Finish(bias, relu, windows.out[-1]))
    plan = Plan(windows, x.shape[-1], filters, groups)
    matrices = kernel_matrices(kernel, groups)
    finish = Finish(bias, relu, windows.out[-1])
    parts = split_channels(x, groups)

    def work(blocks, shape):
        readers = [Patches(part, windows, shape) for part in parts]
        for block in blocks:
            n0, n1, y0, y1 = block
            result = out[n0:n1, y0:y1].reshape(-1, filters)
            for reader, matrix, section in zip(
                readers, matrices, split_channels(result, groups), strict=True
            ):
                product(reader(*block), matrix, section)
            finish(result)

    _share(work, plan, len(x))
    return out


def _share(work, plan, images):
    """Call `work(blocks, shape)` in each thread: on its images, or its rows of a single one."""
    if images > 1:
        parallel.run(
            lambda start, stop: work(plan.blocks(start, stop), plan.block_shape(stop - start)),
            images,
            plan.images_worth_a_thread(),
        )
        return
    height = plan.block_shape(1)[1]

    def on_rows(start, stop):
        rows = min(height, stop - start)
        work([(0, 1, y, min(y + rows, stop)) for y in range(start, stop, rows)], (1, rows))

    parallel.run(on_rows, plan.rows, math.ceil(_WORTH * plan.rows / max(1, plan.work)))


class Finish:
    """Adds the bias and rectifies, in place, what is still in the cache.

    Args:
        bias: array (filters,), or None.
        relu: whether to rectify.
        times: a number that divides the number of rows: so many rows are added to at once.
    """

    def __init__(self, bias, relu, times):
        self.relu = relu
        self.row = None if bias is None else np.tile(bias, times)

    def __call__(self, result):
        if self.row is not None:
            rows = result.reshape(-1, len(self.row))
            rows += self.row
        if self.relu:
            rectify(result, out=result)


def backward(g, kernel, windows, groups, needs, x=None, rectified=None):
    """Return the gradients for x, kernel and bias, None where `needs` (three bools) is False.

    Args:
        g: gradient of the result.
        kernel: the kernel; may be None where the gradient for x is not needed.
        x: the input; may be None where the gradient for the kernel is not needed.
        rectified: the result, where a rectifier made it: `g` counts only where it is positive.
    """
    n, filters = len(g), g.shape[-1]
    channels = x.shape[-1] if kernel is None else kernel.shape[-2] * groups
    shapes = (
        (n, *windows.size, channels),
        (*windows.kernel, channels // groups, filters),
        (filters,),
    )
    if g.size == 0:
        return [np.zeros(s, g.dtype) if need else None for s, need in zip(shapes, needs)]
    if groups == channels > 1:
        return depthwise_blocks.backward(g, kernel, windows, groups, needs, x, rectified)
    plan = Plan(windows, channels, filters, groups)
    divided = plan.block_shape(1)[1] < plan.rows  # then parts of images are added together
    for_x = (np.zeros if divided else np.empty)(shapes[0], g.dtype) if needs[0] else None
    inputs = split_channels(x, groups) if needs[1] else []
    taps = tap_matrices(kernel, groups) if needs[0] else None

    def work(start, stop):
        shape = plan.block_shape(stop - start)
        readers = [Patches(part, windows, shape) for part in inputs]
        sums = [KernelSum(plan.columns, filters // groups, g.dtype) for _ in readers]
        for_bias = np.zeros(filters, g.dtype)
        scratch = np.empty(math.prod((*shape, *windows.out[1:], filters)), g.dtype)
        overlaps = (
            [
                Overlap(part, matrix, windows, shape)
                for part, matrix in zip(split_channels(for_x, groups), taps, strict=True)
            ]
            if needs[0]
            else []
        )
        for block in plan.blocks(start, stop):
            n0, n1, y0, y1 = block
            gradient = np.ascontiguousarray(g[n0:n1, y0:y1])
            if rectified is not None:
                part = scratch[: gradient.size].reshape(gradient.shape)
                gradient = np.multiply(gradient, rectified[n0:n1, y0:y1] > 0, out=part)
            matrix = gradient.reshape(-1, filters)
            if needs[2]:
                for_bias += np.ones(len(matrix), g.dtype) @ matrix
            for reader, total, section in zip(
                readers, sums, split_channels(matrix, groups), strict=False
            ):
                total.add(reader(*block), section)
            for overlap, section in zip(overlaps, split_channels(gradient, groups), strict=False):
                overlap.place(n1 - n0, y1 - y0)[...] = section
                overlap.add(*block)
        return [s.total for s in sums], for_bias

    found = parallel.run(work, n, plan.images_worth_a_thread())
    for_kernel = None
    if needs[1]:
        sums = [sum_in_order([part[0][i] for part in found]) for i in range(groups)]
        for_kernel = np.concatenate(sums, axis=1).reshape(shapes[1])
    for_bias = sum_in_order([part[1] for part in found]) if needs[2] else None
    return for_x, for_kernel, for_bias


class KernelSum:
    """Adds up the kernel's gradient over blocks: windows transposed, times gradients."""

    def __init__(self, columns, filters, dtype):
        self.total = np.zeros((columns, filters), dtype)
        self.term = np.empty_like(self.total)

    def add(self, patches, gradient):
        """Add the block with windows (positions, columns) and gradient (positions, filters)."""
        product(patches.T, gradient, self.term)
        self.total += self.term


def sum_in_order(terms):
    """Return the sum of arrays, first to last, in the memory of the first."""
    total = terms[0]
    for term in terms[1:]:
        total += term
    return total
