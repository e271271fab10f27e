"""What all convolutional layers share: their arguments, their weights, their shapes."""

import numpy as np

from .. import activations, config, constraints, initializers, regularizers
from ..ops.windows import conv_output_length, normalize_padding, normalize_tuple
from .base import Layer
from .input_spec import InputSpec


def positive(value, what, cls):
    """Return `value` as an int, or raise a ValueError unless it is a positive whole number."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value <= 0:
        raise ValueError(f"{cls} needs a positive whole number of {what}, not {value!r}.")
    return int(value)


class SpatialLayer(Layer):
    """A layer on arrays with a batch axis, `rank` spatial axes and a channel axis.

    Attributes:
        rank: number of spatial axes, set by each class.
        data_format: 'channels_last' or 'channels_first'.
    """

    rank = None

    def __init__(self, *, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = config.normalize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def channel_axis(self):
        """Index of the channel axis: -1 or 1."""
        return -1 if self.data_format == "channels_last" else 1

    def _channels(self, input_shape):
        """Return the number of channels; a ValueError where it is unknown."""
        channels = input_shape[self.channel_axis]
        if channels is None:
            raise ValueError(
                f"The number of channels, axis {self.channel_axis} of the input of {self.name!r}, "
                f"is unknown (shape {tuple(input_shape)}): {type(self).__name__} needs it for its "
                "weights. Define it in the Input or input_shape=."
            )
        return channels

    def _space(self, input_shape):
        """Return the spatial part of a shape."""
        if self.data_format == "channels_last":
            return tuple(input_shape[1:-1])
        return tuple(input_shape[2:])

    def _with_space(self, input_shape, space, channels=None):
        """Return a shape with another spatial part, and another number of channels if given."""
        channels = input_shape[self.channel_axis] if channels is None else channels
        if self.data_format == "channels_last":
            return (input_shape[0], *space, channels)
        return (input_shape[0], channels, *space)

    def _positions(self, input_shape, windows, strides, padding, dilation):
        """Return how many positions windows have on each spatial axis, None where unknown.

        Raises:
            ValueError: a window is larger than the input.
        """
        space = self._space(input_shape)
        axes = zip(space, windows, strides, dilation, strict=True)
        found = tuple(conv_output_length(n, k, padding, s, d) for n, k, s, d in axes)
        if 0 in found and 0 not in space:
            covers = f" dilated by {dilation}," if max(dilation) > 1 else ""
            raise ValueError(
                f"The windows of {self.name!r}, {windows},{covers} do not fit into an input of "
                f"spatial shape {space} without padding. Use padding='same', smaller windows, or "
                "a larger input."
            )
        return found


class ConvBase(SpatialLayer):
    """Kernel size, strides, padding, dilation, activation and bias.

    Subclasses make their kernels in `_add_kernels(channels)` and compute in `call`.

    Args:
        kernel_size: extent of the kernel, an int or one for each spatial axis.
        strides: step from one position to the next, an int or one for each spatial axis.
        padding: 'valid', 'same', or for some one-dimensional layers 'causal'.
        data_format: 'channels_last' or 'channels_first'; the configured default if None.
        dilation_rate: distance of the elements that a kernel covers; not with strides beyond 1.
        activation: name or function; linear if None.
        use_bias: whether to add a bias.
        bias_initializer: how the bias begins.
        bias_regularizer: penalty added to the loss.
        activity_regularizer: penalty on the output.
        bias_constraint: applied after each update.
    """

    _paddings = ("valid", "same")

    def __init__(
        self,
        *,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
        activation,
        use_bias,
        bias_initializer,
        bias_regularizer,
        activity_regularizer,
        bias_constraint,
        **kwargs,
    ):
        super().__init__(
            data_format=data_format, activity_regularizer=activity_regularizer, **kwargs
        )
        self.kernel_size = normalize_tuple(kernel_size, self.rank, "kernel_size")
        self.strides = normalize_tuple(strides, self.rank, "strides")
        self.padding = normalize_padding(padding, self._paddings)
        self.dilation_rate = normalize_tuple(dilation_rate, self.rank, "dilation_rate")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{type(self).__name__} takes strides or a dilation_rate beyond 1, not both: "
                f"strides={self.strides}, dilation_rate={self.dilation_rate}."
            )
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)

    def _add_kernels(self, channels):
        """Make the kernels for inputs of so many channels; return the number of filters."""
        raise NotImplementedError(f"{type(self).__name__} does not say which kernels it has.")

    def build(self, input_shape):
        """Make kernels and bias for inputs with a known number of channels."""
        channels = self._channels(input_shape)
        self.compute_output_shape(input_shape)  # refuses kernels larger than the input
        filters = self._add_kernels(channels)
        self.bias = self.add_weight("bias", (filters,)) if self.use_bias else None
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self.channel_axis: channels})

    def _activate(self, operation, *arrays, **settings):
        """Return the activation of an operation, computed along with it where it can be."""
        settings.update(data_format=self.data_format, dilation_rate=self.dilation_rate)
        fused = activations.fused_name(self.activation)
        if fused is not None:
            return operation(*arrays, activation=fused, **settings)
        return self.activation(operation(*arrays, **settings))
