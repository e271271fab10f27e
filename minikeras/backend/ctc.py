"""Connectionist temporal classification under its names of Keras 2.

Predictions are probabilities here, the last class is the blank, and labels are padded with
anything: lengths say what counts.
"""

import numpy as np

from .. import config, ops
from ..autograd import composite
from ..ops.ctc_decoding import greedy_labels, padded_labels
from ..ops.types import raw


@composite
def ctc_batch_cost(y_true, y_pred, input_length, label_length):
    """Return minus the log-likelihood of each labelling, (batch, 1).

    Args:
        y_true: class numbers (batch, labels), padded at the end.
        y_pred: probabilities (batch, time, classes), the last class being the blank.
        input_length: how many time steps count, (batch, 1).
        label_length: how many labels count, (batch, 1).
    """
    steps, lengths = (np.asarray(raw(n)).reshape(-1) for n in (input_length, label_length))
    logits = ops.log(ops.add(y_pred, config.epsilon()))
    labels = np.asarray(raw(y_true))
    cost = ops.ctc_loss(labels, logits, lengths, steps, mask_index=logits.shape[-1] - 1)
    return ops.expand_dims(cost, 1)


def ctc_decode(y_pred, input_length, greedy=True, beam_width=100, top_paths=1):
    """Return the most likely path of each sample with repeats and blanks taken out.

    Args:
        y_pred: probabilities (batch, time, classes), the last class being the blank.
        input_length: how many time steps count, (batch,).
        greedy: True; the search over many beams is refused with a ValueError.
        beam_width, top_paths: of that search.

    Returns:
        ([labels], scores): labels (batch, longest), filled up with -1, and minus the sum of the
        largest log-probabilities, (batch, 1).
    """
    if not greedy:
        raise ValueError(
            f"ctc_decode(greedy=False, beam_width={beam_width}, top_paths={top_paths}): minikeras "
            "decodes greedily only."
        )
    p = np.asarray(raw(y_pred))
    steps = np.asarray(raw(input_length)).reshape(-1).astype(int)
    found = greedy_labels(p, steps, blank=p.shape[-1] - 1)
    labels = padded_labels(found, max((len(f) for f in found), default=0), "int64")
    counts = np.arange(p.shape[1]) < steps[:, None]
    largest = np.log(p.max(axis=-1) + p.dtype.type(config.epsilon()))
    return [labels], -(largest * counts).sum(axis=1, keepdims=True, dtype=p.dtype)


def ctc_label_dense_to_sparse(labels, label_lengths):
    """Refuse with a ValueError: sparse labels are TensorFlow's; lengths do here."""
    raise ValueError(
        "ctc_label_dense_to_sparse makes TensorFlow's sparse tensors, which minikeras does not "
        "have. Pass labels and their lengths to ctc_batch_cost."
    )
