"""Connectionist temporal classification: the likelihood of labels whose timing is unknown.

Graves et al. 2006. Each time step names a label or a blank; steps in a row that name the same
label count once. The likelihood of a labelling is the sum over all ways to stretch it out, found
by a forward and a backward recursion over the labels with blanks between them.
"""

import numpy as np

from ..autograd import op
from .softmax import log_softmax
from .types import raw

_NEVER = -np.inf


def _with_blanks(labels, lengths, blank):
    """Return labels with blanks around each, (batch, 2 n + 1), and which skips are allowed.

    A path may skip the blank between two labels that differ.
    """
    batch, n = labels.shape
    extended = np.full((batch, 2 * n + 1), blank, dtype=np.intp)
    extended[:, 1::2] = np.where(np.arange(n) < lengths[:, None], labels, blank)
    skips = np.zeros(extended.shape, bool)
    skips[:, 2:] = (extended[:, 2:] != blank) & (extended[:, 2:] != extended[:, :-2])
    return extended, skips


def _step(before, skips):
    """Return log(sum of exp) of what leads into each position: itself and one or two before."""
    from_one = np.full_like(before, _NEVER)
    from_one[:, 1:] = before[:, :-1]
    from_two = np.full_like(before, _NEVER)
    from_two[:, 2:] = before[:, :-2]
    from_two[~skips] = _NEVER
    return np.logaddexp(np.logaddexp(before, from_one), from_two)


def _forward(log_p, skips, steps):
    """Return the log-likelihood of all beginnings of paths, (time, batch, positions)."""
    alpha = np.full(log_p.shape, _NEVER)
    alpha[0, :, :2] = log_p[0, :, :2]
    for t in range(1, len(log_p)):
        going_on = (t < steps)[:, None]
        alpha[t] = np.where(going_on, _step(alpha[t - 1], skips) + log_p[t], alpha[t - 1])
    return alpha


def _backward(log_p, skips, steps, last):
    """Return the log-likelihood of all endings of paths, what a step itself emits left out."""
    time = len(log_p)
    beta = np.full(log_p.shape, _NEVER)
    # Running backwards a skip leads from a label to the one two places before it.
    reverse = skips[:, ::-1]
    reverse = np.concatenate([reverse[:, -2:], reverse[:, :-2]], axis=1)
    end = np.where(last, 0.0, _NEVER)
    for t in range(time - 1, -1, -1):
        beta[t] = np.where((t == steps - 1)[:, None], end, beta[t])
        if t + 1 < time:
            after = (beta[t + 1] + log_p[t + 1])[:, ::-1]
            inner = _step(after, reverse)[:, ::-1]
            beta[t] = np.where((t < steps - 1)[:, None], inner, beta[t])
    return beta


@op(indices=(0, 2, 3), twice=False)
def ctc_loss(target, output, target_length, output_length, /, mask_index=0):
    """Return minus the log-likelihood of each labelling.

    Args:
        target: class numbers (batch, labels), padded at the end.
        output: logits (batch, time, classes).
        target_length, output_length: ints (batch,), how many labels and time steps count.
        mask_index: the class that means blank.

    Returns:
        Array (batch,); infinite, with a gradient of 0, where the labels do not fit into the time.

    Raises:
        ValueError: shapes, lengths or class numbers that do not fit.
    """
    labels, lengths, steps = (
        np.asarray(raw(a)).astype(np.intp) for a in (target, target_length, output_length)
    )
    _check(labels, output.shape, lengths, steps)
    extended, skips = _with_blanks(labels, lengths, mask_index)
    log_p = log_softmax(output).astype(np.float64).transpose(1, 0, 2)
    time, batch, classes = log_p.shape
    chosen = np.take_along_axis(log_p, np.broadcast_to(extended, (time, *extended.shape)), axis=2)
    position = np.arange(extended.shape[1])
    # A path ends in the last label or in the blank behind it.
    last = (position == 2 * lengths[:, None]) | (position == 2 * lengths[:, None] - 1)
    with np.errstate(invalid="ignore"):
        alpha = _forward(chosen, skips, steps)
        log_z = np.logaddexp.reduce(np.where(last, alpha[-1], _NEVER), axis=1)

    def vjp(g, needs):
        with np.errstate(invalid="ignore"):
            beta = _backward(chosen, skips, steps, last)
            share = np.exp(alpha + beta - log_z[:, None])
        valid = (np.arange(time)[:, None] < steps) & np.isfinite(log_z)
        share = np.where(valid[..., None], share, 0.0)
        occupied = np.zeros(log_p.shape)
        index = np.ogrid[:time, :batch, :1][:2]
        np.add.at(occupied, (*index, extended[None]), share)
        p = np.where(valid[..., None], np.exp(log_p), 0.0)
        by_output = ((p - occupied) * g[:, None]).transpose(1, 0, 2)
        return None, by_output.astype(output.dtype), None, None

    return (-log_z).astype(output.dtype), vjp


def _check(labels, shape, lengths, steps):
    if labels.ndim != 2 or len(shape) != 3 or labels.shape[0] != shape[0]:
        raise ValueError(
            "CTC takes labels of shape (batch, labels) and logits of shape (batch, time, "
            f"classes), not {labels.shape} and {tuple(shape)}."
        )
    for name, values, least, most in (
        ("label", lengths, 0, labels.shape[1]),
        ("time", steps, 1, shape[1]),
    ):
        if values.shape != (shape[0],) or (values < least).any() or (values > most).any():
            raise ValueError(
                f"CTC needs one {name} length per sample, from {least} to {most}, not {values}."
            )
    used = np.arange(labels.shape[1]) < lengths[:, None]
    wrong = used & ((labels < 0) | (labels >= shape[2]))
    if wrong.any():
        raise ValueError(
            f"The label {labels[wrong][0]} is no class number: with {shape[2]} classes labels "
            f"are whole numbers from 0 to {shape[2] - 1}."
        )
