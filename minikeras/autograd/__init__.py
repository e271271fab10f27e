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
from .gradcheck import (
    GradientError,
    check_gradients,
    check_layer,
    check_second_order,
    check_variables,
)
from .tensor import Tensor, Variable

__all__ = [
    "GradientError",
    "RowGradient",
    "SecondDerivativeError",
    "Tensor",
    "Variable",
    "check_gradients",
    "check_layer",
    "check_second_order",
    "check_variables",
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
