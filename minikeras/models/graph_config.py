"""The config of a functional model: its layers and how they are connected, and back again.

Written in the form of Keras 2 (`inbound_nodes` as `[layer, node index, tensor index, kwargs]`);
read in that form and in that of Keras 3 (arguments with `__keras_tensor__` placeholders).
"""

import copy

import numpy as np

from ..layers import registry as layer_registry
from ..layers.symbolic import KerasTensor
from ..utils.nest import flatten, map_structure


def graph_config(model):
    """Return `{"name", "layers", "input_layers", "output_layers"}` for a functional model."""
    graph = model._graph
    used = {id(node) for node in graph.nodes}
    numbers = {}  # node -> its number among the calls of its layer that the model uses
    for layer in graph.layers:
        count = 0
        for node in layer._inbound_nodes:
            if id(node) in used or not node.inputs:
                numbers[id(node)] = count
                count += 1

    def address(tensor):
        layer, index, position = tensor.history
        return [layer.name, numbers.get(id(layer._inbound_nodes[index]), 0), position]

    layers = []
    for layer in graph.layers:
        nodes = [n for n in layer._inbound_nodes if id(n) in used]
        layers.append(
            {
                "name": layer.name,
                "class_name": type(layer).__name__,
                "config": copy.deepcopy(layer.get_config()),
                "inbound_nodes": [_node_config(node, address) for node in nodes],
            }
        )
    return {
        "name": model.name,
        "layers": layers,
        "input_layers": [address(t) for t in graph.inputs],
        "output_layers": map_structure(address, _as_lists(model._output_structure)),
    }


def _as_lists(structure):
    if isinstance(structure, (list, tuple)):
        return [_as_lists(part) for part in structure]
    return structure if isinstance(structure, dict) else [structure]


def _node_config(node, address):
    """Return one call: a list of `[layer, node, tensor, kwargs]`, kwargs with the first."""
    first = node.args[0] if node.args else None
    plain = isinstance(first, KerasTensor) or (
        isinstance(first, (list, tuple)) and all(isinstance(t, KerasTensor) for t in first)
    )
    if plain and len(node.args) == 1:
        kwargs = {key: _encode(value, address) for key, value in node.kwargs.items()}
        return [[*address(t), kwargs if i == 0 else {}] for i, t in enumerate(flatten(first))]
    return {
        "args": [_encode(a, address) for a in node.args],
        "kwargs": {key: _encode(value, address) for key, value in node.kwargs.items()},
    }


def _encode(value, address):
    """Return an argument with tensors replaced by their addresses."""
    if isinstance(value, KerasTensor):
        return {"keras_tensor": address(value)}
    if isinstance(value, (list, tuple)):
        return [_encode(part, address) for part in value]
    if isinstance(value, dict):
        return {key: _encode(part, address) for key, part in value.items()}
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "dtype": value.dtype.name}
    return value


def _decode(value, tensors):
    """Return an argument with addresses replaced by tensors; KeyError where one is not made yet."""
    if isinstance(value, dict):
        if set(value) == {"keras_tensor"}:
            return tensors[tuple(value["keras_tensor"][:3])]
        if value.get("class_name") == "__keras_tensor__":
            return tensors[tuple(value["config"]["keras_history"])]
        if set(value) == {"array", "dtype"}:
            return np.asarray(value["array"], value["dtype"])
        return {key: _decode(part, tensors) for key, part in value.items()}
    if isinstance(value, list):
        return [_decode(part, tensors) for part in value]
    return value


def graph_from_config(config, custom_objects=None):
    """Make the layers of a config and call them as it says.

    Returns:
        (inputs, outputs): symbolic tensors in the structure of the config.

    Raises:
        ValueError: a layer that the config never describes, or connections that cannot be made.
    """
    layers, waiting, tensors = {}, [], {}
    for entry in config["layers"]:
        layer = layer_registry.deserialize(
            {k: entry[k] for k in ("class_name", "config", "registered_name") if k in entry},
            custom_objects,
        )
        if entry.get("name") and layer.name != entry["name"]:
            layer.name = entry["name"]
        layers[layer.name] = layer
        _note(layer, 0, 0, tensors)
        start = len(layer._inbound_nodes)
        for number, node in enumerate(entry.get("inbound_nodes") or []):
            waiting.append((layer, number, start + number, node))
    while waiting:
        later = []
        for layer, number, index, node in waiting:
            if number and any(w[0] is layer and w[1] == number - 1 for w in later):
                later.append((layer, number, index, node))
                continue
            try:
                args, kwargs = _arguments(node, tensors)
            except KeyError:
                later.append((layer, number, index, node))
                continue
            layer(*args, **kwargs)
            _note(layer, number, len(layer._inbound_nodes) - 1, tensors)
        if len(later) == len(waiting):
            names = sorted({item[0].name for item in later})
            raise ValueError(
                f"The config cannot be built: the inputs of {names} refer to layers or calls that "
                "it does not describe."
            )
        waiting = later

    def find(address):
        key = tuple(address[:3])
        if key not in tensors:
            raise ValueError(
                f"The config names {address[0]!r} as an end, but describes no such layer."
            )
        return tensors[key]

    inputs = [find(a) for a in _addresses(config["input_layers"])]
    outputs = config["output_layers"]
    if isinstance(outputs, dict):
        return inputs, {key: find(_addresses(value)[0]) for key, value in outputs.items()}
    return inputs, [find(a) for a in _addresses(outputs)]


def _note(layer, number, index, tensors):
    """Remember the outputs of call `index` of a layer as those of its call `number`."""
    if index < len(layer._inbound_nodes):
        for position, tensor in enumerate(layer._inbound_nodes[index].outputs):
            tensors[layer.name, number, position] = tensor


def _addresses(value):
    """Return a list of `[layer, node, tensor]` from a list of them or a single one."""
    if isinstance(value, dict):
        return [a for part in value.values() for a in _addresses(part)]
    if value and isinstance(value[0], str):
        return [value]
    return [a for part in value for a in _addresses(part)]


def _arguments(node, tensors):
    """Return (args, kwargs) of one call."""
    if isinstance(node, dict):
        return _decode(node.get("args", []), tensors), _decode(node.get("kwargs", {}), tensors)
    inputs, kwargs = [], {}
    for part in node:
        inputs.append(tensors[tuple(part[:3])])
        if len(part) > 3:
            kwargs.update(_decode(part[3], tensors))
    return [inputs if len(inputs) > 1 else inputs[0]], kwargs
