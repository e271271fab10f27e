"""Drawing models: `model_to_dot` and `plot_model`, under their path of Keras 2."""

import os
import re
import sys

from .dot_graph import DotGraph, record_text

__all__ = ["model_to_dot", "plot_model"]

_DIRECTIONS = ("TB", "LR", "BT", "RL")
_SHOWN_IN_NOTEBOOKS = ("png", "jpg", "jpeg", "gif")


def model_to_dot(
    model,
    show_shapes=False,
    show_layer_names=True,
    rankdir="TB",
    expand_nested=False,
    dpi=96,
    subgraph=False,
    layer_range=None,
    show_dtype=False,
    show_layer_activations=False,
    show_trainable=False,
    splines=None,
):
    """Return a model as a graph of its layers, in the language of Graphviz.

    Args:
        model: a built model. One without a graph of layers is a single node.
        show_shapes: whether to show the shapes of inputs and outputs; None is any size, and
            'multiple' stands where a layer is called on several.
        show_layer_names: whether to show names beside classes.
        rankdir: 'TB' draws from top to bottom, 'LR' from left to right; 'BT' and 'RL' too.
        expand_nested: whether nested models are drawn with their layers, in a box.
        dpi: resolution of pictures.
        subgraph: whether to return a part for another graph, drawn in a box.
        layer_range: (first, last), names or regular expressions of layers: only what lies
            between them in the model's list of layers is drawn.
        show_dtype: whether to show the type of the outputs.
        show_layer_activations: whether to show the activation functions of layers.
        show_trainable: whether to show if a layer is trained.
        splines: form of the edges for Graphviz, such as 'ortho'.

    Returns:
        A `DotGraph`: `to_string()` is the text, and `create(prog='dot', format='svg')` the
        picture (which needs `pydot` and Graphviz).

    Raises:
        ValueError: the model is not built, or an argument is out of range.
    """
    if rankdir not in _DIRECTIONS:
        raise ValueError(f"rankdir is one of {', '.join(_DIRECTIONS)}, not {rankdir!r}.")
    attributes = {"rankdir": rankdir, "concentrate": "true", "dpi": dpi, "splines": splines}
    if subgraph:
        attributes = {"style": "dashed", "label": model.name}
    graph = DotGraph(model.name, attributes, {"shape": "record"}, cluster=subgraph)
    labels = _Labels(
        show_shapes, show_layer_names, show_dtype, show_layer_activations, show_trainable
    )
    _Drawing(labels, expand_nested).draw(graph, model, "", layer_range)
    return graph


def plot_model(
    model,
    to_file="model.png",
    show_shapes=False,
    show_layer_names=True,
    rankdir="TB",
    expand_nested=False,
    dpi=96,
    layer_range=None,
    show_dtype=False,
    show_layer_activations=False,
    show_trainable=False,
    splines=None,
):
    """Draw a model into a file.

    Args:
        to_file: path; the suffix says what kind of picture, PNG without one. `.dot` and `.gv`
            get the text, for which nothing else is needed.
        others: as for `model_to_dot`.

    Returns:
        In a notebook the picture, to be shown; else None.

    Raises:
        ImportError: `pydot` is not installed.
        OSError: Graphviz is not installed, or the file cannot be written.
    """
    graph = model_to_dot(
        model,
        show_shapes=show_shapes,
        show_layer_names=show_layer_names,
        rankdir=rankdir,
        expand_nested=expand_nested,
        dpi=dpi,
        layer_range=layer_range,
        show_dtype=show_dtype,
        show_layer_activations=show_layer_activations,
        show_trainable=show_trainable,
        splines=splines,
    )
    to_file = os.fspath(to_file)
    kind = os.path.splitext(to_file)[1].lstrip(".").lower() or "png"
    graph.write(to_file, format=kind)
    notebook = sys.modules.get("IPython")
    if notebook is not None and notebook.get_ipython() is not None and kind in _SHOWN_IN_NOTEBOOKS:
        from IPython.display import Image

        return Image(filename=to_file)
    return None


class _Drawing:
    """Puts models into graphs.

    Args:
        labels: makes the labels of layers.
        expand: whether nested models are drawn with their layers.
    """

    def __init__(self, labels, expand):
        self._labels = labels
        self._expand = expand

    def draw(self, graph, model, scope, layer_range=None):
        """Add the layers of a model and the edges between them.

        Args:
            scope: put before the names of nodes, so that those of nested models differ.
        """
        if model._graph is None:
            if not model.built and not model.weights and type(model).__name__ == "Sequential":
                raise ValueError(
                    f"The model {model.name!r} is not built, so that its shapes and connections "
                    "are not known. Give its first layer input_shape=, or call build()."
                )
            graph.add_node(scope + model.name, label=self._labels.of(model, model._inbound_nodes))
            return
        calls = {}
        for node in model._graph.nodes:
            calls.setdefault(id(node.layer), []).append(node)
        layers = _between(model._graph.layers, layer_range)
        drawn = {id(layer) for layer in layers}
        for layer in layers:
            if self._is_expanded(layer):
                box = DotGraph(
                    scope + layer.name, {"style": "dashed", "label": layer.name}, cluster=True
                )
                self.draw(box, layer, f"{scope}{layer.name}/")
                graph.add_subgraph(box)
            else:
                # The call that makes an Input is none of the model's.
                label = self._labels.of(layer, calls.get(id(layer), layer._inbound_nodes[:1]))
                graph.add_node(scope + layer.name, label=label)
        edges = {}
        for layer in layers:
            for node in calls.get(id(layer), []):
                for position, tensor in enumerate(node.inputs):
                    source, _, index = tensor.history
                    if id(source) in drawn:
                        edge = self._end(source, scope, index), self._start(layer, scope, position)
                        edges[edge] = None
        for source, target in edges:
            graph.add_edge(source, target)

    def _is_expanded(self, layer):
        return self._expand and getattr(layer, "_graph", None) is not None

    def _end(self, layer, scope, index):
        """Return the node that an edge from a layer's output begins at."""
        name = scope + layer.name
        if not self._is_expanded(layer):
            return name
        source, _, inner = layer._graph.outputs[index].history
        return self._end(source, f"{name}/", inner)

    def _start(self, layer, scope, position):
        """Return the node that an edge to a layer's input ends at."""
        name = scope + layer.name
        if not self._is_expanded(layer):
            return name
        inputs = layer._graph.inputs
        source = inputs[min(position, len(inputs) - 1)].history[0]
        return self._start(source, f"{name}/", 0)


class _Labels:
    """Makes the labels of nodes: records, whose fields are divided by bars."""

    def __init__(self, shapes, names, dtypes, activations, trainable):
        self._shapes, self._names = shapes, names
        self._dtypes, self._activations, self._trainable = dtypes, activations, trainable

    def of(self, layer, calls):
        """Return the label of a layer that has these calls in the model."""
        name, kind = layer.name, type(layer).__name__
        inner = getattr(layer, "layer", None)
        if hasattr(inner, "name"):
            name, kind = f"{name}({inner.name})", f"{kind}({type(inner).__name__})"
        fields = [record_text(f"{name}: {kind}" if self._names else kind)]
        activation = getattr(layer, "activation", None)
        if self._activations and activation is not None:
            text = getattr(activation, "__name__", None) or type(activation).__name__
            fields.append(record_text(text))
        if self._dtypes:
            types = {str(t.dtype) for node in calls for t in node.outputs} or {str(layer.dtype)}
            fields.append(record_text(", ".join(sorted(types))))
        if self._trainable and layer.weights:
            fields.append("trainable" if layer.trainable else "frozen")
        label = "|".join(fields)
        if self._shapes:
            given = _shape_text([[t.shape for t in node.inputs] for node in calls])
            made = _shape_text([[t.shape for t in node.outputs] for node in calls])
            given = made if not any(node.inputs for node in calls) else given
            label += f"\n|{{input:|output:}}|{{{{{record_text(given)}}}|{{{record_text(made)}}}}}"
        return label


def _shape_text(shapes_of_calls):
    """Return the shapes of the calls of a layer in words."""
    if not shapes_of_calls:
        return "?"
    first = shapes_of_calls[0]
    if any(shapes != first for shapes in shapes_of_calls[1:]):
        return "multiple"
    return str(first[0]) if len(first) == 1 else f"[{', '.join(map(str, first))}]"


def _between(layers, layer_range):
    """Return the layers from the first to the last of a range of names."""
    if layer_range is None:
        return list(layers)
    if not isinstance(layer_range, (list, tuple)) or len(layer_range) != 2:
        raise ValueError(
            f"layer_range is a pair of names, of the first and the last layer, not {layer_range!r}."
        )
    found = []
    for pattern in layer_range:
        matches = [i for i, layer in enumerate(layers) if re.fullmatch(pattern, layer.name)]
        if not matches:
            names = ", ".join(layer.name for layer in layers)
            raise ValueError(f"layer_range: no layer is called {pattern!r}. There are: {names}.")
        found.append(matches)
    start, stop = found[0][0], found[1][-1]
    if start > stop:
        raise ValueError(
            f"layer_range: {layer_range[0]!r} comes after {layer_range[1]!r} in the model."
        )
    return list(layers[start : stop + 1])
