"""How a Lambda layer's functions go into a config and come out of it.

A named function is written by its name and found again among the custom objects. A lambda has no
name: it is written as its code, which is read back only where the user allows it, for reading it
means running code from a file.
"""

import base64
import marshal
import types

from ..configurable import serialize_value
from ..registry import get_registered_object

_unsafe = [False]


class allow_unsafe_code:  # noqa: N801 - a context manager, used like a function
    """Within this context functions that were saved as code may be made again."""

    def __enter__(self):
        _unsafe.append(True)

    def __exit__(self, *details):
        _unsafe.pop()


def enable_unsafe_deserialization():
    """Allow functions that were saved as code to be made again, from now on."""
    _unsafe[0] = True


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
    code = base64.b64encode(marshal.dumps(function.__code__)).decode()
    cells = tuple(c.cell_contents for c in function.__closure__) if function.__closure__ else None
    return [code + "\n", function.__defaults__, cells], "lambda"


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
        stored, kind = [inner["code"], inner["defaults"], inner["closure"]], "lambda"
    elif isinstance(stored, dict):
        stored = stored.get("config", stored)
    if kind == "lambda" or isinstance(stored, (list, tuple)):
        return _from_code(stored, layer)
    found = get_registered_object(stored, custom_objects)
    if found is None:
        raise ValueError(
            f"The Lambda layer {layer!r} uses the function {stored!r}, which is not known here. "
            f"Pass it as custom_objects={{{stored!r}: {stored}}}."
        )
    return found


def _from_code(stored, layer):
    if not _unsafe[-1] and not _unsafe[0]:
        raise ValueError(
            f"The Lambda layer {layer!r} holds a function as Python code. Making it means running "
            "code from the file: pass safe_mode=False if you trust where it comes from."
        )
    code, defaults, closure = stored
    function_code = marshal.loads(base64.b64decode(code.encode()))
    cells = tuple(types.CellType(value) for value in closure) if closure else None
    defaults = tuple(defaults) if isinstance(defaults, list) else defaults
    return types.FunctionType(function_code, _names_of_keras(), "lambda", defaults, cells)


def _names_of_keras():
    """Return the names that code in a saved Lambda may expect: none but the builtins."""
    return {"__builtins__": __builtins__}
