"""StackedRNNCells: several cells as one; and what is asked of cells, whoever wrote them."""

import inspect

import numpy as np

from ..autograd import Tensor
from ..autograd.tensor import Operators
from .base import Layer, register, registry


def check_cell(cell, who):
    """Raise a ValueError unless `cell` can take steps."""
    if isinstance(cell, type):
        raise ValueError(f"{who}, not a class: write {cell.__name__}(...).")
    for name in ("call", "state_size"):
        if name not in dir(cell):
            raise ValueError(
                f"{who}: an object with a method call(inputs, states) and an attribute "
                f"state_size, but {cell!r} has no {name}."
            )
    if hasattr(cell, "return_sequences"):
        raise ValueError(
            f"{who}, which take single steps, but {type(cell).__name__} takes a whole sequence. "
            "Use it as a layer of its own, or its cell, such as LSTMCell."
        )


def output_and_states(cell, result, count):
    """Return what a cell's `call` gave as its output and the flat list of its `count` states."""
    if isinstance(result, (list, tuple)) and len(result) == 2:
        states = flat_states(result[1])
        if len(states) == count:
            return result[0], states
        given = f"an output and {len(states)} states"
    else:
        given = f"a {type(result).__name__}"
    raise ValueError(
        f"The call of a cell returns a pair, its output and a list of its new states, of which "
        f"{type(cell).__name__} has {count} by its state_size, but it returned {given}."
    )


def sizes_of(cell):
    """Return the sizes of a cell's states as a flat list of ints.

    Raises:
        ValueError: `state_size` is neither an int nor a list of them.
    """
    sizes = cell.state_size
    sizes = list(sizes) if isinstance(sizes, (list, tuple)) else [sizes]
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
            raise ValueError(
                f"The state_size of a cell is an int or a list of ints, one for each state, but "
                f"that of {type(cell).__name__} is {cell.state_size!r}."
            )
    return [int(size) for size in sizes]


def flat_states(states, last_first=True):
    """Return states as a flat list of tensors or arrays.

    A nested list has the states of stacked cells, from the first cell to the last, as in Keras 3.

    Args:
        last_first: whether the flat list has those of the last cell first, as in Keras 2.1.5.
    """
    if isinstance(states, (np.ndarray, Operators)) or not hasattr(states, "__iter__"):
        return [states]
    states = list(states)
    if any(isinstance(s, (list, tuple)) for s in states):
        cells = reversed(states) if last_first else states
        return [state for cell in cells for state in flat_states(cell)]
    return states


def takes(cell, name):
    """Return whether a cell's `call` has an argument of this name."""
    parameters = inspect.signature(cell.call).parameters
    return name in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


@register()
class StackedRNNCells(Layer):
    """Several cells as one: each takes the output of the one before.

    The states are a flat list that begins with those of the last cell, so that the first state
    belongs to the output (as in Keras 2.1.5).

    Args:
        cells: list of cells.
        reverse_state_order: False for states that begin with those of the first cell, as in Keras
            2.2 and later; a stack out of a file of theirs has it.

    Raises:
        ValueError: there are none, or something among them is no cell.
    """

    def __init__(self, cells, reverse_state_order=True, **kwargs):
        super().__init__(**kwargs)
        self.reverse_state_order = bool(reverse_state_order)
        cells = list(cells)
        if not cells:
            raise ValueError("StackedRNNCells needs at least one cell.")
        for cell in cells:
            check_cell(cell, "StackedRNNCells takes cells")
        self.cells = cells

    @property
    def state_size(self):
        """Sizes of all states, a tuple that begins with those of the last cell."""
        return tuple(size for cell in self._in_order_of_states() for size in sizes_of(cell))

    def _in_order_of_states(self):
        return self.cells[::-1] if self.reverse_state_order else self.cells

    @property
    def output_size(self):
        """Size of the last cell's output."""
        return _output_size(self.cells[-1])

    def build(self, input_shape):
        """Build each cell for the output of the one before; constants' shapes may follow."""
        constants = []
        if isinstance(input_shape, list):
            input_shape, *constants = input_shape
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                told = constants and takes(cell, "constants")
                cell.build([input_shape, *constants] if told else input_shape)
            input_shape = (input_shape[0], _output_size(cell))

    def call(self, inputs, states, training=None, constants=None):
        """Return the last cell's output and all new states."""
        states, own_states = flat_states(states, self.reverse_state_order), []
        for cell in self._in_order_of_states():
            count = len(sizes_of(cell))
            own_states.append(states[:count])
            states = states[count:]
        if self.reverse_state_order:
            own_states.reverse()
        new_states = []
        for cell, own in zip(self.cells, own_states):
            settings = {"training": training} if takes(cell, "training") else {}
            if constants is not None and takes(cell, "constants"):
                settings["constants"] = constants
            inputs, own = output_and_states(cell, cell.call(inputs, own, **settings), len(own))
            new_states.append(own)
        if self.reverse_state_order:
            new_states.reverse()
        return inputs, [state for own in new_states for state in own]

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Return the states that the cells begin with, zeros where a cell does not say."""
        batch = batch_size if inputs is None else inputs.shape[0]
        found = []
        for cell in self._in_order_of_states():
            own = getattr(cell, "get_initial_state", None)
            if own is None:
                kind = getattr(cell, "compute_dtype", dtype or self.dtype)
                found += [Tensor(np.zeros((batch, n), kind)) for n in sizes_of(cell)]
                continue
            offered = {"inputs": inputs, "batch_size": batch, "dtype": dtype}
            known = inspect.signature(own).parameters
            found += flat_states(own(**{k: v for k, v in offered.items() if k in known}))
        return found

    def get_config(self):
        """Return the constructor arguments; the order of states unless it is that of 2.1.5."""
        config = super().get_config()
        if self.reverse_state_order:
            del config["reverse_state_order"]
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build the cells and their stack."""
        config = dict(config)
        cells = [registry.deserialize(c, custom_objects) for c in config.pop("cells")]
        return cls(cells, **config)


def _output_size(cell):
    size = getattr(cell, "output_size", None)
    return sizes_of(cell)[0] if size is None else size
