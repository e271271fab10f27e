"""The gradient of a dense layer's kernel, as the product that it is, to be computed when needed."""

from ..parallel import matmul

WORTH_DEFERRING = 4_000_000  # multiplications


class ProductGradient:
    """The gradient `left @ right` of a matrix.

    In a training step the gradients of large kernels need not be computed before the optimizer
    uses them: it takes a few rows at a time, and updates these while they are in the cache.

    Attributes:
        left, right: arrays (inputs, samples) and (samples, units), not to be written to before
            the gradient has been used.
        shape: the shape of the matrix.
    """

    __array_priority__ = 2000
    __slots__ = ("left", "right", "shape")

    def __init__(self, left, right):
        self.left, self.right = left, right
        self.shape = (len(left), right.shape[1])

    @property
    def dtype(self):
        """The dtype of the product."""
        return self.right.dtype

    def dense(self):
        """Return the gradient as an ordinary array."""
        return matmul(self.left, self.right)

    def __add__(self, other):
        return self.dense() + (other.dense() if isinstance(other, ProductGradient) else other)

    __radd__ = __add__
