"""Convolutions with a kernel of its own at every place: nothing is shared but the way of looking.

Keras 3 has no such layers; these are those of Keras 2.1.5. They suit images whose parts always lie
at the same place, faces for instance, and have as many times more weights as there are places.
"""

import math

from .. import activations, constraints, initializers, regularizers
from ..ops.keras2 import bias_add, local_conv1d, local_conv2d
from ..ops.windows import normalize_padding, normalize_tuple
from .base import register
from .conv_base import SpatialLayer, positive
from .input_spec import InputSpec


class LocallyConnected(SpatialLayer):
    """activation(local convolution(inputs, kernel) + bias); base of the layers of both ranks.

    Args:
        filters: number of channels of the output.
        kernel_size: extent of the kernels, an int or one for each spatial axis.
        strides: step from one place to the next, an int or one for each spatial axis.
        padding: 'valid', the only one: places lie inside the input.
        data_format: 'channels_last' or 'channels_first'.
        activation: name or function; linear if None.
        use_bias: whether to add a bias, one for each place and filter.
        kernel_initializer, bias_initializer: how the weights begin.
        kernel_regularizer, bias_regularizer: penalties added to the loss.
        activity_regularizer: penalty on the output.
        kernel_constraint, bias_constraint: applied after each update.

    Shapes:
        input (batch, *spatial, channels), output (batch, *places, filters), with the channels
        second for 'channels_first'; kernel (places, features of a window, filters), bias
        (*places, filters).

    Raises:
        ValueError: the spatial size of the input is not known when the layer is built.
    """

    _default_format = None  # the configured one

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
        **kwargs,
    ):
        super().__init__(
            data_format=data_format or self._default_format,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.filters = positive(filters, "filters", type(self).__name__)
        self.kernel_size = normalize_tuple(kernel_size, self.rank, "kernel_size")
        self.strides = normalize_tuple(strides, self.rank, "strides")
        self.padding = normalize_padding(padding, ("valid",))
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape):
        """Make a kernel and a bias for every place of inputs of a known size."""
        channels, space = self._channels(input_shape), self._space(input_shape)
        if None in space:
            raise ValueError(
                f"{self.name!r} has weights of their own for every place, so it needs the spatial "
                f"size of its input; the shape is {tuple(input_shape)}. Define it in the Input or "
                "input_shape=."
            )
        self.places = self._places(input_shape)
        features = math.prod(self.kernel_size) * channels
        self.kernel = self.add_weight("kernel", (math.prod(self.places), features, self.filters))
        self.bias = self.add_weight("bias", (*self.places, self.filters)) if self.use_bias else None
        # Unlike those of a convolution these weights fit inputs of one size only.
        sizes = {self.channel_axis % (self.rank + 2): channels}
        first = 1 if self.data_format == "channels_last" else 2
        sizes.update({first + i: size for i, size in enumerate(space)})
        self.input_spec = InputSpec(ndim=self.rank + 2, axes=sizes)

    def _places(self, input_shape):
        undilated = (1,) * self.rank
        return self._positions(input_shape, self.kernel_size, self.strides, self.padding, undilated)

    def call(self, inputs):
        """Return activation(local convolution(inputs, kernel) + bias)."""
        outputs = self._convolve(inputs)
        if self.bias is not None:
            outputs = bias_add(outputs, self.bias, self.data_format)
        return self.activation(outputs)

    def _convolve(self, inputs):
        raise NotImplementedError(f"{type(self).__name__} does not say how it convolves.")

    def compute_output_shape(self, input_shape):
        """Return the shape with one position for each window, and `filters` channels."""
        return self._with_space(input_shape, self._places(input_shape), self.filters)


@register()
class LocallyConnected1D(LocallyConnected):
    """Convolution of sequences with a kernel of its own at every step.

    Arguments as for `LocallyConnected`; `data_format` is 'channels_last' if None.

    Shapes:
        input (batch, steps, channels), output (batch, places, filters), kernel (places,
        kernel_size * channels, filters).
    """

    rank = 1
    _default_format = "channels_last"

    def _convolve(self, inputs):
        return local_conv1d(inputs, self.kernel, self.kernel_size, self.strides, self.data_format)


@register()
class LocallyConnected2D(LocallyConnected):
    """Convolution of images with a kernel of its own at every place.

    Arguments as for `LocallyConnected`; `data_format` is the configured default if None.

    Shapes:
        input (batch, height, width, channels), output (batch, rows, columns, filters), kernel
        (rows * columns, kernel height * kernel width * channels, filters), whose features are in
        the order (row, column, channel), or (channel, row, column) for 'channels_first'.
    """

    rank = 2

    def _convolve(self, inputs):
        return local_conv2d(
            inputs, self.kernel, self.kernel_size, self.strides, self.places, self.data_format
        )
