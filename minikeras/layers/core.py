"""Dense, and the layers that reshape, drop, mask or pass on what they get."""

import numpy as np

from .. import activations, config, constraints, initializers, ops, regularizers
from .base import Layer, register
from .input_spec import InputSpec


@register()
class Dense(Layer):
    """Affine map of the last axis: activation(x @ kernel + bias).

    Args:
        units: size of the output's last axis, a positive int.
        activation: name or function; linear if None.
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer: how the weights begin.
        kernel_regularizer, bias_regularizer: penalties added to the loss.
        activity_regularizer: penalty on the output.
        kernel_constraint, bias_constraint: applied after each update.

    Shapes:
        input (batch, ..., n), output (batch, ..., units); kernel (n, units), bias (units,).
    """

    supports_masking = True

    def __init__(
        self,
        units,
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
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if isinstance(units, bool) or not isinstance(units, (int, np.integer)) or units <= 0:
            raise ValueError(f"Dense needs a positive whole number of units, not {units!r}.")
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape):
        """Make kernel and bias for inputs whose last axis has a known size."""
        n = input_shape[-1]
        if n is None:
            raise ValueError(
                f"The last axis of the input of {self.name!r} has no known size "
                f"(shape {input_shape}): Dense needs it for its kernel."
            )
        self.kernel = self.add_weight("kernel", (n, self.units))
        self.bias = self.add_weight("bias", (self.units,)) if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: n})

    def call(self, inputs):
        """Return activation(inputs @ kernel + bias)."""
        return ops.dense(inputs, self.kernel, self.bias, activation=self.activation)

    def compute_output_shape(self, input_shape):
        """Return the input's shape with its last axis replaced by `units`."""
        return (*input_shape[:-1], self.units)


@register()
class Activation(Layer):
    """Applies an activation function, given by name or as a function."""

    supports_masking = True

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs):
        """Return activation(inputs)."""
        return self.activation(inputs)

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape


@register()
class Dropout(Layer):
    """Sets a random part of the inputs to zero while training and scales up the rest.

    Kept values are divided by 1 - rate, so that sums keep their expectation
    (Srivastava et al., 2014).

    Args:
        rate: the part to drop, from 0 up to, but not including, 1.
        noise_shape: shape of the mask, 1 or None where it is shared or follows the input.
        seed: makes the layer's masks a sequence of its own.
    """

    supports_masking = True

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate <= 1:
            raise ValueError(f"The rate of Dropout {self.name!r} lies from 0 to 1, not {rate!r}.")
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed
        self._generator = None if seed is None else config.new_generator("dropout", seed)

    def call(self, inputs, training=None):
        """Drop while training, pass on otherwise."""
        if not training or self.rate == 0:
            return inputs
        return ops.dropout(
            inputs, rate=self.rate, noise_shape=self.noise_shape, generator=self._generator
        )

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape


@register()
class Flatten(Layer):
    """Flattens every sample to one axis; the batch axis stays.

    Args:
        data_format: 'channels_first' moves the channels to the end first, so that weights carry
            over between the two layouts.
    """

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = config.normalize_data_format(data_format or "channels_last")
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        """Return the inputs as (batch, everything else)."""
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = ops.moveaxis(inputs, 1, -1)
        return ops.reshape(inputs, (inputs.shape[0], int(np.prod(inputs.shape[1:]))))

    def compute_output_shape(self, input_shape):
        """Return (batch, product of the other sizes)."""
        rest = input_shape[1:]
        return (input_shape[0], None if None in rest else int(np.prod(rest)))
