"""Symbolic tensors and the nodes between them: the graph of the functional API.

A `KerasTensor` has a shape and a type but no data. Calling a layer, or any operation, on one
records a `Node` and returns new symbolic tensors; `engine.graph` later runs the nodes on data.
"""

import numpy as np

from .. import config
from ..autograd import Tensor, no_grad
from ..autograd.tensor import Operators
from ..utils.nest import flatten, map_structure


class KerasTensor(Operators):
    """The promise of a tensor: what a layer or operation will return once there is data.

    Args:
        shape: tuple of ints and None; the first is the batch axis.
        dtype: name of the element type; the default float type if None.
        name: for messages and summaries.

    Attributes:
        history: (layer, node index, tensor index), where the tensor comes from.
        maskable: whether a mask may arrive with the data.
    """

    symbolic = True

    def __init__(self, shape, dtype=None, name=None, history=None):
        self.shape = tuple(None if d is None else int(d) for d in shape)
        self.dtype = np.dtype(dtype or config.floatx())
        self.name = name
        self.history = history
        self.maskable = False

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
        return type(self).record_op(op, arrays, settings)

    @staticmethod
    def record_op(op, arrays, settings):
        """Record an operation in the graph. Set by `layers.op_layer`, which knows layers."""
        raise NotImplementedError

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
        outputs: what came out, a list.
        structure: the outputs as the call returned them (one tensor, a list, a dictionary).
    """

    def __init__(self, layer, args, kwargs, structure):
        self.layer = layer
        self.args = args
        self.kwargs = kwargs
        self.inputs = [t for t in flatten([args, kwargs]) if isinstance(t, KerasTensor)]
        self.structure = structure
        self.outputs = flatten(structure)
        index = len(layer._inbound_nodes)
        layer._inbound_nodes.append(self)
        for i, tensor in enumerate(self.outputs):
            tensor.history = (layer, index, i)
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
        """The symbolic inputs."""
        return self.inputs

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


# Unknown sizes are replaced by two different sets of numbers; a size that differs between the
# two results is unknown in the output too. The batch is kept small because every other axis may
# be large; other axes must be long enough for a kernel to fit.
_TRIALS = ({"batch": 2, "other": 24}, {"batch": 3, "other": 36})


def infer_outputs(function, args, kwargs):
    """Work out what `function` returns on symbolic arguments, by running it on dummies.

    Returns:
        The result with symbolic tensors (without history) in place of arrays.
    """
    results = []
    for trial in _TRIALS:

        def dummy(leaf, trial=trial):
            if not isinstance(leaf, KerasTensor):
                return leaf
            shape = tuple(
                d if d is not None else trial["batch" if i == 0 else "other"]
                for i, d in enumerate(leaf.shape)
            )
            one = np.ones((), leaf.dtype) if leaf.dtype.kind == "f" else np.zeros((), leaf.dtype)
            if leaf.dtype.kind == "f" and len(shape) > 1 and shape[-1] == shape[-2]:
                one = np.eye(shape[-1], dtype=leaf.dtype)  # a matrix that has an inverse
            return Tensor(np.broadcast_to(one, shape))

        with no_grad(), np.errstate(all="ignore"):
            results.append(
                function(*map_structure(dummy, list(args)), **map_structure(dummy, kwargs))
            )
    first, second = (flatten(r) for r in results)
    shapes = []
    for a, b in zip(first, second, strict=True):
        a, b = np.shape(a), np.shape(b)
        if len(a) != len(b):
            raise ValueError(f"The rank of the result depends on the batch size: {a} or {b}.")
        shapes.append(tuple(m if m == n else None for m, n in zip(a, b, strict=True)))
    leaves = iter(
        [
            KerasTensor(shape, getattr(leaf, "dtype", None) or np.asarray(leaf).dtype)
            for shape, leaf in zip(shapes, first, strict=True)
        ]
    )
    return map_structure(lambda _: next(leaves), _ordered(results[0]))


def _ordered(structure):
    """Return a structure whose dictionaries are in `flatten` order."""
    if isinstance(structure, dict):
        return {k: _ordered(structure[k]) for k in sorted(structure, key=str)}
    if isinstance(structure, (list, tuple)):
        return type(structure)(_ordered(part) for part in structure)
    return structure
