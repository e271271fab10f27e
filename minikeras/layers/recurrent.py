"""RNN: runs any cell over sequences, one step after the other."""

import inspect

import numpy as np

from .. import ops
from ..autograd import Tensor, Variable
from ..ops.recurrence import rnn
from ..utils.nest import as_list
from .base import Layer, register, registry
from .input_spec import InputSpec
from .inputs import map_shapes, shapes_of
from .signature import call_signature
from .stacked_cells import (
    StackedRNNCells,
    check_cell,
    flat_states,
    output_and_states,
    sizes_of,
    takes,
)
from .symbolic import KerasTensor


@register()
class RNN(Layer):
    """Runs a cell over the time axis of its input.

    Args:
        cell: a cell, or a list of cells that are stacked. A cell has `call(inputs, states)`, which
            takes one step and returns the output and the list of new states, and `state_size`, an
            int or a list of them, of which the first is the size of the output. It may have
            `output_size`, `get_initial_state`, and take `training=` and `constants=` in `call`.
        return_sequences: whether the output is that of all steps or of the last one.
        return_state: whether the last states are returned behind the output, in a list.
        go_backwards: whether to go from the last step to the first; outputs come in that order.
        stateful: whether a batch begins with the states that the one before ended with.
        unroll: of no effect but one: with a mask and initial states, the output before the first
            step that is not masked is 0 instead of the initial state (as in Keras 2.1.5). The
            number of steps must be known.
        zero_output_for_mask: whether the output of a masked step is 0, not that of the step
            before (Keras 3).
        input_dim, input_length: short for `input_shape=(input_length, input_dim)`.

    Shapes:
        input (batch, steps, ...); output (batch, steps, units) or (batch, units), states
        (batch, units).

    Called with:
        initial_state: a state or a list of them, arrays or symbolic; zeros if None.
        constants: tensors that the cell is given at every step.
        mask: booleans (batch, steps), false where a step is to be skipped: the states stay.

    Raises:
        ValueError: a cell without `call` or `state_size`; states that do not fit; a stateful layer
            whose batch size is unknown.
    """

    supports_masking = True
    _axes_of_step = 2  # of what a cell is given at one step

    def __init__(
        self,
        cell,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        zero_output_for_mask=False,
        **kwargs,
    ):
        length = kwargs.pop("input_length", None)
        if "input_dim" in kwargs and not kwargs.keys() & {"input_shape", "batch_input_shape"}:
            kwargs["input_shape"] = (length, kwargs.pop("input_dim"))
        self._num_constants = kwargs.pop("num_constants", None)
        super().__init__(**kwargs)
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        check_cell(cell, "RNN runs a cell")
        self.cell = cell
        self.return_sequences = bool(return_sequences)
        self.return_state = bool(return_state)
        self.go_backwards = bool(go_backwards)
        self.stateful = bool(stateful)
        self.unroll = bool(unroll)
        self.zero_output_for_mask = bool(zero_output_for_mask)
        self.input_spec = [InputSpec(ndim=self._axes_of_step + 1)]
        self._states = None

    # -----------------------------------------------------------------------------------------
    # Shapes
    # -----------------------------------------------------------------------------------------
    def _flat(self, states):
        """Return states that were given, nested or not, as a flat list in the cell's order."""
        return flat_states(states, getattr(self.cell, "reverse_state_order", True))

    @property
    def state_size(self):
        """Sizes of the states, a list."""
        return sizes_of(self.cell)

    def _step_shapes(self, step_shape):
        """Return the shapes of the output and of the states for one step's input."""
        batch = step_shape[0]
        sizes = self.state_size
        output = getattr(self.cell, "output_size", None)
        return (batch, sizes[0] if output is None else output), [(batch, n) for n in sizes]

    def compute_output_shape(self, input_shape):
        """Return the shape of the output; with `return_state` a list with the states' too."""
        if isinstance(input_shape, list) and input_shape and not _is_size(input_shape[0]):
            input_shape = input_shape[0]
        batch, steps, *rest = input_shape
        output, states = self._step_shapes((batch, *rest))
        if self.return_sequences:
            output = (batch, steps, *output[1:])
        return [output, *states] if self.return_state else output

    def compute_output_spec(self, inputs, *args, **kwargs):
        """Return symbolic outputs; the states that are given must fit."""
        given = call_signature(type(self)).by_name(inputs, args, kwargs)
        sequences, states, _ = self._sort_inputs(
            inputs, given.get("initial_state"), given.get("constants")
        )
        if states is not None:
            self._check_states(states, sequences)
        shapes = self.compute_output_shape(shapes_of(inputs))
        return map_shapes(lambda s: KerasTensor(s, self.compute_dtype), shapes)

    def compute_mask(self, inputs, mask=None):
        """Return the input's mask for a sequence, None for states and for a last output."""
        mask = as_list(mask)[0] if isinstance(mask, (list, tuple)) else mask
        output = mask if self.return_sequences else None
        return [output, *(None for _ in self.state_size)] if self.return_state else output

    # -----------------------------------------------------------------------------------------
    # Building
    # -----------------------------------------------------------------------------------------
    def _build_on_call(self, inputs, args=(), kwargs=None):
        """Build for the first input; a cell that takes constants is told their shapes."""
        given = call_signature(type(self)).by_name(inputs, args, kwargs or {})
        inputs, _, constants = self._sort_inputs(
            inputs, given.get("initial_state"), given.get("constants")
        )
        self._constant_shapes = shapes_of(constants) if constants else []
        self.build(shapes_of(inputs))

    def build(self, input_shape):
        """Build the cell for one step of the input, and make the states of a stateful layer."""
        if isinstance(input_shape, list) and input_shape and not _is_size(input_shape[0]):
            input_shape = input_shape[0]
        batch, steps, *rest = input_shape
        if self.unroll and steps is None:
            raise ValueError(
                f"{self.name!r} is to be unrolled, but the number of steps is not known (input "
                f"shape {tuple(input_shape)}). Say it in the Input or input_shape=, or leave "
                "unroll out: it makes nothing faster here."
            )
        if self.stateful and batch is None:
            raise ValueError(
                f"{self.name!r} is stateful, so it has to know the batch size, but the input has "
                f"shape {tuple(input_shape)}. Give batch_input_shape=(batch, steps, ...) to the "
                "first layer, or batch_shape= to Input."
            )
        step_shape = (batch, *rest)
        if isinstance(self.cell, Layer) and not self.cell.built:
            constants = getattr(self, "_constant_shapes", [])
            with_constants = constants and takes(self.cell, "constants")
            self.cell.build([step_shape, *constants] if with_constants else step_shape)
        axes = {i: n for i, n in enumerate(input_shape) if i > 1}
        if self.stateful:
            axes[0] = batch
        self.input_spec = [InputSpec(ndim=len(input_shape), axes=axes)]
        if self.stateful:
            _, shapes = self._step_shapes(step_shape)
            if any(None in shape for shape in shapes):
                raise ValueError(
                    f"{self.name!r} is stateful, so it has to know the shapes of its states, but "
                    f"with an input of shape {tuple(input_shape)} they are {shapes}."
                )
            self._states = [
                Variable(
                    np.zeros(s, self.compute_dtype), name=f"{self.name}/state", trainable=False
                )
                for s in shapes
            ]

    # -----------------------------------------------------------------------------------------
    # States
    # -----------------------------------------------------------------------------------------
    @property
    def states(self):
        """The states of a stateful layer, a list of variables; None for each before it is built."""
        return [None for _ in self.state_size] if self._states is None else self._states

    @states.setter
    def states(self, states):
        self._states = states

    def get_initial_state(self, inputs=None, batch_size=None):
        """Return the states to begin with where none are given: what the cell says, or zeros.

        Args:
            inputs: the tensor (batch, steps, ...), or the batch size.
        """
        if not hasattr(inputs, "shape"):
            inputs, batch_size = None, batch_size if inputs is None else inputs
        batch = batch_size if inputs is None else inputs.shape[0]
        own = getattr(self.cell, "get_initial_state", None)
        if own is None:
            dtype = getattr(self.cell, "compute_dtype", self.compute_dtype)
            return [Tensor(np.zeros((batch, n), dtype)) for n in self.state_size]
        known = inspect.signature(own).parameters
        offered = {"inputs": inputs, "batch_size": batch, "dtype": self.compute_dtype}
        if "batch_size" in known:
            offered["inputs"] = None
        return flat_states(own(**{k: v for k, v in offered.items() if k in known}))

    def reset_states(self, states=None):
        """Set the states of a stateful layer: to zero, or to given arrays.

        Raises:
            AttributeError: the layer is not stateful (as in Keras 2.1.5).
            ValueError: the number of arrays or a shape does not fit.
        """
        if not self.stateful:
            raise AttributeError(
                f"{self.name!r} is not stateful, so it has no states to reset: make it with "
                "stateful=True."
            )
        if self._states is None:
            if states is not None:
                raise ValueError(
                    f"{self.name!r} has no states to set yet: build it first, by a call or in a "
                    "model with a fixed batch size."
                )
            return
        if states is None:
            for variable in self._states:
                variable.data[...] = 0
            return
        values = [np.asarray(getattr(s, "data", s)) for s in self._flat(states)]
        shapes = [v.shape for v in self._states]
        if [v.shape for v in values] != shapes:
            raise ValueError(
                f"{self.name!r} has states of the shapes {shapes}, but reset_states got arrays of "
                f"the shapes {[v.shape for v in values]}."
            )
        for variable, value in zip(self._states, values):
            variable.assign(value)

    def reset_state(self):
        """Set the states to zero (Keras 3's spelling); nothing where the layer is not stateful."""
        if self.stateful:
            self.reset_states()

    # -----------------------------------------------------------------------------------------
    # Calling
    # -----------------------------------------------------------------------------------------
    def _sort_inputs(self, inputs, initial_state, constants):
        """Return (sequences, list of states or None, list of constants or None).

        States and constants may come behind the sequences in one list, as in configs of Keras 2.
        """
        if isinstance(inputs, (list, tuple)):
            inputs, *others = inputs
            if self._num_constants and constants is None:
                others, constants = others[: -self._num_constants], others[-self._num_constants :]
            if others and initial_state is not None:
                raise ValueError(
                    f"{self.name!r} was given initial states twice: in the list of inputs and as "
                    "initial_state. Give them in one place."
                )
            initial_state = others or initial_state
        states = None if initial_state is None else self._flat(initial_state)
        constants = None if constants is None else as_list(constants)
        if constants:
            self._num_constants = len(constants)
        return inputs, states, constants

    def call(self, inputs, initial_state=None, mask=None, training=None, constants=None):
        """Return the output, in a list with the last states if they are wanted."""
        inputs, states, constants = self._sort_inputs(inputs, initial_state, constants)
        mask = self._step_mask(mask[0] if isinstance(mask, (list, tuple)) else mask, inputs)
        if states is not None:
            self._check_states(states, inputs)
        elif self.stateful:
            states = self._kept_states(inputs)
        self._reset_masks()
        try:
            output, states = self._run(inputs, states, mask, training, constants or [])
        finally:
            self._reset_masks()
        if self.stateful:
            for variable, state in zip(self._states, states):
                variable.assign(state.data)
        return [output, *states] if self.return_state else output

    def _step_mask(self, mask, inputs):
        """Return a mask (batch, steps); one with an axis of size 1 behind is taken too."""
        if mask is None:
            return None
        wanted = tuple(inputs.shape[:2])
        if tuple(mask.shape) not in (wanted, (*wanted, 1)):
            raise ValueError(
                f"{self.name!r} needs a mask of shape {wanted}, batch and steps, for an input of "
                f"shape {tuple(inputs.shape)}, but was given one of shape {tuple(mask.shape)}."
            )
        return mask.reshape(wanted)

    def _kept_states(self, inputs):
        """Return what a stateful layer begins a batch with."""
        if inputs.shape[0] != self._states[0].shape[0]:
            raise ValueError(
                f"{self.name!r} is stateful and keeps states for batches of "
                f"{self._states[0].shape[0]} samples, but this one has {inputs.shape[0]}."
            )
        return [Tensor(s.data.copy()) for s in self._states]

    def _check_states(self, states, inputs):
        _, shapes = self._step_shapes((inputs.shape[0], *inputs.shape[2:]))
        given = [None if s is None else tuple(shapes_of(s)) for s in states]
        if len(given) != len(shapes) or not all(map(_fits, given, shapes)):
            raise ValueError(
                f"{self.name!r} needs initial states of the shapes {shapes}, but was given {given}."
            )

    def _reset_masks(self):
        """Let the cells draw new masks of dropout for the next sequence."""
        for layer in self._flatten_layers():
            for name in ("reset_dropout_mask", "reset_recurrent_dropout_mask"):
                reset = getattr(layer, name, None)
                if reset is not None:
                    reset()

    def _run(self, inputs, states, mask, training, constants):
        """Run the cell step by step; return the output and the list of the last states."""
        if states is None:
            states = self.get_initial_state(inputs)
        step = self._step_function(training, len(states), constants)
        last, every, states = rnn(
            step,
            inputs,
            states,
            go_backwards=self.go_backwards,
            mask=mask,
            constants=constants,
            unroll=self.unroll,
        )
        if mask is not None and self.zero_output_for_mask:
            seen = mask[:, ::-1] if self.go_backwards else mask
            seen = seen.reshape(seen.shape + (1,) * (every.ndim - 2)).astype(every.dtype)
            every = ops.where(seen != 0, every, 0)
            last = every[:, -1]
        return (every if self.return_sequences else last), states

    def _step_function(self, training, count, constants):
        """Return the function of (inputs, states and constants) that takes one step."""
        cell = self.cell
        settings = {"training": training} if takes(cell, "training") else {}
        if constants and not takes(cell, "constants"):
            raise ValueError(
                f"The cell of {self.name!r}, {type(cell).__name__}, takes no constants: its call "
                "needs an argument of that name."
            )
        regularizer = getattr(cell, "activity_regularizer", None)

        def step(inputs, states):
            if constants:
                settings["constants"] = states[count:]
            result = cell.call(inputs, states[:count], **settings)
            output, states = output_and_states(cell, result, count)
            if regularizer is not None:
                cell.add_loss(regularizer(output))
            return output, states

        return step

    # -----------------------------------------------------------------------------------------
    # Config
    # -----------------------------------------------------------------------------------------
    def get_config(self):
        """Return the constructor arguments, and how many constants the layer was called with."""
        config = super().get_config()
        if self._num_constants:
            config["num_constants"] = self._num_constants
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build the layer, and its cell where the config has one."""
        config = dict(config)
        if "cell" in config:
            config["cell"] = registry.deserialize(config["cell"], custom_objects)
        return cls(**config)


def _is_size(value):
    return value is None or isinstance(value, (int, np.integer))


def _fits(shape, wanted):
    """Return whether a shape is the one wanted, as far as both are known."""
    return (
        shape is not None
        and len(shape) == len(wanted)
        and all(a is None or b is None or a == b for a, b in zip(shape, wanted))
    )
