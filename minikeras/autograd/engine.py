"""Recording: what makes a function on arrays a differentiable operation.

An operation is a function on raw arrays that returns its result and its vector-Jacobian product:

    @op
    def multiply(a, b):
        return a * b, (lambda g: g * b, lambda g: g * a)

    @op
    def cumsum(x, /, axis=-1):
        ...

Arrays come first, then settings: the parameters before a `/` (or all that are not keyword-only,
where there is no `/`) are arrays, everything behind is a setting. The second value is a tuple
with one function per array (None where no gradient exists), or one function `vjp(g, needs)` that
returns all of them at once and may skip those whose flag in `needs` is False, or None for an
operation without a gradient. A result that has been broadcast needs no care: the walk sums it
back to the shape of its input.

The same body serves four masters: raw arrays give raw arrays; tensors are recorded; symbolic
tensors are handed to whoever made them (`__apply_op__`); and a gradient that is itself to be
differentiated runs the body once more on tensors, so that its vjp is recorded too.
"""

import functools
import inspect
import sys
import threading

import numpy as np

from .. import config
from .tensor import Node, Operators, Tensor, list_to_array, wrap

_SCALARS = (int, float, bool)


class _State(threading.local):
    # Whether to record operations at all; whether to keep what a second differentiation needs;
    # the leaves to record for, or None for every trainable variable.
    now = (True, True, None)


_state = _State()


class _Setting:
    """A context that sets the state of this thread, and puts the old one back."""

    __slots__ = ("before", "inside")

    def __init__(self, enabled, keep, targets):
        self.inside = enabled, keep, targets

    def __enter__(self):
        self.before, _state.now = _state.now, self.inside

    def __exit__(self, *error):
        _state.now = self.before


def no_grad():
    """Return a context in which nothing is recorded: inference, updates of weights."""
    return _Setting(False, True, None)


def recording(targets=None, keep=True):
    """Return a context in which operations on `targets` are recorded.

    Args:
        targets: variables whose gradients are wanted, or the frozen set of their nodes (see
            `leaves_of`); None for all trainable ones. Operations that lead to none of them leave
            no trace, so frozen layers cost no memory.
        keep: whether the gradient may be differentiated in turn. False frees memory early.
    """
    if targets is not None and not isinstance(targets, frozenset):
        targets = leaves_of(targets)
    return _Setting(True, keep, targets)


def leaves_of(variables):
    """Return the nodes of variables as the set that `recording` takes."""
    return frozenset(v._node for v in variables if v._node is not None)


def is_recording():
    """Return whether operations are being recorded now."""
    return _state.now[0]


def keeps_record():
    """Return whether operations are being recorded so that gradients of gradients can be taken."""
    enabled, keep, _ = _state.now
    return enabled and keep


class SecondDerivativeError(NotImplementedError):
    """A fused operation was asked for the gradient of its gradient."""


OPS = {}  # every operation by name, for the conformance tests and for model files


def op(function=None, *, indices=(), twice=True, name=None, register=True):
    """Decorate a function on raw arrays as a differentiable operation (see the module's text).

    Args:
        indices: positions of arguments that hold indices or labels: they keep their integer
            type and have no gradient.
        twice: whether the body is made of plain NumPy calls, so that its gradient can be
            differentiated again. A body that writes into buffers says False.
        name: the name in `OPS`; the function's own by default.
        register: False for an operation made on the fly, which no file can name.
    """
    if function is None:
        return functools.partial(op, indices=indices, twice=twice, name=name, register=register)
    fixed = frozenset(indices)
    array_names, setting_names, limit = _parameters(function)

    @functools.wraps(function)
    def apply(*arrays, **settings):
        if len(arrays) > limit or (settings and not array_names.isdisjoint(settings)):
            arrays, settings = _sort_arguments(function, arrays, settings, setting_names, limit)
        # The common case first: tensors and arrays of one type. All else takes the careful way.
        raw, parents = [], []
        dtype = None
        tensors = tracked = False
        enabled, keep, targets = _state.now
        for a in arrays:
            parent = None
            if isinstance(a, Tensor):
                tensors = True
                node = a._node
                if (
                    enabled
                    and node is not None
                    and (targets is None or not node.leaf or node in targets)
                ):
                    parent = (node, a._index)
                a = a.data
            elif a is None:
                raw.append(None)
                parents.append(None)
                continue
            elif (type(a) is float or type(a) is int) and dtype is not None and dtype.kind == "f":
                if len(raw) in fixed:
                    break
                a = np.asarray(a, dtype)  # a number behind an array: the commonest constant
            elif type(a) is not np.ndarray:
                break
            if fixed and len(raw) in fixed:
                parent = None
            elif dtype is not a.dtype:
                if dtype is not None:
                    break
                dtype = a.dtype
            if parent is not None:
                tracked = True
            raw.append(a)
            parents.append(parent)
        if len(raw) != len(arrays):
            if any(map(_lists_tensors, arrays)):  # such as sum(model.losses)
                joined = [OPS["stack"](*a, axis=0) if _lists_tensors(a) else a for a in arrays]
                return apply(*joined, **settings)
            raw, parents, symbolic = _sort_out(arrays, fixed)
            if symbolic is not None:
                return symbolic.__apply_op__(apply, arrays, settings)
            tensors = any(isinstance(a, Tensor) for a in arrays)
            tracked = any(parents)
        out, vjp = function(*raw, **settings)
        if not tensors:
            # NumPy turns what has no dimensions into scalars, which it promotes differently.
            return np.asarray(out) if isinstance(out, np.generic) else out
        if isinstance(out, tuple):
            node = None
            if tracked and vjp is not None:
                shapes, dtypes = tuple(o.shape for o in out), tuple(o.dtype for o in out)
                recipe = (apply, arrays, raw, settings) if keep else None
                node = Node(vjp, parents, shapes, dtypes, recipe)
            return tuple(wrap(np.asarray(o), node, i) for i, o in enumerate(out))
        if type(out) is not np.ndarray:
            out = np.asarray(out)
        if not tracked or vjp is None:
            return wrap(out)
        recipe = (apply, arrays, raw, settings) if keep else None
        return wrap(out, Node(vjp, parents, out.shape, out.dtype, recipe))

    apply.op_name = name or function.__name__.strip("_")
    apply.raw = function
    apply.twice = twice
    if register and OPS.setdefault(apply.op_name, apply) is not apply:
        raise ValueError(f"Two operations are called {apply.op_name!r}.")
    return apply


def composite(function):
    """Decorate a function made of several operations that is one operation to those who call it.

    It counts as one node in the graph of the functional API, and is run afresh, whole, for every
    batch. Everywhere else it is the plain function.
    """

    @functools.wraps(function)
    def apply(*arrays, **settings):
        for a in arrays:
            if isinstance(a, Operators) and a.symbolic:
                return a.__apply_op__(apply, arrays, settings)
        for a in settings.values():
            if isinstance(a, Operators) and a.symbolic:  # given by name: put it into its place
                bound = inspect.signature(function).bind(*arrays, **settings)
                return a.__apply_op__(apply, bound.args, bound.kwargs)
        return function(*arrays, **settings)

    apply.op_name = function.__name__.strip("_")
    apply.raw = function
    apply.twice = True
    if OPS.setdefault(apply.op_name, apply) is not apply:
        raise ValueError(f"Two operations are called {apply.op_name!r}.")
    return apply


def _parameters(function):
    """Return the names of the arrays and settings of `function`, and how many arrays it takes."""
    code = function.__code__  # a hundred times as fast as inspect.signature, which imports feel
    if code.co_flags & inspect.CO_VARARGS:
        return frozenset(), (), sys.maxsize
    names = code.co_varnames[: code.co_argcount]
    n = code.co_posonlyargcount or code.co_argcount
    return frozenset(names[:n]), names[n:], n


def _sort_arguments(function, arrays, settings, setting_names, limit):
    """Tell arrays from settings where a caller gave settings by position, or arrays by name."""
    extra = arrays[limit:]
    if len(extra) > len(setting_names):
        raise TypeError(
            f"{function.__name__} takes {limit} arrays and {len(setting_names)} settings, "
            f"but {len(arrays)} arguments were given."
        )
    for name, value in zip(setting_names, extra, strict=False):
        if name in settings:
            raise TypeError(f"{function.__name__} got its argument {name!r} twice.")
        settings[name] = value
    arrays = list(arrays[:limit])
    parameters = list(inspect.signature(function).parameters.values())[:limit]
    for p in parameters[len(arrays) :]:
        if p.name in settings:
            arrays.append(settings.pop(p.name))
        elif p.default is not p.empty:
            arrays.append(p.default)
        else:
            break
    return tuple(arrays), settings


def _lists_tensors(value):
    """Return whether a value is a list with a tensor in it, real or symbolic."""
    return isinstance(value, (list, tuple)) and any(isinstance(v, Operators) for v in value)


def _sort_out(arrays, fixed):
    """Unwrap arguments of any kind and bring them to one type.

    Returns:
        (raw arrays, parents, a symbolic tensor among the arguments or None).
    """
    raw, parents, types, untyped = [], [], set(), set()
    for a in arrays:
        if isinstance(a, Operators) and a.symbolic:
            return raw, parents, a
    for position, a in enumerate(arrays):
        parent = None
        if isinstance(a, Tensor):
            if position not in fixed and needs_gradient(a):
                parent = (a._node, a._index)
            a = a.data
        elif a is not None and type(a) is not np.ndarray:
            if position not in fixed and not hasattr(a, "dtype") or isinstance(a, _SCALARS):
                untyped.add(position)
            # A subclass of ndarray, such as a matrix, has operators of its own.
            a = list_to_array(a) if isinstance(a, (list, tuple)) else np.asarray(a)
        if position not in fixed and a is not None:
            types.add(a.dtype)
        raw.append(a)
        parents.append(parent)
    if len(types) > 1 or untyped:
        _harmonise(arrays, raw, fixed, untyped)
    return raw, parents, None


def needs_gradient(tensor):
    """Return whether what is computed from `tensor` now is recorded."""
    node = tensor._node
    enabled, _, targets = _state.now
    return node is not None and enabled and (not node.leaf or targets is None or node in targets)


def _harmonise(arrays, raw, fixed, untyped):
    """Bring mixed arguments to one type, in place, without NumPy's upcasts to float64.

    Tensors decide among themselves; constants adapt to them. Plain arrays decide where there is
    no tensor, and numbers and lists (at the positions `untyped`) only where there is nothing
    else: NumPy's own scalars by their type, Python's fractions by the default one. Integers
    become floats beside floats, and beside a fraction.
    """
    plain = [i for i in range(len(raw)) if i not in fixed and raw[i] is not None]
    known = [i for i in plain if i not in untyped]
    free = [raw[i].dtype.kind for i in plain if i in untyped]
    deciding = [i for i in known if isinstance(arrays[i], Tensor)] or known
    floats = [raw[i].dtype for i in deciding if raw[i].dtype.kind in "fc"] or [
        raw[i].dtype for i in known if raw[i].dtype.kind in "fc"
    ]
    if floats:
        target = functools.reduce(np.promote_types, floats)
    elif "f" in free:
        scalars = [a.dtype for a in arrays if isinstance(a, np.floating)]
        target = functools.reduce(np.promote_types, scalars or [np.dtype(config.floatx())])
    else:
        kinds = [raw[i].dtype for i in known]
        if "i" in free:
            kinds = [k for k in kinds if k.kind != "b"] or [np.dtype("int32")]
        if not kinds:
            kinds = [raw[i].dtype for i in plain]
        target = functools.reduce(np.promote_types, kinds)
    for i in plain:
        a = raw[i]
        if a.dtype != target and (i in untyped or a.dtype.kind != "b" or target.kind in "fc"):
            raw[i] = a.astype(target)
