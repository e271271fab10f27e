"""How a Lambda layer's functions go into a config and come out of it.

A named function is written by its name and found again among the custom objects. A lambda has no
name: it is written as its code, which is read back only where the user allows it, for reading it
means running code from a file.
"""

from ..configurable import serialize_value
from ..registry import get_custom_objects, get_registered_object
from ..utils.function_code import func_dump, func_load, unsafe_code_allowed


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
        "arguments": serialize_value(layer.arguments),
    }


def _write(function):
    """Return (what to write, its type) for a function."""
    name = getattr(function, "__name__", "<lambda>")
    if name != "<lambda>":
        return name, "function"
    return list(func_dump(function)), "lambda"


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
    if isinstance(config.get("mask"), (str, dict)):
        config["mask"] = _read(config["mask"], "function", config.get("name"), custom_objects)
    return config


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
        return _from_code(stored, layer, custom_objects)
    found = get_registered_object(stored, custom_objects)
    if found is None:
        raise ValueError(
            f"The Lambda layer {layer!r} uses the function {stored!r}, which is not known here. "
            f"Pass it as custom_objects={{{stored!r}: {stored}}}."
        )
    return found


def _from_code(stored, layer, custom_objects):
    if not unsafe_code_allowed():
        raise ValueError(
            f"The Lambda layer {layer!r} holds a function as Python code. Making it means running "
            "code from the file: pass safe_mode=False if you trust where it comes from."
        )
    return func_load(stored, globs={**get_custom_objects(), **(custom_objects or {})})
