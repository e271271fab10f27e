"""clone_model: the same architecture with new weights."""

from ..layers.input_layer import InputLayer
from ..utils.nest import as_list, flatten, map_structure, pack_like
from .model import Model
from .sequential import Sequential


def clone_model(model, input_tensors=None, clone_function=None):
    """Return a model with the same layers, newly made, so with new weights.

    Args:
        model: a functional or Sequential model.
        input_tensors: symbolic tensors to build on; new Inputs of the same shapes by default.
        clone_function: function layer -> layer (or the same one, to share it), applied to every
            layer but the inputs; by default each layer is made anew from its config.

    Raises:
        ValueError: a subclassed model, whose structure cannot be read.
    """
    if not isinstance(model, Model):
        raise ValueError(f"clone_model() takes a model, not {model!r}.")
    clone = clone_function or _fresh
    if isinstance(model, Sequential):
        copied = Sequential(name=model.name)
        if input_tensors is not None:
            copied.add(flatten(input_tensors)[0])
        elif model._listed_input:
            copied.add(_fresh(model._listed_input[0]))
        elif model._values:
            copied.add(_fresh(model._values[0].history[0])._inbound_nodes[0].outputs[0])
        for layer in model._stack:
            copied.add(clone(layer))
        return copied
    if model._graph is None:
        raise ValueError(
            f"The model {model.name!r} is subclassed: its structure is code. Make another instance "
            "of its class instead."
        )
    graph = model._graph
    if input_tensors is None:
        starts = [_fresh(t.history[0])._inbound_nodes[0].outputs[0] for t in graph.inputs]
    else:
        starts = as_list(input_tensors)
        if len(starts) != len(graph.inputs):
            raise ValueError(
                f"The model has {len(graph.inputs)} inputs, but {len(starts)} input tensors were "
                "given."
            )
    made = {id(old): new for old, new in zip(graph.inputs, starts, strict=True)}
    layers = {}
    for node in graph.nodes:
        if id(node.layer) not in layers:
            layers[id(node.layer)] = clone(node.layer)

        def new_for(leaf):
            return made.get(id(leaf), leaf)

        structure = layers[id(node.layer)](
            *map_structure(new_for, tuple(node.args)), **map_structure(new_for, node.kwargs)
        )
        for old, new in zip(node.outputs, flatten(structure), strict=True):
            made[id(old)] = new
    return Model(
        inputs=pack_like(model._input_structure, starts),
        outputs=pack_like(model._output_structure, [made[id(t)] for t in model.outputs]),
        name=model.name,
    )


def _fresh(layer):
    """Return a new layer with the same config."""
    if isinstance(layer, InputLayer):
        return InputLayer.from_config(layer.get_config())
    if isinstance(layer, Model):
        return clone_model(layer)
    return type(layer).from_config(layer.get_config())
