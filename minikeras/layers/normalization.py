"""BatchNormalization."""

import numpy as np

from .. import constraints, initializers, ops, regularizers
from ..ops.types import normalize_axes
from .base import Layer, register
from .batch_norm_eras import DEFAULT_ERA, era_of
from .input_spec import InputSpec


@register()
class BatchNormalization(Layer):
    """Normalizes each feature to mean 0 and variance 1 over the batch (Ioffe and Szegedy, 2015).

    While training, the batch's own statistics are used, and moving averages of them kept:
    moving = moving * momentum + batch * (1 - momentum). Otherwise the moving averages are used.
    As in Keras 2.1.5, the variance that is averaged is the unbiased estimate, n / (n - 1 - epsilon)
    times the batch's own, n being the number of elements per feature; and a frozen layer
    (`trainable = False`) still normalizes by the batch while training, but its averages and
    weights stay as they are. Call it with `training=False` for inference inside a model that
    trains. With `as_in_keras="3"` the averaged variance is the batch's own, a frozen layer works as
    in inference, and a mask that comes with the data excludes steps. A layer out of a model file
    does as the Keras that wrote the file (see `batch_norm_eras`).

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
        renorm_clipping, renorm_momentum: settings of `renorm`, without effect as it is off.
        as_in_keras: the version of Keras whose rules hold while training, a text.
    """

    supports_masking = True
    _takes_batch_statistics = True
    _not_in_config = (
        "renorm",
        "renorm_clipping",
        "renorm_momentum",
        "virtual_batch_size",
        "adjustment",
        "synchronized",
    )

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
        renorm_clipping=None,
        renorm_momentum=0.99,
        virtual_batch_size=None,
        adjustment=None,
        synchronized=False,
        as_in_keras=DEFAULT_ERA,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self._era = era_of(as_in_keras)
        self.as_in_keras = as_in_keras
        # In Keras 2 masked steps count for the statistics like all others. A mask that is given
        # in the call, as Keras 3 has it, excludes them whatever the era.
        self._heeds_carried_mask = self._era.heeds_masks
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

    def build(self, input_shape):
        """Make gamma, beta and the moving averages, one number per feature."""
        rank = len(input_shape)
        axes = self._axes = normalize_axes(self.axis, rank)
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
        """Normalize by the batch while training, by the moving averages otherwise.

        Args:
            inputs: tensor.
            training: the phase of the surrounding pass if None.
            mask: booleans (batch, ...); elements where it is False do not count.
        """
        if not training or (self._era.frozen_infers and not self.trainable):
            return self._normalize_by(self.moving_mean, self.moving_variance, inputs)
        if mask is not None:
            mean, variance = _masked_moments(inputs, mask, self._axes)
            self._follow(mean.data, variance.data)
            return self._normalize_by(mean, variance, inputs)
        outputs, mean, variance = ops.normalize_batch(
            inputs, self.gamma, self.beta, axis=self._axes, epsilon=self.epsilon
        )
        n = inputs.size // max(mean.size, 1)
        correction = self._era.correction(n, self.epsilon, inputs.ndim, self._axes)
        self._follow(mean.data, variance.data, correction)
        return outputs

    def _normalize_by(self, mean, variance, inputs):
        return ops.batch_normalization(
            inputs, mean, variance, self._axes, self.beta, self.gamma, self.epsilon
        )

    def _follow(self, mean, variance, correction=1.0):
        """Move the moving averages towards a batch's statistics."""
        if not self.trainable:
            return
        kind = mean.dtype.type
        keep, take = kind(self.momentum), kind(1.0 - self.momentum)
        average = self.moving_mean.data
        average *= keep
        average += mean * take
        average = self.moving_variance.data
        average *= keep
        average += variance * (take * kind(correction))

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape

    def get_config(self):
        """Return the constructor arguments; `as_in_keras`, which no Keras has, unless it is 2.1.5.

        So the configs of layers made here are those of Keras.
        """
        config = super().get_config()
        if self.as_in_keras == DEFAULT_ERA:
            del config["as_in_keras"]
        return config


def _masked_moments(inputs, mask, axes):
    """Return mean and variance of the elements that a mask keeps (Keras 3)."""
    others = tuple(i for i in range(inputs.ndim) if i not in axes)
    share = np.asarray(mask, inputs.dtype)
    share = share.reshape(share.shape + (1,) * (inputs.ndim - share.ndim))
    share = np.broadcast_to(share, [1 if i in axes else n for i, n in enumerate(inputs.shape)])
    share = share / share.dtype.type(max(float(share.sum()), 1e-12))
    mean = ops.sum(inputs * share, axis=others, keepdims=True)
    variance = ops.sum(ops.square(inputs - mean) * share, axis=others, keepdims=True)
    shape = tuple(inputs.shape[i] for i in axes)
    return ops.reshape(mean, shape), ops.reshape(variance, shape)
