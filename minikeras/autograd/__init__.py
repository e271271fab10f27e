"""Reverse-mode differentiation of NumPy code. Knows nothing of layers or models."""

from .backward import gradients, leaf_gradients
from .engine import (
    SecondDerivativeError,
    composite,
    is_recording,
    leaves_of,
    no_grad,
    op,
    recording,
)
from .functional import custom_gradient, grad, value_and_grad
from .gradcheck import (
    GradientError,
    check_gradients,
    check_layer,
    check_model,
    check_second_order,
    check_variables,
)
from .product_gradient import WORTH_DEFERRING, ProductGradient
from .row_gradient import RowGradient
from .tensor import Tensor, Variable

__all__ = [
    "GradientError",
    "ProductGradient",
    "RowGradient",
    "WORTH_DEFERRING",
    "SecondDerivativeError",
    "Tensor",
    "Variable",
    "check_gradients",
    "check_layer",
    "check_model",
    "check_second_order",
    "check_variables",
    "composite",
    "custom_gradient",
    "grad",
    "gradients",
    "leaf_gradients",
    "leaves_of",
    "is_recording",
    "no_grad",
    "op",
    "recording",
    "value_and_grad",
]
