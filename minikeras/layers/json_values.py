"""Constants of an operation's call as JSON, and back: arrays, slices, tuples, `...`.

Marked as Keras 3 marks them: a dictionary with a class name in double underscores.
"""

import numpy as np

from ..autograd import Tensor


def encode(value):
    """Return a constant as JSON-ready data."""
    if isinstance(value, Tensor):
        value = value.data
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return _marked("numpy", value=value.tolist(), dtype=value.dtype.name)
    if isinstance(value, np.dtype):
        return value.name
    if isinstance(value, type) and issubclass(value, np.generic):
        return np.dtype(value).name
    if isinstance(value, slice):
        parts = (value.start, value.stop, value.step)
        start, stop, step = map(encode, parts)
        return _marked("slice", start=start, stop=stop, step=step)
    if value is Ellipsis:
        return _marked("ellipsis")
    if isinstance(value, tuple):
        return _marked("tuple", value=[encode(part) for part in value])
    if isinstance(value, list):
        return [encode(part) for part in value]
    if isinstance(value, dict):
        return {key: encode(part) for key, part in value.items()}
    return value


def _marked(kind, **config):
    return {"class_name": f"__{kind}__", "config": config}


def decode(value):
    """Return the constant that `encode` wrote."""
    if isinstance(value, (list, tuple)):
        return type(value)(decode(part) for part in value)
    if not isinstance(value, dict):
        return value
    read = _READERS.get(value.get("class_name"))
    if read is None:
        return {key: decode(part) for key, part in value.items()}
    if "items" in value:  # a tuple in the HDF5 files of Keras 2.4 and later
        return tuple(decode(part) for part in value["items"])
    return read(value["config"])


_READERS = {
    "__numpy__": lambda c: np.array(c["value"], c["dtype"]),
    "__slice__": lambda c: slice(decode(c["start"]), decode(c["stop"]), decode(c["step"])),
    "__ellipsis__": lambda c: Ellipsis,
    "__tuple__": lambda c: tuple(decode(part) for part in c["value"]),
}
