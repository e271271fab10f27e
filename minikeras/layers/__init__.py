"""All layers by name."""

from . import op_layer  # noqa: F401 - teaches symbolic tensors to record operations
from .activation_layers import ELU, LeakyReLU, PReLU, ReLU, Softmax, ThresholdedReLU
from .base import KerasVariable, Layer, register, registry
from .core import Activation, ActivityRegularization, Dense, Lambda, Masking
from .input_layer import Input, InputLayer
from .input_spec import InputSpec
from .merge import (
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    maximum,
    merge,
    minimum,
    multiply,
    subtract,
)
from .normalization import BatchNormalization
from .noise import (
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from .reshaping import Flatten, Permute, RepeatVector, Reshape
