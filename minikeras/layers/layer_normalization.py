"""LayerNormalization and RMSNormalization: each sample over its own features."""

from .. import constraints, initializers, ops, regularizers
from ..ops.types import normalize_axes
from .base import Layer, register
from .input_spec import InputSpec


class _OverFeatures(Layer):
    """What both share: axes of features, whose sizes are those of the weights.

    Args:
        axis: int, or several of them: what is normalized together.
        epsilon: added to the variance or mean square.
    """

    supports_masking = True

    def __init__(self, axis, epsilon, **kwargs):
        super().__init__(**kwargs)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis
        self.epsilon = epsilon

    def _features(self, input_shape):
        """Return the sizes of the normalized axes, and remember them in `input_spec`."""
        axes = normalize_axes(self.axis, len(input_shape))
        shape = tuple(input_shape[a] for a in axes)
        if None in shape:
            raise ValueError(
                f"Axis {self.axis} of the input of {self.name!r} has no known size (shape "
                f"{tuple(input_shape)}): {type(self).__name__} needs it for its weights."
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes=dict(zip(axes, shape)))
        return shape

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape


@register()
class LayerNormalization(_OverFeatures):
    """Brings the features of each sample to mean 0 and variance 1 (Ba et al., 2016).

    Args:
        axis: int, or several of them: what is normalized together, by default the last axis.
        epsilon: added to the variance.
        center: whether to add the weight beta. scale: whether to multiply by the weight gamma.
        beta_initializer, gamma_initializer: how the weights begin.
        beta_regularizer, gamma_regularizer: penalties added to the loss.
        beta_constraint, gamma_constraint: applied after each update.
        rms_scaling: only False; see `RMSNormalization`.

    Raises:
        ValueError: a normalized axis is not there, or its size is unknown.
    """

    _not_in_config = ("rms_scaling",)

    def __init__(
        self,
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
        rms_scaling=False,
        **kwargs,
    ):
        if rms_scaling:
            raise ValueError(
                "LayerNormalization does not offer rms_scaling, which Keras has dropped. Use "
                "RMSNormalization."
            )
        super().__init__(axis, epsilon, **kwargs)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape):
        """Make gamma and beta, one number per feature."""
        shape = self._features(input_shape)
        self.gamma = self.add_weight("gamma", shape) if self.scale else None
        self.beta = self.add_weight("beta", shape) if self.center else None

    def call(self, inputs):
        """Return the normalized inputs."""
        return ops.layer_normalization(
            inputs, self.gamma, self.beta, axis=self.axis, epsilon=self.epsilon
        )


@register()
class RMSNormalization(_OverFeatures):
    """Divides the features of each sample by their root mean square (Zhang and Sennrich, 2019).

    Args:
        axis: int, or several of them: what is normalized together, by default the last axis.
        epsilon: added to the mean square.

    The weight `scale` begins at one. Raises: as `LayerNormalization`.
    """

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(axis, epsilon, **kwargs)

    def build(self, input_shape):
        """Make the weight, one number per feature."""
        self.scale = self.add_weight("scale", self._features(input_shape), initializer="ones")

    def call(self, inputs):
        """Return the normalized inputs."""
        return ops.rms_normalization(inputs, self.scale, axis=self.axis, epsilon=self.epsilon)
