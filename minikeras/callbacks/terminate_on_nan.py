"""TerminateOnNaN: do not go on training a model whose loss is no number any more."""

import math

from ..utils.live_line import write_line
from .base import Callback


class TerminateOnNaN(Callback):
    """Stop the training after the first batch whose loss is NaN or infinite.

    It prints which batch that was. With `raise_error=True` (Keras 3) it raises a RuntimeError
    instead.
    """

    def __init__(self, raise_error=False):
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"The loss of batch {batch} is {loss}. Try a smaller learning rate or clipnorm=1, "
                "and look for NaN or infinity in the data."
            )
        write_line(f"Batch {batch}: the loss is {loss}, training stops")
        self.model.stop_training = True
