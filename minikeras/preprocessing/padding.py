"""Sequences of different lengths as one array."""

import numpy as np

_ENDS = ("pre", "post")


def pad_sequences(
    sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0
):
    """Return sequences as one array, short ones padded and long ones cut.

    Args:
        sequences: list of sequences: lists of numbers, or arrays (steps, ...) that agree in all
            axes but the first.
        maxlen: number of steps of the result; that of the longest sequence if None.
        dtype: type of the result; `object` for strings of any length, `str` for as much room as
            the longest needs.
        padding: where to fill up short sequences: 'pre' for the front, 'post' for the end.
        truncating: where to cut long ones, likewise.
        value: what to fill up with.

    Returns:
        Array (number of sequences, maxlen, ...).

    Raises:
        ValueError: a sequence has no length or another shape than the first one; an unknown end;
            a maxlen that is no number of steps; a string as value of an array of numbers.
    """
    for name, end in (("padding", padding), ("truncating", truncating)):
        if end not in _ENDS:
            raise ValueError(f"{name} must be 'pre' or 'post', not {end!r}.")
    lengths = _lengths(sequences)
    if maxlen is None:
        maxlen = max(lengths, default=0)
    if not isinstance(maxlen, (int, np.integer)) or maxlen < 0:
        raise ValueError(f"maxlen is a number of steps, so it cannot be {maxlen!r}.")
    if isinstance(value, str) and np.dtype(dtype).kind not in "OSU":
        raise ValueError(
            f"The padding value {value!r} is a string, but the result has the type {dtype}. For "
            "sequences of strings give dtype=object."
        )
    first = next((np.asarray(s) for s, n in zip(sequences, lengths) if n), np.empty(0))
    shape = first.shape[1:]
    if np.dtype(dtype).itemsize == 0:  # strings of no stated length: none is to be cut off
        dtype = np.result_type(*(np.asarray(s, dtype) for s in (value, *sequences)))
    padded = np.full((len(lengths), maxlen, *shape), value, dtype)
    for i, (sequence, length) in enumerate(zip(sequences, lengths)):
        kept = min(length, maxlen)
        if not kept:
            continue
        cut = sequence[length - kept :] if truncating == "pre" else sequence[:kept]
        cut = np.asarray(cut, dtype=dtype)
        if cut.shape[1:] != shape:
            raise ValueError(
                f"The steps of sequence {i} have shape {cut.shape[1:]}, but those of the first "
                f"sequence have shape {shape}: all must be the same."
            )
        padded[i, slice(maxlen - kept, None) if padding == "pre" else slice(kept)] = cut
    return padded


def _lengths(sequences):
    """Return the list of lengths; a ValueError names what has none."""
    if not hasattr(sequences, "__len__"):
        raise ValueError(
            f"pad_sequences takes a list of sequences, not {type(sequences).__name__}; turn a "
            "generator into a list first."
        )
    lengths = []
    for i, sequence in enumerate(sequences):
        if not hasattr(sequence, "__len__") or np.ndim(sequence) == 0:
            raise ValueError(
                f"pad_sequences takes a list of sequences, but its element {i} is {sequence!r}. "
                "For a single sequence write pad_sequences([sequence])."
            )
        lengths.append(len(sequence))
    return lengths


def _remove_long_seq(maxlen, seq, label):
    """Return the sequences shorter than `maxlen`, and their labels, as two lists."""
    kept = [(x, y) for x, y in zip(seq, label) if len(x) < maxlen]
    return [x for x, _ in kept], [y for _, y in kept]
