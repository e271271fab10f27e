"""Dense and Activation, and layers that pass their input on: masking, penalties."""

import warnings

import numpy as np

from .. import activations, constraints, initializers, ops, regularizers
from .base import Layer, register
from .context import context
from .input_spec import InputSpec
from .noise import Dropout


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
        if self.units == 1 and self.activation is activations.softmax:
            warnings.warn(
                f"The Dense layer {self.name!r} has a softmax over one unit, which is 1 whatever "
                "it learns. For a yes or no use activation='sigmoid', for classes one unit each.",
                stacklevel=3,
            )
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
        fused = activations.fused_name(self.activation)
        if fused is not None:
            return ops.dense(inputs, self.kernel, self.bias, activation=fused)
        return self.activation(ops.dense(inputs, self.kernel, self.bias))

    def fused_with(self, layer):
        """Return a function that computes this layer and the dropout behind it as one, or None."""
        fused = activations.fused_name(self.activation)
        if not (
            type(self) is Dense
            and type(layer) is Dropout
            and fused in ("linear", "relu")
            and layer.noise_shape is None
            and layer.dtype == self.dtype
            and self.activity_regularizer is None
            and layer.activity_regularizer is None
        ):
            return None

        def call(inputs):
            if not context.training or not 0 < layer.rate < 1:
                return layer.run(self.run(inputs))
            return ops.dense_dropout(
                inputs,
                self.kernel,
                self.bias,
                activation=fused,
                rate=layer.rate,
                generator=layer._generator,
            )

        return call

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
class Masking(Layer):
    """Marks the time steps at which all features have one value, so that later layers skip them.

    Args:
        mask_value: the value that padding was done with.
    """

    supports_masking = True

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def _present(self, inputs):
        """Return where a step differs from the mask value, a boolean array (batch, steps)."""
        return (np.asarray(inputs.data) != self.mask_value).any(axis=-1)

    def compute_mask(self, inputs, mask=None):
        """Return the mask (batch, steps)."""
        return self._present(inputs)

    def call(self, inputs):
        """Return the inputs with masked steps set to zero."""
        return inputs * self._present(inputs)[..., None].astype(inputs.dtype)

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape


@register()
class ActivityRegularization(Layer):
    """Passes its input on and adds a penalty on it to the loss.

    Args:
        l1: factor of the sum of absolute values.
        l2: factor of the sum of squares.
    """

    supports_masking = True

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape

    def get_config(self):
        """Return the factors; the penalty follows from them."""
        config = super().get_config()
        config.pop("activity_regularizer", None)
        return config
