"""The loss of sequences whose labels come without timing: connectionist temporal classification."""

import numpy as np

from .. import ops
from ..autograd import composite
from ..ops.types import raw
from .base import FunctionLoss, registry
from .pairs import as_tensor_like


@registry.register()
@composite
def ctc(y_true, y_pred):
    """Return minus the log-likelihood of labels whose timing is unknown (Graves et al. 2006).

    Args:
        y_true: class numbers (batch, labels); 0 means blank, and what is not 0 counts as a label.
        y_pred: logits (batch, time, classes).

    Returns:
        Array (batch,).

    Raises:
        ValueError: shapes or class numbers that do not fit.
    """
    labels = np.asarray(raw(as_tensor_like(y_true))).astype(np.intp)
    y_pred = as_tensor_like(y_pred)
    lengths = (labels != 0).sum(axis=-1)
    steps = np.full(len(labels), y_pred.shape[1]) if len(y_pred.shape) > 1 else lengths
    return ops.ctc_loss(labels, y_pred, lengths, steps)


@registry.register()
class CTC(FunctionLoss):
    """Connectionist temporal classification, see `ctc`."""

    function = staticmethod(ctc)
