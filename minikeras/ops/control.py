"""Loops and choices as functions: Keras 3's `cond`, `while_loop`, `scan` and their like.

minikeras computes at once, so these are plain Python loops; gradients flow through them as through
any other code.
"""

import functools

import numpy as np

from .creation import convert_to_tensor
from .indexing import get_item
from .joining import concatenate, stack


def _map_structure(function, *trees):
    """Apply `function` to the leaves of nested lists, tuples and dicts of one form."""
    first = trees[0]
    if isinstance(first, dict):
        return {key: _map_structure(function, *(t[key] for t in trees)) for key in first}
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*(_map_structure(function, *parts) for parts in zip(*trees)))
    if isinstance(first, (list, tuple)):
        return type(first)(_map_structure(function, *parts) for parts in zip(*trees))
    return None if first is None else function(*trees)


def _leaves(tree):
    found = []
    _map_structure(found.append, tree)
    return found


def _slice_at(tree, i, axis=0):
    return _map_structure(lambda x: get_item(x, (slice(None),) * axis + (i,)), tree)


def _stacked(trees):
    """Return a list of equal structures as one structure of stacked arrays."""
    return _map_structure(lambda *parts: stack(parts, axis=0), *trees)


def _length(tree, what):
    lengths = {x.shape[0] for x in _leaves(tree)}
    if len(lengths) != 1:
        raise ValueError(f"{what}: the first axes must be equally long, not {sorted(lengths)}.")
    return lengths.pop()


def cond(pred, true_fn, false_fn):
    """Return `true_fn()` if `pred`, one boolean, is true, else `false_fn()`."""
    return true_fn() if bool(pred) else false_fn()


def switch(index, branches, *operands):
    """Return `branches[index](*operands)`, an index out of range taking the nearest branch."""
    return branches[min(max(int(index), 0), len(branches) - 1)](*operands)


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Replace `loop_vars` by `body(*loop_vars)` while `cond(*loop_vars)` holds, and return them.

    `maximum_iterations` ends the loop early.
    """
    is_sequence = isinstance(loop_vars, (list, tuple))
    values = tuple(loop_vars) if is_sequence else (loop_vars,)
    iterations = 0
    while cond(*values) and (maximum_iterations is None or iterations < maximum_iterations):
        result = body(*values)
        values = tuple(result) if isinstance(result, (list, tuple)) else (result,)
        iterations += 1
    return type(loop_vars)(values) if is_sequence else values[0]


def fori_loop(lower, upper, body_fun, init_val):
    """Return the value after `value = body_fun(i, value)` for i from `lower` to `upper` - 1."""
    value = init_val
    for i in range(int(lower), int(upper)):
        value = body_fun(i, value)
    return value


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Carry a value along the first axis of `xs` and collect what each step gives.

    Args:
        f: maps (carry, x) to (carry, y).
        init: the first carry.
        xs: array, or nested arrays, whose slices are handed to `f`; None hands None, `length`
            times.
        length: number of steps, where `xs` does not say it.
        reverse: whether to go from the last slice to the first.
        unroll: of no consequence, since nothing is compiled.

    Returns:
        (the last carry, the ys stacked along a new first axis).
    """
    if not callable(f):
        raise TypeError(f"scan: f must be a function of (carry, x), not {f!r}.")
    if not isinstance(unroll, (bool, int)) or unroll < 0:
        raise ValueError(f"scan: unroll must be a boolean or a positive int, not {unroll!r}.")
    if xs is None and length is None:
        raise ValueError("scan needs xs or length.")
    n = int(length) if xs is None else _length(xs, "scan")
    if length is not None and n != int(length):
        raise ValueError(f"scan: length={length}, but xs has {n} slices.")
    carry, ys = init, [None] * n
    for i in range(n - 1, -1, -1) if reverse else range(n):
        carry, ys[i] = f(carry, None if xs is None else _slice_at(xs, i))
    return carry, (_stacked(ys) if ys else None)


def associative_scan(f, elems, reverse=False, axis=0):
    """Return all partial results of combining the slices along `axis` by the associative `f`.

    `f(a, b)` must work on whole arrays; slice i of the result combines the slices 0 to i.
    """
    if not callable(f):
        raise TypeError(f"associative_scan: f must be a function of two values, not {f!r}.")
    n = {x.shape[axis] for x in _leaves(elems)}
    if len(n) != 1:
        raise ValueError(f"associative_scan: sizes along axis {axis} differ: {sorted(n)}.")
    n = n.pop()
    before = (slice(None),) * (axis % _leaves(elems)[0].ndim)

    def part(i):
        key = (*before, slice(i, i + 1))
        return _map_structure(lambda x: get_item(x, key), elems)

    results = [None] * n
    order = range(n - 1, -1, -1) if reverse else range(n)
    running = None
    for i in order:
        running = part(i) if running is None else f(running, part(i))
        results[i] = running
    return _map_structure(lambda *parts: concatenate(parts, axis=axis), *results)


def map(f, xs):
    """Return `f` of each slice of `xs` along the first axis, stacked."""
    return _stacked([f(_slice_at(xs, i)) for i in range(_length(xs, "map"))])


def vectorized_map(function, elements):
    """Return `function` of each slice of `elements` along the first axis, stacked (see `map`)."""
    return map(function, elements)


def vectorize(pyfunc, *, excluded=None, signature=None):
    """Return a function that applies `pyfunc`, a function of numbers, to arrays one by one.

    `excluded` lists positions (ints) and names of arguments that are passed on whole. `signature`
    is not supported: use `vectorized_map`.
    """
    if signature is not None:
        raise ValueError("vectorize: signature= is not supported; use ops.vectorized_map.")
    excluded = frozenset(excluded or ())

    @functools.wraps(pyfunc)
    def vectorized(*args, **kwargs):
        looped = [i for i in range(len(args)) if i not in excluded]
        arrays = [convert_to_tensor(args[i]) for i in looped]
        shape = np.broadcast_shapes(*(a.shape for a in arrays))
        spread = [np.broadcast_to(a, shape) for a in arrays]
        results = []
        for index in np.ndindex(*shape):
            numbers = list(args)
            for i, a in zip(looped, spread):
                numbers[i] = get_item(a, index)
            results.append(pyfunc(*numbers, **kwargs))
        several = isinstance(results[0], (list, tuple))
        columns = zip(*results) if several else [results]
        outputs = [stack([convert_to_tensor(v) for v in c]).reshape(shape) for c in columns]
        return tuple(outputs) if several else outputs[0]

    return vectorized
