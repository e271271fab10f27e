"""LSTM, GRU and SimpleRNN over whole sequences, each one operation with its gradient by hand.

What they share is in `recurrent_parts`, the steps of each in a file of its own, the activations in
`recurrent_curves`. The same numbers come, more slowly, from a cell run step by step; where a cell
computes with activations that are not among `CURVES`, that is the way.
"""

import numpy as np

from ..autograd import is_recording, op
from .recurrent_curves import CURVES, curve_named
from .recurrent_gru import AfterPart, BeforePart
from .recurrent_lstm import LSTMPart
from .recurrent_run import Run
from .recurrent_simple import SimplePart

FUSED_ACTIVATIONS = frozenset(CURVES)


def _check(name, gates, x, states, kernel, recurrent_kernel, bias, bias_shape, settings):
    """Raise a ValueError that names what does not fit."""
    if x.ndim != 3:
        raise ValueError(f"{name} takes x of shape (samples, steps, features), not {x.shape}.")
    samples, steps, features = x.shape
    units = recurrent_kernel.shape[0]
    if steps == 0:
        raise ValueError(f"{name} needs at least one time step, but x has shape {x.shape}.")
    wanted = {
        "kernel": (kernel, (features, gates * units)),
        "recurrent_kernel": (recurrent_kernel, (units, gates * units)),
        "bias": (bias, bias_shape(units)),
        "mask": (settings["mask"], (samples, steps)),
    }
    for i, state in enumerate(states):
        wanted[f"initial state {i}"] = (state, (samples, units))
    for what, (array, shape) in wanted.items():
        if array is not None and tuple(np.shape(array)) != shape:
            raise ValueError(
                f"{name} of {units} units over x of shape {x.shape} needs {what} of shape {shape}, "
                f"not {tuple(np.shape(array))}."
            )
    for what, size in (("dropout_mask", features), ("recurrent_dropout_mask", units)):
        mask = settings[what]
        if mask is not None and tuple(np.shape(mask)) not in (
            (samples, size),
            (gates, samples, size),
        ):
            raise ValueError(
                f"{name}: {what} must have shape {(samples, size)}, one mask for all gates, or "
                f"{(gates, samples, size)}, one for each gate, not {tuple(np.shape(mask))}."
            )


@op(twice=False, register=False)
def _lstm(x, h, c, kernel, recurrent_kernel, bias, /, activation, recurrent_activation, **settings):
    states = [h, c]
    _check(
        "LSTM", 4, x, states, kernel, recurrent_kernel, bias, lambda units: (4 * units,), settings
    )
    curves = (curve_named(activation, x.dtype), curve_named(recurrent_activation, x.dtype))
    keep = is_recording()
    run = Run(LSTMPart, x, states, kernel, recurrent_kernel, bias, curves, keep, **settings)
    return run.forward(), run.backward


@op(twice=False, register=False)
def _gru(
    x,
    h,
    kernel,
    recurrent_kernel,
    bias,
    /,
    activation,
    recurrent_activation,
    reset_after,
    **settings,
):
    part = AfterPart if reset_after else BeforePart

    def bias_shape(units):
        return (2, 3 * units) if reset_after else (3 * units,)

    _check("GRU", 3, x, [h], kernel, recurrent_kernel, bias, bias_shape, settings)
    curves = (curve_named(activation, x.dtype), curve_named(recurrent_activation, x.dtype))
    keep = is_recording()
    run = Run(part, x, [h], kernel, recurrent_kernel, bias, curves, keep, **settings)
    return run.forward(), run.backward


@op(twice=False, register=False)
def _simple_rnn(x, h, kernel, recurrent_kernel, bias, /, activation, **settings):
    _check("SimpleRNN", 1, x, [h], kernel, recurrent_kernel, bias, lambda units: (units,), settings)
    curves = (curve_named(activation, x.dtype),)
    keep = is_recording()
    run = Run(SimplePart, x, [h], kernel, recurrent_kernel, bias, curves, keep, **settings)
    return run.forward(), run.backward


def lstm(
    x,
    initial_h,
    initial_c,
    kernel,
    recurrent_kernel,
    bias=None,
    *,
    activation="tanh",
    recurrent_activation="hard_sigmoid",
    return_sequences=False,
    go_backwards=False,
    mask=None,
    zero_output_for_mask=False,
    dropout_mask=None,
    recurrent_dropout_mask=None,
):
    """Run an LSTM over sequences (the equations are in `recurrent_lstm`).

    Args:
        x: array (samples, steps, features).
        initial_h, initial_c: arrays (samples, units); None for zeros.
        kernel, recurrent_kernel, bias: arrays (features, 4 * units), (units, 4 * units) and
            (4 * units,) or None; gates in Keras's order i, f, c, o.
        activation, recurrent_activation: names, see `FUSED_ACTIVATIONS`.
        return_sequences: whether the output is that of all steps or of the last one.
        go_backwards: whether to go from the last step to the first; outputs come in that order.
        mask: boolean array (samples, steps), false where a step is to be skipped: the states stay,
            and the output repeats the one before, which at first is the initial state.
        zero_output_for_mask: whether the output of a skipped step is 0 instead (Keras 3).
        dropout_mask: array (samples, features), or (4, samples, features) with one for each gate,
            that the input of all steps is multiplied by; None for no dropout.
        recurrent_dropout_mask: the same for the state that goes into the gates, with units in
            place of features (Gal and Ghahramani 2016).

    Returns:
        (output (samples, steps, units) or (samples, units), last h, last c).

    Raises:
        ValueError: shapes that do not fit, or an activation that is not fused.
    """
    return _lstm(
        x,
        initial_h,
        initial_c,
        kernel,
        recurrent_kernel,
        bias,
        activation=activation,
        recurrent_activation=recurrent_activation,
        return_sequences=return_sequences,
        go_backwards=go_backwards,
        mask=mask,
        zero_output_for_mask=zero_output_for_mask,
        dropout_mask=dropout_mask,
        recurrent_dropout_mask=recurrent_dropout_mask,
    )


def gru(
    x,
    initial_h,
    kernel,
    recurrent_kernel,
    bias=None,
    *,
    activation="tanh",
    recurrent_activation="hard_sigmoid",
    reset_after=False,
    return_sequences=False,
    go_backwards=False,
    mask=None,
    zero_output_for_mask=False,
    dropout_mask=None,
    recurrent_dropout_mask=None,
):
    """Run a GRU over sequences (the equations are in `recurrent_gru`).

    Args:
        kernel, recurrent_kernel: arrays (features, 3 * units) and (units, 3 * units); gates in
            Keras's order z, r, h.
        bias: array (3 * units,), or with `reset_after` (2, 3 * units), the second row for the
            recurrent products; or None.
        reset_after: whether the reset gate acts after the recurrent product.
        others: as for `lstm`, with 3 gates.

    Returns:
        (output (samples, steps, units) or (samples, units), last h).

    Raises:
        ValueError: as for `lstm`.
    """
    return _gru(
        x,
        initial_h,
        kernel,
        recurrent_kernel,
        bias,
        activation=activation,
        recurrent_activation=recurrent_activation,
        reset_after=reset_after,
        return_sequences=return_sequences,
        go_backwards=go_backwards,
        mask=mask,
        zero_output_for_mask=zero_output_for_mask,
        dropout_mask=dropout_mask,
        recurrent_dropout_mask=recurrent_dropout_mask,
    )


def simple_rnn(
    x,
    initial_h,
    kernel,
    recurrent_kernel,
    bias=None,
    *,
    activation="tanh",
    return_sequences=False,
    go_backwards=False,
    mask=None,
    zero_output_for_mask=False,
    dropout_mask=None,
    recurrent_dropout_mask=None,
):
    """Run a SimpleRNN, h' = activation(x W + h R + b), over sequences.

    Args:
        kernel, recurrent_kernel, bias: arrays (features, units), (units, units), (units,) or None.
        others: as for `lstm`, with one gate.

    Returns:
        (output (samples, steps, units) or (samples, units), last h).

    Raises:
        ValueError: as for `lstm`.
    """
    return _simple_rnn(
        x,
        initial_h,
        kernel,
        recurrent_kernel,
        bias,
        activation=activation,
        return_sequences=return_sequences,
        go_backwards=go_backwards,
        mask=mask,
        zero_output_for_mask=zero_output_for_mask,
        dropout_mask=dropout_mask,
        recurrent_dropout_mask=recurrent_dropout_mask,
    )
