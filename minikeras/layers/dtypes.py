"""The name of a layer's type, from whatever the `dtype` argument of either Keras may be."""

import numpy as np

from ..dtype_policies import is_refused, type_of_policy


def dtype_name(dtype):
    """Return a type's name from a name, a NumPy type or a Keras 3 dtype policy."""
    if dtype is None:
        return None
    if isinstance(dtype, dict):
        dtype = dtype.get("config", {}).get("name")
    dtype = getattr(dtype, "compute_dtype", dtype)
    if is_refused(dtype):
        type_of_policy(dtype)  # raises, and says why
    if dtype in ("string", "str", str):
        raise ValueError(
            "Texts do not enter models here, so no layer or Input has the dtype 'string': turn "
            "them into numbers first, by calling a TextVectorization on them."
        )
    try:
        return np.dtype(dtype).name
    except TypeError:
        raise ValueError(
            f"Unknown dtype {dtype!r}; use one of 'float32', 'float64', 'float16', 'int32', ..."
        ) from None
