"""Convolutions that treat channels apart: depthwise, and separable with a mix of them after."""

from .. import constraints, initializers, ops, regularizers
from .base import register
from .conv_base import ConvBase, positive


class _Depthwise(ConvBase):
    """A kernel with filters for each channel alone.

    Args:
        depth_multiplier: number of filters of each channel.
        depthwise_initializer: how the kernel begins.
        depthwise_regularizer: penalty added to the loss.
        depthwise_constraint: applied after each update.
        options: those of `ConvBase`.
    """

    def __init__(
        self,
        *,
        depth_multiplier,
        depthwise_initializer,
        depthwise_regularizer,
        depthwise_constraint,
        **options,
    ):
        super().__init__(**options)
        self.depth_multiplier = positive(
            depth_multiplier, "filters of each channel (depth_multiplier)", type(self).__name__
        )
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)

    # Named after the arguments, by which `add_weight` finds what belongs to "depthwise_kernel".
    @property
    def depthwise_kernel_initializer(self):
        """How the depthwise kernel begins."""
        return self.depthwise_initializer

    @property
    def depthwise_kernel_regularizer(self):
        """Penalty on the depthwise kernel."""
        return self.depthwise_regularizer

    @property
    def depthwise_kernel_constraint(self):
        """What is applied to the depthwise kernel after each update."""
        return self.depthwise_constraint

    def _add_kernels(self, channels):
        self.depthwise_kernel = self.add_weight(
            "depthwise_kernel", (*self.kernel_size, channels, self.depth_multiplier)
        )
        return channels * self.depth_multiplier

    def _window_positions(self, input_shape):
        return self._positions(
            input_shape, self.kernel_size, self.strides, self.padding, self.dilation_rate
        )


class DepthwiseConv(_Depthwise):
    """activation(depthwise convolution(inputs) + bias): each channel has filters of its own.

    Args:
        kernel_size: extent of the kernel, an int or one for each spatial axis.
        strides: step from one position to the next, an int or one for each spatial axis.
        padding: 'valid' or 'same'.
        depth_multiplier: number of filters of each channel.
        data_format: 'channels_last' or 'channels_first'; the configured default if None.
        activation: name or function; linear if None.
        use_bias: whether to add a bias.
        depthwise_initializer, bias_initializer: how the weights begin.
        depthwise_regularizer, bias_regularizer: penalties added to the loss.
        activity_regularizer: penalty on the output.
        depthwise_constraint, bias_constraint: applied after each update.
        dilation_rate: distance of the elements that the kernel covers; not with strides beyond 1.

    Shapes:
        input (batch, *spatial, channels), output (batch, *positions, channels *
        depth_multiplier), with the channels second for 'channels_first'; depthwise_kernel
        (*kernel_size, channels, depth_multiplier), bias (channels * depth_multiplier,).
    """

    def __init__(
        self,
        kernel_size,
        strides=1,
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        dilation_rate=1,
        **kwargs,
    ):
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            depth_multiplier=depth_multiplier,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )

    def call(self, inputs):
        """Return activation(depthwise convolution(inputs) + bias)."""
        return self._activate(
            ops.depthwise_convolution,
            inputs,
            self.depthwise_kernel,
            self.bias,
            strides=self.strides,
            padding=self.padding,
        )

    def compute_output_shape(self, input_shape):
        """Return the shape with one position for each window, channels multiplied."""
        channels = input_shape[self.channel_axis]
        channels = None if channels is None else channels * self.depth_multiplier
        return self._with_space(input_shape, self._window_positions(input_shape), channels)


@register("DepthwiseConvolution1D")
class DepthwiseConv1D(DepthwiseConv):
    """Depthwise convolution of sequences; arguments as for `DepthwiseConv`."""

    rank = 1


@register("DepthwiseConvolution2D")
class DepthwiseConv2D(DepthwiseConv):
    """Depthwise convolution of images; arguments as for `DepthwiseConv`."""

    rank = 2


class SeparableConv(_Depthwise):
    """A depthwise convolution, then one that mixes the channels of each element.

    Args:
        filters: number of channels of the output.
        kernel_size: extent of the depthwise kernel, an int or one for each spatial axis.
        strides: step from one position to the next, an int or one for each spatial axis.
        padding: 'valid' or 'same'; SeparableConv1D also takes 'causal'.
        data_format: 'channels_last' or 'channels_first'; the configured default if None.
        depth_multiplier: number of depthwise filters of each channel.
        activation: name or function; linear if None.
        use_bias: whether to add a bias.
        depthwise_initializer, pointwise_initializer, bias_initializer: how the weights begin.
        depthwise_regularizer, pointwise_regularizer, bias_regularizer: penalties added to the
            loss.
        activity_regularizer: penalty on the output.
        depthwise_constraint, pointwise_constraint, bias_constraint: applied after each update.
        dilation_rate: distance of the elements that the kernel covers; not with strides beyond 1.

    Shapes:
        input (batch, *spatial, channels), output (batch, *positions, filters), with the channels
        second for 'channels_first'; depthwise_kernel (*kernel_size, channels, depth_multiplier),
        pointwise_kernel (1, ..., 1, channels * depth_multiplier, filters), bias (filters,).
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        dilation_rate=1,
        **kwargs,
    ):
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            depth_multiplier=depth_multiplier,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.filters = positive(filters, "filters", type(self).__name__)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)
        self.pointwise_constraint = constraints.get(pointwise_constraint)

    def _add_kernels(self, channels):
        between = super()._add_kernels(channels)
        self.pointwise_kernel = self.add_weight(
            "pointwise_kernel",
            (*(1,) * self.rank, between, self.filters),
            initializer=self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
        )
        return self.filters

    def call(self, inputs):
        """Return activation(separable convolution(inputs) + bias)."""
        return self._activate(
            ops.separable_convolution,
            inputs,
            self.depthwise_kernel,
            self.pointwise_kernel,
            self.bias,
            strides=self.strides,
            padding=self.padding,
        )

    def compute_output_shape(self, input_shape):
        """Return the shape with one position for each window, and `filters` channels."""
        return self._with_space(input_shape, self._window_positions(input_shape), self.filters)


@register("SeparableConvolution1D")
class SeparableConv1D(SeparableConv):
    """Separable convolution of sequences; arguments as for `SeparableConv`."""

    rank = 1
    _paddings = ("valid", "same", "causal")


@register("SeparableConvolution2D")
class SeparableConv2D(SeparableConv):
    """Separable convolution of images; arguments as for `SeparableConv`."""

    rank = 2


DepthwiseConvolution1D, DepthwiseConvolution2D = DepthwiseConv1D, DepthwiseConv2D
SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
