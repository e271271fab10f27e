"""Where Keras 3 puts each layer's variables: `layers/dense_1/vars/0`.

The path follows the structure of the model, never the names of layers: attribute by attribute,
and within a list of layers by class name and a counter. A layer reached twice is saved once, at
the first path.
"""

from ..layers import Layer
from ..models import Model, Sequential
from ..utils.class_names import keras_3_snake_case
from .legacy_weights import layers_of

# Layers that hold their variables themselves, where Keras 3 keeps them in a layer inside.
_INSIDE = {"LSTM": "cell", "GRU": "cell", "SimpleRNN": "cell"}


# Layers whose inner layers are private attributes here, and public ones in Keras 3.
_PUBLIC_THERE = {"MultiHeadAttention"}


class Place:
    """A layer and where its own variables lie.

    Attributes:
        path: such as "layers/dense_1", "" for the model itself.
        owner: the layer.
        variables: its own, in the order of their numbers.
    """

    def __init__(self, path, owner, variables):
        self.path, self.owner, self.variables = path, owner, variables


def places(model):
    """Return a list of `Place`, one for each layer that can be reached from `model`."""
    found, visited = [], set()
    _visit(model, "", found, visited)
    return found


def _visit(layer, path, found, visited):
    if id(layer) in visited:
        return
    visited.add(id(layer))
    own = layer._own_weights(True) + layer._own_weights(False)
    inside = next((_INSIDE[c.__name__] for c in type(layer).__mro__ if c.__name__ in _INSIDE), None)
    if inside and own:
        found.append(Place(path, layer, []))
        found.append(Place(f"{path}/{inside}", layer, own))
    else:
        found.append(Place(path, layer, own))
    for name, value in _children(layer):
        inner = f"{path}/{name}" if path else name
        if isinstance(value, Layer):
            _visit(value, inner, found, visited)
        else:
            _visit_container(value, inner, found, visited)


def _visit_container(container, path, found, visited):
    used = {}
    for value in container.values() if isinstance(container, dict) else container:
        if isinstance(value, Layer):
            name = _numbered(keras_3_snake_case(_class_name(value)), used)
            _visit(value, f"{path}/{name}", found, visited)
        elif _holds_layers(value):
            _visit_container(value, f"{path}/{_numbered('container', used)}", found, visited)
        elif isinstance(value, (list, tuple, dict)):
            _numbered("container", used)


def _class_name(layer):
    """Return the name of a layer's class in Keras 3, where a functional model has its own."""
    return "Functional" if type(layer) is Model else type(layer).__name__


def _numbered(name, used):
    used[name] = used.get(name, -1) + 1
    return name if used[name] == 0 else f"{name}_{used[name]}"


def _children(layer):
    """Yield (name, layer or container of layers), as Keras 3 walks them."""
    if isinstance(layer, Sequential):
        yield "layers", layer._sublayers()
    elif isinstance(layer, Model) and layer._graph is not None:
        yield "layers", layers_of(layer)
    held = vars(layer)
    if isinstance(layer, Model) and layer._graph is None and not isinstance(layer, Sequential):
        # A model of one's own has a list of all its layers, which comes where its name does among
        # the attributes: those with later names are found in it.
        held = {**held, "layers": held.get("layers", layer.layers)}
    if any(c.__name__ in _PUBLIC_THERE for c in type(layer).__mro__):
        held = {key.removeprefix("_"): value for key, value in held.items()}
    for name in sorted(held, key=lambda n: f"~{n}" if n.startswith("_") else n):
        value = held[name]
        if isinstance(value, Layer) or _holds_layers(value):
            yield name, value


def _holds_layers(value, depth=5):
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, (list, tuple)) or not depth:
        return False
    return any(isinstance(part, Layer) or _holds_layers(part, depth - 1) for part in value)
