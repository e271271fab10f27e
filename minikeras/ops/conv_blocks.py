"""Convolution of channels-last arrays in cache-sized blocks, shared among threads.

`forward` and `backward` are the two halves of every convolution of the library; a transposed
convolution is the same with the halves exchanged. Shapes: x (n, *size, channels), kernel
(*kernel, channels / groups, filters), bias (filters,), result (n, *out, filters).

What becomes of a block's products, and where a block's gradient comes from, is left to two small
classes, `Result` and `Gradient`; `conv_pool` has others.
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
ROWS_OF_KERNEL = 256  # least positions in a block: a large kernel's gradient is summed less often


class Plan:
    """How a convolution is cut into blocks.

    Args:
        windows: the `Windows`.
        channels, filters: of the input and the result.
        groups: number of parts of the channels, each seen by its own part of the filters.
        pool: positions are worked on in groups of this shape; None for one by one.
    """

    def __init__(self, windows, channels, filters, groups=1, pool=None):
        self.windows, self.filters, self.groups, self.pool = windows, filters, groups, pool
        self.columns = math.prod(windows.kernel) * channels // groups
        self.high = pool[0] if pool else 1  # rows of positions in a row of groups
        self.rows = windows.out[0] // self.high
        positions = self.high * math.prod(windows.out[1:])
        self.numbers = positions * (self.columns * groups + filters)
        self.target = max(BLOCK, ROWS_OF_KERNEL * self.columns)
        self.work = self.rows * positions * self.columns * filters  # multiplications per image

    def images_worth_a_thread(self):
        """Return the smallest number of images that repays another thread."""
        return math.ceil(_WORTH / max(1, self.work))

    def shape(self, images):
        """Return (images, rows) of the largest block."""
        return block_shape(images, self.rows, self.numbers, self.target)

    def blocks(self, start, stop):
        """Yield the blocks (n0, n1, y0, y1) of some images."""
        return blocks(start, stop, self.rows, self.numbers, self.target)

    def share(self, work, images):
        """Call `work(blocks, shape)` in threads: each has images, or rows of a single one."""
        if images > 1:
            parallel.run(
                lambda start, stop: work(self.blocks(start, stop), self.shape(stop - start)),
                images,
                self.images_worth_a_thread(),
            )
            return
        _, height = self.shape(1)

        def on_rows(start, stop):
            rows = min(height, stop - start)
            work([(0, 1, y, min(y + rows, stop)) for y in range(start, stop, rows)], (1, rows))

        parallel.run(on_rows, self.rows, math.ceil(_WORTH * self.rows / max(1, self.work)))


def _parts(x, groups):
    """Return views of `x` with the channels of one group each."""
    if groups == 1:
        return [x]
    width = x.shape[-1] // groups
    return [x[..., i * width : (i + 1) * width] for i in range(groups)]


# ---------------------------------------------------------------------------------------------
# Forward
# ---------------------------------------------------------------------------------------------
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


class Result:
    """Takes the products of each block straight into the result.

    Args:
        out: array (n, *out, filters).
        finish: the `Finish`.
    """

    def __init__(self, out, finish):
        self.out, self.finish = out, finish

    def place(self, n0, n1, y0, y1):
        """Return the matrix (positions, filters) to write the products of a block to."""
        return self.out[n0:n1, y0:y1].reshape(-1, self.out.shape[-1])

    def done(self, matrix, n0, n1, y0, y1):
        """Do the rest, once they are there."""
        self.finish(matrix)


def forward(x, kernel, windows, bias=None, relu=False):
    """Return the convolution, with bias and rectifier if wanted."""
    channels, filters = x.shape[-1], kernel.shape[-1]
    groups = channels // kernel.shape[-2]
    out = np.empty((len(x), *windows.out, filters), x.dtype)
    if out.size == 0:
        return out
    finish = Finish(bias, relu, windows.out[-1])
    if kernel.shape[-2] == 1 < groups:
        return depthwise_blocks.forward(x, kernel, windows, finish)
    plan = Plan(windows, channels, filters, groups)
    multiply_blocks(plan, x, kernel, lambda shape: Result(out, finish))
    return out


def multiply_blocks(plan, x, kernel, new_result):
    """Multiply the windows of all blocks by the kernel.

    Args:
        new_result: function of the shape of the largest block, called in each thread: an object
            like `Result`.
    """
    groups = plan.groups
    matrices = [np.ascontiguousarray(p) for p in _parts(kernel.reshape(-1, plan.filters), groups)]
    inputs = _parts(x, groups)

    def work(blocks, shape):
        readers = [Patches(part, plan.windows, shape, plan.pool) for part in inputs]
        result = new_result(shape)
        for block in blocks:
            products = result.place(*block)
            for reader, matrix, section in zip(
                readers, matrices, _parts(products, groups), strict=True
            ):
                product(reader(*block), matrix, section)
            result.done(products, *block)

    plan.share(work, len(x))


# ---------------------------------------------------------------------------------------------
# Backward
# ---------------------------------------------------------------------------------------------
class Gradient:
    """Reads the gradient of the result, block by block.

    Args:
        g: array (n, *out, filters).
        rectified: the result, where a rectifier made it: `g` counts only where it is positive.
        shape: (images, rows) of the largest block.
    """

    def __init__(self, g, rectified, shape):
        self.g, self.rectified = g, rectified
        self.masked = None if rectified is None else np.empty((*shape, *g.shape[2:]), g.dtype)

    def read(self, n0, n1, y0, y1):
        """Return a block as a matrix (positions, filters), and the rows that sum to the bias's."""
        g = np.ascontiguousarray(self.g[n0:n1, y0:y1])
        if self.rectified is not None:
            g = np.multiply(
                g, self.rectified[n0:n1, y0:y1] > 0, out=self.masked[: n1 - n0, : y1 - y0]
            )
        matrix = g.reshape(-1, g.shape[-1])
        return matrix, matrix

    def write(self, place, section):
        """Write some filters of the block's matrix to `place` (images, rows, ..., filters)."""
        place[...] = section.reshape(place.shape)


def backward(g, kernel, windows, groups, needs, x=None, rectified=None):
    """Return the gradients for x, kernel and bias, None where `needs` (three bools) is False.

    Args:
        g: gradient of the result.
        kernel: the kernel; may be None where the gradient for x is not needed.
        x: the input; may be None where the gradient for the kernel is not needed.
        rectified: the result, where a rectifier made it.
    """
    channels = x.shape[-1] if kernel is None else kernel.shape[-2] * groups
    if groups == channels > 1 and g.size:
        return depthwise_blocks.backward(g, kernel, windows, groups, needs, x, rectified)
    plan = Plan(windows, channels, g.shape[-1], groups)
    return gather_gradients(
        plan, len(g), g.dtype, kernel, needs, x, lambda shape: Gradient(g, rectified, shape)
    )


def gather_gradients(plan, n, dtype, kernel, needs, x, new_gradient):
    """Return the gradients for x, kernel and bias, None where they are not needed.

    Args:
        new_gradient: function of the shape of the largest block, called in each thread: an
            object like `Gradient`.
    """
    windows, groups, filters = plan.windows, plan.groups, plan.filters
    seen = plan.columns // math.prod(windows.kernel)
    shapes = (n, *windows.size, seen * groups), (*windows.kernel, seen, filters), (filters,)
    if n == 0 or plan.work == 0:
        return [np.zeros(s, dtype) if need else None for s, need in zip(shapes, needs, strict=True)]
    divided = plan.shape(1)[1] < plan.rows  # then parts of images are added together
    for_x = (np.zeros if divided else np.empty)(shapes[0], dtype) if needs[0] else None
    inputs = _parts(x, groups) if needs[1] else []
    taps = _tap_matrices(kernel, groups) if needs[0] else []
    targets = _parts(for_x, groups) if needs[0] else []

    def work(start, stop):
        images, rows = shape = plan.shape(stop - start)
        gradient = new_gradient(shape)
        readers = [Patches(part, windows, shape, plan.pool) for part in inputs]
        sums = [_KernelSum(plan.columns, filters // groups, dtype) for _ in readers]
        for_bias = np.zeros(filters, dtype)
        overlaps = [
            Overlap(target, matrix, windows, (images, rows * plan.high))
            for target, matrix in zip(targets, taps, strict=True)
        ]
        for block in plan.blocks(start, stop):
            n0, n1, y0, y1 = block
            matrix, compact = gradient.read(*block)
            if needs[2]:
                for_bias += np.ones(len(compact), dtype) @ compact
            sections = _parts(matrix, groups)
            for reader, total, section in zip(readers, sums, sections, strict=False):
                total.add(reader(*block), section)
            y0, y1 = y0 * plan.high, y1 * plan.high
            for overlap, section in zip(overlaps, sections, strict=False):
                gradient.write(overlap.place(n1 - n0, y1 - y0), section)
                overlap.add(n0, n1, y0, y1)
        return [s.total for s in sums], for_bias

    found = parallel.run(work, n, plan.images_worth_a_thread())
    for_kernel = None
    if needs[1]:
        sums = [_sum_in_order([part[0][i] for part in found]) for i in range(groups)]
        for_kernel = np.concatenate(sums, axis=1).reshape(shapes[1])
    for_bias = _sum_in_order([part[1] for part in found]) if needs[2] else None
    return for_x, for_kernel, for_bias


def _tap_matrices(kernel, groups):
    """Return one array (taps, filters, channels) for each group, C-contiguous."""
    parts = _parts(kernel.reshape(-1, *kernel.shape[-2:]), groups)
    return [np.ascontiguousarray(part.transpose(0, 2, 1)) for part in parts]


class _KernelSum:
    """Adds up the kernel's gradient over blocks: windows transposed, times gradients."""

    def __init__(self, columns, filters, dtype):
        self.total = np.zeros((columns, filters), dtype)
        self.term = np.empty_like(self.total)

    def add(self, patches, gradient):
        """Add the block with windows (positions, columns) and gradient (positions, filters)."""
        product(patches.T, gradient, self.term)
        self.total += self.term


def _sum_in_order(terms):
    """Return the sum of arrays, first to last, in the memory of the first."""
    total = terms[0]
    for term in terms[1:]:
        total += term
    return total
