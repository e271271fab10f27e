"""Convolution by a 3 x 3 kernel with 16 multiplications where others need 36.

Winograd's minimal filtering F(2x2, 3x3), as described by Lavin and Gray, "Fast Algorithms for
Convolutional Neural Networks" (2015). The result is made in cells of 2 x 2 positions. A cell and
the 4 x 4 elements d that it sees are related by

    y = A^T [ (G k G^T) * (B^T d B) ] A        * element by element, summed over channels

with matrices A, B and G of halves and ones: a few additions on either side of 16 matrix products.
The gradients are the same steps transposed, from last to first. In float32 the rounding error is
about that of the direct method.
"""

import numpy as np

from .padded import Padded
from .patches import row_groups

CELL = (2, 2)
_G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
_LEAST_GAIN = 16  # measured: below, the additions cost more than the products save


class Winograd:
    """The method for 3 x 3 kernels that move by single steps over many channels.

    Args:
        plan: the `Plan`.
        kernel: array (3, 3, channels, filters), or None if only its gradient is wanted.
    """

    COST = 0.5  # time of one multiplication of the plan

    def __init__(self, plan, kernel):
        self.plan = plan
        self.kernel = None
        if kernel is not None:
            transformed = _both_sides(_G.astype(kernel.dtype), kernel.reshape(3, 3, -1))
            self.kernel = transformed.reshape(16, *kernel.shape[2:])

    @staticmethod
    def suits(windows, channels, filters):
        """Return whether the method can be used, and is worth it."""
        if windows.kernel != (3, 3) or windows.strides != (1, 1) or windows.dilation != (1, 1):
            return False
        height, width = windows.out
        if height * width == 0:
            return False
        waste = (height + height % 2) * (width + width % 2) / (height * width)
        # Products grow with channels * filters, additions with channels + filters.
        return channels * filters >= _LEAST_GAIN * waste**3 * (channels + filters)

    @staticmethod
    def numbers(plan):
        """Return how many numbers a row of cells keeps busy."""
        return 4 * plan.row_positions * (plan.channels + plan.filters)

    def forward(self, x, shape):
        """Return a function that multiplies blocks; see `_Forward`."""
        return _Forward(self.plan, x, self.kernel, shape)

    def backward(self, x, target, shape):
        """Return an object that takes gradients in; see `_Backward`."""
        return _Backward(self.plan, x, target, self.kernel, shape)

    def kernel_gradient(self, total):
        """Return the gradient of the kernel, given the sum of `_Backward.total`."""
        return _both_sides(_G.T.astype(total.dtype), total.reshape(4, 4, -1))


def _both_sides(m, k):
    """Return m k m^T for each of the matrices k (rows, columns, n)."""
    rows, columns, n = k.shape
    half = np.matmul(m, k.reshape(rows, columns * n)).reshape(len(m), columns, n)
    return np.matmul(m, half)


def _products(a, b, out):
    """Write the 16 products of a (16, m, k) and b (16, k, n) to `out`, see `patches.product`."""
    _, m, k = a.shape
    groups = row_groups(m, k, b.shape[2])
    split = (16, groups, m // groups)
    np.matmul(a.reshape(*split, k), b[:, None], out=out.reshape(*split, -1))


class _Seen:
    """What the cells of a block see: their 4 x 4 elements, transformed.

    The elements at even and odd rows and columns are kept apart, as planes; what neighbouring
    cells see at one of the 16 places is then a plane, shifted by one or not.
    """

    def __init__(self, windows, shape, channels, dtype):
        images, rows = shape
        self.columns = windows.out[1] // 2
        self.planes = np.empty((2, 2, images, rows + 1, self.columns + 1, channels), dtype)
        self.halves = np.empty((4, 2, images, rows + 1, self.columns, channels), dtype)
        self.all = np.empty((16, images * rows * self.columns, channels), dtype)

    def _sized(self, n, rows):
        """Return planes, halves and the rest for a block, the last as (4, 4, n, rows, columns)."""
        cells = n * rows * self.columns
        channels = self.all.shape[2]
        rest = self.all.reshape(-1)[: 16 * cells * channels]
        return (
            self.planes[:, :, :n, : rows + 1],
            self.halves[:, :, :n, : rows + 1],
            rest.reshape(4, 4, n, rows, self.columns, channels),
        )

    @staticmethod
    def _apart(image, rows, columns):
        """Return a view of padded images as planes (2, 2, n, rows + 1, columns + 1, channels)."""
        n, channels = len(image), image.shape[-1]
        image = image[:, : 2 * rows + 2, : 2 * columns + 2]
        whole = image.reshape(n, rows + 1, 2, columns + 1, 2, channels)
        return whole.transpose(2, 4, 0, 1, 3, 5)

    def transform(self, image, rows):
        """Return B^T d B of padded images (n, 2 rows + 2, ...) as (16, cells, channels)."""
        planes, halves, rest = self._sized(len(image), rows)
        np.copyto(planes, self._apart(image, rows, self.columns))
        # Columns before rows: the larger part of the work then runs through memory without gaps.
        planes = planes.swapaxes(0, 1)
        _combine(planes[:, :, :, :, :-1], planes[:, :, :, :, 1:], halves)
        halves = halves.swapaxes(0, 1)
        _combine(halves[:, :, :, :-1], halves[:, :, :, 1:], rest)
        return rest.reshape(16, -1, rest.shape[-1])

    def place(self, n, rows):
        """Return the array (16, cells, channels) to write gradients to, for `spread`."""
        rest = self._sized(n, rows)[2]
        return rest.reshape(16, -1, rest.shape[-1])

    def spread(self, image, rows):
        """Write to padded images the gradient of `transform`, given that of its result."""
        planes, halves, rest = self._sized(len(image), rows)
        _separate(rest, halves[:, 0], halves[:, 1], axis=2)
        _separate(halves, planes[:, 0], planes[:, 1], axis=3)
        height, width = 2 * rows + 2, 2 * self.columns + 2
        image[:, height:] = 0
        image[:, :, width:] = 0
        np.copyto(self._apart(image, rows, self.columns), planes)


def _combine(d, further, out):
    """Write the four rows of B^T d to `out`.

    Args:
        d: the first two of the four elements, at even and at odd places.
        further: the other two, one place further along.
    """
    np.subtract(d, further, out=out[::3])
    np.add(d[1], further[0], out=out[1])
    np.subtract(further[0], d[1], out=out[2])


def _separate(v, even, odd, axis):
    """Write the gradient of `_combine` to the planes at even and at odd places.

    What was further along is one element behind the first along `axis`.
    """
    ahead, behind = [(slice(None),) * axis + (s,) for s in (slice(None, -1), slice(1, None))]
    last = (slice(None),) * axis + (slice(-1, None),)
    np.copyto(even[ahead], v[0])
    even[last] = 0
    both = v[1] + v[2]
    both -= v[0]
    part = even[behind]
    np.add(part, both, out=part)
    part = odd[ahead]
    np.subtract(v[1], v[2], out=part)
    np.add(part, v[3], out=part)
    odd[last] = 0
    part = odd[behind]
    np.subtract(part, v[3], out=part)


class _Images:
    """Blocks of padded images, straight from the array where nothing is padded."""

    def __init__(self, plan, shape, channels, dtype, direct):
        self.plan, self.direct = plan, direct
        self.padded = None
        if not direct:
            self.padded = Padded(plan.windows, shape, channels, dtype, plan.high)

    def load(self, x, block):
        """Return what the cells of a block cover of `x`."""
        if self.padded is not None:
            return self.padded.load(x, *block)
        n0, n1, y0, y1 = block
        return x[n0:n1, 2 * y0 : 2 * y1 + 2]

    def place(self, target, block):
        """Return the images to write a block to."""
        if self.padded is not None:
            return self.padded.block(*block)[0]
        n0, n1, _, _ = block
        return target[n0:n1]

    def store(self, target, block):
        """Bring what was written to the target."""
        if self.padded is not None:
            self.padded.store(target, *block)


class _Forward:
    """Writes the products of a block, the four positions of its cells one after the other."""

    def __init__(self, plan, x, kernel, shape):
        self.x, self.kernel = x, kernel
        channels, filters = kernel.shape[1:]
        direct = not plan.windows.padded and x.flags.c_contiguous
        self.images = _Images(plan, shape, channels, x.dtype, direct)
        self.seen = _Seen(plan.windows, shape, channels, x.dtype)
        cells = self.seen.all.shape[1]
        self.products = np.empty((16 * cells * filters), x.dtype)
        self.half = np.empty(8 * cells * filters, x.dtype)

    def __call__(self, products, block):
        rows = block[3] - block[2]
        seen = self.seen.transform(self.images.load(self.x, block), rows)
        cells, filters = seen.shape[1], self.kernel.shape[2]
        m = self.products[: 16 * cells * filters].reshape(16, cells, filters)
        _products(seen, self.kernel, m)
        m = m.reshape(4, 4, cells, filters)
        half = self.half[: 8 * cells * filters].reshape(2, 4, cells, filters)
        _sum_up(m, half)
        _sum_up(half.swapaxes(0, 1), products.reshape(2, 2, cells, filters).swapaxes(0, 1))


def _sum_up(m, out):
    """Write the two rows of A^T m to `out`."""
    np.add(m[0], m[1], out=out[0])
    np.add(out[0], m[2], out=out[0])
    np.subtract(m[1], m[2], out=out[1])
    np.subtract(out[1], m[3], out=out[1])


def _share_out(y, out):
    """Write the four rows of A y, the gradient of `_sum_up`, to `out`."""
    np.copyto(out[0], y[0])
    np.add(y[0], y[1], out=out[1])
    np.subtract(y[0], y[1], out=out[2])
    np.negative(y[1], out=out[3])


class _Backward:
    """Adds up the transformed kernel's gradient, and spreads the input's.

    Attributes:
        total: array (16, channels, filters); None if `x` is None.
    """

    def __init__(self, plan, x, target, kernel, shape):
        self.x, self.target = x, target
        channels, filters = plan.channels, plan.filters
        dtype = (target if x is None else x).dtype
        self.seen = _Seen(plan.windows, shape, channels, dtype)
        cells = self.seen.all.shape[1]
        self.products = np.empty(16 * cells * filters, dtype)
        self.half = np.empty(8 * cells * filters, dtype)
        self.total = None
        if x is not None:
            direct = not plan.windows.padded and x.flags.c_contiguous
            self.loaded = _Images(plan, shape, channels, dtype, direct)
            self.total = np.zeros((16, channels, filters), dtype)
            self.term = np.empty_like(self.total)
        if target is not None:
            direct = not (plan.windows.padded or plan.divided)
            self.stored = _Images(plan, shape, channels, dtype, direct)
            self.transposed = np.ascontiguousarray(kernel.swapaxes(1, 2))

    def add(self, gradient, matrix, block):
        """Take in the gradient of a block: a matrix (4 * cells, filters), member after member."""
        n0, n1, y0, y1 = block
        n, rows, filters = n1 - n0, y1 - y0, matrix.shape[1]
        cells = len(matrix) // 4
        half = self.half[: 8 * cells * filters].reshape(4, 2, cells, filters)
        m = self.products[: 16 * cells * filters].reshape(4, 4, cells, filters)
        _share_out(matrix.reshape(2, 2, cells, filters), half)
        _share_out(half.swapaxes(0, 1), m.swapaxes(0, 1))
        m = m.reshape(16, cells, filters)
        if self.x is not None:
            seen = self.seen.transform(self.loaded.load(self.x, block), rows)
            _products(seen.swapaxes(1, 2), m, self.term)
            self.total += self.term
        if self.target is not None:
            _products(m, self.transposed, self.seen.place(n, rows))
            self.seen.spread(self.stored.place(self.target, block), rows)
            self.stored.store(self.target, block)
