"""Fourier transforms of the last axes. Complex numbers are pairs (real part, imaginary part)."""

import numpy as np

from ..autograd import composite, op
from .creation import zeros_like
from .elementwise import negative
from .indexing import get_item
from .joining import concatenate
from .shaping import flip, pad
from .types import array_like, floating, raw


def _pair(z, like):
    """Return the parts of a complex array in the float type of `like`."""
    return z.real.astype(like.dtype), z.imag.astype(like.dtype)


def _transform(function, adjoint, scale, real, imag):
    """Return a linear transform of a pair, and its vjp: the adjoint, itself a transform."""
    real, imag = floating(real), floating(imag)
    n = scale(real.shape)

    def vjp(gs, needs):
        parts = (np.zeros(real.shape, real.dtype) if g is None else g for g in gs)
        return tuple(part * n for part in adjoint(tuple(parts)))

    return _pair(function(raw(real) + 1j * raw(imag)), real), vjp


@op(name="fft")
def _fft(real, imag, /):
    return _transform(np.fft.fft, _ifft_pair, lambda s: s[-1], real, imag)


@op(name="ifft")
def _ifft(real, imag, /):
    return _transform(np.fft.ifft, fft, lambda s: 1 / s[-1], real, imag)


@op(name="fft2")
def _fft2(real, imag, /):
    return _transform(np.fft.fft2, ifft2, lambda s: s[-1] * s[-2], real, imag)


@op(name="ifft2")
def _ifft2(real, imag, /):
    return _transform(np.fft.ifft2, fft2, lambda s: 1 / (s[-1] * s[-2]), real, imag)


def _both(x, name):
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(f"{name} takes a pair (real, imaginary), not {type(x).__name__}.")
    return x


def fft(x):
    """Return the Fourier transform of the last axis of a pair (real, imaginary), as a pair."""
    return _fft(*_both(x, "fft"))


def _ifft_pair(x):
    return _ifft(*_both(x, "ifft"))


def fft2(x):
    """Return the Fourier transform of the last two axes of a pair, as a pair."""
    return _fft2(*_both(x, "fft2"))


def ifft2(x):
    """Return the inverse Fourier transform of the last two axes of a pair, as a pair."""
    return _ifft2(*_both(x, "ifft2"))


def _to_length(x, n):
    """Cut or fill up the last axis with zeros to length `n`."""
    missing = n - x.shape[-1]
    if missing > 0:
        return pad(x, ((0, 0),) * (len(x.shape) - 1) + ((0, missing),))
    return get_item(x, (Ellipsis, slice(0, n))) if missing < 0 else x


@composite
def rfft(x, fft_length=None):
    """Return the first half (n // 2 + 1 numbers) of the transform of real numbers, as a pair.

    `fft_length` is n, to which the last axis is cut or filled up with zeros; its own length if
    None.
    """
    x = array_like(x)
    if not x.shape:
        raise ValueError("rfft transforms the last axis of an array, and a number has none.")
    n = x.shape[-1] if fft_length is None else fft_length
    x = _to_length(x, n)
    half = (Ellipsis, slice(0, n // 2 + 1))
    real, imag = fft((x, zeros_like(x)))
    return get_item(real, half), get_item(imag, half)


def irfft(x, fft_length=None):
    """Return the real numbers of which `x`, a pair, is the first half of the transform.

    `fft_length` is how many; 2 * (length of the half - 1) if None.
    """
    real, imag = _both(x, "irfft")
    return _irfft(real, imag, fft_length)


@composite
def _irfft(real, imag, fft_length):
    n = 2 * (real.shape[-1] - 1) if fft_length is None else fft_length
    half = n // 2 + 1
    real, imag = _to_length(real, half), _to_length(imag, half)
    mirrored = (Ellipsis, slice(1, n - half + 1))
    back = flip(get_item(real, mirrored), axis=-1), flip(get_item(imag, mirrored), axis=-1)
    whole = concatenate([real, back[0]], axis=-1), concatenate([imag, negative(back[1])], axis=-1)
    return _ifft_pair(whole)[0]
