"""GroupNormalization and UnitNormalization: each sample by itself, in groups or as vectors."""

import math

import numpy as np

from .. import constraints, initializers, ops, regularizers
from .base import Layer, register
from .input_spec import InputSpec


@register()
class GroupNormalization(Layer):
    """Normalizes each sample within groups of channels (Wu and He, 2018).

    Args:
        groups: number of groups, a divisor of the number of channels; -1 for one group for each
            channel (instance normalization), 1 for a single one.
        axis: the axis of the channels.
        epsilon: added to the variance.
        center: whether to add the weight beta. scale: whether to multiply by the weight gamma.
        beta_initializer, gamma_initializer: how the weights begin.
        beta_regularizer, gamma_regularizer: penalties added to the loss.
        beta_constraint, gamma_constraint: applied after each update.
    """

    supports_masking = True

    def __init__(
        self,
        groups=32,
        axis=-1,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        whole = isinstance(groups, (int, np.integer)) and not isinstance(groups, bool)
        if not whole or (groups < 1 and groups != -1):
            raise ValueError(f"groups is a positive whole number, or -1, not {groups!r}.")
        super().__init__(**kwargs)
        self.groups = int(groups)
        self.axis = axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape):
        """Make gamma and beta, one number per channel."""
        channels = input_shape[self.axis]
        if channels is None:
            raise ValueError(
                f"Axis {self.axis} of the input of {self.name!r} has no known size (shape "
                f"{tuple(input_shape)}): GroupNormalization needs it for its weights."
            )
        if channels % self._groups(channels):
            raise ValueError(
                f"GroupNormalization {self.name!r} cannot divide {channels} channels into "
                f"{self.groups} groups of equal size."
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        self.gamma = self.add_weight("gamma", (channels,)) if self.scale else None
        self.beta = self.add_weight("beta", (channels,)) if self.center else None

    def _groups(self, channels):
        return channels if self.groups == -1 else self.groups

    def call(self, inputs):
        """Return the normalized inputs."""
        channels = inputs.shape[self.axis]
        groups = self._groups(channels)
        last = ops.moveaxis(inputs, self.axis, -1)
        batch, *space = last.shape[:-1]
        grouped = ops.reshape(last, (batch, math.prod(space), groups, channels // groups))
        grouped = ops.transpose(grouped, (0, 2, 1, 3))
        rows = ops.reshape(grouped, (batch, groups, math.prod(space) * (channels // groups)))
        rows = ops.layer_normalization(rows, axis=-1, epsilon=self.epsilon)
        grouped = ops.transpose(ops.reshape(rows, grouped.shape), (0, 2, 1, 3))
        outputs = ops.reshape(grouped, last.shape)
        if self.gamma is not None:
            outputs = outputs * self.gamma
        if self.beta is not None:
            outputs = outputs + self.beta
        return ops.moveaxis(outputs, -1, self.axis)

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape


@register()
class UnitNormalization(Layer):
    """Divides each sample by its Euclidean length along an axis.

    Args:
        axis: the axis, or axes.
    """

    supports_masking = True

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis

    def call(self, inputs):
        """Return the normalized inputs."""
        return ops.normalize(inputs, axis=self.axis, order=2, epsilon=1e-12)

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape
