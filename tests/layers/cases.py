"""One or more cases for every layer that is registered: what the conformance suite runs over.

A layer without a case fails the suite. Add one here when you add a layer:

    "Dense": [case((5,), units=3), case((4, 5), units=3, activation="tanh")],
"""

import copy
from typing import NamedTuple

import numpy as np

from minikeras.layers import (
    GRU,
    LSTM,
    Conv2D,
    Dense,
    GRUCell,
    LSTMCell,
    SimpleRNN,
    SimpleRNNCell,
)


class Case(NamedTuple):
    """How to make a layer and what to call it on.

    Attributes:
        shapes: shape of one sample, or a list of them for a layer on several inputs.
        settings: arguments of the constructor.
        below: inputs are whole numbers from 0 up to this; None for floats.
        random: whether the layer draws random numbers while training.
        spread: whether several inputs are several arguments of the call, not a list.
    """

    shapes: object
    settings: dict
    below: int | None = None
    random: bool = False
    spread: bool = False

    @property
    def several(self):
        return isinstance(self.shapes, list)

    def arguments(self, dtype=None):
        """Return the constructor's arguments; what is inside of a layer has a type of its own."""

        def made(value):
            if isinstance(value, Part):
                return value.make(dtype)
            return [made(v) for v in value] if isinstance(value, list) else copy.deepcopy(value)

        return {name: made(value) for name, value in self.settings.items()}

    def shape_list(self):
        return self.shapes if self.several else [self.shapes]

    def inputs(self, samples=3, dtype="float32", seed=0):
        """Return an array, or a list of arrays, of that many samples."""
        rng = np.random.default_rng(seed)
        arrays = []
        for shape in self.shape_list():
            if self.below is None:
                arrays.append(rng.uniform(-1.5, 1.5, (samples, *shape)).astype(dtype))
            else:
                arrays.append(rng.integers(0, self.below, (samples, *shape)).astype("int32"))
        return arrays if self.several else arrays[0]

    def apply(self, layer, inputs, **options):
        """Return what a layer gives for what `inputs` returned, or for symbolic tensors."""
        return layer(*inputs, **options) if self.spread else layer(inputs, **options)


def case(shapes, below=None, random=False, spread=False, **settings):
    return Case(shapes, settings, below, random, spread)


class Part(NamedTuple):
    """A layer inside of another one: made anew for each test, with the type that is wanted."""

    cls: type
    args: tuple
    settings: dict

    def make(self, dtype):
        return self.cls(*self.args, dtype=dtype, **self.settings)


def part(cls, *args, **settings):
    return Part(cls, args, settings)


WEIGHTS = {
    "kernel_initializer": "he_normal",
    "bias_initializer": "ones",
    "kernel_regularizer": "l2",
    "bias_regularizer": {"class_name": "L1L2", "config": {"l1": 0.1, "l2": 0.0}},
    "activity_regularizer": "l1",
    "kernel_constraint": "max_norm",
    "bias_constraint": "non_neg",
}
SCALES = {
    "beta_initializer": "ones",
    "gamma_initializer": "uniform",
    "beta_regularizer": "l1",
    "gamma_regularizer": "l2",
    "beta_constraint": "non_neg",
    "gamma_constraint": "max_norm",
}


def double(x):
    """What a Lambda layer may be made of."""
    return x * 2.0


CASES = {
    # core
    "Dense": [
        case((5,), units=3),
        case((2, 5), units=3, activation="tanh", use_bias=False),
        case((5,), units=2, activation="softmax", **WEIGHTS),
    ],
    "Activation": [case((4,), activation="sigmoid"), case((2, 3), activation="softmax")],
    "Masking": [case((4, 2)), case((4, 2), mask_value=0.5)],
    "ActivityRegularization": [case((4,), l1=0.1, l2=0.2)],
    "Lambda": [
        case((4,), function=double),
        case((4, 2), function=lambda x, by: x[:, 0] * by, arguments={"by": 3.0}),
        case((4,), function=lambda x: x[:, :2], output_shape=(2,)),
    ],
    "Identity": [case((4,))],
    # shapes
    "Flatten": [case((3, 2)), case((3, 4, 2), data_format="channels_first"), case(())],
    "Reshape": [case((6,), target_shape=(2, 3)), case((4, 3), target_shape=(-1, 2))],
    "Permute": [case((3, 2), dims=(2, 1)), case((2, 3, 4), dims=(3, 1, 2))],
    "RepeatVector": [case((4,), n=3)],
    # activations
    "LeakyReLU": [case((4,)), case((4,), alpha=0.1), case((4,), negative_slope=0.2)],
    "PReLU": [
        case((4,), alpha_initializer="uniform", alpha_regularizer="l2"),
        case((3, 3, 2), shared_axes=[1, 2], alpha_constraint="non_neg"),
    ],
    "ELU": [case((4,)), case((4,), alpha=0.5)],
    "ThresholdedReLU": [case((4,), theta=0.5)],
    "ReLU": [case((4,)), case((4,), max_value=1.0, negative_slope=0.1, threshold=0.2)],
    "Softmax": [case((4,)), case((3, 4), axis=1), case((3, 4), axis=[1, 2])],
    # noise
    "Dropout": [
        case((4,), random=True, rate=0.5),
        case((3, 2), rate=0.0, noise_shape=(None, 1, 2)),
    ],
    "SpatialDropout1D": [case((4, 3), random=True, rate=0.5, seed=3)],
    "SpatialDropout2D": [case((3, 3, 2), random=True, rate=0.5, data_format="channels_first")],
    "SpatialDropout3D": [case((2, 2, 2, 2), random=True, rate=0.5)],
    "GaussianNoise": [case((4,), random=True, stddev=0.5, seed=1)],
    "GaussianDropout": [case((4,), random=True, rate=0.5)],
    "AlphaDropout": [case((4,), random=True, rate=0.5, noise_shape=(None, 1))],
    # merging
    "Add": [case([(4,)] * 3), case([(3, 4), (4,)])],
    "Subtract": [case([(4,)] * 2)],
    "Multiply": [case([(4,)] * 3), case([(3, 1), (3, 4)])],
    "Average": [case([(4,)] * 3)],
    "Maximum": [case([(4,)] * 3)],
    "Minimum": [case([(4,)] * 3)],
    "Concatenate": [case([(4,), (2,)]), case([(2, 3), (4, 3)], axis=1)],
    "Dot": [
        case([(4,), (4,)], axes=1),
        case([(3, 4), (5, 4)], axes=(2, 2)),
        case([(4,), (4,)], axes=-1, normalize=True),
    ],
    # normalization
    "BatchNormalization": [
        case((4,)),
        case((4, 3), axis=1, momentum=0.9, epsilon=1e-2, center=False, scale=False),
        case((2, 3, 2), **SCALES, moving_mean_initializer="ones"),
    ],
    "LayerNormalization": [case((4,)), case((3, 4), axis=[1, 2], **SCALES)],
    "RMSNormalization": [case((4,)), case((3, 4), axis=1, epsilon=1e-3)],
    "GroupNormalization": [case((3, 4), groups=2, **SCALES), case((4, 3), groups=-1, axis=1)],
    "UnitNormalization": [case((4,)), case((3, 4), axis=1)],
    "Rescaling": [case((4,), scale=0.5, offset=1.0), case((3,), scale=np.array([1.0, 2, 3]))],
    "Normalization": [case((3,), mean=[1.0, 2, 3], variance=[1.0, 4, 9]), case((3,), invert=True)],
    # convolution
    "Conv1D": [
        case((8, 2), filters=3, kernel_size=3),
        case((8, 4), filters=4, kernel_size=2, padding="causal", dilation_rate=2, groups=2),
        case((8, 2), filters=3, kernel_size=3, strides=2, activation="tanh", **WEIGHTS),
    ],
    "Conv2D": [
        case((6, 6, 2), filters=3, kernel_size=3),
        case((6, 5, 2), filters=2, kernel_size=(2, 3), strides=2, padding="same", use_bias=False),
        case((2, 6, 6), filters=2, kernel_size=3, data_format="channels_first"),
    ],
    "Conv3D": [case((4, 4, 4, 2), filters=2, kernel_size=2, padding="same")],
    "Conv1DTranspose": [case((5, 2), filters=3, kernel_size=3, strides=2)],
    "Conv2DTranspose": [case((4, 4, 2), filters=3, kernel_size=3, strides=2, padding="same")],
    "Conv3DTranspose": [case((3, 3, 3, 2), filters=2, kernel_size=2)],
    "DepthwiseConv1D": [case((6, 2), kernel_size=3, depth_multiplier=2)],
    "DepthwiseConv2D": [case((5, 5, 2), kernel_size=3, padding="same")],
    "SeparableConv1D": [case((6, 2), filters=3, kernel_size=3)],
    "SeparableConv2D": [case((5, 5, 2), filters=3, kernel_size=3, depth_multiplier=2)],
    "LocallyConnected1D": [
        case((6, 2), filters=3, kernel_size=3, strides=2, **WEIGHTS),
        case((2, 5), filters=3, kernel_size=2, data_format="channels_first", activation="tanh"),
    ],
    "LocallyConnected2D": [
        case((4, 5, 2), filters=3, kernel_size=(2, 3), strides=(1, 2)),
        case((2, 4, 3), filters=2, kernel_size=2, data_format="channels_first", use_bias=False),
    ],
    "ZeroPadding1D": [case((4, 2), padding=(1, 2))],
    "ZeroPadding2D": [case((3, 3, 2), padding=((1, 2), (0, 1)))],
    "ZeroPadding3D": [case((2, 2, 2, 2), padding=1)],
    "Cropping1D": [case((5, 2), cropping=(1, 2))],
    "Cropping2D": [case((5, 5, 2), cropping=((1, 2), (0, 1)))],
    "Cropping3D": [case((4, 4, 4, 2), cropping=1)],
    "UpSampling1D": [case((3, 2), size=2)],
    "UpSampling2D": [case((3, 3, 2), size=(2, 3)), case((3, 3, 2), interpolation="bilinear")],
    "UpSampling3D": [case((2, 2, 2, 2), size=2)],
    # pooling
    "MaxPooling1D": [
        case((6, 2), pool_size=2),
        case((7, 2), pool_size=3, strides=2, padding="same"),
    ],
    "MaxPooling2D": [case((6, 6, 2)), case((2, 5, 5), pool_size=2, data_format="channels_first")],
    "MaxPooling3D": [case((4, 4, 4, 2))],
    "AveragePooling1D": [case((6, 2), pool_size=2)],
    "AveragePooling2D": [case((6, 5, 2), pool_size=(2, 3), strides=1, padding="same")],
    "AveragePooling3D": [case((4, 4, 4, 2))],
    "GlobalMaxPooling1D": [case((4, 3))],
    "GlobalMaxPooling2D": [case((3, 3, 2), keepdims=True)],
    "GlobalMaxPooling3D": [case((2, 2, 2, 2))],
    "GlobalAveragePooling1D": [case((4, 3))],
    "GlobalAveragePooling2D": [case((3, 3, 2), data_format="channels_first")],
    "GlobalAveragePooling3D": [case((2, 2, 2, 2))],
    # attention
    "EinsumDense": [
        case((5,), equation="ab,bc->ac", output_shape=3, bias_axes="c"),
        case((3, 5), equation="...x,xy->...y", output_shape=4, activation="tanh"),
    ],
    "Attention": [
        case([(3, 4), (5, 4)]),
        case([(3, 4), (5, 4), (5, 4)], use_scale=True, score_mode="concat", dropout=0.0),
    ],
    "AdditiveAttention": [case([(3, 4), (5, 4)]), case([(3, 4), (5, 4)], use_scale=False)],
    "MultiHeadAttention": [
        case([(3, 4), (5, 4)], spread=True, num_heads=2, key_dim=3),
        case([(3, 4), (5, 2), (5, 4)], spread=True, num_heads=2, key_dim=3, output_shape=5),
    ],
    "GroupedQueryAttention": [
        case([(3, 4), (5, 4)], spread=True, head_dim=2, num_query_heads=4, num_key_value_heads=2)
    ],
    # sequences
    "Embedding": [
        case((4,), below=5, input_dim=5, output_dim=3),
        case((4,), below=5, input_dim=5, output_dim=3, mask_zero=True, input_length=4),
    ],
    # recurrent
    "SimpleRNN": [case((4, 3), units=2), case((4, 3), units=2, return_sequences=True)],
    "LSTM": [case((4, 3), units=2), case((4, 3), units=2, return_sequences=True, unroll=True)],
    "GRU": [case((4, 3), units=2), case((4, 3), units=2, reset_after=True)],
    "CuDNNLSTM": [case((4, 3), units=2)],
    "CuDNNGRU": [case((4, 3), units=2)],
    "RNN": [
        case((4, 3), cell=part(GRUCell, 2)),
        case((4, 3), cell=[part(LSTMCell, 2), part(SimpleRNNCell, 3)], return_sequences=True),
    ],
    "Bidirectional": [
        case((4, 3), layer=part(LSTM, 2, return_sequences=True)),
        case((4, 3), layer=part(SimpleRNN, 2), merge_mode=None),
        case(
            (4, 3),
            layer=part(LSTM, 2),
            backward_layer=part(GRU, 2, go_backwards=True),
            merge_mode="ave",
        ),
    ],
    "TimeDistributed": [
        case((4, 3), layer=part(Dense, 2, activation="tanh")),
        case((2, 4, 4, 2), layer=part(Conv2D, 3, 2)),
    ],
    "ConvLSTM1D": [case((3, 5, 2), filters=2, kernel_size=2)],
    "ConvLSTM2D": [case((3, 4, 4, 2), filters=2, kernel_size=2, padding="same")],
    "ConvLSTM3D": [case((2, 3, 3, 3, 1), filters=1, kernel_size=2)],
}
