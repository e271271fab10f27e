"""Recurrent layers written down as their formulas stand, one gate at a time: what tests trust."""

import numpy as np

ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "hard_sigmoid_keras3": lambda x: np.clip(x / 6 + 0.5, 0, 1),
}
GATES = {"lstm": 4, "gru_after": 3, "gru_before": 3, "simple": 1}


def step(kind, inputs, states, gates, bias, activation, recurrent_activation):
    """Return the new states.

    Args:
        inputs: one array (samples, features) for each gate.
        states: list of h, or [h, c].
        gates: list of (what h is multiplied by or 1, kernel, recurrent kernel) for each gate.
        bias: (2, gates, units), of the input and of the state.
    """
    a, s = ACTIVATIONS[activation], ACTIVATIONS[recurrent_activation]
    h = states[0]
    x = [i @ kernel + b for i, (_, kernel, _), b in zip(inputs, gates, bias[0])]
    r = [(h * drop) @ recurrent + b for (drop, _, recurrent), b in zip(gates, bias[1])]
    if kind == "simple":
        return [a(x[0] + r[0])]
    if kind == "lstm":
        i, f, g, o = s(x[0] + r[0]), s(x[1] + r[1]), a(x[2] + r[2]), s(x[3] + r[3])
        c = f * states[1] + i * g
        return [o * a(c), c]
    update, reset = s(x[0] + r[0]), s(x[1] + r[1])
    if kind == "gru_after":
        candidate = a(x[2] + reset * r[2])
    else:
        drop, _, recurrent = gates[2]
        candidate = a(x[2] + (reset * h * drop) @ recurrent)
    return [update * h + (1 - update) * candidate]


def run(
    kind,
    x,
    states,
    kernel,
    recurrent_kernel,
    bias,
    activation="tanh",
    recurrent_activation="hard_sigmoid",
    go_backwards=False,
    mask=None,
    zero_output_for_mask=False,
    dropout_mask=None,
    recurrent_dropout_mask=None,
    **_,
):
    """Return (outputs of all steps, the last states)."""
    count, units = GATES[kind], recurrent_kernel.shape[0]

    def gate(array, k):
        return array[..., k * units : (k + 1) * units]

    def mask_of(mask, k):
        return 1 if mask is None else mask if mask.ndim == 2 else mask[k]

    both = np.zeros((2, count * units))
    if bias is not None:
        both[: bias.ndim] = bias
    if bias is not None and bias.ndim == 1:
        both[1] = 0
    split_bias = both.reshape(2, count, units)
    gates = [
        (mask_of(recurrent_dropout_mask, k), gate(kernel, k), gate(recurrent_kernel, k))
        for k in range(count)
    ]
    steps = range(x.shape[1])
    outputs = []
    for t in reversed(steps) if go_backwards else steps:
        inputs = [x[:, t] * mask_of(dropout_mask, k) for k in range(count)]
        new = step(kind, inputs, states, gates, split_bias, activation, recurrent_activation)
        output = new[0]
        if mask is not None:
            seen = mask[:, t, None]
            output = np.where(seen, output, 0 if zero_output_for_mask else states[0])
            new = [np.where(seen, n, s) for n, s in zip(new, states)]
        states = new
        outputs.append(output)
    return np.stack(outputs, axis=1), states
