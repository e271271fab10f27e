"""NumPy's own functions called on tensors: `np.exp(t)`, `np.concatenate([t, u])`, `np.mean(t)`.

NumPy asks a foreign array to answer for its functions through `__array_ufunc__` and
`__array_function__`. A function that minikeras has is answered by the operation of that name, with
its gradient. Any other is computed by NumPy itself on the plain arrays, but only where no gradient
would be lost by it; otherwise a TypeError says so.
"""

import numpy as np

from ..autograd import Tensor
from ..autograd.tensor import Operators
from . import arithmetic, comparison, complex_numbers, elementwise, products, reduction, signals
from .numpy_functions import FUNCTIONS, Unanswered


def _same_names():
    """Return each ufunc of NumPy that one of our operations shares its name with."""
    found = {}
    for module in (arithmetic, comparison, complex_numbers, elementwise, products, signals):
        for name, ours in vars(module).items():
            if hasattr(ours, "op_name") and isinstance(getattr(np, name, None), np.ufunc):
                found[getattr(np, name)] = ours
    return found


_UFUNCS = _same_names()
_REDUCTIONS = {
    np.add: reduction.sum,
    np.multiply: reduction.prod,
    np.maximum: reduction.max,
    np.minimum: reduction.min,
    np.logical_and: reduction.all,
    np.logical_or: reduction.any,
}


def _tensors_in(value):
    """Yield the tensors in an argument, lists and tuples searched too."""
    if isinstance(value, Operators):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _tensors_in(part)
    elif isinstance(value, dict):
        yield from _tensors_in(list(value.values()))


def _plain(value):
    """Return an argument with ndarrays in place of tensors."""
    if isinstance(value, Tensor):
        return value.data
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(part) for part in value)
    return value


def _by_numpy(function, name, args, kwargs):
    """Let NumPy compute on plain arrays, unless a gradient would be lost."""
    for t in _tensors_in([args, kwargs]):
        if not isinstance(t, Tensor) or t.requires_grad:
            raise TypeError(
                f"numpy.{name} with these arguments has no counterpart that keeps the gradient. "
                "Use a function of minikeras.ops, leave out `out=` and `where=`, or pass "
                "ops.stop_gradient(x) (a symbolic tensor: wrap the call in a Lambda layer)."
            )
    return function(*_plain(args), **{k: _plain(v) for k, v in kwargs.items()})


def _array_ufunc(self, ufunc, method, *inputs, **kwargs):
    if method == "__call__" and not kwargs and ufunc in _UFUNCS:
        return _UFUNCS[ufunc](*inputs)
    if method == "reduce" and ufunc in _REDUCTIONS and kwargs.keys() <= {"axis", "keepdims"}:
        return _REDUCTIONS[ufunc](*inputs, **{"axis": 0, **kwargs})
    return _by_numpy(getattr(ufunc, method), ufunc.__name__, inputs, kwargs)


def _array_function(self, function, types, args, kwargs):
    answer = FUNCTIONS.get(function)
    if answer is not None:
        try:
            return answer(*args, **kwargs)
        except Unanswered:
            pass
    return _by_numpy(function, function.__name__, args, kwargs)


Operators.__array_ufunc__ = _array_ufunc
Operators.__array_function__ = _array_function
