"""Convolution of channels-last arrays in cache-sized blocks, shared among threads.

`forward` and `backward` are the two halves of every convolution of the library; a transposed
convolution is the same with the halves exchanged. Shapes: x (n, *size, channels), kernel
(*kernel, channels / groups, filters), bias (filters,), result (n, *out, filters).

How a block is computed is up to a method (`conv_direct`, `conv_winograd`, `conv_depthwise`), which
the `Plan` chooses. What becomes of a block's products, and where a block's gradient comes from, is
left to two small classes, `Result` and `Gradient`; `conv_pool` has others.
"""

import numpy as np

from .. import parallel
from .conv_plan import Plan
from .piecewise import rectify


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


class CellResult:
    """Takes the products of whole cells, one member of all cells after the other.

    Args:
        out: array (n, height, width, filters); cells may reach beyond its end.
        finish: the `Finish`.
        plan: the `Plan`.
        shape: (images, rows) of the largest block.
    """

    def __init__(self, out, finish, plan, shape):
        self.out, self.finish, self.cell = out, finish, plan.cell
        self.columns = plan.windows.out[1] // plan.cell[1]
        self.positions = plan.row_positions
        self.products = np.empty(shape[0] * shape[1] * self.positions * out.shape[-1], out.dtype)

    def place(self, n0, n1, y0, y1):
        filters = self.out.shape[-1]
        size = (n1 - n0) * (y1 - y0) * self.positions * filters
        return self.products[:size].reshape(-1, filters)

    def done(self, matrix, n0, n1, y0, y1):
        part = self.out[n0:n1, y0 * self.cell[0] : y1 * self.cell[0]]
        members = matrix.reshape(*self.cell, n1 - n0, y1 - y0, self.columns, -1)
        for member, (i, j) in _members(part, self.cell):
            np.copyto(member, members[i, j, :, : member.shape[-3], : member.shape[-2]])
        self.finish(part)


def _members(x, cell):
    """Yield views of images, (n, cell rows, cell columns, filters), one for each place in a cell.

    All at once, (*cell, n, cell rows, cell columns, filters), where all cells are whole.
    """
    n, height, width, filters = x.shape
    high, wide = cell
    if height % high == 0 and width % wide == 0:
        whole = x.reshape(n, height // high, high, width // wide, wide, filters)
        yield whole.transpose(2, 4, 0, 1, 3, 5), (slice(None), slice(None))
        return
    for i in range(high):
        for j in range(wide):
            yield x[:, i::high, j::wide], (i, j)


def forward(x, kernel, windows, bias=None, relu=False):
    """Return the convolution, with bias and rectifier if wanted."""
    channels, filters = x.shape[-1], kernel.shape[-1]
    out = np.empty((len(x), *windows.out, filters), x.dtype)
    if out.size == 0:
        return out
    plan = Plan(windows, channels, filters, channels // kernel.shape[-2])
    finish = Finish(bias, relu, windows.out[-1])
    if plan.cell is None:
        multiply_blocks(plan, x, kernel, lambda shape: Result(out, finish))
    else:
        multiply_blocks(plan, x, kernel, lambda shape: CellResult(out, finish, plan, shape))
    return out


def multiply_blocks(plan, x, kernel, new_result):
    """Multiply the windows of all blocks by the kernel.

    Args:
        new_result: function of the shape of the largest block, called in each thread: an object
            like `Result`.
    """
    method = plan.method(plan, kernel)

    def work(blocks, shape):
        multiply, result = method.forward(x, shape), new_result(shape)
        for block in blocks:
            products = result.place(*block)
            multiply(products, block)
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
        shape: (images, rows of `g`) of the largest block.
    """

    def __init__(self, g, rectified, shape):
        self.g, self.rectified = g, rectified
        self.masked = None if rectified is None else np.empty((*shape, *g.shape[2:]), g.dtype)

    def rows(self, n0, n1, y0, y1):
        """Return some rows of some images, contiguous, 0 where the rectifier blocks it."""
        g = np.ascontiguousarray(self.g[n0:n1, y0:y1])
        if self.rectified is None:
            return g
        positive = self.rectified[n0:n1, y0:y1] > 0
        return np.multiply(g, positive, out=self.masked[: n1 - n0, : g.shape[1]])

    def read(self, n0, n1, y0, y1):
        """Return a block as a matrix (positions, filters), and the rows that sum to the bias's."""
        matrix = self.rows(n0, n1, y0, y1).reshape(-1, self.g.shape[-1])
        return matrix, matrix

    def write(self, place, section):
        """Write some filters of the block's matrix to `place` (images, rows, ..., filters)."""
        place[...] = section.reshape(place.shape)


class CellGradient(Gradient):
    """The same in whole cells, one member of all cells after the other."""

    def __init__(self, g, rectified, plan, shape):
        self.cell = plan.cell
        super().__init__(g, rectified, (shape[0], shape[1] * plan.high))
        self.columns = plan.windows.out[1] // plan.cell[1]
        self.positions = plan.row_positions
        self.members = np.zeros(shape[0] * shape[1] * self.positions * g.shape[-1], g.dtype)

    def read(self, n0, n1, y0, y1):
        high, wide = self.cell
        g = self.rows(n0, n1, y0 * high, y1 * high)
        n, rows, filters = n1 - n0, y1 - y0, g.shape[-1]
        size = n * rows * self.positions * filters
        members = self.members[:size].reshape(high, wide, n, rows, self.columns, filters)
        for member, (i, j) in _members(g, self.cell):
            height, width = member.shape[-3:-1]
            np.copyto(members[i, j, :, :height, :width], member)
            if (height, width) != (rows, self.columns):  # cells reach beyond the result
                members[i, j, :, height:] = 0
                members[i, j, :, :, width:] = 0
        return members.reshape(-1, filters), g.reshape(-1, filters)


def backward(g, kernel, windows, groups, needs, x=None, rectified=None):
    """Return the gradients for x, kernel and bias, None where `needs` (three bools) is False.

    Args:
        g: gradient of the result.
        kernel: the kernel; may be None where the gradient for x is not needed.
        x: the input; may be None where the gradient for the kernel is not needed.
        rectified: the result, where a rectifier made it.
    """
    channels = x.shape[-1] if kernel is None else kernel.shape[-2] * groups
    plan = Plan(windows, channels, g.shape[-1], groups)

    def new_gradient(shape):
        if plan.cell is None:
            return Gradient(g, rectified, shape)
        return CellGradient(g, rectified, plan, shape)

    return gather_gradients(plan, len(g), g.dtype, kernel, needs, x, new_gradient)


def gather_gradients(plan, n, dtype, kernel, needs, x, new_gradient):
    """Return the gradients for x, kernel and bias, None where they are not needed.

    Args:
        new_gradient: function of the shape of the largest block, called in each thread: an
            object like `Gradient`.
    """
    windows, channels, filters = plan.windows, plan.channels, plan.filters
    shapes = (
        (n, *windows.size, channels),
        (*windows.kernel, channels // plan.groups, filters),
        (filters,),
    )
    if n == 0 or plan.work == 0:
        return [np.zeros(s, dtype) if need else None for s, need in zip(shapes, needs, strict=True)]
    for_x = (np.zeros if plan.divided else np.empty)(shapes[0], dtype) if needs[0] else None
    method = plan.method(plan, kernel if needs[0] else None)
    x = x if needs[1] else None

    def work(start, stop):
        shape = plan.shape(stop - start)
        gradient = new_gradient(shape)
        sums = method.backward(x, for_x, shape) if needs[0] or needs[1] else None
        for_bias = np.zeros(filters, dtype)
        for block in plan.blocks(start, stop):
            matrix, compact = gradient.read(*block)
            if needs[2]:
                for_bias += np.ones(len(compact), dtype) @ compact
            if sums is not None:
                sums.add(gradient, matrix, block)
        return sums and sums.total, for_bias

    found = parallel.run(work, n, plan.images_worth_a_thread())
    for_kernel = None
    if needs[1]:
        total = _sum_in_order([total for total, _ in found])
        for_kernel = method.kernel_gradient(total).reshape(shapes[1])
    for_bias = _sum_in_order([part for _, part in found]) if needs[2] else None
    return for_x, for_kernel, for_bias


def _sum_in_order(terms):
    """Return the sum of arrays, first to last, in the memory of the first."""
    total = terms[0]
    for term in terms[1:]:
        total += term
    return total
