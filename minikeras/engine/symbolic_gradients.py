"""`K.gradients`: the gradient of a symbolic tensor by others of the same graph, symbolic too."""

import numpy as np

from ..autograd import RowGradient, Tensor, gradients, is_recording, recording
from ..autograd.engine import keeps_record
from ..autograd.tensor import Node, wrap
from ..layers.base import Layer
from ..layers.context import context
from ..layers.input_layer import InputLayer
from ..layers.outside_symbols import RecordWanted, StepValues, SymbolWanted
from ..layers.symbolic import KerasTensor
from ..utils.nest import as_list, unpack_single
from .graph import Graph


def _ancestors(tensors):
    """Return (inputs that symbolic tensors depend on, ids of all tensors on the way)."""
    roots, seen, waiting = {}, set(), list(tensors)
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        layer, index, _ = tensor.history
        if isinstance(layer, InputLayer):
            roots[id(tensor)] = tensor
        else:
            waiting.extend(layer._inbound_nodes[index].inputs)
    return list(roots.values()), seen


class GradientLayer(Layer):
    """Computes the gradients of a symbolic tensor, summed up, by others of the same graph.

    Args:
        loss: symbolic tensor.
        sources: symbolic tensors and variables.
        roots: the inputs that they all depend on, in the order in which the layer is called.
    """

    def __init__(self, loss, sources, roots, **kwargs):
        super().__init__(**kwargs)
        self._sources = sources
        self._symbols = [s for s in sources if isinstance(s, KerasTensor)]
        self._forward = Graph(roots, [loss, *self._symbols])
        self.autocast = False
        self.built = True

    def call(self, inputs):
        """Return the gradients at the values of the roots.

        While a model trains they are recorded, so that a loss may be made of them: a penalty on
        gradients.
        """
        recorded = is_recording()
        with recording(keep=recorded):
            watched = {id(s) for s in self._symbols}
            starts = [
                as_leaf(t) if id(root) in watched else t
                for root, t in zip(self._forward.inputs, as_list(inputs), strict=True)
            ]
            loss, *found = self._forward.run_watching(starts, self._symbols, as_leaf)
            by_symbol = {id(s): t for s, t in zip(self._symbols, found, strict=True)}
            targets = [by_symbol.get(id(s), s) for s in self._sources]
            slopes = [None] * len(targets)
            if loss._node is not None:
                slopes = gradients(loss, targets, create_graph=recorded)
        return [
            Tensor(np.zeros(t.shape, t.dtype)) if g is None else _as_tensor(g)
            for t, g in zip(targets, slopes, strict=True)
        ]

    def compute_output_spec(self, inputs, *args, **kwargs):
        """Return symbolic tensors shaped as the sources."""
        return [KerasTensor(s.shape, s.dtype) for s in self._sources]

    def get_config(self):
        """Refuse: a gradient belongs to the graph it was made in.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(
            f"The model contains gradients ({self.name!r}), which have no config. Save the model "
            "that they are of, and take the gradients again."
        )


def as_leaf(tensor):
    """Return a tensor that gradients can be taken by: one without a history begins one."""
    if tensor._node is not None or tensor.data.dtype.kind != "f":
        return tensor
    leaf = wrap(tensor.data, Node(None, (), tensor.data.shape, tensor.data.dtype))
    leaf.mask = tensor.mask
    return leaf


def symbolic_gradients(loss, variables):
    """Return the gradients of `loss` by `variables` (`K.gradients`).

    Args:
        loss: a symbolic tensor, or one that was recorded; summed over all its elements.
        variables: a symbolic tensor, a variable or a recorded tensor, or a list of them.

    Returns:
        A list: symbolic tensors where `loss` is one, else tensors; None where `loss` does not
        depend on the variable.

    Raises:
        TypeError: a computed loss was to be differentiated by a symbolic tensor, outside of the
            losses and metrics of a model.
    """
    sources = as_list(variables)
    symbols = [s for s in sources if isinstance(s, KerasTensor)]
    if not isinstance(loss, KerasTensor):
        if isinstance(context.symbols, StepValues):
            return _within_step(loss, sources)
        if symbols:
            raise TypeError(
                f"The loss has been computed already, so its gradient by {symbols[0]!r} is not "
                "known. Make the loss of symbolic tensors too."
            )
        recorded = is_recording()
        if loss._node is None or (recorded and not keeps_record()):
            raise RecordWanted()
        found = gradients(loss, sources, create_graph=recorded)
        return [None if g is None else _as_tensor(g) for g in found]
    roots, seen = _ancestors([loss])
    known = [s for s in sources if not isinstance(s, KerasTensor) or id(s) in seen]
    if not known:
        return [None] * len(sources)
    slopes = iter(as_list(GradientLayer(loss, known, roots)(unpack_single(roots))))
    made = {id(s): next(slopes) for s in known}
    return [made.get(id(s)) for s in sources]


def _within_step(loss, sources):
    """Return the gradients of a tensor that a loss or metric is making, such as a penalty.

    They are recorded, so that the weights can be moved against their gradients in turn.

    Raises:
        SymbolWanted: the step was not run so that this is possible.
    """
    sources = [context.symbols.value(s, as_source=True) for s in sources]
    if not keeps_record():
        raise SymbolWanted(None, as_source=True)
    if loss._node is None:
        return [None] * len(sources)
    found = gradients(loss, sources, create_graph=True)
    return [None if g is None else _as_tensor(g) for g in found]


def _as_tensor(gradient):
    if isinstance(gradient, RowGradient):
        gradient = gradient.dense()
    return gradient if isinstance(gradient, Tensor) else wrap(gradient)
