"""Operations of `keras.ops` in the configs of Keras 3 models: called again, they record themselves.

Keras 3 keeps `ops.sum(x, axis=-1)` as an entry of its own between the layers. Calling the function
of that name on symbolic tensors puts the same operation into our graph, under the entry's name.
"""

import inspect

from .. import ops
from ..layers.op_layer import OpLayer
from ..layers.symbolic import KerasTensor
from ..utils.nest import flatten

CLASS_NAME = "__operation__"  # of an entry in a config that stands for such a call


class NamedOperation:
    """A function of `minikeras.ops` with its settings, ready to be called on symbolic tensors.

    Args:
        name: of the entry. function: name of the function in `minikeras.ops`.
        settings: its keyword arguments; the positional ones of a call are the others, in order.
    """

    def __init__(self, name, function, settings):
        self.name, self.function = name, getattr(ops, str(function), None)
        if not inspect.isfunction(self.function) or function.startswith("_"):
            raise ValueError(f"There is no operation {function!r} in keras.ops.")
        self.settings = {key: _tuples(value) for key, value in settings.items()}

    def __call__(self, *args, **kwargs):
        """Call the function; return its symbolic outputs, a flat list."""
        parameters = inspect.signature(self.function).parameters.values()
        free = [p for p in parameters if p.name not in self.settings]
        if any(p.kind is p.VAR_POSITIONAL for p in parameters):  # einsum(subscripts, *operands)
            outputs = self.function(*self.settings.values(), *args, **kwargs)
        else:
            named = {p.name: value for p, value in zip(free, args)}
            if len(args) > len(free):
                raise ValueError(f"the operation {self.name!r} is called with too many arguments")
            outputs = self.function(**named, **kwargs, **self.settings)
        outputs = flatten(outputs)
        self._name_layers(outputs, [t for t in flatten([args, kwargs]) if _is_symbolic(t)])
        return outputs

    def _name_layers(self, outputs, inputs):
        """Name what has been recorded after the entry."""
        known = {id(t.history[0]) for t in inputs}
        waiting, number = [t for t in outputs if _is_symbolic(t)], 0
        while waiting:
            layer = waiting.pop(0).history[0]
            if id(layer) in known or not isinstance(layer, OpLayer):
                continue
            known.add(id(layer))
            layer.name = self.name if not number else f"{self.name}_part_{number}"
            number += 1
            waiting += layer._inbound_nodes[0].inputs


def _is_symbolic(value):
    return isinstance(value, KerasTensor)


def _tuples(value):
    """Return a setting with tuples where JSON has lists."""
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value
