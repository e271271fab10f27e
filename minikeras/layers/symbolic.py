"""Symbolic tensors and the nodes between them: the graph of the functional API.

A `KerasTensor` has a shape and a type but no data. Calling a layer, or any operation, on one
records a `Node` and returns new symbolic tensors; `engine.graph` later runs the nodes on data.
"""

import itertools

import numpy as np

from .. import config
from ..autograd import Tensor
from ..autograd.tensor import Operators
from ..utils.nest import flatten, map_structure
from .context import context

_numbers = itertools.count()


def newest_symbol():
    """Return a number between those of the symbolic tensors so far and of those to come."""
    return next(_numbers)


class KerasTensor(Operators):
    """The promise of a tensor: what a layer or operation will return once there is data.

    Args:
        shape: tuple of ints and None; the first is the batch axis.
        dtype: name of the element type; the default float type if None.
        name: for messages and summaries.

    Attributes:
        history: (layer, node index, tensor index), where the tensor comes from.
        number: grows from tensor to tensor, so that it tells which of two is older.
    """

    symbolic = True

    def __init__(self, shape, dtype=None, name=None, history=None):
        self.shape = tuple(None if d is None else int(d) for d in shape)
        self.dtype = np.dtype(dtype or config.floatx())
        self.name = name
        self.history = history
        self.number = next(_numbers)

    # TensorFlow and Keras 2 spellings, met in scripts.
    @property
    def _keras_shape(self):
        return self.shape

    @property
    def _keras_history(self):
        return self.history

    @property
    def ndim(self):
        """The number of dimensions, the batch axis included."""
        return len(self.shape)

    def get_shape(self):
        """Return the shape as a tuple with None for unknown sizes."""
        return self.shape

    def __apply_op__(self, op, arrays, settings):
        outside = context.symbols
        if outside is not None and outside.is_outside(self):
            values = outside.in_place_of(arrays)
            if not any(a is self for a in flatten(values)):
                return op(*values, **settings)
        return type(self).record_op(op, arrays, settings)

    @staticmethod
    def record_op(op, arrays, settings):
        """Record an operation in the graph. Set by `layers.op_layer`, which knows layers."""
        raise NotImplementedError

    def __eq__(self, other):
        """Compare with values one by one; another symbolic tensor (or None) is the same or not.

        So a tensor can be looked for in a list. `ops.equal` compares the values of two of them.
        """
        if other is None or isinstance(other, KerasTensor):
            return self is other
        return super().__eq__(other)

    __hash__ = object.__hash__

    def _refuse(self, what, mend):
        raise TypeError(
            f"{self!r} is symbolic: it has a shape but no data, so {what} is not possible. {mend}"
        )

    def __array__(self, dtype=None, copy=None):
        self._refuse(
            "turning it into an array",
            "Use operations of minikeras.ops or minikeras.backend, wrap the code in a Lambda "
            "layer, or build a Model and call predict().",
        )

    def __bool__(self):
        self._refuse("a decision on its value", "Use backend.switch or ops.where.")

    def __float__(self):
        self._refuse("reading its value", "Build a Model and call predict().")

    __int__ = __index__ = __float__

    def __len__(self):
        if not self.shape or self.shape[0] is None:
            self._refuse("len()", "The batch size is not known yet.")
        return self.shape[0]

    def __iter__(self):
        if not self.shape or self.shape[0] is None:
            self._refuse("iterating over it", "The batch size is not known yet; slice it instead.")
        return (self[i] for i in range(self.shape[0]))

    def __repr__(self):
        return f"<KerasTensor {self.name or ''} shape={self.shape} dtype={self.dtype.name}>"


class Node:
    """One call of a layer on symbolic tensors.

    Attributes:
        layer: who was called.
        args, kwargs: the call's arguments, symbolic tensors anywhere inside them.
        inputs: the symbolic tensors among the arguments, in order.
        outputs: the symbolic tensors that came out, a list.
        outside: symbolic tensors that the layer takes from around it, among them arguments that
            it does not take as such (`Lambda(lambda _: x[:, 0])(x)`); they are inputs too.
        structure: the outputs as the call returned them (one tensor, a list, a dictionary).
    """

    def __init__(self, layer, args, kwargs, structure, outside=()):
        self.layer = layer
        # Lists are copied: a caller may go on to put more tensors into his.
        self.args, self.kwargs = map_structure(lambda value: value, (args, kwargs))
        self.outside = list(outside)
        self.inputs = [t for t in flatten([args, kwargs]) if isinstance(t, KerasTensor)]
        given = {id(t) for t in self.inputs}
        self.inputs += [t for t in self.outside if id(t) not in given]
        self.structure = structure
        self.outputs = [t for t in flatten(structure) if isinstance(t, KerasTensor)]

    def attach(self):
        """Take this node's place in the graph: its outputs come from here from now on."""
        index = len(self.layer._inbound_nodes)
        self.layer._inbound_nodes.append(self)
        for i, tensor in enumerate(self.outputs):
            tensor.history = (self.layer, index, i)
            tensor.name = f"{self.layer.name}/{index}" + (f":{i}" if i else "")
        for tensor in self.inputs:
            tensor.history[0]._outbound_nodes.append(self)

    # Keras 2.1.5 spellings.
    @property
    def outbound_layer(self):
        """The layer that was called."""
        return self.layer

    @property
    def inbound_layers(self):
        """The layers that the inputs come from."""
        return [t.history[0] for t in self.inputs]

    @property
    def node_indices(self):
        """Per input, which call of its layer it comes from."""
        return [t.history[1] for t in self.inputs]

    @property
    def tensor_indices(self):
        """Per input, which output of that call it is."""
        return [t.history[2] for t in self.inputs]

    @property
    def input_tensors(self):
        """The symbolic inputs; of an Input the tensor that it is, as in Keras 2."""
        return self.inputs or self.outputs

    @property
    def output_tensors(self):
        """The symbolic outputs."""
        return self.outputs

    @property
    def input_shapes(self):
        """The shapes of the inputs."""
        return [t.shape for t in self.inputs]

    @property
    def output_shapes(self):
        """The shapes of the outputs."""
        return [t.shape for t in self.outputs]


def is_symbolic(structure):
    """Return whether a nested structure holds a symbolic tensor."""
    if isinstance(structure, (list, tuple)):
        return any(is_symbolic(part) for part in structure)
    if isinstance(structure, dict):
        return any(is_symbolic(part) for part in structure.values())
    return isinstance(structure, KerasTensor)


def is_keras_tensor(x):
    """Return whether `x` came out of an Input, a layer or an operation on such tensors.

    Raises:
        ValueError: `x` is not symbolic at all (as in Keras 2.1.5).
    """
    if not isinstance(x, (KerasTensor, Tensor)):
        raise ValueError(
            f"Unexpectedly found an instance of type {type(x).__name__}; expected a symbolic "
            "tensor."
        )
    return isinstance(x, KerasTensor)
