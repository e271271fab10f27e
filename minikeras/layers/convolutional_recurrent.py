"""ConvLSTM: an LSTM whose products are convolutions, over sequences of images (Shi et al. 2015)."""

import numpy as np

from .. import activations, config, constraints, initializers, ops, regularizers
from ..autograd import Tensor
from ..ops.windows import conv_output_length, normalize_padding, normalize_tuple
from .base import Layer, register
from .conv_base import positive
from .fused_recurrent import parted, settings_of_cell
from .recurrent import RNN
from .rnn_cell_base import DropoutMasks


class ConvLSTMCell(DropoutMasks, Layer):
    """One step of a ConvLSTM.

    The states are images: convolutions of the input, with kernel_size, strides, padding and
    dilation_rate, and of the state, always with padding 'same', take the place of an LSTM's
    products.

    Args:
        rank: number of spatial axes, 1 to 3.
        others: as for `ConvLSTM2D`.

    Shapes:
        inputs (batch, *space, channels), states h and c (batch, *output space, filters);
        kernel (*kernel_size, channels, 4 * filters), recurrent_kernel
        (*kernel_size, filters, 4 * filters), bias (4 * filters,), gates in the order i, f, g, o.
    """

    def __init__(
        self,
        rank,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        activation="tanh",
        recurrent_activation="hard_sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.rank = rank
        self.filters = positive(filters, "filters", type(self).__name__)
        self.kernel_size = normalize_tuple(kernel_size, rank, "kernel_size")
        self.strides = normalize_tuple(strides, rank, "strides")
        self.padding = normalize_padding(padding, ("valid", "same"))
        self.data_format = config.normalize_data_format(data_format)
        self.dilation_rate = normalize_tuple(dilation_rate, rank, "dilation_rate")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "ConvLSTM takes strides or a dilation_rate beyond 1, not both: "
                f"strides={self.strides}, dilation_rate={self.dilation_rate}."
            )
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.unit_forget_bias = bool(unit_forget_bias)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self._init_masks(dropout, recurrent_dropout, seed, 4)

    @property
    def state_size(self):
        """Number of channels of both states."""
        return [self.filters, self.filters]

    @property
    def output_size(self):
        """Number of channels of the output."""
        return self.filters

    def state_shape(self, input_shape):
        """Return the shape of output and states for an input (batch, *space, channels)."""
        batch = input_shape[0]
        space = input_shape[1:-1] if self.data_format == "channels_last" else input_shape[2:]
        space = tuple(
            conv_output_length(n, k, self.padding, s, d)
            for n, k, s, d in zip(space, self.kernel_size, self.strides, self.dilation_rate)
        )
        if self.data_format == "channels_last":
            return (batch, *space, self.filters)
        return (batch, self.filters, *space)

    def build(self, input_shape):
        """Make the kernels and the bias."""
        channels = input_shape[-1 if self.data_format == "channels_last" else 1]
        if channels is None:
            raise ValueError(
                f"The number of channels of the input of {self.name!r} is unknown (shape "
                f"{tuple(input_shape)}): ConvLSTM needs it for its kernel. Define it in the Input "
                "or input_shape=."
            )
        gates = 4 * self.filters
        self.kernel = self.add_weight("kernel", (*self.kernel_size, channels, gates))
        self.recurrent_kernel = self.add_weight(
            "recurrent_kernel",
            (*self.kernel_size, self.filters, gates),
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight("bias", (gates,), initializer=self._first_bias)

    def _first_bias(self, shape, dtype=None):
        bias = np.array(self.bias_initializer(shape, dtype=dtype))
        if self.unit_forget_bias:
            bias[self.filters : 2 * self.filters] = 1
        return bias

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Return zeros for both states, for inputs (batch, *space, channels) of one step."""
        if inputs is None:
            raise ValueError(
                "The states of a ConvLSTM are images: their shape follows from inputs=, not from "
                "the batch size alone."
            )
        zeros = np.zeros(self.state_shape(inputs.shape), dtype or self.dtype)
        return [Tensor(zeros), Tensor(zeros)]

    # -----------------------------------------------------------------------------------------
    # Computing
    # -----------------------------------------------------------------------------------------
    def call(self, inputs, states, training=None):
        """Return the output and the new states [h, c]."""
        h, c = states
        dropout = self.get_dropout_mask(inputs) if training else None
        recurrent_dropout = self.get_recurrent_dropout_mask(h) if training else None
        from_x = self._convolve(
            inputs,
            dropout,
            self.kernel,
            self.bias,
            strides=self.strides,
            padding=self.padding,
            dilation_rate=self.dilation_rate,
        )
        from_h = self._convolve(
            h, recurrent_dropout, self.recurrent_kernel, None, strides=1, padding="same"
        )
        i, f, g, o = (x + y for x, y in zip(from_x, from_h))
        gate, activation = self.recurrent_activation, self.activation
        c = gate(f) * c + gate(i) * activation(g)
        h = gate(o) * activation(c)
        return h, [h, c]

    def _convolve(self, x, mask, kernel, bias, **settings):
        """Return the convolution gate by gate, a list; one for all where nothing is dropped."""
        settings["data_format"] = self.data_format
        columns = [slice(k * self.filters, (k + 1) * self.filters) for k in range(4)]
        if mask is None:
            whole = ops.convolution(x, kernel, bias, **settings)
            if self.data_format == "channels_last":
                return [whole[..., c] for c in columns]
            return [whole[:, c] for c in columns]
        return [
            ops.convolution(
                x * mask[k], kernel[..., c], None if bias is None else bias[c], **settings
            )
            for k, c in enumerate(columns)
        ]


@settings_of_cell(ConvLSTMCell)
class ConvLSTM(RNN):
    """Runs a `ConvLSTMCell` over sequences of images; the number of their axes is a subclass's.

    Args:
        filters: number of channels of the output and of both states.
        kernel_size: extent of the kernels, an int or one for each spatial axis.
        strides: of the input's convolution, an int or one for each spatial axis.
        padding: of the input's convolution, 'valid' or 'same'.
        data_format: 'channels_last' or 'channels_first'; the configured default if None.
        dilation_rate: of the input's convolution; not with strides beyond 1.
        activation: name or function, for the candidate and the output.
        recurrent_activation: name or function, for the gates. Keras 3 has 'sigmoid'.
        use_bias: whether to add a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: how the weights begin.
        unit_forget_bias: whether the bias of the forget gate begins with ones.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties added to the loss.
        activity_regularizer: penalty on the output.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update.
        return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask: as
            for `RNN`.
        dropout: the part of the inputs that is dropped while training, the same for all steps.
        recurrent_dropout: the part of the state that is dropped on its way into the gates.
        seed: makes the dropout masks a sequence of their own.

    Shapes:
        input (batch, steps, *space, channels), output (batch, steps, *output space, filters) or
        (batch, *output space, filters), states like the latter; channels before space for
        'channels_first'.
    """

    _not_in_config = ("cell",)

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        activation="tanh",
        recurrent_activation="hard_sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        return_sequences=False,
        go_backwards=False,
        stateful=False,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        settings, others = parted(ConvLSTMCell, locals())
        cell = ConvLSTMCell(self._axes_of_step - 2, **settings)
        super().__init__(cell, **others)
        cell._dtype = self._dtype

    def build(self, input_shape):
        """Build the cell; its weights carry the layer's name."""
        self.cell.name = self.name
        super().build(input_shape)

    def _step_shapes(self, step_shape):
        shape = self.cell.state_shape(step_shape)
        return shape, [shape, shape]

    def get_initial_state(self, inputs=None, batch_size=None):
        """Return zeros for both states; `inputs` is the tensor (batch, steps, ...)."""
        first = inputs[:, 0] if hasattr(inputs, "shape") else None
        return self.cell.get_initial_state(first, batch_size)


@register()
class ConvLSTM1D(ConvLSTM):
    """A `ConvLSTM` over sequences of images of one spatial axis."""

    _axes_of_step = 3


@register()
class ConvLSTM2D(ConvLSTM):
    """A `ConvLSTM` over sequences of images of two spatial axes."""

    _axes_of_step = 4


@register()
class ConvLSTM3D(ConvLSTM):
    """A `ConvLSTM` over sequences of images of three spatial axes."""

    _axes_of_step = 5
