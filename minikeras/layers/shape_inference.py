"""What a function returns on symbolic tensors, found by running it on dummies.

There is no shape function for each operation: any code, a user's own too, is run twice, with other
numbers in the place of the unknown sizes. A size that differs between the two results is unknown.
"""

import math
import warnings

import numpy as np

from ..autograd import Tensor, no_grad
from ..utils.nest import flatten, map_structure
from .context import context, forward_pass
from .outside_symbols import Met, standing_for
from .symbolic import KerasTensor

# The batch is kept small because every other axis may be large; other axes must be long enough
# for a kernel to fit, and for some halvings.
_TRIALS = ({"batch": 2, "other": 24}, {"batch": 3, "other": 36})

# For functions that take no long axes, such as a table of the vectors of a few places in a text.
_SHORT_TRIALS = ({"batch": 2, "other": 3}, {"batch": 3, "other": 4})

# Functions of the number of elements that a trial is about to take; they raise to forbid it. Those
# who read models from strangers' files put theirs here.
size_checks = []


def infer_outputs(function, args, kwargs):
    """Work out what `function` returns on symbolic arguments.

    Args:
        function: anything that computes with tensors. It is run without recording, in the test
            phase; the losses and metrics that layers add meanwhile go nowhere.
        args, kwargs: its arguments, symbolic tensors anywhere inside them.

    Returns:
        The result with symbolic tensors (without history) in place of arrays.

    Raises:
        ValueError: the rank, or the number, of the results depends on the sizes.
    """
    symbols = [t for t in flatten([list(args), kwargs]) if isinstance(t, KerasTensor)]
    first, second = _run_trials(function, args, kwargs, symbols)
    pairs = list(zip(flatten(first), flatten(second), strict=False))
    if len(flatten(first)) != len(flatten(second)):
        raise ValueError("The number of results depends on the size of the input.")
    results = iter([_symbol(a, b) for a, b in pairs])
    return map_structure(lambda _: next(results), _ordered(first))


def _run_trials(function, args, kwargs, symbols):
    """Return the results of two trials, of the first kind of trials that the function can run."""
    # Sizes that did not go together may be those of one axis, known here and unknown there.
    sizes = _sizes_of_others(symbols)
    kinds = [(_TRIALS, {}), (_TRIALS, sizes)] if sizes else [(_TRIALS, {})]
    if any(size is None for t in symbols for size in t.shape[1:]):
        kinds.append((_SHORT_TRIALS, sizes))
    errors = []
    for trials, known in kinds:
        try:
            return [_run_trial(function, args, kwargs, t, known) for t in trials]
        except ValueError as error:
            errors.append(error)
    raise errors[1 if sizes else 0]


def check_sizes(function, args, kwargs):
    """Tell the `size_checks` how large arguments and results of the trials of an operation will be.

    The results are looked at with a batch of no samples, which takes no memory: `ops.tile` and its
    like make much of little. What cannot be run on it is left to the trials.
    """
    if not size_checks:
        return
    symbols = [t for t in flatten([list(args), kwargs]) if isinstance(t, KerasTensor)]
    batch, other = _TRIALS[-1].values()
    sizes = [math.prod(other if d is None else d for d in t.shape[1:]) for t in symbols]
    firsts = [batch if t.shape[0] is None else t.shape[0] for t in symbols if t.shape]
    count = sum(size * (t.shape[0] or batch) if t.shape else 1 for t, size in zip(symbols, sizes))
    for check in size_checks:
        check(count)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            empty = _run_trial(function, args, kwargs, {"batch": 0, "other": other}, {}, True)
    except (ValueError, TypeError, IndexError, ZeroDivisionError):
        return
    for result in flatten(empty):
        first = max(firsts, default=1)
        count = math.prod(first if n == 0 else n for n in np.shape(result))
        for check in size_checks:
            check(count)


def _sizes_of_others(symbols):
    """Return {(id of a symbol, axis): size} where others of its rank know a size that it does not.

    Several known sizes other than 1 make none.
    """
    found = {}
    for symbol in symbols:
        for axis, size in enumerate(symbol.shape):
            known = {t.shape[axis] for t in symbols if t.ndim == symbol.ndim} - {None, 1}
            if size is None and len(known) == 1:
                found[id(symbol), axis] = known.pop()
    return found


def _run_trial(function, args, kwargs, trial, sizes, empty=False):
    def dummy(leaf):
        if not isinstance(leaf, KerasTensor):
            return leaf
        shape = tuple(
            sizes.get((id(leaf), i), trial["batch" if i == 0 else "other"]) if d is None else d
            for i, d in enumerate(leaf.shape)
        )
        if empty:
            shape = (0, *shape[1:]) if shape else shape
        one = np.ones((), leaf.dtype) if leaf.dtype.kind == "f" else np.zeros((), leaf.dtype)
        if leaf.dtype.kind == "f" and len(shape) > 1 and shape[-1] == shape[-2]:
            one = np.eye(shape[-1], dtype=leaf.dtype)  # a matrix that has an inverse
        return Tensor(np.broadcast_to(one, shape))

    args, kwargs = map_structure(dummy, list(args)), map_structure(dummy, kwargs)
    met = context.symbols if isinstance(context.symbols, Met) else Met()
    with no_grad(), forward_pass(False, [], []), np.errstate(all="ignore"), standing_for(met):
        met.dummy, met.has_run = dummy, True
        try:
            return function(*args, **kwargs)
        finally:
            met.dummy = None


def _symbol(a, b):
    """Return the symbolic tensor that two results of the same thing stand for."""
    if a is None:
        return None
    shape, other = np.shape(a), np.shape(b)
    if len(shape) != len(other):
        raise ValueError(
            f"The rank of the result depends on the size of the input: {shape} or {other}."
        )
    sizes = tuple(m if m == n else None for m, n in zip(shape, other, strict=True))
    return KerasTensor(sizes, a.dtype if hasattr(a, "dtype") else np.asarray(a).dtype)


def _ordered(structure):
    """Return a structure whose dictionaries are in `flatten` order."""
    if isinstance(structure, dict):
        return {k: _ordered(structure[k]) for k in sorted(structure, key=str)}
    if isinstance(structure, (list, tuple)):
        return type(structure)(_ordered(part) for part in structure)
    return structure
