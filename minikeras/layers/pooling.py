"""Max and average pooling, over windows and over everything."""

from .. import ops
from ..ops.windows import normalize_padding, normalize_tuple
from .base import register
from .conv_base import SpatialLayer


class PoolingBase(SpatialLayer):
    """Windows to pool over; subclasses say by which operation.

    Args:
        pool_size: extent of a window, an int or one for each spatial axis.
        strides: step from one window to the next; `pool_size` if None.
        padding: 'valid' (windows lie inside the input) or 'same' (as many windows as
            size / stride; what lies outside the input does not count).
        data_format: 'channels_last' or 'channels_first'; the configured default if None.

    Shapes:
        input (batch, *spatial, channels), output (batch, *windows, channels), with the channels
        second for 'channels_first'.
    """

    operation = None

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.pool_size = normalize_tuple(pool_size, self.rank, "pool_size")
        self.strides = self.pool_size
        if strides is not None:
            self.strides = normalize_tuple(strides, self.rank, "strides")
        self.padding = normalize_padding(padding, ("valid", "same"))

    def call(self, inputs):
        """Return the pooled inputs."""
        return type(self).operation(
            inputs, self.pool_size, self.strides, self.padding, self.data_format
        )

    def compute_output_shape(self, input_shape):
        """Return the shape with one position for each window."""
        space = self._positions(
            input_shape, self.pool_size, self.strides, self.padding, (1,) * self.rank
        )
        return self._with_space(input_shape, space)


class MaxPoolingBase(PoolingBase):
    """The largest element of each window; the first of equals gets the gradient."""

    operation = staticmethod(ops.max_pool)

    @property
    def is_plain(self):
        """Whether this is one of the library's own layers, not a subclass with ideas of its own."""
        return type(self) in (MaxPooling1D, MaxPooling2D, MaxPooling3D)


class AveragePoolingBase(PoolingBase):
    """The mean of each window, of the elements inside the input alone."""

    operation = staticmethod(ops.average_pool)


class _Pooling1D:
    """Mixin: sequences; `data_format` is 'channels_last' by default, as in Keras 2."""

    rank = 1

    def __init__(
        self, pool_size=2, strides=None, padding="valid", data_format="channels_last", **kwargs
    ):
        super().__init__(pool_size, strides, padding, data_format, **kwargs)


@register("MaxPool1D")
class MaxPooling1D(_Pooling1D, MaxPoolingBase):
    """Max pooling of sequences; arguments as for `PoolingBase`."""


@register("MaxPool2D")
class MaxPooling2D(MaxPoolingBase):
    """Max pooling of images; arguments as for `PoolingBase`."""

    rank = 2


@register("MaxPool3D")
class MaxPooling3D(MaxPoolingBase):
    """Max pooling of volumes; arguments as for `PoolingBase`."""

    rank = 3


@register("AvgPool1D")
class AveragePooling1D(_Pooling1D, AveragePoolingBase):
    """Average pooling of sequences; arguments as for `PoolingBase`."""


@register("AvgPool2D")
class AveragePooling2D(AveragePoolingBase):
    """Average pooling of images; arguments as for `PoolingBase`."""

    rank = 2


@register("AvgPool3D")
class AveragePooling3D(AveragePoolingBase):
    """Average pooling of volumes; arguments as for `PoolingBase`."""

    rank = 3


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
