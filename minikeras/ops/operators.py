"""What `x + y`, `x[0]` and `x.mean()` mean for a tensor: the operators and NumPy's methods.

They are put on `autograd.tensor.Operators`, which concrete tensors and the symbolic tensors of
the functional API both inherit from, and do nothing but call operations, which tell the two
apart. Comparisons work element by element, `==` and `!=` too, as in Keras 3; tensors are still
hashed by identity. Operators that change a tensor in place do not exist: `x += y` makes a new one.
"""

from ..autograd.tensor import Operators
from . import (
    arithmetic,
    comparison,
    diagonals,
    elementwise,
    indexing,
    products,
    reduction,
    shaping,
    sorting,
)


def _binary(function):
    def operator(self, other):
        return function(self, other)

    def reflected(self, other):
        return function(other, self)

    return operator, reflected


def _power(self, exponent):
    if isinstance(exponent, (int, float)):
        if exponent == 2:
            return elementwise.square(self)
        if exponent == 0.5:
            return elementwise.sqrt(self)
    return arithmetic.power(self, exponent)


def _divmod(self, other):
    return arithmetic.floor_divide(self, other), arithmetic.mod(self, other)


_BINARY = {
    "add": arithmetic.add,
    "sub": arithmetic.subtract,
    "mul": arithmetic.multiply,
    "truediv": arithmetic.divide,
    "floordiv": arithmetic.floor_divide,
    "mod": arithmetic.mod,
    "pow": arithmetic.power,
    "matmul": products.matmul,
    "and": comparison.bitwise_and,
    "or": comparison.bitwise_or,
    "xor": comparison.bitwise_xor,
    "lshift": comparison.bitwise_left_shift,
    "rshift": comparison.bitwise_right_shift,
}
_COMPARISONS = {
    "eq": comparison.equal,
    "ne": comparison.not_equal,
    "lt": comparison.less,
    "le": comparison.less_equal,
    "gt": comparison.greater,
    "ge": comparison.greater_equal,
}
for _name, _function in _BINARY.items():
    _operator, _reflected = _binary(_function)
    setattr(Operators, f"__{_name}__", _operator)
    setattr(Operators, f"__r{_name}__", _reflected)
for _name, _function in _COMPARISONS.items():
    setattr(Operators, f"__{_name}__", _binary(_function)[0])
Operators.__pow__ = _power
Operators.__divmod__ = _divmod
Operators.__hash__ = object.__hash__
Operators.__neg__ = lambda self: elementwise.negative(self)
Operators.__pos__ = lambda self: self
Operators.__abs__ = lambda self: elementwise.absolute(self)
Operators.__invert__ = lambda self: comparison.bitwise_not(self)
Operators.__round__ = lambda self, ndigits=0: elementwise.round(self, decimals=ndigits or 0)
Operators.__getitem__ = indexing.get_item
Operators.T = property(lambda self: shaping.transpose(self))


# ---------------------------------------------------------------------------------------------
# NumPy's methods, with NumPy's order of arguments
# ---------------------------------------------------------------------------------------------
def _sizes(sizes):
    """Return sizes given one by one or as one sequence as a tuple."""
    return tuple(sizes[0]) if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes


def _method(function):
    setattr(Operators, function.__name__.strip("_"), function)
    return function


def _reducing(function):
    def method(self, axis=None, dtype=None, out=None, keepdims=False):
        if out is not None:
            raise TypeError("Tensors cannot be written into: leave out `out`.")
        x = self if dtype is None else elementwise.cast(self, dtype=dtype)
        return function(x, axis=axis, keepdims=keepdims)

    return method


def _extreme(function):
    def method(self, axis=None, out=None, keepdims=False, **initial):
        if out is not None:
            raise TypeError("Tensors cannot be written into: leave out `out`.")
        return function(self, axis=axis, keepdims=keepdims, **initial)

    return method


for _function in (reduction.sum, reduction.mean, reduction.prod, reduction.var, reduction.std):
    setattr(Operators, _function.op_name, _reducing(_function))
for _function in (
    reduction.max,
    reduction.min,
    reduction.all,
    reduction.any,
    reduction.argmax,
    reduction.argmin,
):
    setattr(Operators, _function.op_name, _extreme(_function))


@_method
def _reshape(self, *shape):
    return shaping.reshape(self, newshape=_sizes(shape))


@_method
def _transpose(self, *axes):
    axes = _sizes(axes) if axes and axes[0] is not None else None
    return shaping.transpose(self, axes=axes)


@_method
def _swapaxes(self, axis1, axis2):
    return shaping.swapaxes(self, axis1=axis1, axis2=axis2)


@_method
def _astype(self, dtype):
    return elementwise.cast(self, dtype=dtype)


@_method
def _squeeze(self, axis=None):
    return shaping.squeeze(self, axis=axis)


@_method
def _flatten(self):
    return shaping.ravel(self)


@_method
def _ravel(self):
    return shaping.ravel(self)


@_method
def _copy(self):
    return elementwise.copy(self)


@_method
def _clip(self, min=None, max=None):
    return arithmetic.clip(self, min, max)


@_method
def _round(self, decimals=0):
    return elementwise.round(self, decimals=decimals)


@_method
def _dot(self, other):
    return products.dot(self, other)


@_method
def _repeat(self, repeats, axis=None):
    return shaping.repeat(self, repeats=repeats, axis=axis)


@_method
def _take(self, indices, axis=None):
    return indexing.take(self, indices, axis=axis)


@_method
def _cumsum(self, axis=None, dtype=None):
    return reduction.cumsum(self, axis=axis, dtype=dtype)


@_method
def _cumprod(self, axis=None, dtype=None):
    return reduction.cumprod(self, axis=axis, dtype=dtype)


@_method
def _diagonal(self, offset=0, axis1=0, axis2=1):
    return diagonals.diagonal(self, offset=offset, axis1=axis1, axis2=axis2)


@_method
def _trace(self, offset=0, axis1=0, axis2=1):
    return diagonals.trace(self, offset=offset, axis1=axis1, axis2=axis2)


@_method
def _sort(self, axis=-1):
    raise TypeError("Tensors are not changed in place: use ops.sort(x), which returns a new one.")


@_method
def _argsort(self, axis=-1):
    return sorting.argsort(self, axis=axis)
