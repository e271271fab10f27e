"""TimeDistributed: one layer, the same for every time step."""

import numpy as np

from .. import ops
from ..utils.nest import map_structure
from .base import register
from .batch_norm_eras import DEFAULT_ERA, era_of
from .inputs import map_shapes
from .signature import call_signature
from .wrappers import Wrapper


@register()
class TimeDistributed(Wrapper):
    """Applies a layer to each time step of its input.

    All steps of all samples go through the layer as one batch. Only a stateful layer, for which
    batches have an order, is called step by step; with `as_in_keras="3"`, while training, one that
    takes statistics of its batch as well.

    Args:
        layer: the layer, or model.
        as_in_keras: the version of Keras whose rules hold, a text; a layer out of a model file
            does as the Keras that wrote it (see `batch_norm_eras`).

    Shapes:
        input (batch, steps, ...), output (batch, steps, *what the layer gives).

    Called with:
        mask: booleans (batch, steps, ...). What lies beyond the first two axes goes to the layer,
            where it takes a mask; (batch, steps) goes on to the output.

    Raises:
        ValueError: an input of fewer than three dimensions.
    """

    supports_masking = True

    def __init__(self, layer, as_in_keras=DEFAULT_ERA, **kwargs):
        super().__init__(layer, **kwargs)
        self._era = era_of(as_in_keras)
        self.as_in_keras = as_in_keras

    def _step_shape(self, input_shape):
        if len(input_shape) < 3:
            raise ValueError(
                f"TimeDistributed {self.name!r} needs an input of shape (batch, steps, ...) with "
                f"at least three dimensions, not {tuple(input_shape)}."
            )
        return (input_shape[0], *input_shape[2:])

    def build(self, input_shape):
        """Build the layer for one step."""
        shape = self._step_shape(input_shape)
        if not self.layer.built:
            self.layer.build(shape)

    def compute_output_shape(self, input_shape):
        """Return the layer's output shape with the steps behind the batch."""
        inner = self.layer.compute_output_shape(self._step_shape(input_shape))
        return map_shapes(lambda s: (s[0], input_shape[1], *s[1:]), inner)

    def compute_mask(self, inputs, mask=None):
        """Return the mask of the steps, with what the layer makes of the mask within them."""
        if mask is None or mask.ndim == 2:
            return mask
        inner = self.layer.compute_mask(_fold(inputs), _fold(mask))
        if inner is not None:
            return inner.reshape((*mask.shape[:2], *inner.shape[1:]))
        return mask.any(axis=tuple(range(2, mask.ndim)))

    def call(self, inputs, training=None, mask=None):
        """Return the layer's output for all steps."""
        batch, steps = inputs.shape[:2]
        self._step_shape(inputs.shape)
        takes = call_signature(type(self.layer))
        settings = {"training": training} if takes.takes("training") else {}
        inner = None
        if mask is not None:
            if mask.shape[:2] != (batch, steps):
                raise ValueError(
                    f"The mask of {self.name!r} has shape {mask.shape}, but the input has shape "
                    f"{inputs.shape}: their first two axes, batch and steps, must be the same."
                )
            inner = mask if mask.ndim > 2 and takes.takes("mask") else None
        if getattr(self.layer, "stateful", False) or (training and self._goes_by_step()):
            return self._step_by_step(inputs, inner, settings)
        if inner is not None:
            settings["mask"] = _fold(inner)
        outputs = self.layer(_fold(inputs), **settings)
        return map_structure(lambda y: y.reshape((batch, steps, *y.shape[1:])), outputs)

    def _goes_by_step(self):
        """Return whether each step is to have batch statistics of its own."""
        parts = self.layer._flatten_layers() if self._era.by_step else ()
        return any(getattr(part, "_takes_batch_statistics", False) for part in parts)

    def get_config(self):
        """Return the constructor arguments; `as_in_keras`, unknown to Keras, unless it is 2.1.5."""
        config = super().get_config()
        if self.as_in_keras == DEFAULT_ERA:
            del config["as_in_keras"]
        return config

    def _step_by_step(self, inputs, mask, settings):
        outputs = []
        for t in range(inputs.shape[1]):
            if mask is not None:
                settings["mask"] = mask[:, t]
            outputs.append(self.layer(inputs[:, t], **settings))
        return ops.stack(outputs, axis=1)


def _fold(array):
    """Return (batch, steps, ...) as (batch * steps, ...)."""
    return array.reshape((int(np.prod(array.shape[:2])), *array.shape[2:]))
