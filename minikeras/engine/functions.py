"""Functions of symbolic tensors: what `K.function`, `K.gradients` and `K.placeholder` are made of.

They make any part of a functional graph callable on arrays, gradients included, as scripts of the
Keras 2 era do to look at activations or to change an image along a gradient.
"""

import numpy as np

from ..autograd import Tensor, gradients, no_grad, recording
from ..autograd.tensor import Node, wrap
from ..layers.base import Layer
from ..layers.context import forward_pass
from ..layers.input_layer import Input, InputLayer
from ..layers.symbolic import KerasTensor
from ..utils.nest import as_list, unpack_single
from .graph import Graph


def placeholder(shape=None, ndim=None, dtype=None, sparse=False, name=None):
    """Return a symbolic tensor to be fed later.

    Args:
        shape: tuple of sizes, None where unknown, the batch axis included.
        ndim: number of axes, where no shape is given.
        dtype, sparse, name: as for `Input`.

    Raises:
        ValueError: neither shape nor ndim.
    """
    if shape is None:
        if ndim is None:
            raise ValueError("placeholder() needs shape= or ndim=.")
        shape = (None,) * ndim
    return Input(batch_shape=tuple(shape), dtype=dtype, sparse=sparse, name=name)


def roots_of(tensors):
    """Return the symbolic inputs that symbolic tensors depend on, in the order of their making."""
    found, seen, stack = {}, set(), list(tensors)
    while stack:
        tensor = stack.pop()
        layer, index, _ = tensor.history
        if isinstance(layer, InputLayer):
            found[id(tensor)] = tensor
            continue
        node = layer._inbound_nodes[index]
        if id(node) not in seen:
            seen.add(id(node))
            stack.extend(node.inputs)
    return sorted(found.values(), key=lambda t: t.name)


class Function:
    """A callable from arrays to arrays, cut out of a functional graph.

    Args:
        inputs: list of symbolic tensors; `K.learning_phase()` may stand among them, and is then
            fed 0 or 1.
        outputs: list of symbolic tensors or variables.
        updates: pairs (variable, symbolic tensor), assigned after each call.
        name: for messages.
    """

    def __init__(self, inputs, outputs, updates=None, name=None):
        self.name = name or "function"
        self.inputs, self.outputs = as_list(inputs), as_list(outputs)
        self.updates = [u for u in (updates or []) if u is not None]
        fed = [t for t in self.inputs if isinstance(t, KerasTensor)]
        wanted = self.outputs + [value for _, value in self.updates]
        self._symbolic = [t for t in wanted if isinstance(t, KerasTensor)]
        self._graph = Graph(fed, self._symbolic) if self._symbolic else None
        self._several = isinstance(outputs, (list, tuple))

    def __call__(self, *arrays):
        """Return the outputs for a list of input arrays, a list of arrays."""
        if len(arrays) == 1 and isinstance(arrays[0], (list, tuple)):
            arrays = arrays[0]
        if len(arrays) != len(self.inputs):
            raise ValueError(
                f"{self.name} takes {len(self.inputs)} inputs, but got {len(arrays)}."
            )
        training, fed = False, []
        for symbol, array in zip(self.inputs, arrays, strict=True):
            if isinstance(symbol, KerasTensor):
                fed.append(wrap(np.asarray(getattr(array, "data", array), dtype=symbol.dtype))
                           if not isinstance(array, np.ndarray)
                           else wrap(array.astype(symbol.dtype, copy=False)))
            else:
                training = bool(array)
        values = []
        if self._graph is not None:
            with no_grad(), forward_pass(training):
                values = self._graph.run(fed)
        by_symbol = {id(s): v for s, v in zip(self._symbolic, values, strict=True)}

        def value_of(thing):
            found = by_symbol.get(id(thing), thing)
            return np.array(found.data if isinstance(found, Tensor) else found)

        results = [value_of(output) for output in self.outputs]
        for variable, value in self.updates:
            variable.assign(value_of(value))
        return results if self._several else results[0]


def function(inputs, outputs, updates=None, name=None, **kwargs):
    """Return a `Function` (Keras 2's `K.function`).

    Raises:
        ValueError: options of a backend, which have no meaning here.
    """
    if kwargs:
        raise ValueError(
            f"K.function takes no option {next(iter(kwargs))!r} here: there is no session to pass "
            "it to."
        )
    return Function(inputs, outputs, updates, name)


class _Gradient(Layer):
    """Computes the gradients of a scalar symbolic tensor by others of the same graph."""

    def __init__(self, loss, sources, roots, **kwargs):
        super().__init__(**kwargs)
        self._symbols = [s for s in sources if isinstance(s, KerasTensor)]
        self._sources = sources
        inner = [s for s in self._symbols if s not in roots]
        self._to_sources = Graph(roots, inner) if inner else None
        self._inner = inner
        free = [r for r in roots if r not in self._symbols]
        self._free = free
        self._to_loss = Graph([*self._symbols, *free], [loss])
        self._roots = roots
        self.autocast = False
        self.built = True

    def call(self, inputs):
        """Return the gradients at the values of the roots."""
        values = dict(zip(map(id, self._roots), as_list(inputs), strict=True))
        if self._to_sources is not None:
            with no_grad():
                found = self._to_sources.run(as_list(inputs))
            values.update(zip(map(id, self._inner), found, strict=True))
        leaves = {}
        for symbol in self._symbols:
            data = values[id(symbol)].data
            leaves[id(symbol)] = wrap(data, Node(None, (), data.shape, data.dtype))
        with recording(keep=False):
            (loss,) = self._to_loss.run(
                [leaves[id(s)] for s in self._symbols] + [values[id(r)] for r in self._free]
            )
            targets = [leaves.get(id(s), s) for s in self._sources]
            found = gradients(loss, targets)
        arrays = [
            np.zeros(t.shape, t.dtype) if g is None else g
            for t, g in zip(targets, found, strict=True)
        ]
        return [wrap(getattr(a, "dense", lambda a=a: a)()) for a in arrays]

    def compute_output_spec(self, *args, **kwargs):
        """Return symbolic tensors shaped as the sources."""
        return [KerasTensor(s.shape, s.dtype) for s in self._sources]


def symbolic_gradients(loss, variables):
    """Return the gradients of `loss` by `variables`, symbolic where `loss` is (`K.gradients`).

    Args:
        loss: a symbolic tensor or a recorded tensor; summed over all its elements.
        variables: a list of symbolic tensors, variables or tensors.
    """
    sources = as_list(variables)
    if isinstance(loss, KerasTensor):
        roots = roots_of([loss, *(s for s in sources if isinstance(s, KerasTensor))])
        return as_list(_Gradient(loss, sources, roots)(unpack_single(roots)))
    found = gradients(loss, sources)
    return [None if g is None else wrap(g.dense() if hasattr(g, "dense") else g) for g in found]


__all__ = [
    "Function",
    "function",
    "placeholder",
    "roots_of",
    "symbolic_gradients",
]
