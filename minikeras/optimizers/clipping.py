"""Clipping gradients by their norm: by which factor is each of them to be multiplied?

Three rules are known:

- `clipnorm` in Keras 2.1.5: where the norm of all gradients together reaches the limit, all are
  scaled down to it;
- `clipnorm` in Keras 3: each variable's gradient by its own norm;
- `global_clipnorm` in Keras 3: as the first, but a norm that is not finite makes every gradient
  NaN, where the first lets a NaN spoil only the variables it is in.
"""

import math

import numpy as np

from ..autograd import RowGradient

_BLOCK = 1 << 16  # elements per dot product: its rounding errors stay small, the sum is float64


def squared_norm(gradient):
    """Return the sum of the squares of a gradient, a float; a RowGradient must be merged."""
    values = gradient.values if isinstance(gradient, RowGradient) else gradient
    flat = values.reshape(-1)
    if flat.dtype == np.float16:
        flat = flat.astype(np.float32)
    if flat.size <= _BLOCK:
        return float(np.dot(flat, flat))
    blocks = (flat[i : i + _BLOCK] for i in range(0, flat.size, _BLOCK))
    return sum(float(np.dot(b, b)) for b in blocks)


def clip_factors(gradients, clipnorm=None, per_variable=False, global_clipnorm=None, scale=1.0):
    """Return what to multiply the gradients by.

    Args:
        gradients: list of arrays and merged RowGradients.
        clipnorm: the limit, or None; 0 limits nothing.
        per_variable: whether `clipnorm` looks at each gradient for itself.
        global_clipnorm: the limit of the norm of all, or None.
        scale: a factor that all gradients have to be multiplied by before they are clipped.

    Returns:
        A list of floats, one per gradient, or None where nothing is to be done.
    """
    if clipnorm and per_variable:
        norms = [math.sqrt(squared_norm(g)) * scale for g in gradients]
        factors = [scale if n <= clipnorm else scale * clipnorm / n for n in norms]
    elif clipnorm or global_clipnorm:
        norm = math.sqrt(sum(squared_norm(g) for g in gradients)) * scale
        if clipnorm:
            factor = clipnorm / norm if norm >= clipnorm else 1.0
        elif not math.isfinite(norm):
            factor = math.nan
        else:
            factor = global_clipnorm / norm if norm > global_clipnorm else 1.0
        factors = [scale * factor] * len(gradients)
    else:
        factors = [scale] * len(gradients)
    return None if all(f == 1.0 for f in factors) else factors
