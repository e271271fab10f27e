"""Convolutions in one, two and three dimensions."""

from .. import activations, constraints, initializers, ops, regularizers
from .base import register
from .conv_base import ConvBase, positive
from .pooling import MaxPoolingBase


class Conv(ConvBase):
    """activation(convolution(inputs, kernel) + bias); base of Conv1D, Conv2D and Conv3D.

    Args:
        filters: number of channels of the output.
        kernel_size: extent of the kernel, an int or one for each spatial axis.
        strides: step from one position to the next, an int or one for each spatial axis.
        padding: 'valid' (positions lie inside the input) or 'same' (zeros around it, so that the
            output has size / stride positions); Conv1D also takes 'causal' (zeros in front, so
            that nothing looks ahead).
        data_format: 'channels_last' or 'channels_first'; the configured default if None.
        dilation_rate: distance of the elements that the kernel covers; not with strides beyond 1.
        activation: name or function; linear if None.
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer: how the weights begin.
        kernel_regularizer, bias_regularizer: penalties added to the loss.
        activity_regularizer: penalty on the output.
        kernel_constraint, bias_constraint: applied after each update.
        groups: number of parts of the channels, each seen by its own part of the filters.

    Shapes:
        input (batch, *spatial, channels), output (batch, *positions, filters), with the channels
        second for 'channels_first'; kernel (*kernel_size, channels / groups, filters), bias
        (filters,).
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        groups=1,
        **kwargs,
    ):
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.filters = positive(filters, "filters", type(self).__name__)
        self.groups = positive(groups, "groups", type(self).__name__)
        if self.filters % self.groups:
            raise ValueError(
                f"{type(self).__name__} cannot divide {filters} filters among {groups} groups."
            )
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)

    def _add_kernels(self, channels):
        if channels % self.groups:
            raise ValueError(
                f"{self.name!r} cannot divide the {channels} channels of its input among "
                f"{self.groups} groups."
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = self.add_weight("kernel", shape)
        return self.filters

    def call(self, inputs):
        """Return activation(convolution(inputs, kernel) + bias)."""
        return self._activate(
            ops.convolution,
            inputs,
            self.kernel,
            self.bias,
            strides=self.strides,
            padding=self.padding,
        )

    def compute_output_shape(self, input_shape):
        """Return the shape with one position for each window, and `filters` channels."""
        space = self._positions(
            input_shape, self.kernel_size, self.strides, self.padding, self.dilation_rate
        )
        return self._with_space(input_shape, space, self.filters)

    def fused_with(self, layer):
        """Return a function that computes this layer and the pooling behind it as one, or None.

        Both layers must be nothing but their classes, so that no override is passed over.
        """
        if not (
            type(self) in (Conv1D, Conv2D, Conv3D)
            and isinstance(layer, MaxPoolingBase)
            and layer.is_plain
            and layer.rank == self.rank
            and layer.data_format == self.data_format
            and layer.strides == layer.pool_size
            and layer.padding == "valid"
            and layer.dtype == self.dtype
            and activations.fused_name(self.activation) in ("linear", "relu")
            and self.activity_regularizer is None
            and layer.activity_regularizer is None
        ):
            return None

        def call(inputs):
            return self._activate(
                ops.conv_max_pool,
                inputs,
                self.kernel,
                self.bias,
                strides=self.strides,
                padding=self.padding,
                pool_size=layer.pool_size,
            )

        return call


@register("Convolution1D")
class Conv1D(Conv):
    """Convolution of sequences.

    Arguments as for `Conv`, but `data_format` is 'channels_last' by default and, as in Keras 2,
    not among those given by position; `padding` may be 'causal'.

    Shapes:
        input (batch, steps, channels), output (batch, positions, filters).
    """

    rank = 1
    _paddings = ("valid", "same", "causal")

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        data_format="channels_last",
        groups=1,
        **kwargs,
    ):
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            groups,
            **kwargs,
        )


@register("Convolution2D")
class Conv2D(Conv):
    """Convolution of images; arguments as for `Conv`.

    Shapes:
        input (batch, height, width, channels), output (batch, rows, columns, filters).
    """

    rank = 2


@register("Convolution3D")
class Conv3D(Conv):
    """Convolution of volumes; arguments as for `Conv`.

    Shapes:
        input (batch, depth, height, width, channels), output with `filters` channels.
    """

    rank = 3


Convolution1D = Conv1D
Convolution2D = Conv2D
Convolution3D = Conv3D


def AtrousConvolution1D(*args, **kwargs):
    """Return a Conv1D: the name in Keras 1 of one with a dilation rate (`atrous_rate`)."""
    return Conv1D(*args, **kwargs)


def AtrousConvolution2D(*args, **kwargs):
    """Return a Conv2D: the name in Keras 1 of one with a dilation rate (`atrous_rate`)."""
    return Conv2D(*args, **kwargs)


AtrousConv1D, AtrousConv2D = AtrousConvolution1D, AtrousConvolution2D
