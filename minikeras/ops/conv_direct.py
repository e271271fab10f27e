"""Convolution as a product of windows and kernel: the method for every case."""

import numpy as np

from .overlap import Overlap
from .patches import Patches, product


def _parts(x, groups):
    """Return views of `x` with the channels of one group each."""
    if groups == 1:
        return [x]
    width = x.shape[-1] // groups
    return [x[..., i * width : (i + 1) * width] for i in range(groups)]


class Direct:
    """Windows times kernel for the result; for the input's gradient, see `Overlap`.

    Args:
        plan: the `Plan`.
        kernel: array (*kernel, channels / groups, filters), or None if only its gradient is
            wanted.
    """

    COST = 1  # time of one multiplication of the plan

    def __init__(self, plan, kernel):
        self.plan, self.kernel = plan, kernel

    @staticmethod
    def numbers(plan):
        """Return how many numbers a row of positions keeps busy."""
        return plan.row_positions * (plan.columns * plan.groups + plan.filters)

    def forward(self, x, shape):
        """Return a function that multiplies blocks; see `_Forward`."""
        return _Forward(self.plan, x, self.matrices(), shape)

    def backward(self, x, target, shape):
        """Return an object that takes gradients in; see `_Backward`."""
        return _Backward(
            self.plan, x, target, self.tap_matrices() if target is not None else (), shape
        )

    def matrices(self):
        """Return one matrix (taps * channels, filters) for each group."""
        parts = _parts(self.kernel.reshape(-1, self.plan.filters), self.plan.groups)
        return [np.ascontiguousarray(part) for part in parts]

    def tap_matrices(self):
        """Return one array (taps, filters, channels) for each group."""
        parts = _parts(self.kernel.reshape(-1, *self.kernel.shape[-2:]), self.plan.groups)
        return [np.ascontiguousarray(part.transpose(0, 2, 1)) for part in parts]

    def kernel_gradient(self, total):
        """Return the gradient in the shape of the kernel, given the sum of `_Backward.total`."""
        return np.concatenate(total, axis=-1)


class _Forward:
    """Writes the products of a block to a matrix (positions, filters)."""

    def __init__(self, plan, x, matrices, shape):
        self.groups, self.matrices = plan.groups, matrices
        self.readers = [
            Patches(part, plan.windows, shape, plan.cell) for part in _parts(x, plan.groups)
        ]

    def __call__(self, products, block):
        sections = _parts(products, self.groups)
        for reader, matrix, section in zip(self.readers, self.matrices, sections, strict=True):
            product(reader(*block), matrix, section)


class _Backward:
    """Adds up the kernel's gradient, windows transposed times gradients, and spreads the input's.

    Attributes:
        total: array (groups, taps * channels, filters / groups); None if `x` is None.
    """

    def __init__(self, plan, x, target, taps, shape):
        self.plan = plan
        images, rows = shape
        groups = plan.groups
        self.readers, self.total = (), None
        if x is not None:
            self.readers = [
                Patches(part, plan.windows, shape, plan.cell) for part in _parts(x, groups)
            ]
            self.total = np.zeros((groups, plan.columns, plan.filters // groups), x.dtype)
            self.term = np.empty_like(self.total[0])
        self.overlaps = ()
        if target is not None:
            self.overlaps = [
                Overlap(part, matrix, plan.windows, (images, rows * plan.high))
                for part, matrix in zip(_parts(target, groups), taps, strict=True)
            ]

    def add(self, gradient, matrix, block):
        """Take in the gradient of a block, as a matrix (positions, filters)."""
        sections = _parts(matrix, self.plan.groups)
        for i, reader in enumerate(self.readers):
            product(reader(*block).T, sections[i], self.term)
            self.total[i] += self.term
        n0, n1, y0, y1 = block
        y0, y1 = y0 * self.plan.high, y1 * self.plan.high
        for overlap, section in zip(self.overlaps, sections, strict=False):
            gradient.write(overlap.place(n1 - n0, y1 - y0), section)
            overlap.add(n0, n1, y0, y1)
