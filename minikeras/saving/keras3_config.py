"""Layers and models as Keras 3 configs, so that real Keras makes the same model of them."""

from .. import activations, constraints, initializers, layers, regularizers
from ..configurable import serialize_value
from ..layers.input_layer import InputLayer
from ..layers.op_layer import OpLayer
from ..models import Model, Sequential
from ..registry import get_registered_name
from ..utils.function_code import func_dump
from .hard_sigmoid import replace_hard_sigmoids
from .keras3_graph import graph_config
from .keras_ops import operation_entry
from .native_config import OURS

# Arguments that Keras 3 lacks, left out where they have no effect.
_NOT_IN_KERAS_3 = {
    "BatchNormalization": {"virtual_batch_size": None, "adjustment": None},
    "Cropping1D": {"data_format": "channels_last"},
    "SpatialDropout1D": {"noise_shape": None, "data_format": "channels_last"},
    "SpatialDropout2D": {"noise_shape": None},
    "SpatialDropout3D": {"noise_shape": None},
    "UpSampling1D": {"data_format": "channels_last"},
}
# What only this library knows: kept beside a layer's config, where Keras 3 does not look.
_ONLY_OURS = {
    "BatchNormalization": ("as_in_keras",),
    "StackedRNNCells": ("reverse_state_order",),
    "TimeDistributed": ("as_in_keras",),
}
_OTHER_NAMES = {"GroupedQueryAttention": "GroupQueryAttention"}
_FUNCTIONAL = "keras.src.models.functional"  # where Keras 3 has it; it is no public name there
_WITHOUT_MEANING = ("batch_input_shape", "input_length")
_FAMILIES = {
    "keras.layers": layers.registry,
    "keras.initializers": initializers.registry,
    "keras.regularizers": regularizers.registry,
    "keras.constraints": constraints.registry,
}
_BY_KEY = {
    "_initializer": "keras.initializers",
    "_regularizer": "keras.regularizers",
    "_constraint": "keras.constraints",
}


def keras_3_config(layer, for_keras_2=False):
    """Return a layer or model as `{"module", "class_name", "config", "registered_name"}`.

    Args:
        layer: a layer or model of this library, or one of the user's own.
        for_keras_2: whether to prefer spellings that Keras 2 understands too: calls as lists,
            and `batch_input_shape`.

    Raises:
        ValueError: something that Keras 3 has no form for.
        NotImplementedError: a class of the user's own has no `get_config`.
    """

    def describe(part):
        return keras_3_config(part, for_keras_2)

    kind = type(layer)
    if kind is Sequential:
        return _builtin("keras", "Sequential", _sequential(layer, describe))
    if isinstance(layer, Model) and layer._graph is not None:
        config = graph_config(layer, describe, for_keras_2)
        if kind is Model:
            if for_keras_2:
                return _builtin("keras", "Model", config)
            return {**_builtin(_FUNCTIONAL, "Functional", config), "registered_name": "Functional"}
        return _own(kind, config if kind.get_config is Model.get_config else layer.get_config())
    if isinstance(layer, InputLayer):
        return _builtin("keras.layers", "InputLayer", _input(layer, for_keras_2))
    if isinstance(layer, OpLayer):
        return operation_entry(layer)[0]
    config = _nested(_described(layer, describe))
    if dict(layers.registry.items()).get(kind.__name__) is not kind:
        return _own(kind, config)
    if kind is layers.ThresholdedReLU:
        return _thresholded(layer, config)
    name = _OTHER_NAMES.get(kind.__name__, kind.__name__)
    entry = _builtin("keras.layers", name, _settings(layer, config))
    ours = {key: getattr(layer, key) for key in _ONLY_OURS.get(kind.__name__, ())}
    return {**entry, OURS: {"settings": ours}} if ours else entry


def _thresholded(layer, config):
    """Return a ThresholdedReLU, which Keras 3 lacks, as the ReLU that is the same function."""
    kept = {"name": layer.name, "trainable": layer._trainable, "dtype": layer.compute_dtype}
    settings = {"max_value": None, "negative_slope": 0.0, "threshold": layer.theta}
    ours = {"class_name": "ThresholdedReLU", "config": config}
    return {**_builtin("keras.layers", "ReLU", {**kept, **settings}), OURS: ours}


def _builtin(module, name, config):
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


def _own(kind, config):
    return {
        "module": kind.__module__,
        "class_name": kind.__name__,
        "config": config,
        "registered_name": get_registered_name(kind),
    }


def _sequential(model, describe):
    entry = model._entry_symbol
    entries = [] if entry is None else [describe(entry.history[0])]
    entries += [describe(layer) for layer in model._sublayers()]
    config = {"name": model.name, "trainable": model._trainable, "layers": entries}
    if model._listed_input:
        config["lists_input"] = True  # Keras 3 never lists it, and passes over this entry
    if entry is not None:
        config["build_input_shape"] = list(entry.shape)
    return config


def _input(layer, for_keras_2):
    shape = "batch_input_shape" if for_keras_2 else "batch_shape"
    return {
        shape: list(layer.batch_input_shape),
        "dtype": layer.compute_dtype,
        "sparse": False,
        "ragged": False,
        "name": layer.name,
    }


def _settings(layer, config):
    """Return the config of one of the library's layers in Keras 3's terms."""
    name = type(layer).__name__
    for key in _WITHOUT_MEANING:
        config.pop(key, None)
    for key in _ONLY_OURS.get(name, ()):
        config.pop(key, None)
    for key, idle in _NOT_IN_KERAS_3.get(name, {}).items():
        if key in config and config[key] == idle:
            del config[key]
    if config.get("dtype") is None:
        config["dtype"] = layer.compute_dtype
    if name in ("SimpleRNN", "SimpleRNNCell"):  # they have no gates
        config.pop("recurrent_activation", None)
    if name == "SimpleRNNCell":
        config.pop("implementation", None)
    if name.startswith("SpatialDropout"):
        config.pop("trainable", None)  # not among their arguments; they have no weights
    if name != "Embedding":
        config.pop("input_dim", None)
    if name == "LeakyReLU" and "alpha" in config:
        config["negative_slope"] = config.pop("alpha")
    if name == "Lambda":
        _write_functions(layer, config)
    return replace_hard_sigmoids(config)


def _write_functions(layer, config):
    for key in ("function_type", "output_shape_type"):
        config.pop(key, None)
    for key, value in (
        ("function", layer.function),
        ("output_shape", layer.output_shape_argument),
        ("mask", layer.mask),
    ):
        if callable(value):
            config[key] = _function(value)
        elif value is None:
            config.pop(key, None)


def _function(function):
    name = getattr(function, "__name__", "<lambda>")
    if name == "<lambda>":
        code, defaults, closure = func_dump(function)
        return {
            "class_name": "__lambda__",
            "config": {"code": code, "defaults": defaults, "closure": closure},
        }
    return _named_function(get_registered_name(function))


def _named_function(name):
    return {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": "function",
    }


def _described(layer, describe):
    """Return a layer's config with the layers inside it described for Keras 3."""
    config = serialize_value(layer.get_config())
    for key, written in config.items():
        held = getattr(layer, key, None) if written else None
        if isinstance(held, layers.Layer):
            config[key] = describe(held)
        elif isinstance(held, (list, tuple)) and held and isinstance(held[0], layers.Layer):
            config[key] = [describe(part) for part in held]
    return config


def _nested(config):
    """Return a config whose nested layers, initializers and the like name their modules."""
    return {key: _with_module(key, value) for key, value in config.items()}


def _with_module(key, value):
    if isinstance(value, (list, tuple)):
        return [_with_module(key, part) for part in value]
    if isinstance(value, str) and key.endswith("activation"):
        known = any(name == value for name, _ in activations.registry.items())
        return value if known else _named_function(value)
    if not isinstance(value, dict):
        return value
    if "class_name" not in value or "config" not in value:
        return {k: _with_module(k, part) for k, part in value.items()}
    if "module" in value or str(value["class_name"]).startswith("__"):
        return value
    name, config = value["class_name"], value["config"]
    wanted = next((m for ending, m in _BY_KEY.items() if key.endswith(ending)), None)
    modules = [wanted] if wanted else list(_FAMILIES)
    module = next((m for m in modules if name in _FAMILIES[m]), None)
    if isinstance(config, dict):
        config = {k: _with_module(k, part) for k, part in config.items()}
    found = {"module": module, "class_name": name, "config": config, "registered_name": None}
    if module is None:
        found["registered_name"] = name
    return found
