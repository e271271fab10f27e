"""NumPy's own functions called on tensors: `np.exp(t)`, `np.concatenate([t, u])`, `np.mean(t)`.

NumPy asks a foreign array to answer for its functions through `__array_ufunc__` and
`__array_function__`. A function that minikeras has is answered by the operation of that name, with
its gradient. Any other is computed by NumPy itself on the plain arrays, but only where no gradient
would be lost by it; otherwise a TypeError says so.
"""

import inspect

import numpy as np

from ..autograd import Tensor
from ..autograd.tensor import Operators
from . import (
    arithmetic,
    comparison,
    creation,
    elementwise,
    indexing,
    joining,
    products,
    reduction,
    shaping,
    sorting,
)

_UNSET = getattr(np, "_NoValue", None)  # NumPy's mark for an argument that was not given
# NumPy's arguments that change nothing at these values.
_HARMLESS = {
    "casting": ("same_kind",),
    "copy": (True, None),
    "correction": (0,),
    "ddof": (0,),
    "kind": (None, "stable"),
    "mode": ("raise",),
    "order": ("C", "K", "A", None),
    "stable": (None, True),
    "subok": (True, False),
    "where": (True,),
}


class _Unanswered(Exception):  # noqa: N818 (it never leaves this module)
    """The call asks for something that our operation does not do."""


def _answer(ours, names, arrays=1, **renamed):
    """Return a function with NumPy's arguments `names` that calls our operation.

    The first `arrays` arguments are arrays. `renamed` maps names of NumPy to ours.
    """
    names = names.split()
    settings = frozenset(inspect.signature(ours).parameters)

    def answer(*args, **kwargs):
        if len(args) > len(names):
            raise _Unanswered
        given = dict(zip(names, args))
        given.update(kwargs)
        if any(name not in given for name in names[:arrays]):
            raise _Unanswered
        found = {}
        for name, value in given.items():
            if name in names[:arrays] or value is _UNSET:
                continue
            ours_name = renamed.get(name, name)
            if ours_name in settings:
                found[ours_name] = value
            elif value is not None and not (
                name in _HARMLESS and isinstance(value, (str, int)) and value in _HARMLESS[name]
            ):
                raise _Unanswered
        return ours(*(given[name] for name in names[:arrays]), **found)

    return answer


def _summing(ours, names="a axis dtype out keepdims"):
    """Answer a reduction whose `dtype` names the type to compute in."""
    answer = _answer(ours, names)

    def cast_first(*args, **kwargs):
        given = dict(zip(names.split(), args))
        given.update(kwargs)
        dtype = given.pop("dtype", None)
        if dtype is not None and dtype is not _UNSET:
            given["a"] = elementwise.cast(given["a"], dtype=dtype)
        return answer(**given)

    return cast_first


def _clip(a, a_min=None, a_max=None, out=None, min=None, max=None):
    if out is not None:
        raise _Unanswered
    low, high = (y if x is None or x is _UNSET else x for x, y in ((a_min, min), (a_max, max)))
    return arithmetic.clip(a, *(None if v is _UNSET else v for v in (low, high)))


def _where(condition, x=None, y=None):
    return arithmetic.where(condition, x, y)


_FUNCTIONS = {
    np.sum: _summing(reduction.sum),
    np.mean: _summing(reduction.mean),
    np.prod: _summing(reduction.prod),
    np.var: _summing(reduction.var, "a axis dtype out ddof keepdims"),
    np.std: _summing(reduction.std, "a axis dtype out ddof keepdims"),
    np.max: _answer(reduction.max, "a axis out keepdims initial"),
    np.min: _answer(reduction.min, "a axis out keepdims initial"),
    np.all: _answer(reduction.all, "a axis out keepdims"),
    np.any: _answer(reduction.any, "a axis out keepdims"),
    np.argmax: _answer(reduction.argmax, "a axis out keepdims"),
    np.argmin: _answer(reduction.argmin, "a axis out keepdims"),
    np.count_nonzero: _answer(reduction.count_nonzero, "a axis"),
    np.cumsum: _answer(reduction.cumsum, "a axis dtype out"),
    np.cumprod: _answer(reduction.cumprod, "a axis dtype out"),
    np.concatenate: _answer(joining.concatenate, "arrays axis out"),
    np.stack: _answer(joining.stack, "arrays axis out"),
    np.split: _answer(joining.split, "ary indices_or_sections axis"),
    np.array_split: _answer(joining.array_split, "ary indices_or_sections axis"),
    np.where: _where,
    np.clip: _clip,
    np.reshape: _answer(shaping.reshape, "a newshape order", shape="newshape"),
    np.ravel: _answer(shaping.ravel, "a order"),
    np.transpose: _answer(shaping.transpose, "a axes"),
    np.swapaxes: _answer(shaping.swapaxes, "a axis1 axis2"),
    np.moveaxis: _answer(shaping.moveaxis, "a source destination"),
    np.expand_dims: _answer(shaping.expand_dims, "a axis"),
    np.squeeze: _answer(shaping.squeeze, "a axis"),
    np.broadcast_to: _answer(shaping.broadcast_to, "array shape subok"),
    np.flip: _answer(shaping.flip, "m axis"),
    np.rot90: _answer(shaping.rot90, "m k axes"),
    np.roll: _answer(shaping.roll, "a shift axis"),
    np.tile: _answer(shaping.tile, "A reps", reps="repeats"),
    np.repeat: _answer(shaping.repeat, "a repeats axis"),
    np.pad: _answer(shaping.pad, "array pad_width mode"),
    np.take: _answer(indexing.take, "a indices axis out mode", arrays=2),
    np.take_along_axis: _answer(indexing.take_along_axis, "arr indices axis", arrays=2),
    np.nonzero: _answer(indexing.nonzero, "a"),
    np.sort: _answer(sorting.sort, "a axis kind order"),
    np.argsort: _answer(sorting.argsort, "a axis kind order"),
    np.dot: _answer(products.dot, "a b out", arrays=2),
    np.tensordot: _answer(products.tensordot, "a b axes", arrays=2),
    np.round: _answer(elementwise.round, "a decimals out"),
    np.nan_to_num: _answer(elementwise.nan_to_num, "x copy nan posinf neginf"),
    np.sinc: _answer(elementwise.sinc, "x"),
    np.copy: _answer(elementwise.copy, "a order subok"),
    np.isclose: _answer(comparison.isclose, "a b rtol atol equal_nan", arrays=2),
    np.allclose: _answer(comparison.allclose, "a b rtol atol equal_nan", arrays=2),
    np.zeros_like: _answer(creation.zeros_like, "a dtype order subok shape"),
    np.ones_like: _answer(creation.ones_like, "a dtype order subok shape"),
    np.full_like: _answer(creation.full_like, "a fill_value dtype order subok shape"),
    np.shape: creation.shape,
    np.ndim: creation.ndim,
    np.size: _answer(creation.size, "a axis"),
}
# NumPy 2's new names of old functions are objects of their own only in some versions.
for _new, _old in (("permute_dims", "transpose"), ("concat", "concatenate"), ("pow", "power")):
    if hasattr(np, _new) and getattr(np, _old) in _FUNCTIONS:
        _FUNCTIONS.setdefault(getattr(np, _new), _FUNCTIONS[getattr(np, _old)])


def _same_names():
    """Return each ufunc of NumPy that one of our operations shares its name with."""
    found = {}
    for module in (arithmetic, comparison, elementwise, products):
        for name in vars(module):
            ufunc = getattr(np, name, None)
            if isinstance(ufunc, np.ufunc):
                found[ufunc] = getattr(module, name)
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
    answer = _FUNCTIONS.get(function)
    if answer is not None:
        try:
            return answer(*args, **kwargs)
        except _Unanswered:
            pass
    return _by_numpy(function, function.__name__, args, kwargs)


Operators.__array_ufunc__ = _array_ufunc
Operators.__array_function__ = _array_function
