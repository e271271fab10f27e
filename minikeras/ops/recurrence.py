"""A step function run along time: the loop behind `K.rnn` and user-written cells."""

from ..autograd import composite
from .arithmetic import where
from .comparison import not_equal
from .creation import ndim, zeros_like
from .joining import stack


def _first_axes(condition, like):
    """Return `condition` with trailing axes of size 1 until it has as many as `like`."""
    return condition.reshape(condition.shape + (1,) * (like.ndim - condition.ndim))


@composite
def rnn(
    step_function,
    inputs,
    initial_states,
    go_backwards=False,
    mask=None,
    constants=None,
    unroll=False,
    input_length=None,
):
    """Run a step function over the time axis (`K.rnn` of Keras 2.1.5).

    Args:
        step_function: maps (input of one time (batch, ...), list of states and constants) to
            (output (batch, ...), list of new states).
        inputs: array (batch, time, ...).
        initial_states: list of arrays (batch, ...).
        go_backwards: whether to go from the last time to the first; the outputs then come in
            that order too.
        mask: array (batch, time) or (batch, time, 1), false where a time is to be skipped: the
            states stay, and the output repeats the one before.
        constants: list of arrays handed to each step behind the states.
        unroll: what the output is before the first time that is not skipped: zeros if True, the
            first state if False, as in Keras 2.1.5.
        input_length: number of times; checked if given.

    Returns:
        (last output, outputs (batch, time, ...), list of the last states).
    """
    if ndim(inputs) < 3:
        raise ValueError(f"rnn needs inputs (batch, time, ...), not of shape {inputs.shape}.")
    steps = inputs.shape[1]
    if input_length is not None and input_length != steps:
        raise ValueError(f"rnn: input_length={input_length}, but the inputs have {steps} steps.")
    if mask is not None and not len(initial_states):
        raise ValueError("rnn with a mask needs initial states, the first being the last output.")
    if steps == 0:
        raise ValueError("rnn needs at least one time step.")
    if mask is not None:
        mask = not_equal(mask, 0)
        if tuple(mask.shape) not in (inputs.shape[:2], (*inputs.shape[:2], 1)):
            raise ValueError(
                f"rnn needs a mask of shape {inputs.shape[:2]}, with or without an axis of size 1 "
                f"behind, for inputs of shape {inputs.shape}, not {tuple(mask.shape)}."
            )
        mask = mask.reshape(mask.shape[:2])
    states, constants = list(initial_states), list(constants or [])
    outputs, output = [], None
    for t in range(steps - 1, -1, -1) if go_backwards else range(steps):
        new_output, new_states = step_function(inputs[:, t], states + constants)
        if mask is None:
            output, states = new_output, list(new_states)
        else:
            keep = mask[:, t]
            if output is None:
                output = zeros_like(new_output) if unroll else states[0]
            output = where(_first_axes(keep, new_output), new_output, output)
            states = [
                where(_first_axes(keep, new), new, old) for new, old in zip(new_states, states)
            ]
        outputs.append(output)
    return output, stack(outputs, axis=1), states
