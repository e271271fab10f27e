"""Activation functions by name: what `activation='relu'` means.

All of Keras 2.1.5's and Keras 3's. Where the two differ the first one's numbers stand:
`hard_sigmoid` is clip(0.2 x + 0.5, 0, 1), and Keras 3's is `hard_sigmoid_keras3`.
"""

from . import ops
from .configurable import serialize_value
from .ops import (
    celu,
    elu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_sigmoid_keras3,
    hard_silu,
    hard_tanh,
    log_sigmoid,
    log_softmax,
    mish,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
)
from .registry import Registry

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "fused_name",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_sigmoid_keras3",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "registry",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]

registry = Registry("activation function")


def _slope(negative_slope, alpha, name):
    """Return the slope given under its Keras 3 name or its Keras 2 name, not both."""
    if alpha is None:
        return negative_slope
    if negative_slope is not None:
        raise TypeError(
            f"{name} got its slope twice, as negative_slope={negative_slope!r} and as "
            f"alpha={alpha!r}: they are two names of one argument."
        )
    return alpha


@registry.register()
def relu(x, negative_slope=None, max_value=None, threshold=0.0, *, alpha=None):
    """Rectified linear unit.

    Args:
        x: array or tensor.
        negative_slope: slope below the threshold, 0 by default; `alpha` in Keras 2.
        max_value: the largest value returned; None for no limit.
        threshold: where the function sets in.

    Returns:
        `x` where it is above `threshold`, else `negative_slope * (x - threshold)`; at most
        `max_value`.
    """
    slope = _slope(negative_slope, alpha, "relu")
    if slope is None and max_value is None and not threshold:
        return ops.relu(x)
    return ops.relu(x, negative_slope=slope or 0.0, max_value=max_value, threshold=threshold)


@registry.register()
def leaky_relu(x, negative_slope=None, *, alpha=None):
    """Return `x` where positive, else `negative_slope * x`; 0.2 by default, `alpha` in Keras 2."""
    slope = _slope(negative_slope, alpha, "leaky_relu")
    return ops.leaky_relu(x, negative_slope=0.2 if slope is None else slope)


@registry.register()
def gelu(x, approximate=False):
    """Return x times the normal distribution function of x; `approximate` is the form by tanh."""
    return ops.gelu(x, approximate=approximate)


@registry.register()
def exponential(x):
    """Return e to the power of `x`."""
    return ops.exp(x)


@registry.register()
def linear(x):
    """Return `x` as it is."""
    return x


for _function in (
    celu,
    elu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_sigmoid_keras3,
    hard_tanh,
    log_sigmoid,
    log_softmax,
    mish,
    relu6,
    selu,
    sigmoid,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh,
    tanh_shrink,
    threshold,
):
    registry.register()(_function)
registry.register("swish")(silu)
registry.register("hard_swish")(hard_silu)
swish, hard_swish = silu, hard_silu

# What `ops.dense` computes along with its product.
_FUSED = {
    None: "linear",
    linear: "linear",
    relu: "relu",
    sigmoid: "sigmoid",
    softmax: "softmax",
    tanh: "tanh",
}


def fused_name(activation):
    """Return the name by which `ops.dense` computes an activation function, None if it cannot."""
    return _FUSED.get(activation)


def serialize(activation):
    """Return the name of a function, and a config dictionary for a layer.

    A layer instance used as an activation is `{"class_name": ..., "config": ...}`.
    """
    return serialize_value(activation)


def deserialize(config, custom_objects=None):
    """Return the function called `config`, or the layer that a config dictionary describes.

    Raises:
        ValueError: an unknown name; the message suggests the nearest.
    """
    return registry.deserialize(config, custom_objects)


def get(identifier):
    """Return an activation function for a name, a function, a layer, a config, or None (linear).

    Raises:
        ValueError: an unknown name, or something that cannot be called.
    """
    return linear if identifier is None else registry.get(identifier)
