"""Functions as data: the form in which Keras files hold a lambda, and back again.

A function's code object goes through `marshal` and base64. The form depends on the version of
Python that wrote it. Turning it back into a function means running code from a file, so that
reading is refused unless the caller allows it.
"""

import base64
import binascii
import builtins
import marshal
import threading
import types

# Global names that stored code may use. Code of Keras 2 finds those of `keras.layers.core` there,
# `K` above all; the package fills them in when all it consists of has been loaded.
known_names = {"__builtins__": builtins}

_for_good = [False]  # whether the whole program may


class _Allowed(threading.local):
    """How deep this thread is in contexts that allow it; other threads may read other files."""

    depth = 0


_allowed = _Allowed()


class allow_unsafe_code:  # noqa: N801 - a context manager, used like a function
    """Within this context this thread may make functions again that were saved as code."""

    def __enter__(self):
        _allowed.depth += 1

    def __exit__(self, *details):
        _allowed.depth -= 1


def enable_unsafe_deserialization():
    """Allow functions that were saved as code to be made again, from now on (Keras 3)."""
    _for_good[0] = True


def unsafe_code_allowed():
    """Return whether functions that were saved as code may be made again just now."""
    return _allowed.depth > 0 or _for_good[0]


def func_dump(func):
    """Return (code, defaults, closure) of a Python function.

    `code` is base64 text in lines of 76 characters; `defaults` a tuple or None; `closure` the
    values that the function holds from around it, a tuple or None.

    Raises:
        TypeError: `func` is no function written in Python.
    """
    if not isinstance(func, types.FunctionType):
        raise TypeError(
            f"Only a function written in Python (def or lambda) has code to dump, not {func!r}."
        )
    code = base64.encodebytes(marshal.dumps(func.__code__)).decode("ascii")
    closure = None
    if func.__closure__:
        closure = tuple(cell.cell_contents for cell in func.__closure__)
    return code, func.__defaults__, closure


def func_load(code, defaults=None, closure=None, globs=None, safe_mode=True):
    """Make a function out of what `func_dump` returned. This can run any code: mind its source.

    Args:
        code: the text, or the whole (code, defaults, closure).
        defaults: values of the last parameters, a list or tuple.
        closure: values that the function holds, a list or tuple; cells are taken as they are.
        globs: dictionary of further global names that the function may use, beside Python's
            builtins, `K`, `np` and the names that `keras.layers` has.
        safe_mode: False to allow this call. Or call `enable_unsafe_deserialization()` before.

    Raises:
        ValueError: it is not allowed, or the text is no code that this Python can read.
    """
    if safe_mode and not unsafe_code_allowed():
        raise ValueError(
            "func_load makes a function out of stored code, which may do anything when called. "
            "If you trust where it comes from, pass safe_mode=False."
        )
    if isinstance(code, (tuple, list)):
        code, defaults, closure = code
    found = _read(code)
    cells = None
    if closure is not None:
        cells = tuple(
            value if isinstance(value, types.CellType) else types.CellType(value)
            for value in closure
        )
    defaults = None if defaults is None else tuple(defaults)
    names = {**known_names, **(globs or {})}
    return types.FunctionType(found, names, found.co_name, defaults, cells)


def _read(text):
    try:
        try:
            raw = base64.b64decode("".join(text.split()), validate=True)
        except (ValueError, binascii.Error):
            raw = text.encode("raw_unicode_escape")  # before Keras 2.1.2 there was no base64
        code = marshal.loads(raw)
    except (EOFError, TypeError, ValueError) as error:
        raise ValueError(
            f"The stored code of a function cannot be read ({error}): it was written by another "
            "version of Python, or is damaged. Give the function itself, by custom_objects for "
            "instance."
        ) from error
    if not isinstance(code, types.CodeType):
        raise ValueError(f"The stored code of a function is a {type(code).__name__}, not code.")
    return code
