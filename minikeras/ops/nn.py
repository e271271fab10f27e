# ruff: noqa: F401
"""The operations of neural networks under one roof: the names of `keras.ops.nn`."""

from .activation import (
    gelu,
    glu,
    log_sigmoid,
    mish,
    sigmoid,
    silu,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    squareplus,
    swish,
    tanh_shrink,
)
from .attention import dot_product_attention
from .blocks import depth_to_space, space_to_depth
from .complex_numbers import polar
from .conv import conv
from .conv_transpose import conv_transpose
from .crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    sigmoid_crossentropy,
    softmax_crossentropy,
    sparse_categorical_crossentropy,
    sparse_softmax_crossentropy,
)
from .ctc import ctc_loss
from .ctc_decoding import ctc_decode
from .dense import dense
from .depthwise import depthwise_conv, separable_conv
from .dropout import dropout
from .exponential_linear import celu, elu, selu
from .labels import multi_hot, one_hot
from .normalization import (
    batch_normalization,
    l2_normalize,
    layer_normalization,
    moments,
    normalize,
    normalize_batch,
    rms_normalization,
)
from .norms import psnr
from .piecewise import (
    hard_shrink,
    hard_sigmoid,
    hard_sigmoid_keras3,
    hard_silu,
    hard_tanh,
    leaky_relu,
    relu,
    relu6,
    soft_shrink,
    threshold,
)
from .piecewise import hard_silu as hard_swish
from .pooling import average_pool, max_pool
from .sliding_blocks import fold, unfold
from .softmax import log_softmax, softmax, sparsemax
