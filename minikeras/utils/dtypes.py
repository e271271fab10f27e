"""standardize_dtype: one name for each of the ways to say which type numbers are of."""

import numpy as np

from .. import config

_PYTHON_TYPES = {bool: "bool", int: "int32", float: "float32", "int": "int32"}


def standardize_dtype(dtype):
    """Return the name of a dtype, such as 'float32'.

    Args:
        dtype: a name, a NumPy dtype or type, Python's bool, int (32 bits) or float (32 bits), or
            None for the default float type.

    Raises:
        ValueError: it is none of the types that arrays of numbers have.
    """
    if dtype is None:
        return config.floatx()
    try:
        found = np.dtype(_PYTHON_TYPES.get(dtype, dtype))
    except TypeError:
        found = None
    if found is None or found.kind not in "biufc":
        raise ValueError(
            f"{dtype!r} is no type of numbers known here. Give a name such as 'float32', 'int64', "
            "'bool' or 'complex64', or a NumPy dtype."
        )
    return found.name
