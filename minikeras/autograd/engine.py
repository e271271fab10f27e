"""Reverse mode: how operations are recorded, and the walk backwards that differentiates them.

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

import contextlib
import functools
import inspect
import sys
import threading

import numpy as np

from .. import config
from .tensor import Node, Tensor, as_array, wrap

_SCALARS = (int, float, bool)


class _State(threading.local):
    enabled = True  # record operations at all
    keep = True  # keep what a second differentiation needs
    targets = None  # leaves to record for; None: every trainable variable


_state = _State()


@contextlib.contextmanager
def _setting(**values):
    before = {name: getattr(_state, name) for name in values}
    for name, value in values.items():
        setattr(_state, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(_state, name, value)


def no_grad():
    """Return a context in which nothing is recorded: inference, updates of weights."""
    return _setting(enabled=False)


def recording(targets=None, keep=True):
    """Return a context in which operations on `targets` are recorded.

    Args:
        targets: variables whose gradients are wanted; None for all trainable ones. Operations
            that lead to none of them leave no trace, so frozen layers cost no memory.
        keep: whether the gradient may be differentiated in turn. False frees memory early.
    """
    leaves = None if targets is None else frozenset(v._node for v in targets)
    return _setting(enabled=True, keep=keep, targets=leaves)


def is_recording():
    """Return whether operations are being recorded now."""
    return _state.enabled


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
        raw = []
        dtype = None
        mixed = tensors = tracked = False
        enabled, targets = _state.enabled, _state.targets
        parents = []
        for position, a in enumerate(arrays):
            parent = None
            if isinstance(a, Tensor):
                tensors = True
                node = a._node
                if (
                    node is not None
                    and enabled
                    and (not node.leaf or targets is None or node in targets)
                    and position not in fixed
                ):
                    parent = (node, a._index)
                    tracked = True
                a = a.data
            elif a is None:
                pass
            elif not isinstance(a, np.ndarray):
                handler = getattr(type(a), "__apply_op__", None)
                if handler is not None:
                    return handler(a, apply, arrays, settings)
                if isinstance(a, _SCALARS):
                    mixed = True
                else:
                    for other in arrays[position:]:
                        handler = getattr(type(other), "__apply_op__", None)
                        if handler is not None:
                            return handler(other, apply, arrays, settings)
                    a = np.asarray(a) if position in fixed else as_array(a)
            elif type(a) is not np.ndarray:
                a = np.asarray(a)  # a subclass, such as a matrix, has operators of its own
            if type(a) is np.ndarray and position not in fixed:
                if dtype is None:
                    dtype = a.dtype
                elif a.dtype != dtype:
                    mixed = True
            raw.append(a)
            parents.append(parent)
        if mixed:
            for other in arrays:  # a symbolic tensor behind a scalar
                handler = getattr(type(other), "__apply_op__", None)
                if handler is not None:
                    return handler(other, apply, arrays, settings)
            _harmonise(arrays, raw, fixed)
        out, vjp = function(*raw, **settings)
        if not tensors:
            return out
        node = None
        if tracked and vjp is not None:
            recipe = None
            if _state.keep:
                recipe = (apply, arrays, raw, settings)
            if isinstance(out, tuple):
                shape, dtypes = tuple(o.shape for o in out), tuple(o.dtype for o in out)
                node = Node(vjp, parents, shape, dtypes, recipe)
            else:
                node = Node(vjp, parents, out.shape, out.dtype, recipe)
        if isinstance(out, tuple):
            return tuple(wrap(np.asarray(o), node, i) for i, o in enumerate(out))
        return wrap(out if type(out) is np.ndarray else np.asarray(out), node)

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
    signature = inspect.signature(function)

    @functools.wraps(function)
    def apply(*arrays, **settings):
        for a in arrays:
            handler = getattr(type(a), "__apply_op__", None)
            if handler is not None:
                return handler(a, apply, arrays, settings)
        for a in settings.values():
            handler = getattr(type(a), "__apply_op__", None)
            if handler is not None:  # a symbolic tensor given by name: put it into its place
                bound = signature.bind(*arrays, **settings)
                return handler(a, apply, bound.args, bound.kwargs)
        return function(*arrays, **settings)

    apply.op_name = function.__name__.strip("_")
    apply.raw = function
    apply.twice = True
    if OPS.setdefault(apply.op_name, apply) is not apply:
        raise ValueError(f"Two operations are called {apply.op_name!r}.")
    return apply


def _parameters(function):
    """Return the names of the arrays and settings of `function`, and how many arrays it takes."""
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return frozenset(), (), sys.maxsize
    only = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY]
    free = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    arrays, settings = (only, free) if only else (free, [])
    return frozenset(arrays), tuple(settings), len(arrays)


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


def _harmonise(arrays, raw, fixed):
    """Bring mixed arguments to one type, in place, without NumPy's upcasts to float64.

    Tensors decide among themselves; constants (plain arrays and Python numbers) adapt to them;
    integers become floats beside floats, and beside a fractional Python number.
    """
    plain = [i for i in range(len(raw)) if i not in fixed and raw[i] is not None]
    known = [i for i in plain if isinstance(raw[i], np.ndarray)]
    deciding = [i for i in known if isinstance(arrays[i], Tensor)] or known
    floats = [raw[i].dtype for i in deciding if raw[i].dtype.kind in "fc"] or [
        raw[i].dtype for i in known if raw[i].dtype.kind in "fc"
    ]
    if floats:
        target = functools.reduce(np.promote_types, floats)
    elif any(isinstance(raw[i], float) for i in plain):
        target = np.dtype(config.floatx())
    else:
        kinds = [raw[i].dtype for i in known]
        if any(isinstance(raw[i], int) and not isinstance(raw[i], bool) for i in plain):
            kinds = [k for k in kinds if k.kind != "b"] or [np.dtype("int32")]
        target = functools.reduce(np.promote_types, kinds) if kinds else None
    for i in plain:
        a = raw[i]
        if not isinstance(a, np.ndarray):
            raw[i] = np.asarray(a, dtype=target)
        elif a.dtype != target and (a.dtype.kind != "b" or target.kind in "fc"):
            raw[i] = a.astype(target)


# ---------------------------------------------------------------------------------------------
# The walk backwards
# ---------------------------------------------------------------------------------------------
def unbroadcast(g, shape):
    """Sum `g` over the axes along which an array of `shape` was broadcast."""
    if g.shape == shape:
        return g
    extra = g.ndim - len(shape)
    if extra > 0:
        g = g.sum(axis=tuple(range(extra)))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    if axes:
        g = g.sum(axis=axes, keepdims=True)
    return g.reshape(shape)


def _reachable(roots, wanted):
    """Return the nodes on a path from `roots` to `wanted`, latest first."""
    seen, stack = set(roots), list(roots)
    while stack:
        for parent in stack.pop().parents:
            if parent is not None and parent[0] not in seen:
                seen.add(parent[0])
                stack.append(parent[0])
    ordered = sorted(seen, key=lambda node: node.order)
    useful = set()
    for node in ordered:
        if node in wanted or any(p is not None and p[0] in useful for p in node.parents):
            useful.add(node)
    ordered.reverse()
    return ordered, useful


class _Gradients:
    """The gradients gathered so far: per node one array, or a list of them for several outputs.

    The first gradient is stored as it comes; a second one is added into a fresh array, which
    later ones are added to in place.
    """

    def __init__(self, differentiable):
        self.found = {}
        self.owned = set()
        self.differentiable = differentiable

    def add(self, node, index, g):
        """Add `g` to the gradient of output `index` of `node`."""
        several = isinstance(node.dtype, tuple)
        shape, dtype = (
            (node.shape[index], node.dtype[index]) if several else (node.shape, node.dtype)
        )
        if not isinstance(g, RowGradient):
            if g.shape != shape:
                g = unbroadcast(g, shape)
            if g.dtype != dtype:
                g = g.astype(dtype)
        key = (node, index)
        old = self.found.get(key)
        if old is None:
            self.found[key] = g
        elif key in self.owned and not isinstance(g, RowGradient):
            old += g
        else:
            self.found[key] = old + g
            if not self.differentiable and isinstance(self.found[key], np.ndarray):
                self.owned.add(key)

    def take(self, node):
        """Return and forget what a node's vjp wants: an array, or a tuple with Nones."""
        if isinstance(node.dtype, tuple):
            return tuple(self.found.pop((node, i), None) for i in range(len(node.dtype)))
        return self.found.pop((node, 0), None)


class RowGradient:
    """The gradient of a table of which only some rows were looked up.

    Attributes:
        rows: int array (n,), row numbers, repeats allowed.
        values: array (n, ...), what to add to each of them.
        shape: the shape of the whole table.
    """

    __array_priority__ = 2000
    __slots__ = ("rows", "shape", "values")

    def __init__(self, rows, values, shape):
        self.rows, self.values, self.shape = rows, values, tuple(shape)

    @property
    def dtype(self):
        """The dtype of the values."""
        return self.values.dtype

    def merged(self):
        """Return (unique rows ascending, summed values)."""
        rows, inverse = np.unique(self.rows, return_inverse=True)
        values = np.zeros((len(rows), *self.shape[1:]), self.values.dtype)
        np.add.at(values, inverse.reshape(-1), self.values)
        return rows, values

    def dense(self):
        """Return the gradient as an ordinary array of `shape`."""
        out = np.zeros(self.shape, self.values.dtype)
        rows, values = self.merged()
        out[rows] = values
        return out

    def __add__(self, other):
        if isinstance(other, RowGradient):
            return RowGradient(
                np.concatenate([self.rows, other.rows]),
                np.concatenate([self.values, other.values]),
                self.shape,
            )
        return self.dense() + other

    __radd__ = __add__


def gradients(output, sources, seed=None, create_graph=False):
    """Return the gradients of `output` with respect to each of `sources`.

    Args:
        output: a tensor, or a list of them whose gradients are added up.
        sources: list of tensors or variables that were recorded on the way to `output`.
        seed: the gradient to start from, shaped as `output`; ones by default.
        create_graph: True records the walk itself, so that the result can be differentiated
            (higher-order gradients). What the walk used is then kept.

    Returns:
        A list of arrays (tensors with `create_graph`), None where `output` does not depend on
        the source. The gradient of a table of embeddings may be a `RowGradient`.

    Raises:
        ValueError: `output` was not recorded, or its graph has been used up already.
        SecondDerivativeError: `create_graph` met an operation that is fused.
    """
    several = isinstance(output, (list, tuple))
    outputs = list(output) if several else [output]
    seeds = seed if several and seed is not None else [seed] * len(outputs)
    roots = []
    gathered = _Gradients(create_graph)
    for out, start in zip(outputs, seeds, strict=True):
        node = getattr(out, "_node", None)
        if node is None:
            raise ValueError(
                "This value has no history to differentiate: it was computed inside no_grad(), "
                "or from no tensor that requires a gradient."
            )
        if start is None:
            start = np.ones(out.shape, out.dtype)
        gathered.add(node, out._index, Tensor(start) if create_graph else np.asarray(start))
        roots.append(node)
    wanted = {s._node for s in sources if s._node is not None}
    ordered, useful = _reachable(roots, wanted)
    results = {}
    with recording() if create_graph else no_grad():
        for node in ordered:
            if node not in useful:
                continue
            if node in wanted:
                for source in sources:
                    if source._node is node:
                        results[id(source)] = gathered.found.get((node, source._index))
            if node.leaf:
                continue
            g = gathered.take(node)
            if g is None or (isinstance(g, tuple) and all(part is None for part in g)):
                continue
            _propagate(node, g, useful, gathered, create_graph)
    return [results.get(id(source)) for source in sources]


def _propagate(node, g, useful, gathered, create_graph):
    """Send the gradient of one node to its parents, and free what it held."""
    vjp = node.vjp
    if vjp is None:
        raise ValueError(
            "This graph has been differentiated already and its memory given back. Compute the "
            "value again, or pass create_graph=True to the first differentiation."
        )
    if create_graph:
        vjp = _differentiable_vjp(node)
    needs = [p is not None and p[0] in useful for p in node.parents]
    if callable(vjp):
        parts = vjp(g, needs)
    else:
        parts = [f(g) if need else None for f, need in zip(vjp, needs, strict=False)]
    if not create_graph:
        node.vjp = node.recipe = None
    for parent, part, need in zip(node.parents, parts, needs, strict=False):
        if need and part is not None:
            gathered.add(parent[0], parent[1], part)


def _differentiable_vjp(node):
    """Run a node's body again on tensors, so that its vjp computes with tensors too."""
    if node.recipe is None:
        raise ValueError(
            "The graph was recorded with keep=False: its gradient cannot be differentiated again."
        )
    operation, arrays, raw, settings = node.recipe
    if not operation.twice:
        raise SecondDerivativeError(
            f"The fused operation {operation.op_name!r} has a gradient, but not the gradient of "
            "its gradient. Compose it from elementary operations for higher-order gradients."
        )
    # Only what carries a gradient is given as a tensor again; the rest is constant.
    again = [
        r if parent is None else a for a, r, parent in zip(arrays, raw, node.parents, strict=True)
    ]
    return operation.raw(*again, **settings)[1]
