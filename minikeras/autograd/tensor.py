"""Tensor and Variable: arrays that remember how they came to be.

A `Tensor` holds an ndarray and, where a gradient may be wanted, the graph node that made it. A
`Variable` is a tensor whose array may be replaced: a weight. Neither knows any mathematics:
`Operators` lists what an array can do, and `minikeras.ops` fills it in, once, for tensors and
for the symbolic tensors of the functional API alike.
"""

import itertools

import numpy as np

from .. import config

_next_order = itertools.count().__next__


class Node:
    """One recorded operation, or a leaf.

    Attributes:
        order: position in time; a node's parents always have a smaller one.
        vjp: what maps the output's gradient to the inputs' (see `engine.op`); None for a leaf
            and for a node whose memory has been given back.
        parents: per input a (node, output index) pair, or None where no gradient flows.
        shape, dtype: of the output; tuples of them for an operation with several outputs.
        recipe: (function, arguments, settings), kept where the gradient may be differentiated.
    """

    __slots__ = ("dtype", "leaf", "order", "parents", "recipe", "shape", "vjp")

    def __init__(self, vjp, parents, shape, dtype, recipe=None):
        self.order = _next_order()
        self.vjp = vjp
        self.parents = parents
        self.shape = shape
        self.dtype = dtype
        self.recipe = recipe
        self.leaf = vjp is None

    def __reduce__(self):
        """A copy, or what is read from a pickle, is a leaf made now: it has no past."""
        return _leaf, (self.shape, self.dtype)


def _leaf(shape, dtype):
    return Node(None, (), shape, dtype)


class Operators:
    """What an array can do: operators, indexing, NumPy's methods. Filled in by `minikeras.ops`.

    Attributes:
        symbolic: whether objects of the class stand for values to come. They must define
            `__apply_op__(operation, arrays, settings)`, which records a call of an operation.
    """

    __slots__ = ()
    __array_priority__ = 1000
    symbolic = False


class Tensor(Operators):
    """An array with a history.

    Args:
        data: anything `numpy.asarray` takes.
        dtype: None to keep the data's own.

    Attributes:
        data: the ndarray.
        mask: the boolean mask that travels with a sequence, or None.
        logits: for the output of a softmax or sigmoid, the tensor it was computed from; a
            cross-entropy loss uses it for a gradient that never vanishes by rounding.
    """

    __slots__ = ("__weakref__", "_index", "_node", "data", "logits", "mask")

    def __init__(self, data, dtype=None):
        if isinstance(data, Tensor):
            data = data.data
        self.data = np.asarray(data, dtype=dtype)
        self._node = None
        self._index = 0
        self.mask = None
        self.logits = None

    @property
    def shape(self):
        """The dimensions, a tuple of ints."""
        return self.data.shape

    @property
    def dtype(self):
        """The NumPy dtype of the data."""
        return self.data.dtype

    @property
    def ndim(self):
        """The number of dimensions."""
        return self.data.ndim

    @property
    def size(self):
        """The number of elements."""
        return self.data.size

    @property
    def requires_grad(self):
        """Whether a gradient can flow back from this tensor."""
        return self._node is not None

    def __getstate__(self):
        """A copy, or a pickle, holds the numbers; the history stays behind."""
        return {"data": self.data, "mask": self.mask}

    def __setstate__(self, state):
        self._node, self._index, self.logits = None, 0, None
        for name, value in state.items():
            setattr(self, name, value)

    def numpy(self):
        """Return the data as an ndarray (not a copy)."""
        return self.data

    def item(self):
        """Return the only element as a Python number."""
        return self.data.item()

    def tolist(self):
        """Return the data as nested Python lists."""
        return self.data.tolist()

    def get_shape(self):
        """Return the shape (TensorFlow's spelling, met in scripts of the Keras 2 era)."""
        return self.data.shape

    def __array__(self, dtype=None, copy=None):
        if dtype is not None and dtype != self.data.dtype:
            return self.data.astype(dtype)
        return self.data.copy() if copy else self.data

    def __len__(self):
        return len(self.data)

    def __iter__(self):
        if self.ndim == 0:
            raise TypeError("Cannot iterate over a tensor of no dimensions.")
        return (self[i] for i in range(len(self.data)))

    def __bool__(self):
        return bool(self.data)

    def __int__(self):
        return int(self.data)

    def __float__(self):
        return float(self.data)

    def __index__(self):
        return self.data.__index__()

    def __format__(self, spec):
        return format(self.data.item() if self.ndim == 0 else self.data, spec)

    __hash__ = object.__hash__

    def __repr__(self):
        return f"Tensor({self.data!r})"


def wrap(data, node=None, index=0):
    """Make a Tensor around an ndarray without looking at it: the fast way in for the engine."""
    tensor = Tensor.__new__(Tensor)
    tensor.data = data
    tensor._node = node
    tensor._index = index
    tensor.mask = None
    tensor.logits = None
    return tensor


def list_to_array(value):
    """Return a list of numbers as an ndarray; a TypeError meets a list of tensors."""
    if any(isinstance(v, Operators) for v in value):
        raise TypeError(
            "A list of tensors is not a tensor. Join them with ops.stack or ops.concatenate, "
            "which carry the gradient."
        )
    return np.asarray(value)


def as_array(value):
    """Return a number, a list or anything array-like as a plain ndarray.

    Python's fractions become the default float type and its whole numbers int32; what has a
    dtype already keeps it.
    """
    if isinstance(value, Tensor):
        return value.data
    if hasattr(value, "dtype"):
        return np.asarray(value)
    array = list_to_array(value) if isinstance(value, (list, tuple)) else np.asarray(value)
    kinds = {np.dtype("float64"): config.floatx(), np.dtype("int64"): "int32"}
    return array.astype(kinds.get(array.dtype, array.dtype), copy=False)


class Variable(Tensor):
    """A tensor whose value may be replaced in place: a weight, a counter, a running mean.

    Args:
        value: the initial value, anything `numpy.asarray` takes.
        dtype: None to keep the value's own.
        name: how messages and files call it.
        trainable: whether optimizers may move it and gradients flow to it.
        constraint: function applied to the value after each update, or None.
        regularizer: function of the value that is added to the loss, or None.
        copy: False for an array that nobody else holds, which becomes `data` itself.

    `data` may be a view of a buffer that an optimizer shares among many variables: write through
    `assign`, never keep the array.
    """

    __slots__ = ("__dict__", "_name", "_trainable", "constraint", "regularizer")

    def __init__(
        self,
        value,
        dtype=None,
        name=None,
        trainable=True,
        constraint=None,
        regularizer=None,
        copy=True,
    ):
        super().__init__(value, dtype)
        if copy or not self.data.flags.c_contiguous:
            self.data = np.array(self.data, order="C")
        self._name = name
        self.constraint = constraint
        self.regularizer = regularizer
        self._trainable = False
        self.trainable = trainable

    def __getstate__(self):
        """A copy, or a pickle, is a variable by itself, which shares no buffer."""
        names = ("_name", "_node", "_trainable", "constraint", "regularizer")
        own = {name: getattr(self, name) for name in names}
        return {**vars(self), **super().__getstate__(), **own}

    @property
    def name(self):
        """How messages and files call this variable."""
        return self._name

    @name.setter
    def name(self, value):
        self._name = value

    @property
    def path(self):
        """The name (Keras 3's spelling)."""
        return self._name

    @property
    def trainable(self):
        """Whether optimizers may move this variable and gradients flow to it."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)
        differentiable = self._trainable and self.data.dtype.kind in "fc"
        if not differentiable:
            self._node = None
        elif self._node is None:
            self._node = Node(None, (), self.data.shape, self.data.dtype)

    @property
    def value(self):
        """The current value as an ndarray; a view, so do not keep it across updates."""
        return self.data

    def assign(self, value):
        """Replace the value in place; the shape must be the same, else a ValueError."""
        value = np.asarray(value)
        if value.shape != self.data.shape:
            raise ValueError(
                f"Cannot assign an array of shape {value.shape} to the variable "
                f"{self._name or 'without a name'} of shape {self.data.shape}."
            )
        self.data[...] = value
        return self

    def assign_add(self, value):
        """Add to the value in place."""
        return self.assign(self.data + np.asarray(value))

    def assign_sub(self, value):
        """Subtract from the value in place."""
        return self.assign(self.data - np.asarray(value))

    def rehome(self, view):
        """Move the value into `view`, an array of the same shape and dtype, and live there."""
        view[...] = self.data
        self.data = view

    def __repr__(self):
        return f"<Variable {self._name!r} shape={self.shape} dtype={self.dtype.name}>"
