"""Pooling over all positions: one number for each channel."""

import numpy as np

from .. import ops
from .base import register
from .conv_base import SpatialLayer


class GlobalPooling(SpatialLayer):
    """Reduces all spatial axes; subclasses say how.

    Args:
        data_format: 'channels_last' or 'channels_first'; the configured default if None.
        keepdims: whether the spatial axes stay, with a size of 1.

    Shapes:
        input (batch, *spatial, channels), output (batch, channels).
    """

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.keepdims = bool(keepdims)

    @property
    def _axes(self):
        first = 1 if self.data_format == "channels_last" else 2
        return tuple(range(first, first + self.rank))

    def compute_output_shape(self, input_shape):
        """Return (batch, channels), or the same with spatial axes of size 1."""
        if self.keepdims:
            return self._with_space(input_shape, (1,) * self.rank)
        return (input_shape[0], input_shape[self.channel_axis])


class GlobalMaxPooling(GlobalPooling):
    """The largest element of each channel."""

    def call(self, inputs):
        """Return the maximum over all positions."""
        return ops.max(inputs, axis=self._axes, keepdims=self.keepdims)


class GlobalAveragePooling(GlobalPooling):
    """The mean of each channel."""

    def call(self, inputs):
        """Return the mean over all positions."""
        return ops.mean(inputs, axis=self._axes, keepdims=self.keepdims)


@register("GlobalMaxPool1D")
class GlobalMaxPooling1D(GlobalMaxPooling):
    """The largest element of each channel of a sequence.

    `data_format` is 'channels_last' by default, as in Keras 2.
    """

    rank = 1

    def __init__(self, data_format="channels_last", keepdims=False, **kwargs):
        super().__init__(data_format, keepdims, **kwargs)


@register("GlobalMaxPool2D")
class GlobalMaxPooling2D(GlobalMaxPooling):
    """The largest element of each channel of an image; arguments as for `GlobalPooling`."""

    rank = 2


@register("GlobalMaxPool3D")
class GlobalMaxPooling3D(GlobalMaxPooling):
    """The largest element of each channel of a volume; arguments as for `GlobalPooling`."""

    rank = 3


@register("GlobalAvgPool1D")
class GlobalAveragePooling1D(GlobalAveragePooling):
    """The mean of each channel of a sequence, over the steps that are not masked.

    `data_format` is 'channels_last' by default, as in Keras 2.
    """

    rank = 1
    supports_masking = True

    def __init__(self, data_format="channels_last", keepdims=False, **kwargs):
        super().__init__(data_format, keepdims, **kwargs)

    def call(self, inputs, mask=None):
        """Return the mean over all steps, or over those where `mask` (batch, steps) is True."""
        if mask is None:
            return super().call(inputs)
        (axis,) = self._axes
        weights = np.expand_dims(np.asarray(mask), self.channel_axis).astype(inputs.dtype)
        total = ops.sum(inputs * weights, axis=axis, keepdims=self.keepdims)
        return total / weights.sum(axis=axis, keepdims=self.keepdims)

    def compute_mask(self, inputs, mask=None):
        """Drop the mask: no steps are left."""


@register("GlobalAvgPool2D")
class GlobalAveragePooling2D(GlobalAveragePooling):
    """The mean of each channel of an image; arguments as for `GlobalPooling`."""

    rank = 2


@register("GlobalAvgPool3D")
class GlobalAveragePooling3D(GlobalAveragePooling):
    """The mean of each channel of a volume; arguments as for `GlobalPooling`."""

    rank = 3


GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = (
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
GlobalAvgPool1D, GlobalAvgPool2D, GlobalAvgPool3D = (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
)
