"""What all attention layers share: dropout of weights, masks, an output beside the weights."""

import numpy as np

from .. import config
from ..ops.dropout import keep_mask
from .base import Layer
from .inputs import with_mask


class AttentionLayer(Layer):
    """A layer that gives its output, and on demand the weights it was computed with.

    Args:
        dropout: the part of the weights that is set to zero while training, from 0 to 1.
        seed: makes the layer's dropout a sequence of its own.
    """

    def __init__(self, dropout=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        if isinstance(dropout, bool) or not 0 <= dropout <= 1:
            raise ValueError(
                f"{type(self).__name__}: dropout is the part that is dropped, from 0 to 1, not "
                f"{dropout!r}."
            )
        self.dropout = float(dropout)
        self.seed = seed
        self._own_stream = None if seed is None else config.new_generator("dropout", seed)

    def _keep(self, shape, dtype, training):
        """Return what to multiply weights of `shape` by, None for nothing."""
        if not training or not self.dropout:
            return None
        generator = config.stream("dropout") if self._own_stream is None else self._own_stream
        return keep_mask(shape, self.dropout, np.dtype(dtype), generator)

    def run(self, inputs, args=(), kwargs=None):
        """Compute; the mask that the output may have does not concern the weights."""
        outputs = super().run(inputs, args, kwargs)
        if isinstance(outputs, tuple):
            outputs = (outputs[0], *(with_mask(o, None) for o in outputs[1:]))
        return outputs


def depth(dtype):
    """Return by how much masked scores are lowered (Keras 3), a float that the type can hold."""
    return 3e4 if dtype == np.float16 else 1e9


def causal(steps, keys):
    """Return bools (1, steps, keys): step i may look at the keys up to i."""
    return np.tri(steps, keys, dtype=bool)[None]


def both(mask, other):
    """Return two masks as one; None stands for no mask."""
    if mask is None or other is None:
        return other if mask is None else mask
    return mask & other
