"""The dense layer as one operation: matrix product, bias, a cheap activation, dropout, in place."""

import numpy as np

from .. import config
from ..autograd import WORTH_DEFERRING, ProductGradient, Tensor, composite, op
from ..parallel import matmul
from .activation import sigmoid
from .arithmetic import multiply
from .columns import sum_rows
from .dropout import draw_kept
from .piecewise import rectify
from .softmax import softmax
from .types import raw

# Activations computed in the memory of the product, by name, with their slope as a function of
# their own output.
_IN_PLACE = {
    "relu": (lambda y: rectify(y, out=y), lambda g, y: g * (raw(y) > 0).astype(g.dtype)),
    "tanh": (lambda y: np.tanh(y, out=y), lambda g, y: g * (1 - y * y)),
}
_AFTERWARDS = {"sigmoid": sigmoid, "softmax": softmax}


@op(register=False)
def _dense(x, kernel, bias=None, /, activation=None, kept=None, rate=0.0):
    _check_shapes(x, kernel, bias)
    activate, slope = _IN_PLACE.get(activation, (None, None))
    scale = None if kept is None else np.array(1 / (1 - rate), kernel.dtype)
    rows = x if x.ndim == 2 else x.reshape((-1, x.shape[-1]))
    # Tensors are given where the gradient itself is to be differentiated.
    if isinstance(x, Tensor) or isinstance(kernel, Tensor) or isinstance(bias, Tensor):
        y = _dense(x, kernel, bias, activation=activation)
        if kept is not None:
            y = multiply(y, kept * scale)
    else:
        y = matmul(rows, kernel)
        if bias is not None:
            y += bias
        if activate is not None:
            activate(y)
        if rows is not x:
            y = y.reshape((*x.shape[:-1], y.shape[-1]))
        if kept is not None:
            y *= kept
            y *= scale

    def vjp(g, needs):
        if slope is not None:
            g = slope(g, y)  # that of relu is 0 where a value was dropped
        if kept is not None:
            g = (g if slope is not None else g * kept) * scale
        if rows is not x:
            g = g.reshape((-1, g.shape[-1]))
        for_x = for_kernel = for_bias = None
        if needs[0]:
            for_x = matmul(g, kernel.T)
            if rows is not x:
                for_x = for_x.reshape(x.shape)
        if needs[1]:
            large = rows.size * kernel.shape[1] >= WORTH_DEFERRING
            later = large and type(rows) is type(g) is np.ndarray
            for_kernel = ProductGradient(rows.T, g) if later else matmul(rows.T, g)
        if bias is not None and needs[2]:
            for_bias = sum_rows(g)
        return for_x, for_kernel, for_bias

    return y, vjp


def _check_shapes(x, kernel, bias):
    if kernel.ndim != 2 or x.ndim == 0 or x.shape[-1] != kernel.shape[0]:
        raise ValueError(
            f"dense multiplies the last axis of x, of shape {x.shape}, by a kernel of shape "
            f"(inputs, units), but the kernel has shape {kernel.shape}: the length of that axis "
            "and the number of inputs must be equal."
        )
    if bias is not None and bias.shape != kernel.shape[1:]:
        raise ValueError(
            f"dense with a kernel of shape {kernel.shape} needs a bias of shape "
            f"{kernel.shape[1:]}, not {bias.shape}."
        )


@composite
def dense(x, kernel, bias=None, activation=None):
    """Return activation(x @ kernel + bias), computed as one matrix product.

    Args:
        x: array (..., inputs).
        kernel: array (inputs, units).
        bias: array (units,), or None.
        activation: None, 'linear', 'relu', 'tanh', 'sigmoid' or 'softmax'. The output of the last
            two remembers what it was computed from (see `ops.logits`).

    Returns:
        Array (..., units).

    Raises:
        ValueError: shapes that do not fit, or another activation.
    """
    if activation == "linear":
        activation = None
    if activation in _AFTERWARDS:
        return _AFTERWARDS[activation](_dense(x, kernel, bias))
    if activation is not None and activation not in _IN_PLACE:
        known = ", ".join(["linear", *_IN_PLACE, *_AFTERWARDS])
        raise ValueError(
            f"dense computes the activations {known}, not {activation!r}; apply others to its "
            "output."
        )
    return _dense(x, kernel, bias, activation=activation)


@composite
def dense_dropout(x, kernel, bias=None, activation=None, rate=0.5, generator=None):
    """Return dropout(dense(x, kernel, bias, activation), rate), computed as one operation.

    Args:
        x: array (..., inputs).
        kernel, bias: as for `dense`.
        activation: None, 'linear' or 'relu'.
        rate: probability of 0, from 0 to below 1.
        generator: `numpy.random.Generator` to draw from; the 'dropout' stream by default.

    Returns:
        Array (..., units), to the last bit that of the two operations one after the other.

    Raises:
        ValueError: shapes that do not fit, another activation, or another rate.
    """
    if activation not in (None, "linear", "relu") or not 0 <= rate < 1:
        raise ValueError(
            "dense_dropout computes relu or no activation, and a rate from 0 to below 1, not "
            f"{activation!r} and {rate!r}; use dense and dropout for others."
        )
    generator = config.stream("dropout") if generator is None else generator
    kept = draw_kept((*x.shape[:-1], kernel.shape[1]), rate, generator)
    activation = None if activation == "linear" else activation
    return _dense(x, kernel, bias, activation=activation, kept=kept, rate=rate)
