"""Differentiation of plain Python functions: `grad`, `value_and_grad`, `custom_gradient`."""

import functools
import threading

import numpy as np

from .backward import gradients
from .engine import op, recording
from .row_gradient import RowGradient
from .tensor import Node, Tensor, Variable, wrap


class _Depth(threading.local):
    count = 0  # differentiations under way in this thread, one inside the other


_depth = _Depth()


def _as_source(value):
    """Return a tensor that gradients flow to: `value` itself where they already do."""
    if isinstance(value, Tensor) and value._node is not None:
        data, parent = value.data, (value._node, value._index)
        recipe = (_identity, (value,), (data,), {})
        node = Node((lambda g: g,), (parent,), data.shape, data.dtype, recipe)
        return wrap(data, node)
    data = np.asarray(value)
    if data.dtype.kind not in "fc":
        raise TypeError(
            f"Gradients need floating-point arguments, not {data.dtype}. Convert the argument "
            "first, for example with np.asarray(x, 'float64')."
        )
    return wrap(data, Node(None, (), data.shape, data.dtype))


@op(register=False)
def _identity(x):
    return x, (lambda g: g,)


def value_and_grad(function, argnums=0):
    """Return a function that computes `function` and its gradient in one go.

    Args:
        function: takes arrays or tensors and returns a scalar tensor (shape ()).
        argnums: which positional argument to differentiate by; a tuple of ints for several.

    Returns:
        A function with the same arguments that returns `(value, gradient)`, `gradient` being a
        tuple when `argnums` is one. Both are ndarrays; inside another differentiation they are
        tensors, so calls can be nested for higher orders.
    """
    several = isinstance(argnums, (tuple, list))
    positions = tuple(argnums) if several else (argnums,)

    @functools.wraps(function)
    def differentiated(*args, **kwargs):
        nested = (
            any(
                isinstance(a, Tensor) and not isinstance(a, Variable) and a._node is not None
                for a in args
            )
            or _depth.count
        )
        args = list(args)
        sources = []
        _depth.count += 1
        try:
            with recording():
                for i in positions:
                    args[i] = _as_source(args[i])
                    sources.append(args[i])
                value = function(*args, **kwargs)
                if not isinstance(value, Tensor) or value.shape != ():
                    raise ValueError(
                        "The function to differentiate must return one number (shape ()), not "
                        f"{getattr(value, 'shape', type(value).__name__)}. Sum or average it."
                    )
                if value._node is None:
                    found = [None] * len(sources)
                else:
                    found = gradients(value, sources, create_graph=bool(nested))
        finally:
            _depth.count -= 1
        found = [
            np.zeros(s.shape, s.dtype) if g is None else g
            for s, g in zip(sources, found, strict=True)
        ]
        found = [g.dense() if isinstance(g, RowGradient) else g for g in found]
        result = tuple(found) if several else found[0]
        return (value if nested else value.data), result

    return differentiated


def grad(function, argnums=0):
    """Return a function that computes the gradient of `function` (see `value_and_grad`)."""
    both = value_and_grad(function, argnums)

    @functools.wraps(function)
    def gradient(*args, **kwargs):
        return both(*args, **kwargs)[1]

    return gradient


def custom_gradient(function):
    """Decorate a function whose gradient you know better.

    `function(*arrays)` takes ndarrays and returns `(value, gradient)`, where `gradient(g)`
    returns the gradient for each array (one array, or a tuple with None where there is none). The
    result is an operation like any other: it works on arrays, tensors and symbolic tensors.

    Raises:
        ValueError: `gradient` returns another number of gradients than there are arrays.
    """

    def body(*arrays, **settings):
        value, gradient = function(*arrays, **settings)

        def vjp(g, needs):
            parts = gradient(g)
            parts = list(parts) if isinstance(parts, (tuple, list)) else [parts]
            if len(parts) != len(arrays):
                raise ValueError(
                    f"{getattr(function, '__name__', 'The function')} was given {len(arrays)} "
                    f"arrays, but its gradient function returned {len(parts)} gradients: return "
                    "one for each, None where there is none."
                )
            return [None if p is None else np.asarray(p) for p in parts]

        return value, vjp

    functools.update_wrapper(body, function)
    del body.__wrapped__  # whose signature says nothing of settings
    return op(body, twice=False, register=False)
