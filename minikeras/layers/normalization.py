"""BatchNormalization."""

import numpy as np

from .. import constraints, initializers, ops, regularizers
from .base import Layer, register
from .input_spec import InputSpec


@register()
class BatchNormalization(Layer):
    """Normalizes each feature to mean 0 and variance 1 over the batch (Ioffe and Szegedy, 2015).

    While training, the batch's own statistics are used, and moving averages of them kept:
    moving = moving * momentum + batch * (1 - momentum). Otherwise the moving averages are used.
    As in Keras 2.1.5, a frozen layer (`trainable = False`) still normalizes by the batch while
    training, but its averages and weights stay as they are; call it with `training=False` for
    inference inside a model that trains.

    Args:
        axis: the axis (or axes) of the features: -1, or 1 for 'channels_first'.
        momentum: how much of a moving average is kept at a step.
        epsilon: added to the variance.
        center: whether to add the weight beta. scale: whether to multiply by the weight gamma.
        beta_initializer, gamma_initializer, moving_mean_initializer,
        moving_variance_initializer: how the weights begin.
        beta_regularizer, gamma_regularizer: penalties added to the loss.
        beta_constraint, gamma_constraint: applied after each update.
        renorm, virtual_batch_size, adjustment, synchronized: only None or False.
    """

    supports_masking = True
    _not_in_config = ("renorm", "virtual_batch_size", "adjustment", "synchronized")

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        renorm=False,
        virtual_batch_size=None,
        adjustment=None,
        synchronized=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        for name, value in (
            ("renorm", renorm),
            ("virtual_batch_size", virtual_batch_size),
            ("adjustment", adjustment),
            ("synchronized", synchronized),
        ):
            if value:
                raise ValueError(f"BatchNormalization does not offer {name}; leave it out.")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum lies from 0 to 1, not {momentum!r}.")
        self.axis = axis
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def _axes(self, rank):
        axes = self.axis if isinstance(self.axis, (list, tuple)) else (self.axis,)
        return tuple(a % rank for a in axes)

    def build(self, input_shape):
        """Make gamma, beta and the moving averages, one number per feature."""
        rank = len(input_shape)
        axes = self._axes(rank)
        shape = tuple(input_shape[a] for a in axes)
        if None in shape:
            raise ValueError(
                f"Axis {self.axis} of the input of {self.name!r} has no known size "
                f"(shape {input_shape}): BatchNormalization needs it for its weights."
            )
        self.input_spec = InputSpec(ndim=rank, axes=dict(zip(axes, shape, strict=True)))
        self.gamma = self.add_weight("gamma", shape) if self.scale else None
        self.beta = self.add_weight("beta", shape) if self.center else None
        self.moving_mean = self.add_weight("moving_mean", shape, trainable=False)
        self.moving_variance = self.add_weight("moving_variance", shape, trainable=False)

    def call(self, inputs, training=None, mask=None):
        """Normalize by the batch while training, by the moving averages otherwise."""
        axes = self._axes(inputs.ndim)
        axis = axes[0] if len(axes) == 1 else axes
        if not training:
            return ops.batch_normalization(
                inputs,
                self.moving_mean,
                self.moving_variance,
                axis=axis,
                offset=self.beta,
                scale=self.gamma,
                epsilon=self.epsilon,
            )
        if mask is not None and mask.shape == inputs.shape[: mask.ndim]:
            return self._normalize_masked(inputs, mask, axes)
        outputs, mean, variance = ops.normalize_batch(
            inputs, self.gamma, self.beta, axis=axis, epsilon=self.epsilon
        )
        self._follow(mean.data, variance.data)
        return outputs

    def _normalize_masked(self, inputs, mask, axes):
        """Normalize by the statistics of the steps that the mask keeps (Keras 3)."""
        others = tuple(i for i in range(inputs.ndim) if i not in axes)
        weights = np.asarray(mask, inputs.dtype)
        weights = weights.reshape(weights.shape + (1,) * (inputs.ndim - weights.ndim))
        weights = np.broadcast_to(
            weights, [1 if i in axes else n for i, n in enumerate(inputs.shape)]
        )
        share = weights * inputs.dtype.type(1.0 / max(float(weights.sum()), 1e-12))
        mean = ops.sum(inputs * share, axis=others, keepdims=True)
        variance = ops.sum(ops.square(inputs - mean) * share, axis=others, keepdims=True)
        shape = self.moving_mean.shape
        mean, variance = ops.reshape(mean, shape), ops.reshape(variance, shape)
        self._follow(mean.data, variance.data)
        axis = axes[0] if len(axes) == 1 else axes
        return ops.batch_normalization(
            inputs, mean, variance, axis, self.beta, self.gamma, self.epsilon
        )

    def _follow(self, mean, variance):
        """Move the moving averages towards a batch's statistics."""
        if not self.trainable:
            return
        for average, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            kind = average.dtype.type
            average.data *= kind(self.momentum)
            average.data += value * kind(1.0 - self.momentum)

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape
