"""Predictions: the outputs of batch after batch, joined."""

import numpy as np


class Predictions:
    """The outputs of batch after batch, joined along the first axis.

    Args:
        samples: how many rows there will be, where that is known: the results are then written
            into arrays of that many rows.
    """

    def __init__(self, samples):
        self._samples = samples
        self._whole = None
        self._pieces = []
        self._filled = 0

    def add(self, outputs, size):
        """Add the outputs of a batch of `size` samples."""
        fixed = self._samples is not None and all(o.ndim and len(o) == size for o in outputs)
        if not fixed or self._pieces or size == self._samples:
            self._pieces.append(outputs)
            return
        if self._whole is None:
            self._whole = [np.empty((self._samples, *o.shape[1:]), o.dtype) for o in outputs]
        if any(w.shape[1:] != o.shape[1:] for w, o in zip(self._whole, outputs)):
            self._pieces = [[w[: self._filled] for w in self._whole], outputs]
            return
        for whole, part in zip(self._whole, outputs, strict=True):
            whole[self._filled : self._filled + size] = part
        self._filled += size

    def joined(self):
        """Return a list of arrays.

        Raises:
            ValueError: batches gave outputs of different shapes.
        """
        if not self._pieces:
            return self._whole
        if len(self._pieces) == 1:
            return self._pieces[0]
        if not all(o.ndim for o in self._pieces[0]):
            return [np.stack(parts) for parts in zip(*self._pieces, strict=True)]
        try:
            return [np.concatenate(parts) for parts in zip(*self._pieces, strict=True)]
        except ValueError:
            shapes = sorted({o.shape[1:] for outputs in self._pieces for o in outputs})
            raise ValueError(
                "The batches gave predictions of different shapes that cannot be joined into one "
                f"array; without the first axis they are {shapes}. Call predict_on_batch() for "
                "each batch, or pad the inputs to one length."
            ) from None
