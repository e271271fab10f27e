"""Functions of symbolic tensors: what `K.function` and `K.placeholder` are made of.

They make any part of a functional graph callable on arrays, as scripts of the Keras 2 era do to
look at activations, or, with `gradients_of_symbols`, to change an image along a gradient.
"""

import numpy as np

from ..autograd import Tensor, no_grad
from ..autograd.tensor import wrap
from ..layers.context import context, forward_pass
from ..layers.input_layer import Input
from ..layers.names import unique_name
from ..layers.symbolic import KerasTensor
from ..optimizers.pending import PendingUpdate
from ..utils.nest import as_list
from .graph import Graph
from .symbolic_gradients import symbolic_gradients


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
    name = name or unique_name("placeholder")
    return Input(batch_shape=tuple(shape), dtype=dtype, sparse=sparse, name=name)


class Function:
    """A callable from arrays to arrays, cut out of a functional graph.

    Args:
        inputs: list of symbolic tensors. `K.learning_phase()` may stand among them: what is fed
            in its place, 0 or 1, is the phase; without it the phase is that of the moment.
        outputs: symbolic tensor, variable, or a list of them.
        updates: pairs (variable, symbolic tensor), assigned after each call; what an optimizer's
            `get_updates` returned is a step, taken after each call.
        name: for messages.

    Raises:
        ValueError: an output depends on an Input that is not among `inputs`.
    """

    def __init__(self, inputs, outputs, updates=None, name=None):
        self.name = name or "function"
        self.inputs, self.outputs = as_list(inputs), as_list(outputs)
        self.updates = [u for u in (updates or []) if isinstance(u, tuple)]
        pending = [u for u in (updates or []) if isinstance(u, PendingUpdate)]
        self._steps = [(u, symbolic_gradients(u.loss, u.params)) for u in pending]
        fed = [t for t in self.inputs if isinstance(t, KerasTensor)]
        wanted = self.outputs + [value for _, value in self.updates]
        wanted += [slope for _, slopes in self._steps for slope in slopes]
        self._symbols = [t for t in wanted if isinstance(t, KerasTensor)]
        self._graph = Graph(fed, self._symbols) if self._symbols else None
        self._several = isinstance(outputs, (list, tuple))

    def __call__(self, *arrays):
        """Return the outputs for a list of input arrays, a list of arrays.

        Moving averages and other counters of layers stay as they are, in the training phase too.

        Raises:
            ValueError: number or shapes of the arrays do not fit.
        """
        if len(arrays) == 1 and isinstance(arrays[0], (list, tuple)):
            arrays = arrays[0]
        if len(arrays) != len(self.inputs):
            raise ValueError(f"{self.name} takes {len(self.inputs)} inputs, but got {len(arrays)}.")
        training, fed = context.training, []
        for symbol, array in zip(self.inputs, arrays, strict=True):
            if isinstance(symbol, KerasTensor):
                fed.append(self._feed(symbol, array))
            else:
                training = bool(array)
        values = self._run(fed, training) if self._graph is not None else []
        by_symbol = {id(s): v for s, v in zip(self._symbols, values, strict=True)}

        def value_of(thing):
            found = by_symbol.get(id(thing), thing)
            return np.array(found.data if isinstance(found, Tensor) else found)

        results = [value_of(output) for output in self.outputs]
        for variable, value in [(v, value_of(new)) for v, new in self.updates]:
            variable.assign(value)
        for update, slopes in self._steps:
            update.optimizer.apply([value_of(slope) for slope in slopes], update.params)
        return results if self._several else results[0]

    def _feed(self, symbol, array):
        """Return an array as the tensor for a symbol, or raise if its shape is another."""
        array = np.asarray(array.data if isinstance(array, Tensor) else array, dtype=symbol.dtype)
        fits = array.ndim == symbol.ndim and all(
            wanted in (None, given) for wanted, given in zip(symbol.shape, array.shape, strict=True)
        )
        if not fits:
            raise ValueError(
                f"{self.name} was fed an array of shape {array.shape} for {symbol.name!r}, which "
                f"has shape {symbol.shape}."
            )
        return wrap(array)

    def _run(self, fed, training):
        layers = self._graph.layers if training else []
        counters = {id(w): (w, w.data.copy()) for la in layers for w in la.non_trainable_weights}
        with no_grad(), forward_pass(training):
            values = self._graph.run(fed)
        for variable, value in counters.values():
            variable.assign(value)
        return values


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
