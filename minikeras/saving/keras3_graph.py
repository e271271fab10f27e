"""The graph of a functional model in the form of Keras 3: entries, and calls with arguments."""

import numpy as np

from ..layers.json_values import encode
from ..layers.op_layer import OpLayer
from ..layers.symbolic import KerasTensor
from ..models import Model
from .keras_ops import arguments_of, operation_entry
from .native_config import OURS


def graph_config(model, describe, for_keras_2=False):
    """Return the config of a functional model.

    Args:
        describe: function from a layer to its entry.
        for_keras_2: whether calls that Keras 2 has a form for are written in that form.
    """
    graph = model._graph
    used = {id(node) for node in graph.nodes}
    calls = {}
    for layer in graph.layers:
        nodes = [n for n in layer._inbound_nodes if id(n) in used]
        calls.update({id(node): number for number, node in enumerate(nodes)})
    writer = _Calls(calls, for_keras_2)
    entries = []
    for layer in graph.layers:
        entry = operation_entry(layer)[0] if isinstance(layer, OpLayer) else describe(layer)
        nodes = [n for n in layer._inbound_nodes if id(n) in used and n.inputs]
        entry = {**entry, "name": layer.name, "inbound_nodes": [writer.call(n) for n in nodes]}
        if any(n.kwargs.get("training") is not None for n in nodes):
            entry[OURS] = {**entry.get(OURS, {}), "fixed_phase": True}
        entries.append(entry)
    return {
        "name": model.name,
        "trainable": model._trainable,
        "layers": entries,
        "input_layers": writer.ends(model._input_structure),
        "output_layers": writer.ends(model._output_structure),
    }


class _Calls:
    """Writes calls; knows the number of each among the calls of its layer."""

    def __init__(self, numbers, for_keras_2):
        self.numbers = numbers
        self.for_keras_2 = for_keras_2

    def _address(self, tensor):
        layer, index, position = tensor.history
        return [layer.name, self.numbers.get(id(layer._inbound_nodes[index]), 0), position]

    def call(self, node):
        """Return one call of a layer."""
        layer = node.layer
        args = node.args
        if isinstance(layer, OpLayer):
            if operation_entry(layer)[1]:
                args = arguments_of(layer, node.inputs)
        elif self.for_keras_2 and self._plain(node):
            return [[*self._address(t), {}] for t in node.inputs]
        kwargs = {key: self._encode(value) for key, value in node.kwargs.items()}
        return {"args": [self._encode(a) for a in args], "kwargs": kwargs}

    @staticmethod
    def _plain(node):
        """Return whether a call is one tensor, or one list of them, none out of a nested model."""
        if len(node.args) != 1 or node.kwargs:
            return False
        given = node.args[0]
        listed = list(given) if isinstance(given, (list, tuple)) else [given]
        return (
            all(isinstance(t, KerasTensor) for t in listed)
            and not (len(listed) == 1 and isinstance(given, (list, tuple)))
            and not any(isinstance(t.history[0], Model) for t in listed)
        )

    def _encode(self, value):
        if isinstance(value, KerasTensor):
            return {
                "class_name": "__keras_tensor__",
                "config": {
                    "shape": list(value.shape),
                    "dtype": np.dtype(value.dtype).name,
                    "keras_history": self._address(value),
                },
            }
        if isinstance(value, (list, tuple)):
            return [self._encode(part) for part in value]
        if isinstance(value, dict):
            return {key: self._encode(part) for key, part in value.items()}
        return encode(value)

    def ends(self, structure):
        """Return the addresses of a model's inputs or outputs in their nesting.

        There, as in Keras, the calls of a functional model within the model count from 1.
        """
        if isinstance(structure, dict):
            return {key: self.ends(part) for key, part in structure.items()}
        if isinstance(structure, (list, tuple)):
            return [self.ends(part) for part in structure]
        name, call, position = self._address(structure)
        layer = structure.history[0]
        if isinstance(layer, Model) and type(layer).__name__ != "Sequential":
            call += 1
        return [name, call, position]
