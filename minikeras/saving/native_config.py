"""Configs as any Keras wrote them, made into configs that this library's classes understand.

What differs from era to era: dtype policies, the shape of inputs, how calls are addressed, options
that only say how another backend compiles, and names that mean different functions. Everything is
done on plain JSON data; making the objects comes afterwards.
"""

from .. import constraints, initializers, layers, losses, metrics, optimizers, regularizers
from ..configurable import init_parameters
from ..registry import get_registered_object
from .hard_sigmoid import is_hard_sigmoid
from .keras1_config import from_keras_1
from .keras_ops import is_operation, read_operation
from .versions import is_before, major, means_keras_3

# Beside the config of a layer in files of this library: {"settings": those that no Keras has,
# "fixed_phase": whether its calls are to be made with the `training` that they name,
# "class_name", "config": of a layer that no longer is, in the place of a like one}.
OURS = "minikeras"
# Layers that compute otherwise in each Keras: they follow the one that wrote the file.
_CHANGED = ("BatchNormalization", "TimeDistributed")
# Options without a meaning here, with the values at which they may be dropped.
_NEUTRAL = {
    "adjustment": (None,),
    "batch_input_shape": (None,),
    "fused": (None, True, False),
    "input_axes": (None,),
    "input_dtype": (None, "float32"),
    "lora_alpha": (None,),
    "lora_rank": (None,),
    "mode": (0,),
    "output_axes": (None,),
    "quantization_config": (None,),
    "ragged": (None, False),
    "renorm": (None, False),
    "synchronized": (None, False),
    "time_major": (None, False),
    "use_legacy_config": (None, True, False),
    "virtual_batch_size": (None,),
    "zero_output_for_mask": (None, False),
}
_ALWAYS_DROPPED = {"renorm_clipping", "renorm_momentum", "build_config", "shared_object_id"}
_BASE = ("name", "trainable", "dtype", "batch_input_shape", "activity_regularizer", "autocast")
_FAMILIES = (
    layers.registry,
    initializers.registry,
    regularizers.registry,
    constraints.registry,
    losses.registry,
    metrics.registry,
    optimizers.registry,
)


def to_native(config, version, custom_objects=None):
    """Return the config of a layer or model in this library's terms.

    Args:
        config: what a file holds: `{"class_name", "config", ...}`.
        version: the Keras version that wrote it, a text; "1" if the file does not say.
        custom_objects: the user's own; their configs are left as they are.

    Raises:
        ValueError: the config is no such dictionary.
    """
    return _Translator(version, custom_objects).read(config)


class _Translator:
    """One config and all inside it."""

    def __init__(self, version, custom_objects):
        self.version = version
        self.keras_1 = major(version) == 1
        self.keras_3 = means_keras_3(version)
        self.custom_objects = custom_objects

    def read(self, value):
        """Return a JSON value with every object inside it translated."""
        if isinstance(value, list):
            return [self.read(part) for part in value]
        if not isinstance(value, dict):
            return value
        if "class_name" not in value or "config" not in value:
            return {key: self.read(part) for key, part in value.items()}
        return self._object(value)

    def _object(self, entry):
        name, inner = entry["class_name"], entry["config"]
        if not isinstance(name, str):
            raise ValueError(f"the class name {name!r} in its config is no text")
        if name.startswith("__") or name == "function":
            return self._function(entry)
        if name in ("DTypePolicy", "Policy", "FloatDTypePolicy", "QuantizedDTypePolicy"):
            return _type_of_policy(inner)
        if is_hard_sigmoid(entry):
            return "hard_sigmoid"
        if self.keras_1 and not self._is_custom(entry):
            entry = from_keras_1(entry)
            name, inner = entry["class_name"], entry["config"]
        if _ours(entry).get("class_name") == "ThresholdedReLU":
            return {key: entry[OURS][key] for key in ("class_name", "config")}
        if is_operation(entry):
            return entry  # read with the call, whose arguments belong to it
        result = {"class_name": name, "config": inner}
        if entry.get("registered_name"):
            result["registered_name"] = entry["registered_name"]
        if isinstance(inner, dict) and "layers" in inner and "output_layers" in inner:
            result["config"] = self._graph(inner)
        elif isinstance(inner, dict):
            result["config"] = self._settings(entry, self.read_items(inner))
            if name in _CHANGED and not self._is_custom(entry):
                result["config"].setdefault("as_in_keras", self.version)
            if name == "StackedRNNCells" and not self._is_custom(entry):
                result["config"].setdefault("reverse_state_order", is_before(self.version, 2, 2))
            result["config"].update(_ours(entry).get("settings") or {})
        else:
            result["config"] = self.read(inner)  # the list of a Sequential model
        return result

    def read_items(self, config):
        """Return the entries of one config, each translated, with functions by their era."""
        translated = {}
        for key, value in config.items():
            value = self.read(value)
            renamed = self.keras_3 and key.endswith("activation") and value == "hard_sigmoid"
            if renamed and not is_hard_sigmoid(config[key]):
                value = "hard_sigmoid_keras3"
            translated[key] = value
        return translated

    def _function(self, entry):
        """Return a function's entry: its name where it is one of the library's."""
        if entry["class_name"] != "function" or not isinstance(entry["config"], str):
            return entry
        if str(entry.get("module", "")).split(".")[0] in ("keras", "builtins", "keras_core"):
            name = entry.get("registered_name") or entry["config"]
            if name == "function":  # one of the user's own, under the name it is registered by
                return entry["config"]
            return str(name).rsplit(">", 1)[-1]
        return entry["config"]

    def _is_custom(self, entry):
        """Return whether an entry names a class of the user's own."""
        names = (entry.get("registered_name"), entry["class_name"])
        return any(n and get_registered_object(n, self.custom_objects) is not None for n in names)

    def _settings(self, entry, config):
        """Return the config of one object, its arguments being those of our class."""
        name = entry["class_name"]
        if self._is_custom(entry) or name == "Sequential":
            return config
        if name == "InputLayer" and config.get("dtype") == "string":
            raise ValueError(
                "its input are texts, which do not enter models here: save the part behind its "
                "TextVectorization, and turn texts into numbers by a layer of that kind first"
            )
        cls = next((family.lookup(name) for family in _FAMILIES if name in family), None)
        if not isinstance(cls, type):
            return config
        is_layer = issubclass(cls, layers.Layer)
        known = {*init_parameters(cls), *(_BASE if is_layer else ())}
        if is_layer and isinstance(config.get("dtype"), str):
            config["dtype"] = _plain_type(config["dtype"])
        if is_layer and "batch_shape" in config and "batch_shape" not in known:
            config["batch_input_shape"] = config.pop("batch_shape")
        if isinstance(config.get("seed"), dict):  # a SeedGenerator
            config["seed"] = (config["seed"].get("config") or {}).get("seed")
        axis = config.get("axis")
        if isinstance(axis, list) and len(axis) == 1 and name == "BatchNormalization":
            config["axis"] = axis[0]  # as Keras 2.4 to 2.12 wrote it
        for key in [k for k in config if k not in known]:
            if key in _ALWAYS_DROPPED or config[key] in _NEUTRAL.get(key, ()):
                del config[key]
        return config

    def _graph(self, config):
        """Return the config of a functional model."""
        entries = config["layers"]
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            raise ValueError("the config of a model holds no list of layers")
        made = []
        for entry in entries:
            nodes = entry.get("inbound_nodes") or []
            if self.keras_3 and not _ours(entry).get("fixed_phase"):
                nodes = [_without_phase(node) for node in nodes]
            if is_operation(entry):
                made.append(read_operation(entry))
                continue
            layer = self.read({k: v for k, v in entry.items() if k != "inbound_nodes"})
            name = entry.get("name") or layer["config"].get("name")
            made.append({**layer, "name": name, "inbound_nodes": nodes})
        ends = {key: config[key] for key in ("input_layers", "output_layers")}
        return {"name": config.get("name"), "layers": made, **ends}


def _ours(entry):
    """Return what an entry of one of our own files says beyond its config."""
    found = entry.get(OURS)
    return found if isinstance(found, dict) else {}


def _without_phase(node):
    """Return a call without `training`: Keras 3 notes there how it traced, and never heeds it."""
    if not isinstance(node, dict) or not isinstance(node.get("kwargs"), dict):
        return node
    return {**node, "kwargs": {k: v for k, v in node["kwargs"].items() if k != "training"}}


# -----------------------------------------------------------------------------------------------
# Types and functions
# -----------------------------------------------------------------------------------------------
def _type_of_policy(config):
    name = config.get("name") if isinstance(config, dict) else config
    return _plain_type(name) if isinstance(name, str) else None


def _plain_type(name):
    """Return the type that the weights of a policy have: mixed ones compute in full here."""
    return "float32" if name.startswith("mixed_") else name


def listed_inputs(config):
    """Return the names of the Sequential models in a config that list their Input as a layer.

    Keras 2.1.5 lists an InputLayer that was added; since configs are dictionaries, none is.
    """
    found, waiting = set(), [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            inner = value.get("config")
            if value.get("class_name") == "Sequential" and isinstance(inner, dict):
                if inner.get("lists_input"):
                    found.add(inner.get("name"))
            elif value.get("class_name") == "Sequential":
                found.add(value.get("name"))
            waiting.extend(value.values())
    return found
