"""The config of a functional model: its layers and how they are connected, and back again.

Written in the form of Keras 2 (`inbound_nodes` as `[layer, node index, tensor index, kwargs]`);
read in that form and in that of Keras 3 (arguments with `__keras_tensor__` placeholders). A call
that Keras 2 has no form for, with several positional arguments, is a dictionary of them.

Calls are counted among those that the model uses. For a model within the model the count begins
at 1: the way from its inputs to its outputs is its call number 0.
"""

import copy

from ..layers import registry as layer_registry
from ..layers.json_values import decode, encode
from ..layers.symbolic import KerasTensor
from ..utils.nest import flatten, unpack_single
from .named_operations import CLASS_NAME, NamedOperation


def graph_config(model):
    """Return `{"name", "layers", "input_layers", "output_layers"}` for a functional model."""
    graph = model._graph
    used = {id(node) for node in graph.nodes}
    numbers = {}  # node -> its number among the calls of its layer that the model uses
    for layer in graph.layers:
        calls = [n for n in layer._inbound_nodes if id(n) in used]
        numbers.update({id(n): _first_call(layer) + i for i, n in enumerate(calls)})

    def address(tensor):
        layer, index, position = tensor.history
        return [layer.name, numbers.get(id(layer._inbound_nodes[index]), 0), position]

    return {
        "name": model.name,
        "layers": [
            {
                "name": layer.name,
                "class_name": type(layer).__name__,
                "config": copy.deepcopy(layer.get_config()),
                "inbound_nodes": [
                    _node_config(n, address) for n in layer._inbound_nodes if id(n) in used
                ],
            }
            for layer in graph.layers
        ],
        "input_layers": _ends_config(model._input_structure, address),
        "output_layers": _ends_config(model._output_structure, address),
    }


def _first_call(layer):
    """Return the number of a layer's first call: 1 for a model with a graph of its own."""
    return 0 if getattr(layer, "_graph", None) is None else 1


def _ends_config(structure, address):
    """Return addresses in the nesting of a model's inputs or outputs; a single one in a list."""

    def write(part):
        if isinstance(part, (list, tuple)):
            return [write(p) for p in part]
        if isinstance(part, dict):
            return {key: write(p) for key, p in part.items()}
        return address(part)

    return [address(structure)] if isinstance(structure, KerasTensor) else write(structure)


def _node_config(node, address):
    """Return one call: a list of `[layer, node, tensor, kwargs]`, kwargs with the first."""
    kwargs = {key: _encode(value, address) for key, value in node.kwargs.items()}
    first = node.args[0]
    listed = flatten(first)
    plain = isinstance(first, (KerasTensor, list, tuple)) and len(listed) == (
        len(first) if isinstance(first, (list, tuple)) else 1
    )
    if len(node.args) == 1 and plain and all(isinstance(t, KerasTensor) for t in listed):
        return [[*address(t), kwargs if i == 0 else {}] for i, t in enumerate(listed)]
    return {"args": [_encode(a, address) for a in node.args], "kwargs": kwargs}


def _encode(value, address):
    """Return an argument with tensors replaced by their addresses."""
    if isinstance(value, KerasTensor):
        return {"keras_tensor": address(value)}
    if isinstance(value, (list, tuple)):
        return [_encode(part, address) for part in value]
    if isinstance(value, dict):
        return {key: _encode(part, address) for key, part in value.items()}
    return encode(value)


# ---------------------------------------------------------------------------------------------
# Reading
# ---------------------------------------------------------------------------------------------
def graph_from_config(config, custom_objects=None):
    """Make the layers of a config and call them as it says.

    Returns:
        (inputs, outputs): symbolic tensors in the structure of the config.

    Raises:
        ValueError: a layer that the config never describes, or connections that cannot be made.
    """
    layers = []
    for entry in config["layers"]:
        if entry["class_name"] == CLASS_NAME:
            layers.append(NamedOperation(**entry["config"]))
            continue
        layer = layer_registry.deserialize(
            {k: entry[k] for k in ("class_name", "config", "registered_name") if k in entry},
            custom_objects,
        )
        layer.name = entry.get("name") or layer.name
        layers.append(layer)
    return connect(layers, config)


def connect(layers, config):
    """Call layers as a config says.

    Args:
        layers: list of layers, one for each entry of `config["layers"]`.
        config: what `graph_config` returned, or one of Keras 2 or 3.

    Returns, Raises: as `graph_from_config`.
    """
    wiring = _Wiring(config)
    waiting = []
    for layer, entry in zip(layers, config["layers"], strict=True):
        calls = entry.get("inbound_nodes") or []
        wiring.add(layer, calls)
        waiting.extend((layer, number, call) for number, call in enumerate(calls))
    while waiting:
        later, blocked = [], set()
        for layer, number, call in waiting:
            # The calls of a layer are made in their order, which is what numbers them.
            if id(layer) in blocked or not wiring.call(layer, number, call):
                blocked.add(id(layer))
                later.append((layer, number, call))
        if len(later) == len(waiting):
            names = sorted({layer.name for layer, _, _ in later})
            raise ValueError(
                f"The config cannot be built: the inputs of {names} refer to layers or calls that "
                "it does not describe."
            )
        waiting = later
    return wiring.ends(config["input_layers"]), wiring.ends(config["output_layers"])


class _Wiring:
    """The symbolic tensors made so far, by layer name, number of the call and position."""

    def __init__(self, config):
        self.tensors = {}
        self.models = {}  # name of a nested model -> whether it is a Sequential one
        nodes = [n for entry in config["layers"] for n in entry.get("inbound_nodes") or []]
        self.keras_3 = any(_is_keras_3(node) for node in nodes)

    def add(self, layer, calls):
        """Take in a layer; one that is called nowhere is an Input, whose tensor is there."""
        if _first_call(layer):
            self.models[layer.name] = type(layer).__name__ == "Sequential"
        elif not calls and getattr(layer, "_inbound_nodes", None):
            self._note(layer, 0, layer._inbound_nodes[-1].outputs)

    def _note(self, layer, number, outputs):
        for position, tensor in enumerate(outputs):
            self.tensors[layer.name, number, position] = tensor

    def call(self, layer, number, call):
        """Call a layer if all that it is called on is there; return whether it was."""
        try:
            args, kwargs = self._arguments(call)
        except KeyError:
            return False
        outputs = layer(*args, **kwargs)
        operation = isinstance(layer, NamedOperation)
        self._note(layer, number, outputs if operation else layer._inbound_nodes[-1].outputs)
        return True

    def _find(self, address):
        """Return the tensor at `[layer, call, position]`, calls being counted as Keras 2 does."""
        name, number, position = address[:3]
        sequential = self.models.get(name)
        if sequential is not None and not (sequential and self.keras_3):
            number -= 1
        return self.tensors[name, number, position]

    def _arguments(self, call):
        """Return (args, kwargs) of one call."""
        if isinstance(call, dict):
            return self._decode(call.get("args", [])), self._decode(call.get("kwargs", {}))
        inputs, kwargs = [], {}
        for part in call:
            inputs.append(self._find(part))
            if len(part) > 3:
                kwargs.update(self._decode(part[3]))
        return [unpack_single(inputs)], kwargs

    def _decode(self, value):
        """Return an argument with addresses replaced by tensors."""
        if isinstance(value, (list, tuple)):
            return [self._decode(part) for part in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"keras_tensor"}:
            return self._find(value["keras_tensor"])
        if value.get("class_name") == "__keras_tensor__":  # here Keras 3 counts from 0
            return self.tensors[tuple(value["config"]["keras_history"])]
        if "class_name" in value:
            return decode(value)
        return {key: self._decode(part) for key, part in value.items()}

    def ends(self, structure):
        """Return tensors in the nesting of addresses; a list of one on the outside is that one."""
        found = self._nested_ends(structure)
        return unpack_single(found) if isinstance(found, list) else found

    def _nested_ends(self, structure):
        if isinstance(structure, dict):
            return {key: self._nested_ends(part) for key, part in structure.items()}
        if structure and isinstance(structure[0], str):
            try:
                return self._find(structure)
            except KeyError:
                raise ValueError(
                    f"The config names {structure[0]!r} as an end, but describes no such layer, or "
                    "no such call of it."
                ) from None
        return [self._nested_ends(part) for part in structure]


def _is_keras_3(value):
    """Return whether a call is written with the placeholders of Keras 3."""
    if isinstance(value, (list, tuple)):
        return any(_is_keras_3(part) for part in value)
    if isinstance(value, dict):
        return value.get("class_name") == "__keras_tensor__" or _is_keras_3(list(value.values()))
    return False
