"""Where arrays come from: constants, ranges, conversions; and what may be asked about them.

Floats have the default float type and whole numbers are int32 unless `dtype` says otherwise. The
results are plain arrays, which mix freely with tensors.
"""

import math

import numpy as np

from .. import config
from ..autograd import Tensor, op
from ..autograd.tensor import Operators, as_array
from .elementwise import cast


def zeros(shape, dtype=None):
    """Return an array of zeros."""
    return np.zeros(shape, dtype or config.floatx())


def ones(shape, dtype=None):
    """Return an array of ones."""
    return np.ones(shape, dtype or config.floatx())


def empty(shape, dtype=None):
    """Return an array whose values nobody has set; minikeras sets them to 0."""
    return zeros(shape, dtype)


def full(shape, fill_value, dtype=None):
    """Return an array filled with `fill_value`, a number or what broadcasts."""
    return np.full(shape, convert_to_numpy(fill_value), dtype or config.floatx())


@op
def zeros_like(x, /, dtype=None):
    """Return zeros of the shape of `x`."""
    return np.zeros(x.shape, dtype or x.dtype), None


@op
def ones_like(x, /, dtype=None):
    """Return ones of the shape of `x`."""
    return np.ones(x.shape, dtype or x.dtype), None


def empty_like(x, dtype=None):
    """Return an array of the shape of `x` whose values are 0 until set."""
    return zeros_like(x, dtype=dtype)


@op
def full_like(x, /, fill_value, dtype=None):
    """Return an array of the shape of `x` filled with the number `fill_value`."""
    return np.full(x.shape, convert_to_numpy(fill_value), dtype or x.dtype), None


def eye(N, M=None, k=0, dtype=None):
    """Return an (N, M) array of zeros with ones on diagonal `k`; M is N by default."""
    return np.eye(N, M, k=k, dtype=dtype or config.floatx())


def identity(n, dtype=None):
    """Return the (n, n) identity matrix."""
    return eye(n, dtype=dtype)


def tri(N, M=None, k=0, dtype=None):
    """Return an (N, M) array of ones on and below diagonal `k`, zeros above."""
    return np.tri(N, M, k=k, dtype=dtype or config.floatx())


def arange(start, stop=None, step=None, dtype=None):
    """Return the numbers from `start` up to, not including, `stop`; from 0 with one argument.

    Whole arguments give int32, others the default float type.

    Raises:
        TypeError: there is no number to go up to, as where an unknown size was given.
    """
    if stop is None:
        start, stop = 0, start
    if start is None or stop is None:
        raise TypeError(
            "arange needs a number to go up to, not None. The size of a symbolic tensor that is "
            "None is known in calls only: ask for it inside a layer's `call`, or in a Lambda."
        )
    numbers = [as_array(convert_to_numpy(n)) for n in (start, stop, 1 if step is None else step)]
    if dtype is None:
        whole = all(n.dtype.kind in "iub" for n in numbers)
        dtype = "int32" if whole else config.floatx()
    return np.arange(*(n.item() for n in numbers)).astype(dtype)


def _spaced(function, start, stop, num, endpoint, dtype, axis, **more):
    start, stop = convert_to_numpy(start), convert_to_numpy(stop)
    y = function(start, stop, num, endpoint=endpoint, axis=axis, **more)
    return np.asarray(y).astype(dtype or config.floatx())


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """Return `num` numbers from `start` to `stop` in equal steps; with `retstep` the step too."""
    y = _spaced(np.linspace, start, stop, num, endpoint, dtype, axis)
    if not retstep:
        return y
    gaps = num - 1 if endpoint else num
    return y, (np.subtract(stop, start) / gaps if gaps > 0 else math.nan)


def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    """Return `base` to the power of `num` numbers from `start` to `stop` in equal steps."""
    return _spaced(np.logspace, start, stop, num, endpoint, dtype, axis, base=base)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """Return `num` numbers from `start` to `stop`, each a constant multiple of the one before."""
    return _spaced(np.geomspace, start, stop, num, endpoint, dtype, axis)


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """Return `x` as a tensor: a number, a list, an array, or a tensor, which stays what it is.

    Python's fractions become the default float type and its whole numbers int32.
    """
    if sparse or ragged:
        raise ValueError("minikeras has dense tensors only: leave out sparse and ragged.")
    if isinstance(x, Operators):
        return x if dtype is None or x.dtype == np.dtype(dtype) else cast(x, dtype=dtype)
    return Tensor(as_array(x), dtype)


def convert_to_numpy(x):
    """Return the value of a tensor as an ndarray; anything else goes through `numpy.asarray`."""
    return x.data if isinstance(x, Tensor) else x if isinstance(x, np.ndarray) else np.asarray(x)


def array(x, dtype=None):
    """Return `x` as a tensor (see `convert_to_tensor`)."""
    return convert_to_tensor(x, dtype)


def is_tensor(x):
    """Return whether `x` is a tensor, concrete or symbolic. A plain ndarray is not."""
    return isinstance(x, Operators)


def shape(x):
    """Return the shape of `x` as a tuple."""
    return x.shape if hasattr(x, "shape") else np.shape(x)


def ndim(x):
    """Return the number of dimensions of `x`."""
    return len(shape(x))


def size(x):
    """Return the number of elements of `x`."""
    return math.prod(shape(x))


def dtype(x):
    """Return the name of the type of `x`, such as 'float32'."""
    found = x.dtype if hasattr(x, "dtype") else as_array(x).dtype
    return found if isinstance(found, str) else np.dtype(found).name
