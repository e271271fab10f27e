"""Transposed convolutions: from a small image to the larger one that a convolution would shrink."""

from .. import constraints, initializers, ops, regularizers
from ..ops.windows import deconv_output_length, normalize_tuple
from .base import register
from .conv_base import ConvBase, positive


class ConvTranspose(ConvBase):
    """activation(transposed convolution(inputs, kernel) + bias); base of the transposed layers.

    Args:
        filters: number of channels of the output.
        kernel_size: extent of the kernel, an int or one for each spatial axis.
        strides: how far apart the elements of the input lie in the output.
        padding: 'same' makes `size * stride` of an axis, 'valid'
            `size * stride + max(kernel_size - stride, 0)`.
        data_format: 'channels_last' or 'channels_first'; the configured default if None.
        activation: name or function; linear if None.
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer: how the weights begin.
        kernel_regularizer, bias_regularizer: penalties added to the loss.
        activity_regularizer: penalty on the output.
        kernel_constraint, bias_constraint: applied after each update.
        output_padding: int or one for each spatial axis, less than the stride: elements added at
            one end of the smallest possible output; None for the sizes above.
        dilation_rate: distance of the elements that the kernel covers; not with strides beyond 1.

    Shapes:
        input (batch, *spatial, channels), output (batch, *larger, filters), with the channels
        second for 'channels_first'; kernel (*kernel_size, filters, channels), bias (filters,).
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        output_padding=None,
        dilation_rate=1,
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
        self.output_padding = None
        if output_padding is not None:
            self.output_padding = normalize_tuple(
                output_padding, self.rank, "output_padding", allow_zero=True
            )
            if any(p >= s for p, s in zip(self.output_padding, self.strides, strict=True)):
                raise ValueError(
                    f"{type(self).__name__} needs an output_padding smaller than its strides, but "
                    f"{self.output_padding} is not smaller than {self.strides}."
                )
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)

    def _add_kernels(self, channels):
        self.kernel = self.add_weight("kernel", (*self.kernel_size, self.filters, channels))
        return self.filters

    def call(self, inputs):
        """Return activation(transposed convolution(inputs, kernel) + bias)."""
        return self._activate(
            ops.transposed_convolution,
            inputs,
            self.kernel,
            self.bias,
            strides=self.strides,
            padding=self.padding,
            output_padding=self.output_padding,
        )

    def compute_output_shape(self, input_shape):
        """Return the larger shape, with `filters` channels."""
        extra = self.output_padding or (None,) * self.rank
        space = tuple(
            deconv_output_length(n, k, self.padding, p, s, d)
            for n, k, p, s, d in zip(
                self._space(input_shape),
                self.kernel_size,
                extra,
                self.strides,
                self.dilation_rate,
                strict=True,
            )
        )
        return self._with_space(input_shape, space, self.filters)


@register("Convolution1DTranspose")
class Conv1DTranspose(ConvTranspose):
    """Transposed convolution of sequences; arguments as for `ConvTranspose`."""

    rank = 1


@register("Convolution2DTranspose", "Deconvolution2D", "Deconv2D")
class Conv2DTranspose(ConvTranspose):
    """Transposed convolution of images; arguments as for `ConvTranspose`."""

    rank = 2


@register("Convolution3DTranspose", "Deconvolution3D", "Deconv3D")
class Conv3DTranspose(ConvTranspose):
    """Transposed convolution of volumes; arguments as for `ConvTranspose`."""

    rank = 3


Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Deconvolution2D = Deconv2D = Conv2DTranspose
Convolution3DTranspose = Deconvolution3D = Deconv3D = Conv3DTranspose
