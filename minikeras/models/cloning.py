"""clone_model: the same architecture with new weights."""

from ..layers.input_layer import InputLayer
from ..utils.nest import as_list, flatten, map_structure, pack_like
from .model import Model
from .sequential import Sequential


def clone_model(
    model, input_tensors=None, clone_function=None, call_function=None, recursive=False
):
    """Return a model with the same layers, newly made, so with new weights.

    Args:
        model: a functional or Sequential model, or a subclassed one with a `get_config`.
        input_tensors: symbolic tensors to build on; new Inputs of the same shapes by default.
        clone_function: function layer -> layer (or the same one, to share it), applied to every
            layer but the inputs; by default each layer is made anew from its config.
        call_function: function (layer, *args, **kwargs) -> outputs by which each new layer is
            called; it may put other layers before or after it. Functional models only.
        recursive: whether `clone_function` is applied to the layers of a nested model, and not
            to the nested model itself.

    Raises:
        ValueError: a subclassed model, whose structure cannot be read; an argument that does not
            apply to this kind of model.
    """
    if not isinstance(model, Model):
        raise ValueError(f"clone_model() takes a model, not {model!r}.")
    clone = clone_function or _fresh
    if recursive and clone_function is not None:

        def clone(layer):
            if not isinstance(layer, Model):
                return clone_function(layer)
            inside = None if isinstance(layer, Sequential) else call_function
            return clone_model(layer, None, clone_function, inside, recursive=True)

    if isinstance(model, Sequential):
        if call_function is not None:
            raise ValueError(
                f"call_function is for functional models: the layers of the Sequential "
                f"{model.name!r} are listed, not called. Use clone_function."
            )
        copied = Sequential(name=model.name)
        if input_tensors is not None:
            copied.add(flatten(input_tensors)[0])
        elif model._listed_input:
            copied.add(_fresh(model._listed_input[0]))
        elif model._entry_symbol is not None:
            copied.add(_fresh(model._entry_symbol.history[0])._inbound_nodes[0].outputs[0])
        for layer in model._stack:
            copied.add(clone(layer))
        return copied
    if model._graph is None:
        return _subclassed(model, (input_tensors, clone_function, call_function))
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
    call = call_function or _call
    made = {id(old): new for old, new in zip(graph.inputs, starts, strict=True)}
    layers = {}
    for node in graph.nodes:
        if id(node.layer) not in layers:
            layers[id(node.layer)] = clone(node.layer)

        def new_for(leaf):
            return made.get(id(leaf), leaf)

        structure = call(
            layers[id(node.layer)],
            *map_structure(new_for, tuple(node.args)),
            **map_structure(new_for, node.kwargs),
        )
        for old, new in zip(node.outputs, flatten(structure), strict=True):
            made[id(old)] = new
    cls = type(model) if type(model).__init__ is Model.__init__ else Model
    return cls(
        inputs=pack_like(model._input_structure, starts),
        outputs=pack_like(model._output_structure, [made[id(t)] for t in model.outputs]),
        name=model.name,
    )


def _call(layer, *args, **kwargs):
    return layer(*args, **kwargs)


def _subclassed(model, settings):
    """Return another instance of a class of models that says its own config."""
    if type(model).get_config is Model.get_config:
        raise ValueError(
            f"The model {model.name!r} is subclassed: its structure is code. Make another instance "
            "of its class instead, or give the class a get_config()."
        )
    if any(setting is not None for setting in settings):
        raise ValueError(
            f"The model {model.name!r} is subclassed: it is cloned by its config alone, without "
            "input_tensors, clone_function or call_function."
        )
    return type(model).from_config(model.get_config())


def _fresh(layer):
    """Return a new layer with the same config."""
    if isinstance(layer, InputLayer):
        return InputLayer.from_config(layer.get_config())
    if isinstance(layer, Model):
        return clone_model(layer)
    return type(layer).from_config(layer.get_config())
