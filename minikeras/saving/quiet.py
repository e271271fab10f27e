"""The setting in which objects are made from a file."""

import contextlib
import math
import threading
import warnings

from ..layers import shape_inference, weights
from ..utils.function_code import allow_unsafe_code
from .broken import BrokenFileError

_ALWAYS_ALLOWED = 64 * 2**20  # bytes of weights that any config may ask for
_LARGEST_TRIAL = 2**28  # elements of what an operation in the graph takes or makes
_DENSEST = 40  # times the size of the file: packed weights are smaller than unpacked ones


@contextlib.contextmanager
def building_from_file(file, size, safe_mode=True):
    """Make objects without remarks about the age of their arguments, within bounds.

    Args:
        file: name of the file, for messages.
        size: its length in bytes: weights that it could not hold are refused.
        safe_mode: False to let functions that are stored as code be made.
    """
    allowed = contextlib.nullcontext() if safe_mode else allow_unsafe_code()
    check = _Budget(file, max(_ALWAYS_ALLOWED, _DENSEST * size))
    trials = _Trials(file)
    weights.weight_checks.append(check)
    shape_inference.size_checks.append(trials)
    try:
        with warnings.catch_warnings(), allowed:
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        weights.weight_checks.remove(check)
        shape_inference.size_checks.remove(trials)


class _Budget:
    """Counts the bytes of the weights that one thread makes, and stops it beyond a limit."""

    def __init__(self, file, limit):
        self.file, self.left, self.thread = file, limit, threading.get_ident()

    def __call__(self, name, shape, dtype):
        if threading.get_ident() != self.thread:
            return
        self.left -= math.prod(shape) * dtype.itemsize
        if self.left < 0:
            raise BrokenFileError(
                self.file,
                f"weight {name!r}",
                f"its config asks for the shape {shape}, more than the file holds",
            )


class _Trials:
    """Stops one thread where it is to try an operation on arrays beyond a limit."""

    def __init__(self, file):
        self.file, self.thread = file, threading.get_ident()

    def __call__(self, count):
        if threading.get_ident() == self.thread and count > _LARGEST_TRIAL:
            raise BrokenFileError(
                self.file,
                "model config",
                f"an operation in it takes or makes {count} numbers for a few samples, which is "
                f"refused beyond {_LARGEST_TRIAL}",
            )
