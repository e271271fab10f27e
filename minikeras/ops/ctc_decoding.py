"""From what a network says of every time step to the labels it means: CTC decoding."""

import itertools

import numpy as np

from ..autograd import op


def greedy_labels(scores, steps, blank, merge_repeated=True):
    """Return the labels of the best path of each sample, a list of lists.

    Args:
        scores: array (batch, time, classes); the largest of each step counts.
        steps: how many time steps of each sample count, ints (batch,).
        blank: the class that means no label.
        merge_repeated: whether equal classes in neighbouring steps are one label.
    """
    found = []
    for row, n in zip(scores.argmax(axis=-1), steps, strict=True):
        path = row[:n].tolist()
        if merge_repeated:
            path = [label for label, _ in itertools.groupby(path)]
        found.append([label for label in path if label != blank])
    return found


def padded_labels(found, length, dtype):
    """Return lists of labels as rows of an array, filled up with -1 to `length`."""
    labels = np.full((len(found), length), -1, dtype)
    for row, known in zip(labels, found, strict=True):
        row[: len(known)] = known
    return labels


@op(indices=(1,))
def ctc_decode(
    inputs,
    sequence_lengths,
    /,
    strategy="greedy",
    beam_width=100,
    top_paths=1,
    merge_repeated=True,
    mask_index=0,
):
    """Return the labels of the best path through each sample's logits, and its score.

    Args:
        inputs: logits (batch, time, classes).
        sequence_lengths: how many time steps count, (batch,).
        strategy: 'greedy', the best class of each step; the search over many beams is refused.
        beam_width, top_paths: of that search; they have no effect.
        merge_repeated: whether equal classes in neighbouring steps are one label.
        mask_index: the class that means no label.

    Returns:
        (labels, scores): int32 (1, batch, time), filled up with -1, and minus the sum of the
        largest logits, (batch, 1). Neither has a gradient.

    Raises:
        ValueError: another strategy, or shapes that do not fit.
    """
    if strategy != "greedy":
        raise ValueError(
            f"ctc_decode(strategy={strategy!r}): minikeras decodes greedily only. Leave it out."
        )
    steps = np.asarray(sequence_lengths).reshape(-1)
    if inputs.ndim != 3 or len(steps) != len(inputs):
        raise ValueError(
            "ctc_decode takes logits (batch, time, classes) and one length per sample, not the "
            f"shapes {inputs.shape} and {sequence_lengths.shape}."
        )
    found = greedy_labels(inputs, steps.astype(int), mask_index, merge_repeated)
    counts = np.arange(inputs.shape[1]) < steps[:, None]
    scores = -(inputs.max(axis=-1) * counts).sum(axis=1, keepdims=True, dtype=inputs.dtype)
    return (padded_labels(found, inputs.shape[1], "int32")[None], scores), None
