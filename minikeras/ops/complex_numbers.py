"""Parts of complex numbers. Tensors that are differentiated hold real numbers only."""

import math

import numpy as np

from ..autograd import op
from .types import floating, raw, refuse_gradient, unchanged


def _real_only(x, vjp, name):
    """Return a vjp for real numbers, and a refusal for complex ones."""
    return refuse_gradient(f"{name} of complex numbers") if x.dtype.kind == "c" else vjp


@op
def real(x, /):
    """Return the real part."""
    return np.real(raw(x)), _real_only(x, (unchanged,), "real")


@op
def imag(x, /):
    """Return the imaginary part: zeros for real numbers."""
    return np.imag(x).copy(), _real_only(x, None, "imag")


@op
def conjugate(x, /):
    """Return the numbers with their imaginary part turned round."""
    return np.conjugate(raw(x)), _real_only(x, (unchanged,), "conjugate")


conj = conjugate


@op
def angle(x, /):
    """Return the angle in radians: for real numbers 0, and pi where the sign is minus."""
    x = floating(x)
    if x.dtype.kind == "c":
        return np.angle(x), refuse_gradient("angle of complex numbers")
    turned = np.where(np.signbit(x), np.asarray(math.pi, x.dtype), np.zeros_like(x))
    return np.where(np.isnan(x), x, turned), None


@op
def polar(abs_, angle, /):
    """Return the complex numbers of these lengths and angles."""
    abs_, angle = floating(abs_), floating(angle)
    return abs_ * np.exp(1j * angle).astype(_complex(angle)), refuse_gradient("polar")


def _complex(x):
    return "complex128" if x.dtype == np.float64 else "complex64"


@op
def view_as_complex(x, /):
    """Return complex numbers made of the pairs (real, imaginary) in the last axis."""
    if x.ndim == 0 or x.shape[-1] != 2:
        raise ValueError(f"view_as_complex needs a last axis of 2, not the shape {x.shape}.")
    x = floating(x)
    joined = (x[..., 0] + 1j * x[..., 1]).astype(_complex(x))
    return joined, refuse_gradient("view_as_complex")


@op
def view_as_real(x, /):
    """Return complex numbers as pairs (real, imaginary) in a new last axis."""
    return np.stack([np.real(x), np.imag(x)], axis=-1), refuse_gradient("view_as_real")


@op
def view(x, /, dtype=None):
    """Return the same memory read as another type. It has no gradient."""
    return (x if dtype is None else np.ascontiguousarray(x).view(dtype)), None
