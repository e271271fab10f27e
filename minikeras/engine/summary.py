"""summary(): the table of a model's layers, as Keras 2.1.5 prints it."""

import re

from ..registry import suggest
from ..utils.nest import unpack_single

_PLAIN = (0.45, 0.85, 1.0)
_CONNECTED = (0.33, 0.55, 0.67, 1.0)


def print_summary(
    model,
    line_length=None,
    positions=None,
    print_fn=None,
    expand_nested=False,
    show_trainable=False,
    layer_range=None,
):
    """Print one row per layer, then the numbers of parameters.

    A model that is a plain stack gets three columns in 65 characters; any other also says what
    each layer is connected to, in 98.

    Args:
        model: a built model.
        line_length: width of the table in characters.
        positions: ends of the columns, relative to the width (up to 1) or in characters.
        print_fn: called with each line; print by default.
        expand_nested: whether to list the layers of nested models too.
        show_trainable: whether to add a column that says which layers may be trained.
        layer_range: names, or patterns, of the first and the last layer to list; None for all.

    Raises:
        ValueError: too few positions; no layer matches a name of `layer_range`.
    """
    layers = model.layers if layer_range is None else _between(model.layers, layer_range)
    write = print_fn or print
    plain = _is_stack(model)
    headers = ["Layer (type)", "Output Shape", "Param #"]
    default = _PLAIN
    if not plain:
        headers.append("Connected to")
        default = _CONNECTED
    line_length = line_length or (65 if plain else 98)
    positions = list(positions or default)
    if positions[-1] <= 1:
        positions = [int(line_length * p) for p in positions]
    if show_trainable:
        headers.append("Trainable")
        positions.append(positions[-1] + 11)
        line_length = max(line_length, positions[-1])
    if len(positions) < len(headers):
        raise ValueError(
            f"positions needs {len(headers)} entries, one for each column, not {len(positions)}."
        )
    write("_" * line_length)
    _write_row(headers, positions, write)
    write("=" * line_length)
    rows = list(_rows(model, layers, plain, expand_nested, 0))
    for i, (layer, cells) in enumerate(rows):
        for j, fields in enumerate(cells):
            if show_trainable:
                fields = [*fields, ("Y" if layer.trainable else "N") if j == 0 else ""]
            _write_row(fields, positions, write)
        write(("=" if i == len(rows) - 1 else "_") * line_length)
    trainable, frozen = count_parameters(model)
    write(f"Total params: {trainable + frozen:,}")
    write(f"Trainable params: {trainable:,}")
    write(f"Non-trainable params: {frozen:,}")
    write("_" * line_length)


def count_parameters(model):
    """Return (trainable, non-trainable) numbers of scalars, each weight counted once."""
    trainable = {id(w): w.size for w in model.trainable_weights}
    frozen = {id(w): w.size for w in model.non_trainable_weights}
    return sum(trainable.values()), sum(frozen.values())


def _is_stack(model):
    """Return whether every layer follows the one before it, and nothing is shared."""
    graph = model._graph
    if graph is None or type(model).__name__ == "Sequential":
        return True
    by_depth = {}
    for layer in graph.layers:
        by_depth.setdefault(graph.depths[layer.name], []).append(layer)
    if any(len(layers) > 1 for layers in by_depth.values()):
        return False
    if any(len(node.inputs) > 1 for node in graph.nodes):
        return False
    calls = [node.layer for node in graph.nodes]
    return len({id(layer) for layer in calls}) == len(calls)


def _between(layers, bounds):
    """Return the layers from the first to the last that match two names."""
    if not isinstance(bounds, (list, tuple)) or len(bounds) != 2:
        raise ValueError(
            "layer_range holds two names, those of the first and the last layer to list, not "
            f"{bounds!r}."
        )
    places = []
    for bound in bounds:
        matching = [i for i, layer in enumerate(layers) if re.match(bound, layer.name)]
        if not matching:
            raise ValueError(
                f"No layer is called {bound!r}. {suggest(bound, [la.name for la in layers])}"
            )
        places += [matching[0], matching[-1]]
    return layers[min(places) : max(places) + 1]


def _rows(model, layers, plain, expand, level):
    """Yield (layer, list of rows of cells) for each layer."""
    used = {id(node) for node in model._graph.nodes} if model._graph is not None else None
    for layer in layers:
        name = "    " * level + f"{layer.name} ({type(layer).__name__})"
        cells = [name, _shape_text(layer), str(_parameters(layer))]
        if plain:
            yield layer, [cells]
        else:
            sources = []
            for node in layer._inbound_nodes:
                if used is not None and id(node) in used:
                    sources += [
                        f"{t.history[0].name}[{t.history[1]}][{t.history[2]}]" for t in node.inputs
                    ]
            first = sources[0] if sources else ""
            yield layer, [[*cells, first], *(["", "", "", s] for s in sources[1:])]
        if expand and hasattr(layer, "layers"):
            yield from _rows(layer, layer.layers, plain, expand, level + 1)


def _parameters(layer):
    if not layer.built:
        return "unused"
    return layer.count_params()


def _shape_text(layer):
    if not layer._inbound_nodes:
        shape = getattr(layer, "_graph", None) and unpack_single([t.shape for t in layer.outputs])
        return str(shape) if shape else "?"
    try:
        shape = layer.output_shape
    except AttributeError:
        return "multiple"
    return str(list(shape) if isinstance(shape, list) else shape)


def _write_row(fields, positions, write):
    """Write one line, each field cut at the end of its column."""
    line = ""
    for i, field in enumerate(fields):
        if i > 0:
            line = line[:-1] + " "
        line += str(field)
        line = line[: positions[i]]
        line += " " * (positions[i] - len(line))
    write(line)
