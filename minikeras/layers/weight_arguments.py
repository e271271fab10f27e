"""The arguments of `add_weight`, in the orders of Keras 1, 2 and 3."""

import contextlib
import inspect
import threading

import numpy as np

from .. import initializers
from ..registry import suggest

_KERAS_2 = ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint")
_KERAS_3 = (
    "shape",
    "initializer",
    "dtype",
    "trainable",
    "autocast",
    "regularizer",
    "constraint",
    "aggregation",
    "name",
)
_WITHOUT_EFFECT = ("autocast", "aggregation", "synchronization", "use_resource")


def weight_arguments(args, kwargs):
    """Return the arguments of `add_weight(*args, **kwargs)` as a dictionary by name.

    A shape in the first place means Keras 3's order. Where a string that names no initializer
    follows it, that is the name of the weight, as Keras 2 has it.

    Raises:
        TypeError: too many arguments, an unknown one, or one given twice.
    """
    order = _KERAS_2
    if args and isinstance(args[0], (tuple, list, int, np.integer)):
        order = _KERAS_3
        if len(args) > 1 and isinstance(args[1], str) and args[1] not in initializers.registry:
            order = ("shape", "name", *_KERAS_3[1:-1])
    if len(args) > len(order):
        raise TypeError(f"add_weight takes at most {len(order)} arguments by position.")
    given = dict(zip(order, args, strict=False))
    for key, value in kwargs.items():
        if key in given:
            raise TypeError(f"add_weight got its argument {key!r} twice.")
        given[key] = value
    for key in _WITHOUT_EFFECT:
        given.pop(key, None)
    for key in given:
        if key not in _KERAS_2:
            known = {*_KERAS_2, *_WITHOUT_EFFECT}
            raise TypeError(f"add_weight takes no argument {key!r}. {suggest(key, known)}")
    return given


class _Drawing(threading.local):
    pointless = False


_drawing = _Drawing()


@contextlib.contextmanager
def weights_to_come(coming=True):
    """Let weights begin with zeros, within a `with` block, that would begin with random numbers.

    For layers whose weights are then read from a file, all of them: to draw those of a large
    network takes many times as long as to read them.
    """
    before, _drawing.pointless = _drawing.pointless, coming
    try:
        yield
    finally:
        _drawing.pointless = before


def initial_value(initializer, shape, dtype):
    """Return (array that an initializer makes, whether nobody else holds it).

    A function may take the shape alone (Keras 2).
    """
    initializer = initializers.get(initializer)
    if _drawing.pointless and _is_ours(initializer):
        return np.zeros(shape, dtype), True  # no memory is taken before something is written there
    if isinstance(initializer, initializers.Initializer) or _takes_dtype(initializer):
        return initializer(shape, dtype=dtype), False
    return initializer(shape), False


def _is_ours(initializer):
    """Return whether an initializer does nothing but draw; a user's own may do other things."""
    kind = type(initializer)
    ours = kind.__module__.startswith(initializers.__name__ + ".")
    return ours and issubclass(kind, initializers.RandomInitializer)


def _takes_dtype(function):
    parameters = inspect.signature(function).parameters
    return "dtype" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())
