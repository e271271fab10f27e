"""Activations with parameters of their own, as layers."""

import numpy as np

from .. import constraints, initializers, ops, regularizers
from .base import Layer, register
from .input_spec import InputSpec


class _Pointwise(Layer):
    """What these layers share: masks pass through, the shape stays."""

    supports_masking = True

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape


def _number(layer, name, value, least=None):
    """Return a setting as a float, or raise a ValueError that names layer and setting."""
    if value is None or isinstance(value, (str, bool)):
        raise ValueError(f"{type(layer).__name__}: {name} must be a number, not {value!r}.")
    value = float(value)
    if least is not None and value < least:
        raise ValueError(f"{type(layer).__name__}: {name} must be at least {least}, not {value}.")
    return value


@register()
class LeakyReLU(_Pointwise):
    """x for x > 0, alpha * x otherwise.

    Args:
        alpha: slope on the left, 0.3 by default; Keras 3 calls it `negative_slope`. A slope below
            0 is taken, as in Keras 2.
    """

    _not_in_config = ("negative_slope",)

    def __init__(self, alpha=None, negative_slope=None, **kwargs):
        if alpha is not None and negative_slope is not None:
            raise ValueError(
                "LeakyReLU: give alpha or negative_slope, not both; they are the same."
            )
        super().__init__(**kwargs)
        given = negative_slope if alpha is None else alpha
        self.alpha = _number(self, "alpha", 0.3 if given is None else given)

    @property
    def negative_slope(self):
        """The slope on the left (Keras 3's spelling)."""
        return self.alpha

    def call(self, inputs):
        """Apply the function."""
        return ops.leaky_relu(inputs, negative_slope=self.alpha)


@register()
class PReLU(_Pointwise):
    """x for x > 0, alpha * x otherwise, with a learned alpha per position (He et al., 2015).

    Args:
        alpha_initializer, alpha_regularizer, alpha_constraint: how alpha begins, is penalized
            and is bounded.
        shared_axes: axes (from 1) along which one alpha is shared, such as [1, 2] for images.
    """

    def __init__(
        self,
        alpha_initializer="zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if shared_axes is not None and not isinstance(shared_axes, (list, tuple)):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)

    def build(self, input_shape):
        """Make one alpha for each position that is not shared."""
        sizes = list(input_shape[1:])
        for axis in self.shared_axes or []:
            if not 1 <= axis <= len(sizes):
                raise ValueError(
                    f"PReLU {self.name!r} cannot share along axis {axis}: the axes of an input of "
                    f"shape {tuple(input_shape)} that may be shared are 1 to {len(sizes)}."
                )
            sizes[axis - 1] = 1
        self.alpha = self.add_weight("alpha", sizes)
        fixed = {i: n for i, n in enumerate(input_shape) if i and sizes[i - 1] != 1}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=fixed)

    def call(self, inputs):
        """Apply the function."""
        return ops.relu(inputs) - self.alpha * ops.relu(-inputs)


@register()
class ELU(_Pointwise):
    """x for x > 0, alpha * (exp(x) - 1) otherwise (Clevert et al., 2015).

    Args:
        alpha: what the left side tends to, negated.
    """

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = _number(self, "alpha", alpha)

    def call(self, inputs):
        """Apply the function."""
        return ops.elu(inputs, alpha=self.alpha)


@register()
class ThresholdedReLU(_Pointwise):
    """x for x > theta, 0 otherwise (Konda et al., 2014).

    Args:
        theta: the threshold.
    """

    def __init__(self, theta=1.0, **kwargs):
        super().__init__(**kwargs)
        self.theta = _number(self, "theta", theta, 0.0)

    def call(self, inputs):
        """Apply the function."""
        return inputs * (inputs.data > self.theta).astype(inputs.dtype)


@register()
class ReLU(_Pointwise):
    """max_value for x >= max_value, x between threshold and max_value, else a line below.

    Args:
        max_value: where the output saturates, None for never.
        negative_slope: slope below the threshold.
        threshold: where the linear part begins.
    """

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        self.max_value = None if max_value is None else _number(self, "max_value", max_value, 0.0)
        self.negative_slope = _number(self, "negative_slope", negative_slope, 0.0)
        self.threshold = _number(self, "threshold", threshold, 0.0)

    def call(self, inputs):
        """Apply the function."""
        return ops.relu(
            inputs,
            negative_slope=self.negative_slope,
            max_value=self.max_value,
            threshold=self.threshold,
        )


@register()
class Softmax(_Pointwise):
    """Exponentials that are scaled to sum to one along an axis.

    Args:
        axis: an int, or several for a sum over all of them.
    """

    # Keras 2.1.5 knows no mask here; one that is given, as in Keras 3, counts.
    _heeds_carried_mask = False

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs, mask=None):
        """Apply the function; positions that a given mask excludes get probability 0.

        Args:
            inputs: tensor.
            mask: booleans of the inputs' shape (or broadcast to it), False to exclude.
        """
        if mask is not None:
            far_below = -3e4 if inputs.dtype == np.float16 else -1e9
            inputs = inputs + np.where(mask, 0, far_below).astype(inputs.dtype)
        if isinstance(self.axis, (tuple, list)) and len(self.axis) > 1:
            total = ops.logsumexp(inputs, axis=tuple(self.axis), keepdims=True)
            return ops.exp(inputs - total)
        axis = self.axis[0] if isinstance(self.axis, (tuple, list)) else self.axis
        return ops.softmax(inputs, axis=axis)
