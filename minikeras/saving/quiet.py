"""The setting in which objects are made from a file."""

import contextlib
import warnings

from ..utils.function_code import allow_unsafe_code


@contextlib.contextmanager
def building_from_file(safe_mode):
    """Make objects without remarks about the age of their arguments, running code only if allowed.

    Args:
        safe_mode: False to let functions that are stored as code be made.
    """
    allowed = contextlib.nullcontext() if safe_mode else allow_unsafe_code()
    with warnings.catch_warnings(), allowed:
        warnings.simplefilter("ignore", DeprecationWarning)
        yield
