"""Files of plain data: dictionaries, lists, numbers, strings and arrays, in one .npz file.

Reading one runs no code, unlike a pickle. Numbers come back exactly, whatever their size;
dictionaries have strings as keys; tuples come back as lists.
"""

import json
import os
import zipfile
import zlib

import numpy as np

_TEXT = "structure.json"
_KEY = "__array__"


def write_plain(file, data):
    """Write data to an open binary file or a path.

    Raises:
        TypeError: something in `data` is no plain data; it says where.
    """
    arrays = {}
    text = json.dumps(_packed(data, arrays, "data"))
    arrays[_TEXT] = np.frombuffer(text.encode(), "uint8")
    np.savez(file, **arrays)


def read_plain(path):
    """Return what `write_plain` wrote.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, or of another kind.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            text = arrays[_TEXT].tobytes().decode()
            return _unpacked(json.loads(text), arrays)
    except FileNotFoundError:
        raise
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"The file {os.fspath(path)!r} cannot be read: {error}") from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"The file {os.fspath(path)!r} is damaged: {error}") from error


def _packed(value, arrays, where):
    """Return a value for JSON, its arrays put into `arrays`."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.hasobject:
            raise TypeError(f"{where} is an array of objects, which is no plain data.")
        key = str(len(arrays))
        arrays[key] = array
        return {_KEY: key, "scalar": isinstance(value, np.generic)}
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"{where} has the key {key!r}; plain data have strings as keys.")
        return {k: _packed(v, arrays, f"{where}[{k!r}]") for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_packed(v, arrays, f"{where}[{i}]") for i, v in enumerate(value)]
    raise TypeError(
        f"{where} is a {type(value).__name__}, which is no plain data: use numbers, strings, "
        "arrays, lists and dictionaries."
    )


def _unpacked(value, arrays):
    if isinstance(value, list):
        return [_unpacked(v, arrays) for v in value]
    if isinstance(value, dict):
        if _KEY in value:
            array = arrays[value[_KEY]]
            return array[()] if value["scalar"] else array
        return {k: _unpacked(v, arrays) for k, v in value.items()}
    return value
