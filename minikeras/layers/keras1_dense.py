"""Dense layers of Keras 1 that Keras 2 still had: MaxoutDense and Highway.

Their arguments and weights keep the names of Keras 1. Both warn, as all of Keras 1 does here.
"""

import warnings

from .. import activations, constraints, initializers, ops, regularizers
from .base import Layer, register
from .input_spec import InputSpec


class _OldDense(Layer):
    """What the two share: one axis of features, and a weight `W` and a bias `b` with settings.

    Args:
        init: initializer of the weights; the biases begin with zeros.
        W_regularizer, b_regularizer: penalties added to the loss.
        W_constraint, b_constraint: applied after each update.
        bias: whether there are biases.
    """

    def __init__(
        self,
        init="glorot_uniform",
        W_regularizer=None,  # noqa: N803 - names of Keras 1
        b_regularizer=None,
        W_constraint=None,  # noqa: N803
        b_constraint=None,
        bias=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        warnings.warn(
            f"{type(self).__name__} is of Keras 1; build it from Dense layers.",
            DeprecationWarning,
            stacklevel=4,
        )
        self.init = initializers.get(init)
        self.W_regularizer = regularizers.get(W_regularizer)
        self.b_regularizer = regularizers.get(b_regularizer)
        self.W_constraint = constraints.get(W_constraint)
        self.b_constraint = constraints.get(b_constraint)
        self.bias = bool(bias)
        self.input_spec = InputSpec(ndim=2)

    def _add_main_weights(self, kernel_shape, bias_shape):
        self.W = self.add_weight(
            "W",
            kernel_shape,
            initializer=self.init,
            regularizer=self.W_regularizer,
            constraint=self.W_constraint,
        )
        self.b = None
        if self.bias:
            self.b = self.add_weight(
                "b",
                bias_shape,
                initializer="zeros",
                regularizer=self.b_regularizer,
                constraint=self.b_constraint,
            )

    @classmethod
    def from_config(cls, config):
        """Build the layer, without the warning: the program that made it has had it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return super().from_config(config)


@register()
class MaxoutDense(_OldDense):
    """The greatest of several affine maps, for each unit (Goodfellow et al., arXiv:1302.4389).

    Args:
        output_dim: number of units.
        nb_feature: number of maps.
        **kwargs: `init`, `W_regularizer`, `b_regularizer`, `W_constraint`, `b_constraint` and
            `bias`, see `_OldDense`; and those of every layer.

    Shapes:
        input (batch, n), output (batch, output_dim); W (nb_feature, n, output_dim),
        b (nb_feature, output_dim).
    """

    def __init__(self, output_dim, nb_feature=4, **kwargs):
        super().__init__(**kwargs)
        self.output_dim, self.nb_feature = int(output_dim), int(nb_feature)
        if self.output_dim < 1 or self.nb_feature < 1:
            raise ValueError(
                f"MaxoutDense {self.name!r} needs positive numbers of units and of maps, not "
                f"output_dim={output_dim} and nb_feature={nb_feature}."
            )

    def build(self, input_shape):
        """Make the weights of all maps."""
        self._add_main_weights(
            (self.nb_feature, input_shape[-1], self.output_dim), (self.nb_feature, self.output_dim)
        )

    def call(self, inputs):
        """Return the greatest of the maps."""
        maps = ops.einsum("bn,fnu->bfu", inputs, self.W)
        return ops.max(maps if self.b is None else maps + self.b, axis=1)

    def compute_output_shape(self, input_shape):
        """Return (batch, output_dim)."""
        return (input_shape[0], self.output_dim)


@register()
class Highway(_OldDense):
    """A dense layer and a gate that lets a part of its input past (arXiv:1505.00387).

    With t = sigmoid(x W_carry + b_carry): t activation(x W + b) + (1 - t) x.

    Args:
        activation: name or function; linear if None.
        **kwargs: `init`, `W_regularizer`, `b_regularizer`, `W_constraint`, `b_constraint` and
            `bias`, see `_OldDense`; and those of every layer.

    Shapes:
        input and output (batch, n); W and W_carry (n, n), b and b_carry (n,).
    """

    def __init__(self, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def build(self, input_shape):
        """Make the weights; the gate's bias begins with ones."""
        n = input_shape[-1]
        self.W_carry = self.b_carry = None
        self._add_main_weights((n, n), (n,))
        self.W_carry = self.add_weight("W_carry", (n, n), initializer=self.init)
        if self.bias:
            self.b_carry = self.add_weight("b_carry", (n,), initializer="ones")

    def call(self, inputs):
        """Mix the dense layer's output with its input."""
        gate = ops.sigmoid(ops.dense(inputs, self.W_carry, self.b_carry))
        made = self.activation(ops.dense(inputs, self.W, self.b))
        return made * gate + (1 - gate) * inputs

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape
