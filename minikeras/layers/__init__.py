# ruff: noqa: F401
"""All layers by name."""

from . import op_layer  # teaches symbolic tensors to record operations
from .activation_layers import ELU, LeakyReLU, PReLU, ReLU, Softmax, ThresholdedReLU
from .attention import AdditiveAttention, Attention
from .base import KerasVariable, Layer, register, registry
from .bidirectional import Bidirectional
from .borders import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from .configs import deserialize, serialize
from .conv_separable import (
    DepthwiseConv1D,
    DepthwiseConv2D,
    DepthwiseConvolution1D,
    DepthwiseConvolution2D,
    SeparableConv1D,
    SeparableConv2D,
    SeparableConvolution1D,
    SeparableConvolution2D,
)
from .conv_transposed import (
    Conv1DTranspose,
    Conv2DTranspose,
    Conv3DTranspose,
    Convolution1DTranspose,
    Convolution2DTranspose,
    Convolution3DTranspose,
    Deconv2D,
    Deconv3D,
    Deconvolution2D,
    Deconvolution3D,
)
from .convolutional import (
    AtrousConv1D,
    AtrousConv2D,
    AtrousConvolution1D,
    AtrousConvolution2D,
    Conv1D,
    Conv2D,
    Conv3D,
    Convolution1D,
    Convolution2D,
    Convolution3D,
)
from .convolutional_recurrent import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from .core import Activation, ActivityRegularization, Dense, Masking
from .cudnn_recurrent import CuDNNGRU, CuDNNLSTM
from .einsum_dense import EinsumDense
from .embedding import Embedding
from .global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalAvgPool3D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPool3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from .group_normalization import GroupNormalization, UnitNormalization
from .grouped_query_attention import GroupedQueryAttention
from .grouped_query_attention import GroupedQueryAttention as GroupQueryAttention
from .gru import GRU, GRUCell
from .input_layer import Input, InputLayer
from .input_spec import InputSpec
from .keras1_dense import Highway, MaxoutDense
from .keras1_merge import Merge, merge
from .lambda_layer import Lambda
from .layer_normalization import LayerNormalization, RMSNormalization
from .locally_connected import LocallyConnected1D, LocallyConnected2D
from .lstm import LSTM, LSTMCell
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
    minimum,
    multiply,
    subtract,
)
from .multi_head_attention import MultiHeadAttention
from .noise import (
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from .normalization import BatchNormalization
from .pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from .recurrent import RNN
from .reshaping import Flatten, Permute, RepeatVector, Reshape
from .scaling import Identity, Normalization, Rescaling
from .simple_rnn import SimpleRNN, SimpleRNNCell
from .stacked_cells import StackedRNNCells
from .text_vectorization import TextVectorization
from .time_distributed import TimeDistributed
from .wrappers import Wrapper
