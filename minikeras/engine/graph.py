"""Graph: the layers between given symbolic inputs and outputs, ready to be run on data.

The topology is worked out once, when a model is made: which calls of which layers lie on the way,
in which order, and where each value goes. Running the graph then is one pass over a list.
"""

import collections

import numpy as np

from ..layers.input_layer import InputLayer
from ..layers.inputs import to_tensor_arguments
from ..layers.outside_symbols import Met, StepValues, standing_for
from ..layers.symbolic import KerasTensor
from ..utils.nest import flatten, map_structure


class Graph:
    """The calls of layers that lead from `inputs` to `outputs`.

    Args:
        inputs: list of symbolic tensors.
        outputs: list of symbolic tensors.

    Attributes:
        nodes: the calls in the order in which they are run.
        layers: the layers, inputs first, in the order in which summaries list them.
        depths: layer to its distance from the outputs.

    Raises:
        ValueError: an output depends on an input that is not given, or two layers share a name.
    """

    def __init__(self, inputs, outputs):
        for tensor in [*inputs, *outputs]:
            if not isinstance(tensor, KerasTensor):
                raise TypeError(
                    "A functional model goes from symbolic tensors to symbolic tensors, but got "
                    f"{type(tensor).__name__} of shape {np.shape(tensor)}. Begin with "
                    "Input(shape=...)."
                )
        if len({id(t) for t in inputs}) != len(inputs):
            raise ValueError("The list of inputs of a model holds the same tensor twice.")
        self.inputs = list(inputs)
        self.outputs = list(outputs)
        self.nodes, order = _trace(self.inputs, self.outputs)
        self.layers, self.depths = _arrange(self.nodes, order, self.inputs)
        self._check_names()
        self._plan()

    def __getstate__(self):
        """A copy, or a pickle, is made of the calls alone; the rest is worked out again."""
        return {"inputs": self.inputs, "outputs": self.outputs, "nodes": self.nodes}

    def __setstate__(self, state):
        # Layers are copied without their calls. Those of this graph are put back, in their order.
        for node in sorted(state["nodes"], key=lambda n: n.outputs[0].history[1]):
            if not any(known is node for known in node.layer._inbound_nodes):
                node.attach()
        self.__init__(state["inputs"], state["outputs"])

    def _check_names(self):
        seen = {}
        for layer in self.layers:
            if seen.setdefault(layer.name, layer) is not layer:
                raise ValueError(
                    f"The name {layer.name!r} is used by two layers of the model "
                    f"({type(seen[layer.name]).__name__} and {type(layer).__name__}). "
                    "All layer names of a model must be different: give one of them name=."
                )

    def _plan(self):
        """Give every tensor a slot and turn every node into a step."""
        slots = {}
        for tensor in self.inputs:
            slots[id(tensor)] = len(slots)
        self._steps = []
        for node in self.nodes:
            outputs = []
            for tensor in node.outputs:
                outputs.append(slots.setdefault(id(tensor), len(slots)))
            self._steps.append(_Step(node, slots, outputs))
        made = [*self.inputs, *(tensor for node in self.nodes for tensor in node.outputs)]
        self._symbols_by_slot = [(slots[id(tensor)], tensor) for tensor in made]
        self._slot_count = len(slots)
        self._input_slots = [slots[id(t)] for t in self.inputs]
        self._output_slots = [slots[id(t)] for t in self.outputs]
        kept = set(self._output_slots)
        for step in reversed(self._steps):
            step.free = [s for s in step.input_slots if s not in kept]
            kept.update(step.input_slots)
        self._run_steps = _fuse(self._steps, self._output_slots)

    def run(self, tensors):
        """Return the list of outputs for a list of input tensors."""
        values = [None] * self._slot_count
        for slot, tensor in zip(self._input_slots, tensors, strict=True):
            values[slot] = tensor
        for step in self._run_steps:
            step.run(values)
        return [values[slot] for slot in self._output_slots]

    def run_watching(self, tensors, symbols, watch):
        """Return the list of outputs, `watch` having been applied to the values of `symbols`.

        Args:
            tensors: list of input tensors.
            symbols: symbolic tensors between inputs and outputs.
            watch: function tensor -> tensor, applied as soon as the value is there.
        """
        watched = {id(s) for s in symbols}
        slots = {s for s, t in self._symbols_by_slot if id(t) in watched}
        values = [None] * self._slot_count
        for slot, tensor in zip(self._input_slots, tensors, strict=True):
            values[slot] = watch(tensor) if slot in slots else tensor
        for step in self._steps:
            step.run(values)
            for slot in slots.intersection(step.output_slots):
                values[slot] = watch(values[slot])
        return [values[slot] for slot in self._output_slots]

    def infer(self, symbols):
        """Return new symbolic outputs for other symbolic inputs, recording nothing."""
        values = [None] * self._slot_count
        for slot, symbol in zip(self._input_slots, symbols, strict=True):
            values[slot] = symbol
        for step in self._steps:
            args, kwargs = step.arguments(values)
            with standing_for(Met()):  # what a layer takes from around it is of this graph
                structure = step.layer.compute_output_spec(*args, **kwargs)
            step.store(structure, values)
        return [values[slot] for slot in self._output_slots]


class _Slot:
    """Stands for a value in the arguments of a step."""

    __slots__ = ("index",)

    def __init__(self, index):
        self.index = index


class _Step:
    """One call: which layer, on which slots, into which slots."""

    def __init__(self, node, slots, output_slots):
        self.layer = node.layer
        self.output_slots = output_slots
        self.free = ()
        self.input_slots = sorted({slots[id(t)] for t in node.inputs})
        self.casts = _meets_another_type(node)
        self.outside = node.outside
        self.outside_slots = [slots[id(t)] for t in node.outside]

        def template(leaf):
            if isinstance(leaf, KerasTensor):
                return _Slot(slots[id(leaf)])
            return to_tensor_arguments(leaf, self.layer.compute_dtype, self.layer)

        self.args = map_structure(template, tuple(node.args))
        self.kwargs = map_structure(template, dict(node.kwargs))
        self.single = None  # the slot of the only input, where a call is as simple as can be
        simple = len(self.args) == 1 and not self.kwargs and isinstance(self.args[0], _Slot)
        simple = simple and not node.outside
        if simple and isinstance(node.structure, KerasTensor) and not self.casts:
            self.single = self.args[0].index

    def arguments(self, values):
        """Return the call's arguments with values in place of slots."""

        def fill(leaf):
            return values[leaf.index] if isinstance(leaf, _Slot) else leaf

        return map_structure(fill, self.args), map_structure(fill, self.kwargs)

    def run(self, values):
        """Call the layer and store what it returns."""
        if self.single is not None:
            values[self.output_slots[0]] = self.layer.run(values[self.single])
        else:
            (inputs, *args), kwargs = self.arguments(values)
            if self.casts:
                inputs = self.layer._to_tensors(inputs)
            if self.outside:
                known = StepValues(self.outside, [values[s] for s in self.outside_slots])
                with standing_for(known):
                    self.store(self.layer.run(inputs, args, kwargs), values)
            else:
                self.store(self.layer.run(inputs, args, kwargs), values)
        for slot in self.free:
            values[slot] = None

    def store(self, structure, values):
        """Put what a call has returned into the slots; None among it has no slot."""
        outputs = [output for output in flatten(structure) if output is not None]
        for slot, output in zip(self.output_slots, outputs, strict=True):
            values[slot] = output


def _meets_another_type(node):
    """Return whether a layer is called on floats of another type than it computes in."""
    layer = node.layer
    wanted = layer.compute_dtype
    given = [t.dtype for t in node.inputs]
    if getattr(layer, "_graph", None) is not None:  # a model takes what its inputs say
        wanted = [t.dtype for t in layer._graph.inputs]
        return len(wanted) == len(given) and wanted != given
    return layer.autocast and any(t.kind == "f" and t != np.dtype(wanted) for t in given)


class _FusedStep:
    """A layer and the one that alone uses its result, run as one operation.

    Layers say by `fused_with(layer)` what they can be fused with: a convolution with the max
    pooling behind it, a dense layer with its dropout.
    """

    def __init__(self, first, second):
        self.first, self.second = first, second
        self.free = [s for s in first.free + second.free if s != second.single]

    def run(self, values):
        """Compute both layers at once, or one after the other.

        The latter is done where a mask wants its say, and where a layer has been given something
        else to do meanwhile, another activation perhaps.
        """
        inputs = values[self.first.single]
        call = _fused(self.first.layer, self.second.layer) if inputs.mask is None else None
        if call is None:
            self.first.run(values)
            self.second.run(values)
            return
        values[self.second.output_slots[0]] = call(inputs)
        for slot in self.free:
            values[slot] = None


def _fused(first, second):
    """Return a function that computes both layers at once, as they are now, or None."""
    if not hasattr(first, "fused_with") or "call" in vars(first) or "call" in vars(second):
        return None
    return first.fused_with(second)


def _fuse(steps, output_slots):
    """Return the steps with those made one that can be."""
    readers = collections.Counter(slot for step in steps for slot in step.input_slots)
    readers.update(output_slots)
    by_output = {step.output_slots[0]: step for step in steps}
    fused = {}  # the second step -> both as one
    gone = set()
    for step in steps:
        before = by_output.get(step.single)
        if before is None or before.single is None or readers[step.single] != 1:
            continue
        if _fused(before.layer, step.layer) is not None:
            fused[step] = _FusedStep(before, step)
            gone.add(before)
    return [fused.get(step, step) for step in steps if step not in gone]


def _node_of(tensor):
    layer, index, _ = tensor.history
    return layer._inbound_nodes[index]


def _trace(inputs, outputs):
    """Return the nodes from `inputs` to `outputs` in running order, and the layers as first met."""
    given = {id(t) for t in inputs}
    nodes, done, order, reached = [], set(), {}, []
    for output in outputs:
        stack = [(output, None)]
        while stack:
            tensor, waiting = stack.pop()
            if waiting is not None:  # all that this node needs has been visited
                if id(waiting) not in done:
                    done.add(id(waiting))
                    nodes.append(waiting)
                    reached.append(waiting.layer.name)
                continue
            if id(tensor) in given:
                order.setdefault(id(tensor.history[0]), len(order))
                continue
            node = _node_of(tensor)
            if id(node) in done:
                continue
            if isinstance(node.layer, InputLayer):
                raise ValueError(
                    f"Graph disconnected: the output depends on the input {tensor.name!r} of shape "
                    f"{tensor.shape}, which is not among the model's inputs "
                    f"({', '.join(repr(t.name) for t in inputs) or 'none given'}). "
                    f"Reached without trouble: {reached or 'nothing yet'}."
                )
            order.setdefault(id(node.layer), len(order))
            stack.append((tensor, node))
            stack.extend((t, None) for t in reversed(node.inputs))
    return nodes, order


def _arrange(nodes, order, inputs):
    """Return the layers by decreasing depth, ties in the order first met, and their depths.

    The depth of a layer is the length of the longest way from it to an output, as in Keras 2, so
    that summaries and files list layers in the same order.
    """
    depths, node_depths, layers = {}, {}, {}
    for node in reversed(nodes):
        depth = max(node_depths.get(id(node), 0), depths.get(id(node.layer), 0))
        node_depths[id(node)] = depths[id(node.layer)] = depth
        layers[id(node.layer)] = node.layer
        for tensor in node.inputs:
            before = _node_of(tensor)
            node_depths[id(before)] = max(node_depths.get(id(before), 0), depth + 1)
    for tensor in inputs:
        layer = tensor.history[0]
        if isinstance(layer, InputLayer):
            layers[id(layer)] = layer
            depths[id(layer)] = node_depths.get(id(_node_of(tensor)), 0)
    arranged = sorted(
        layers.values(), key=lambda la: (-depths[id(la)], order.get(id(la), len(order)))
    )
    return arranged, {layer.name: depths[id(layer)] for layer in arranged}
