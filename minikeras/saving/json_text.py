"""JSON in model files: read with bounds, written so that any reader takes it."""

import json

import numpy as np

from .broken import BrokenFileError

_MAX_LENGTH = 256 * 2**20  # characters
_MAX_DEPTH = 200
_MAX_PARTS = 1_000_000  # lists and dictionaries: empty ones take thirty times their text's memory


def read_json(text, file, where):
    """Return what a JSON text says; a BrokenFileError where it is none, or nested without end."""
    if len(text) > _MAX_LENGTH:
        raise BrokenFileError(file, where, f"its JSON text has {len(text)} characters, too many")
    if text.count("[") + text.count("{") > _MAX_PARTS:
        raise BrokenFileError(file, where, f"its JSON has more than {_MAX_PARTS} lists and objects")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenFileError(file, where, f"it is no valid JSON ({str(error)[:200]})") from None
    if _depth_exceeds(value, _MAX_DEPTH):
        raise BrokenFileError(file, where, f"its JSON is nested more than {_MAX_DEPTH} deep")
    return value


def _depth_exceeds(value, limit):
    level = [value]
    for _ in range(limit):
        level = [
            part
            for outer in level
            if isinstance(outer, (dict, list))
            for part in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def write_json(value, **options):
    """Return the JSON text of a config; NumPy numbers, types and arrays become plain ones.

    Args:
        value: the config.
        options: go to `json.dumps`.
    """
    return json.dumps(value, **{"default": _plain, **options})


def _plain(value):
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.dtype):
        return value.name
    if isinstance(value, type):
        return value.__name__
    raise TypeError(
        f"{value!r} cannot be written to a model file: configs hold numbers, texts, lists and "
        "dictionaries. Does a get_config() return an object as it is?"
    )
