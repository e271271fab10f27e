"""Reverse-mode differentiation of NumPy code. Knows nothing of layers or models."""

from .engine import (
    RowGradient,
    SecondDerivativeError,
    composite,
    gradients,
    is_recording,
    no_grad,
    op,
    recording,
)
from .functional import custom_gradient, grad, value_and_grad
from .tensor import Tensor, Variable

__all__ = [
    "RowGradient",
    "SecondDerivativeError",
    "Tensor",
    "Variable",
    "composite",
    "custom_gradient",
    "grad",
    "gradients",
    "is_recording",
    "no_grad",
    "op",
    "recording",
    "value_and_grad",
]
