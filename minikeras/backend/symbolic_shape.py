"""`K.shape`: a tuple, and a tensor of whole numbers wherever an operation is given it whole.

With some sizes unknown, `K.prod(K.cast(K.shape(x), 'float32'))` in the graph of a model has no
value before there are data.
"""

import numpy as np

from .. import ops
from ..autograd.engine import op
from ..autograd.tensor import Operators
from ..layers.symbolic import KerasTensor


@op(indices=(0,))
def shape_of(x):
    """Return the shape of `x` as a vector of whole numbers."""
    return np.array(np.shape(x), "int32"), None


class SymbolicShape(tuple, Operators):
    """The shape of a symbolic tensor, None where a size is unknown.

    It is a tuple for all who look into it. Operations see a symbolic tensor of its numbers.
    """

    symbolic = True

    def __new__(cls, symbol):
        """Make the shape of a symbolic tensor."""
        shape = super().__new__(cls, symbol.shape)
        shape.of = symbol
        return shape

    def __apply_op__(self, operation, arrays, settings):
        arrays = [shape_of(a.of) if isinstance(a, SymbolicShape) else a for a in arrays]
        return operation(*arrays, **settings)

    __hash__ = tuple.__hash__


def shape(x):
    """Return the shape of `x`: a tuple, which operations take as a tensor of whole numbers."""
    if isinstance(x, KerasTensor) and None in x.shape:
        return SymbolicShape(x)
    return ops.shape(x)
