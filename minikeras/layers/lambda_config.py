"""How a Lambda layer's functions go into a config and come out of it.

A named function is written by its name and found again among the custom objects. A lambda has no
name: it is written as its code. Either is also found among the functions that this very program
has given to a Lambda layer, so that a model can be copied by way of its config. Code that this
program does not know is made a function only where the user allows it, for reading it means
running code from a file.
"""

import weakref

import numpy as np

from ..configurable import serialize_value
from ..registry import get_custom_objects, get_registered_object
from ..utils.function_code import func_dump, func_load, unsafe_code_allowed

_known = weakref.WeakSet()  # the functions that Lambda layers of this process were made of


def remember(function):
    """Note that this program has given a function to a Lambda layer; other values are no matter."""
    if callable(function):
        try:
            _known.add(function)
        except TypeError:  # some objects that can be called take no weak reference
            return


def lambda_config(layer):
    """Return the config entries for the functions of a Lambda layer."""
    function, function_type = _write(layer.function)
    shape, shape_type = layer.output_shape_argument, "raw"
    if callable(shape):
        shape, shape_type = _write(shape)
    mask = layer.mask if not callable(layer.mask) else _write(layer.mask)[0]
    return {
        "function": function,
        "function_type": function_type,
        "output_shape": shape,
        "output_shape_type": shape_type,
        "mask": serialize_value(mask),
        "arguments": {key: _write_argument(value) for key, value in layer.arguments.items()},
    }


def _write(function):
    """Return (what to write, its type) for a function."""
    name = getattr(function, "__name__", "<lambda>")
    if name != "<lambda>":
        return name, "function"
    code, defaults, closure = func_dump(function)
    return [code, serialize_value(defaults), serialize_value(closure)], "lambda"


def _write_argument(value):
    """Return an argument as JSON-ready data, an array in the form of Keras 2."""
    if isinstance(value, np.ndarray):
        return {"type": "ndarray", "value": value.tolist(), "dtype": value.dtype.name}
    return serialize_value(value)


def _read_argument(value):
    if isinstance(value, dict) and value.get("type") == "ndarray":
        return np.array(value["value"], value.get("dtype"))
    return value


def read_lambda_config(config, custom_objects=None):
    """Return the constructor arguments of a Lambda layer from its config.

    Raises:
        ValueError: a function is unknown, or is stored as code and running it is not allowed.
    """
    config = dict(config)
    kind = config.pop("function_type", None)
    shape_kind = config.pop("output_shape_type", None)
    for extra in ("module", "output_shape_module"):
        config.pop(extra, None)
    config["function"] = _read(config["function"], kind, config.get("name"), custom_objects)
    if shape_kind in ("function", "lambda") or isinstance(config.get("output_shape"), dict):
        config["output_shape"] = _read(
            config["output_shape"], shape_kind, config.get("name"), custom_objects
        )
    elif isinstance(config.get("output_shape"), list):
        config["output_shape"] = tuple(config["output_shape"])
    if isinstance(config.get("mask"), (str, dict)) or _is_code(config.get("mask")):
        config["mask"] = _read(config["mask"], None, config.get("name"), custom_objects)
    arguments = config.get("arguments") or {}
    config["arguments"] = {key: _read_argument(value) for key, value in arguments.items()}
    return config


def _is_code(stored):
    """Return whether a value is a function written as [code, defaults, closure]."""
    return isinstance(stored, (list, tuple)) and len(stored) == 3 and isinstance(stored[0], str)


def _read(stored, kind, layer, custom_objects):
    if callable(stored):
        return stored
    if isinstance(stored, dict) and stored.get("class_name") == "__lambda__":  # Keras 3
        inner = stored["config"]
        stored = inner.get("value") or [inner["code"], inner["defaults"], inner["closure"]]
        kind = "lambda"
    elif isinstance(stored, dict):
        stored = stored.get("config", stored)
    if kind == "lambda" or isinstance(stored, (list, tuple)):
        return _known_function(stored) or _from_code(stored, layer, custom_objects)
    found = get_registered_object(stored, custom_objects) or _known_function(stored)
    if found is None:
        raise ValueError(
            f"The Lambda layer {layer!r} uses the function {stored!r}, which is not known here. "
            f"Pass it as custom_objects={{{stored!r}: {stored}}}."
        )
    return found


def _known_function(stored):
    """Return the function of this program that is written so, or None.

    The same code with the same values around it is the same function; of two that merely have one
    name neither is taken.
    """
    stored = _plain(stored)
    found = [f for f in _known if getattr(f, "__name__", None) and _plain(_write(f)[0]) == stored]
    if len(found) > 1 and isinstance(stored, str):
        return None
    return found[0] if found else None


def _plain(stored):
    """Return a written function with lists throughout, as it comes out of JSON."""
    if isinstance(stored, (list, tuple)):
        return [_plain(part) for part in stored]
    return stored


def _from_code(stored, layer, custom_objects):
    if not unsafe_code_allowed():
        raise ValueError(
            f"The Lambda layer {layer!r} holds a function as Python code. Making it means running "
            "code from the file: pass safe_mode=False if you trust where it comes from."
        )
    return func_load(stored, globs={**get_custom_objects(), **(custom_objects or {})})
