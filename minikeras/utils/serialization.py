"""Objects of the library as plain dictionaries, and back: the forms of Keras 2 and Keras 3.

`serialize_keras_object` and `deserialize_keras_object` are the functions of `keras.utils`, which
read and write what scripts of both eras expect. `to_config` writes Keras 3's form throughout,
which is that of `keras.saving` and of `.keras` files.
"""

import inspect
import types
import warnings

import numpy as np

from .. import (
    activations,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
)
from ..autograd import Tensor
from ..layers.symbolic import KerasTensor
from ..registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    suggest,
)
from .function_code import allow_unsafe_code, func_dump, func_load, unsafe_code_allowed

# Where Keras 3 says that what it offers is to be found. Some names stand for two things
# (MeanSquaredError is a loss and a metric); a config without a module means the first.
_FAMILIES = {
    "keras.layers": layers.registry,
    "keras.activations": activations.registry,
    "keras.initializers": initializers.registry,
    "keras.regularizers": regularizers.registry,
    "keras.constraints": constraints.registry,
    "keras.losses": losses.registry,
    "keras.metrics": metrics.registry,
    "keras.optimizers": optimizers.registry,
    "keras.optimizers.schedules": optimizers.schedules.registry,
}


def serialize_keras_object(obj):
    """Return an object as JSON-ready data.

    - An object with `get_config`: a dictionary with 'class_name' and 'config', as in Keras 2, and
      with Keras 3's 'module' and 'registered_name' beside them.
    - A named function or a class: its name, as in Keras 2 (`to_config` gives a dictionary).
    - None, numbers, strings, lists, dictionaries, arrays, tensors, slices, lambdas: as in Keras 3.

    Raises:
        TypeError: anything else.
    """
    named = inspect.isclass(obj) or (inspect.isfunction(obj) and obj.__name__ != "<lambda>")
    return get_registered_name(obj) if named else to_config(obj)


def to_config(obj):
    """Return an object as JSON-ready data in the form of Keras 3.

    Raises:
        TypeError: an object has no `get_config`.
    """
    if obj is None or isinstance(obj, (str, bool, int, float)):
        return obj
    if isinstance(obj, (list, tuple)):
        parts = [to_config(part) for part in obj]
        return parts if isinstance(obj, list) else tuple(parts)
    if isinstance(obj, dict):
        return {key: to_config(value) for key, value in obj.items()}
    special = _special_config(obj)
    if special is not None:
        return special
    if isinstance(obj, (np.generic, np.ndarray)):  # of no axes: _special_config has the others
        return obj.item()
    if isinstance(obj, np.dtype):
        return obj.name
    return _object_config(obj)


def _special_config(obj):
    """Return the config of what is no object of a family, or None."""
    if isinstance(obj, bytes):
        return _special("bytes", value=obj.decode("utf-8"))
    if isinstance(obj, slice):
        parts = {part: to_config(getattr(obj, part)) for part in ("start", "stop", "step")}
        return _special("slice", **parts)
    if obj is Ellipsis:
        return _special("ellipsis")
    if isinstance(obj, KerasTensor):
        layer, node, index = obj.history or (None, None, None)
        history = None if layer is None else [layer.name, node, index]
        return _special(
            "keras_tensor", shape=list(obj.shape), dtype=obj.dtype.name, keras_history=history
        )
    if isinstance(obj, Tensor):
        return _special("tensor", value=obj.data.tolist(), dtype=obj.data.dtype.name)
    if isinstance(obj, np.ndarray) and obj.ndim:
        return _special("numpy", value=obj.tolist(), dtype=obj.dtype.name)
    if isinstance(obj, types.FunctionType) and obj.__name__ == "<lambda>":
        warnings.warn(
            "A lambda is stored as its code, which only safe_mode=False reads back. A named "
            "function, registered by register_keras_serializable, needs no such trust.",
            stacklevel=4,
        )
        return _special("lambda", value=list(func_dump(obj)))
    return None


def _special(kind, **config):
    return {"class_name": f"__{kind}__", "config": config}


def _object_config(obj):
    """Return the config of a function, or of an object with `get_config`."""
    function = isinstance(obj, (types.FunctionType, types.BuiltinFunctionType))
    if function:
        inner = get_registered_name(obj)
    elif hasattr(obj, "get_config") and not inspect.isclass(obj):
        inner = to_config(obj.get_config())
    elif hasattr(obj, "__name__"):
        return get_registered_name(obj)
    else:
        raise TypeError(
            f"Cannot serialize {obj!r}: its class {type(obj).__name__} has no `get_config` method. "
            "Add one that returns the constructor's arguments as a dictionary."
        )
    thing = obj if function else type(obj)
    module, registered_name = _home(thing), None
    if function:
        registered_name = inner
    elif module is None:
        registered_name = get_registered_name(thing)
    if module is None and thing.__module__ != "__main__":
        module = thing.__module__
    config = {
        "module": module,
        "class_name": "function" if function else thing.__name__,
        "config": inner,
        "registered_name": registered_name,
    }
    for key in ("build_config", "compile_config"):
        extra = getattr(obj, f"get_{key}", lambda: None)()
        if extra is not None:
            config[key] = to_config(extra)
    return config


def _home(thing):
    """Return the public module of a class or function of this library, or None."""
    for module, family in _FAMILIES.items():
        if any(known is thing for _, known in family.items()):
            return "keras" if thing in (models.Model, models.Sequential) else module
    return None


def deserialize_keras_object(
    config,
    module_objects=None,
    custom_objects=None,
    printable_module_name="object",
    safe_mode=True,
):
    """Return the object that `serialize_keras_object` or `to_config` described.

    Args:
        config: a dictionary with 'class_name' and 'config', a name, or, as in Keras 3, any nesting
            of such dictionaries and plain values.
        module_objects: {name: class or function} to look names up in, beside the custom objects.
            Without it a name that is no custom object's is returned as it is, and classes are
            looked for among all of this library. (Keras 3 has custom_objects in this place: that
            works too.)
        custom_objects: {name: class or function}, asked first.
        printable_module_name: what messages call the object.
        safe_mode: False to read lambdas, which are stored as code. This runs code from `config`.

    Raises:
        ValueError: a name is unknown, a dictionary describes no object, or a lambda is refused.
        TypeError: `config` is of another type.
    """
    if isinstance(custom_objects, bool):  # Keras 3's order: config, custom_objects, safe_mode
        custom_objects, safe_mode = None, custom_objects
    reader = _Reader(module_objects, custom_objects, printable_module_name)
    if safe_mode:
        return reader.read(config)
    with allow_unsafe_code():
        return reader.read(config)


class _Reader:
    """One call of `deserialize_keras_object`: where it looks names up."""

    def __init__(self, module_objects, custom_objects, what):
        self.module_objects = module_objects
        self.custom_objects = custom_objects or {}
        self.what = what

    def read(self, config):
        if config is None or isinstance(config, (bool, int, float)):
            return config
        if isinstance(config, str):
            return self._by_name(config)
        if isinstance(config, (list, tuple)):
            return [self.read(part) for part in config]
        if not isinstance(config, dict):
            raise TypeError(
                f"A config is a dictionary, a list, a name or a number, not {config!r}."
            )
        if "class_name" in config and "config" in config:
            return self._object(config)
        if self.module_objects is not None:
            raise ValueError(
                f"The config of an {self.what} needs 'class_name' and 'config', but has "
                f"{sorted(config, key=str)}."
            )
        return {key: self.read(value) for key, value in config.items()}

    def _by_name(self, name):
        found = get_registered_object(name, self.custom_objects, self.module_objects)
        if found is None and self.module_objects is not None:
            raise ValueError(f"Unknown {self.what}: {name!r}. {suggest(name, self.module_objects)}")
        return name if found is None else found

    def _object(self, config):
        name, inner = config["class_name"], config["config"]
        if name in _SPECIAL:
            return _SPECIAL[name](inner or {}, self.read)
        if name == "function":
            return self._find(inner, config)
        cls = self._find(name, config)
        if not inspect.isclass(cls) and not hasattr(cls, "from_config"):
            return cls(**inner) if self.module_objects is not None else cls
        built = self._build(cls, inner or {})
        if config.get("build_config") and not getattr(built, "built", True):
            built.build_from_config(config["build_config"])
        if config.get("compile_config"):
            built.compile_from_config(config["compile_config"])
        return built

    def _build(self, cls, config):
        if not hasattr(cls, "from_config"):
            return cls(**config)
        known = {**get_custom_objects(), **self.custom_objects}
        if "custom_objects" in inspect.signature(cls.from_config).parameters:
            return cls.from_config(config, custom_objects=known)
        with custom_object_scope(self.custom_objects):
            return cls.from_config(config)

    def _find(self, name, config):
        """Return the class or function that a config names."""
        if not isinstance(name, str):
            raise TypeError(f"The name of a function is a string, not {name!r}: {config!r}.")
        for key in (config.get("registered_name"), name):
            found = key and get_registered_object(key, self.custom_objects, self.module_objects)
            if found is not None:
                return found
        module = config.get("module")
        families = [_FAMILIES[module]] if module in _FAMILIES else _FAMILIES.values()
        for family in families:
            if name in family:
                return family.lookup(name)
        known = {n for family in families for n in family}
        raise ValueError(
            f"Unknown {self.what}: {name!r}. {suggest(name, known)} A class or function of your "
            f"own goes into custom_objects={{{name!r}: {name}}}, or is registered by "
            "@register_keras_serializable()."
        )


def _read_lambda(config, _):
    if not unsafe_code_allowed():
        raise ValueError(
            "The config holds a lambda as code. Making it means running code from there: pass "
            "safe_mode=False if you trust it."
        )
    if "value" in config:
        return func_load(config["value"])
    return func_load(config["code"], config["defaults"], config["closure"])


_SPECIAL = {
    "__bytes__": lambda c, read: c["value"].encode("utf-8"),
    "__ellipsis__": lambda c, read: Ellipsis,
    "__keras_tensor__": lambda c, read: KerasTensor(c["shape"], dtype=c["dtype"]),
    "__lambda__": _read_lambda,
    "__numpy__": lambda c, read: np.array(c["value"], dtype=c["dtype"]),
    "__slice__": lambda c, read: slice(read(c["start"]), read(c["stop"]), read(c["step"])),
    "__tensor__": lambda c, read: Tensor(np.array(c["value"], dtype=c["dtype"])),
}
