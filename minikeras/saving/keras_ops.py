"""Operations in the graphs of Keras 3 files: `x + y`, `x[:, 1:]`, `keras.ops.sum(x, axis=-1)`.

Keras 3 stores each as an entry of its own class (`Add`, `GetItem`, `Sum`) whose config holds the
settings and whose call holds the arguments. Here they are `OpLayer`s. Those of one array argument
or two that mean the same in both are carried over; any other is written as an `OpLayer`, which
this library reads back and Keras 3 refuses by name.
"""

from ..layers.json_values import encode

_NUMPY = "keras.src.ops.numpy"
# Operations without settings: our name -> Keras 3's class, all of them in one module there.
_PLAIN = {
    "add": "Add",
    "subtract": "Subtract",
    "multiply": "Multiply",
    "divide": "TrueDivide",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "power": "Power",
    "negative": "Negative",
    "absolute": "Absolute",
    "square": "Square",
    "sqrt": "Sqrt",
    "exp": "Exp",
    "log": "Log",
    "sin": "Sin",
    "cos": "Cos",
    "tanh": "Tanh",
    "matmul": "Matmul",
}
# Operations whose settings are the same in both.
_REDUCTIONS = {"sum": "Sum", "mean": "Mean", "max": "Max", "min": "Min"}
_BY_CLASS = {**{v: k for k, v in _PLAIN.items()}, "Divide": "divide"}
_REDUCTIONS_BY_CLASS = {v: k for k, v in _REDUCTIONS.items()}


def is_operation(entry):
    """Return whether an entry of a graph is an operation of Keras 3, not a layer.

    HDF5 files leave its module out: there it is known by having no `trainable` in its config.
    """
    if ".ops." in str(entry.get("module") or ""):
        return True
    name, config = entry.get("class_name"), entry.get("config")
    known = name in _BY_CLASS or name in _REDUCTIONS_BY_CLASS or name == "GetItem"
    return known and isinstance(config, dict) and not {"trainable", "dtype"} & set(config)


def read_operation(entry):
    """Return the entry of an `OpLayer`, its calls included.

    Raises:
        ValueError: an operation that is not carried over, or one called twice.
    """
    name, config = entry["class_name"], entry.get("config") or {}
    nodes = entry.get("inbound_nodes") or []
    if len(nodes) != 1 or not isinstance(nodes[0], dict):
        raise ValueError(f"the operation {name!r} is not called exactly once")
    arrays, settings = list(nodes[0].get("args", [])), dict(nodes[0].get("kwargs") or {})
    if name in _BY_CLASS:
        operation = _BY_CLASS[name]
        arrays += [settings.pop(key) for key in ("x1", "x2", "x") if key in settings]
    elif name == "GetItem":
        operation = "getitem"
        key = settings.pop("key") if "key" in settings else arrays.pop()
        settings["key"] = _as_key(key)
    elif name in _REDUCTIONS_BY_CLASS:
        operation = _REDUCTIONS_BY_CLASS[name]
        axis = config.get("axis")
        settings["axis"] = tuple(axis) if isinstance(axis, list) else axis
        settings["keepdims"] = bool(config.get("keepdims", False))
    else:
        raise ValueError(f"the operation {name!r} of keras.ops is not carried over from files")
    slots = [i for i, a in enumerate(arrays) if _is_tensor(a)]
    tensors = [arrays[i] for i in slots]
    constants = [None if i in slots else a for i, a in enumerate(arrays)]
    return {
        "class_name": "OpLayer",
        "name": entry.get("name") or config.get("name"),
        "config": {
            "name": entry.get("name") or config.get("name"),
            "operation": operation,
            "arrays": constants,
            "slots": slots,
            "settings": settings,
        },
        "inbound_nodes": [{"args": [tensors if len(tensors) > 1 else tensors[0]], "kwargs": {}}],
    }


def _is_tensor(value):
    return isinstance(value, dict) and value.get("class_name") == "__keras_tensor__"


def _as_key(key):
    """Return an index in the form in which `OpLayer` keeps it."""
    if isinstance(key, list):
        return {"class_name": "__tuple__", "config": {"value": key}}
    return key


def operation_entry(layer):
    """Return (entry, whether Keras 3 knows it) of an `OpLayer` in a graph."""
    name, settings = layer.operation.op_name, layer.settings
    config = {"name": layer.name}
    cls = None
    if name in _PLAIN and not settings:
        cls = _PLAIN[name]
    elif name in _REDUCTIONS and set(settings) <= {"axis", "keepdims"}:
        cls = _REDUCTIONS[name]
        config.update(axis=encode(settings.get("axis")), keepdims=settings.get("keepdims", False))
        if isinstance(settings.get("axis"), tuple):
            config["axis"] = list(settings["axis"])
    elif name == "getitem" and set(settings) == {"key"}:
        cls = "GetItem"
    if cls is None:
        return {"class_name": "OpLayer", "config": layer.get_config()}, False
    entry = {"module": _NUMPY, "class_name": cls, "config": config, "registered_name": cls}
    return entry, True


def arguments_of(layer, tensors):
    """Return the positional arguments of the call of an operation that Keras 3 knows."""
    arguments = list(layer.arrays)
    for slot, tensor in zip(layer.slots, tensors, strict=True):
        arguments[slot] = tensor
    if layer.operation.op_name == "getitem":
        key = layer.settings["key"]
        arguments.append(list(key) if isinstance(key, tuple) else key)
    return arguments
