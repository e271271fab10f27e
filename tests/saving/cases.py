"""A small model for every layer, written once for both packages: `CASES[name](keras)`.

Several entries may show one layer in different settings: what follows a "/" is a remark.
"""


def one(cls, shape, *args, dtype=None, **kwargs):
    """Return a function of the package: a model of this one layer."""

    def make(k):
        x = k.Input(shape, dtype=dtype, name="x")
        return k.Model(x, getattr(k.layers, cls)(*args, **kwargs)(x))

    return make


def merged(cls, *args, shapes=((4,), (4,)), **kwargs):
    """Return a function of the package: a model of one layer with several inputs."""

    def make(k):
        xs = [k.Input(s, name=f"x{i}") for i, s in enumerate(shapes)]
        return k.Model(xs, getattr(k.layers, cls)(*args, **kwargs)(xs))

    return make


def attending(cls, *args, **kwargs):
    """Return a function of the package: a model of a layer that attends to one input from another.

    Such layers take several positional arguments.
    """

    def make(k):
        x, y = k.Input((5, 8), name="x"), k.Input((6, 8), name="y")
        return k.Model([x, y], getattr(k.layers, cls)(*args, **kwargs)(x, y))

    return make


ROW, SEQ, IMG, VOL = (4,), (6, 3), (8, 7, 3), (6, 6, 6, 2)

CASES = {
    "Activation": one("Activation", ROW, "tanh"),
    "Activation/hard_sigmoid": one("Activation", ROW, "softsign"),
    "ActivityRegularization": one("ActivityRegularization", ROW, l1=0.1),
    "Add": merged("Add"),
    "AdditiveAttention": merged("AdditiveAttention", shapes=((4, 3), (5, 3))),
    "AlphaDropout": one("AlphaDropout", ROW, 0.3),
    "Attention": merged("Attention", use_scale=True, shapes=((4, 3), (5, 3))),
    "Average": merged("Average"),
    "AveragePooling1D": one("AveragePooling1D", SEQ, 2),
    "AveragePooling2D": one("AveragePooling2D", IMG, (2, 3), padding="same"),
    "AveragePooling3D": one("AveragePooling3D", VOL, 2),
    "BatchNormalization": one("BatchNormalization", SEQ, momentum=0.7, epsilon=0.01),
    "BatchNormalization/no scale": one("BatchNormalization", IMG, scale=False, axis=1),
    "Concatenate": merged("Concatenate", axis=-1),
    "Conv1D": one("Conv1D", SEQ, 4, 3, padding="causal", dilation_rate=2),
    "Conv1DTranspose": one("Conv1DTranspose", SEQ, 4, 3, strides=2),
    "Conv2D": one("Conv2D", IMG, 4, (3, 2), strides=2, padding="same", activation="relu"),
    "Conv2D/groups": one("Conv2D", IMG, 6, 3, groups=3, use_bias=False),
    "Conv2DTranspose": one("Conv2DTranspose", IMG, 4, 3, strides=2, padding="same"),
    "Conv3D": one("Conv3D", VOL, 3, 2),
    "Conv3DTranspose": one("Conv3DTranspose", VOL, 3, 2),
    "Cropping1D": one("Cropping1D", SEQ, (1, 2)),
    "Cropping2D": one("Cropping2D", IMG, ((1, 2), (0, 1))),
    "Cropping3D": one("Cropping3D", VOL, 1),
    "Dense": one(
        "Dense", ROW, 3, activation="sigmoid", kernel_regularizer="l2", bias_constraint="non_neg"
    ),
    "DepthwiseConv1D": one("DepthwiseConv1D", SEQ, 3, depth_multiplier=2),
    "DepthwiseConv2D": one("DepthwiseConv2D", IMG, 3, padding="same"),
    "Dot": merged("Dot", axes=1),
    "Dropout": one("Dropout", ROW, 0.4, seed=3),
    "ELU": one("ELU", ROW, 0.7),
    "EinsumDense": one("EinsumDense", SEQ, "abc,cd->abd", (None, 4), bias_axes="d"),
    "Embedding": one("Embedding", (5,), 9, 4, dtype="int32"),
    "Embedding/mask_zero": one("Embedding", (5,), 9, 4, mask_zero=True, dtype="int32"),
    "Flatten": one("Flatten", IMG),
    "GaussianDropout": one("GaussianDropout", ROW, 0.3),
    "GaussianNoise": one("GaussianNoise", ROW, 0.3),
    "GlobalAveragePooling1D": one("GlobalAveragePooling1D", SEQ),
    "GlobalAveragePooling2D": one("GlobalAveragePooling2D", IMG),
    "GlobalAveragePooling3D": one("GlobalAveragePooling3D", VOL),
    "GlobalMaxPooling1D": one("GlobalMaxPooling1D", SEQ),
    "GlobalMaxPooling2D": one("GlobalMaxPooling2D", IMG),
    "GlobalMaxPooling3D": one("GlobalMaxPooling3D", VOL),
    "GroupedQueryAttention": attending("GroupedQueryAttention", 4, 4, 2),
    "Identity": one("Identity", ROW),
    "Normalization": one("Normalization", ROW),
    "GroupNormalization": one("GroupNormalization", (5, 6), groups=3),
    "LayerNormalization": one("LayerNormalization", SEQ, epsilon=0.01),
    "LeakyReLU": one("LeakyReLU", ROW, 0.2),
    "Masking": one("Masking", SEQ, 0.5),
    "MaxPooling1D": one("MaxPooling1D", SEQ, 2, strides=1),
    "MaxPooling2D": one("MaxPooling2D", IMG, 2, padding="same"),
    "MaxPooling3D": one("MaxPooling3D", VOL, 2),
    "Maximum": merged("Maximum"),
    "Minimum": merged("Minimum"),
    "MultiHeadAttention": attending("MultiHeadAttention", 2, 4),
    "Multiply": merged("Multiply"),
    "PReLU": one("PReLU", IMG, shared_axes=[1, 2]),
    "Permute": one("Permute", IMG, (3, 1, 2)),
    "ReLU": one("ReLU", ROW, max_value=0.5, negative_slope=0.1, threshold=0.05),
    "RepeatVector": one("RepeatVector", ROW, 3),
    "RMSNormalization": one("RMSNormalization", SEQ),
    "Rescaling": one("Rescaling", ROW, 2.0, offset=0.5),
    "Reshape": one("Reshape", ROW, (2, -1)),
    "SeparableConv1D": one("SeparableConv1D", SEQ, 4, 3, depth_multiplier=2),
    "SeparableConv2D": one("SeparableConv2D", IMG, 4, 3, padding="same"),
    "Softmax": one("Softmax", SEQ, axis=1),
    "SpatialDropout1D": one("SpatialDropout1D", SEQ, 0.4),
    "SpatialDropout2D": one("SpatialDropout2D", IMG, 0.4),
    "SpatialDropout3D": one("SpatialDropout3D", VOL, 0.4),
    "Subtract": merged("Subtract"),
    "UnitNormalization": one("UnitNormalization", SEQ),
    "UpSampling1D": one("UpSampling1D", SEQ, 2),
    "UpSampling2D": one("UpSampling2D", IMG, (2, 3), interpolation="bilinear"),
    "UpSampling3D": one("UpSampling3D", VOL, 2),
    "ZeroPadding1D": one("ZeroPadding1D", SEQ, 2),
    "ZeroPadding2D": one("ZeroPadding2D", IMG, ((1, 2), (0, 1))),
    "ZeroPadding3D": one("ZeroPadding3D", VOL, 1),
}


def wrapped(outer, inner, shape, *args, inner_options=None, **kwargs):
    """Return a function of the package: a model of a layer around another one."""

    def make(k):
        x = k.Input(shape, name="x")
        inside = getattr(k.layers, inner)(*args, **(inner_options or {}))
        return k.Model(x, getattr(k.layers, outer)(inside, **kwargs)(x))

    return make


def stacked_cells(k):
    """Return a model of an RNN over two cells."""
    x = k.Input(SEQ, name="x")
    cells = [k.layers.LSTMCell(n, recurrent_activation="sigmoid") for n in (4, 3)]
    cells.append(k.layers.GRUCell(2, recurrent_activation="sigmoid", reset_after=True))
    return k.Model(x, k.layers.RNN(cells, return_sequences=True)(x))


# Layers with gates are shown in Keras 2.1.5's default too, whose hard sigmoid Keras 3 lacks: only
# files that hold the whole model carry it over.
SIGMOID = {"recurrent_activation": "sigmoid"}
RECURRENT = {
    "LSTM/sigmoid": one("LSTM", SEQ, 4, unit_forget_bias=False, **SIGMOID),
    "GRU/reset before": one("GRU", SEQ, 4, reset_after=False, **SIGMOID),
    "GRU/reset after": one("GRU", SEQ, 4, reset_after=True, go_backwards=True, **SIGMOID),
    "RNN/three cells": stacked_cells,
    "Bidirectional/LSTM": wrapped(
        "Bidirectional", "LSTM", SEQ, 4, merge_mode="sum", inner_options=SIGMOID
    ),
    "Bidirectional/GRU": wrapped(
        "Bidirectional",
        "GRU",
        SEQ,
        3,
        inner_options={"return_sequences": True, "reset_after": True, **SIGMOID},
    ),
    "ConvLSTM2D/sigmoid": one("ConvLSTM2D", (3, 5, 5, 2), 3, 2, padding="same", **SIGMOID),
}
# Built in code by either package, these are not the same function.
DEFAULTS_DIFFER = {
    "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "LSTM", "RNN", "RNN/stacked"
}  # fmt: skip
CASES.update(RECURRENT)


def shared_and_nested(k):
    """Return a model with a shared layer, models within it, two inputs and two outputs."""
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    shared = k.layers.Dense(3, activation="tanh")
    inner_input = k.Input((3,))
    deep = k.layers.Dense(2)(k.layers.BatchNormalization()(inner_input))
    inner = k.Model(inner_input, deep)
    stacked = k.Sequential([k.Input((3,)), k.layers.Dense(2), k.layers.Dense(2)])
    left, right = shared(a), shared(b)
    joined = k.layers.Concatenate()([inner(left), inner(right), stacked(left), right])
    return k.Model([a, b], [k.layers.Dense(2)(joined), right])


def branches(k):
    """Return a model whose branches are of different lengths and kinds."""
    x = k.Input(IMG, name="x")
    one_way = k.layers.Conv2D(4, 3, padding="same")(x)
    other = k.layers.Conv2D(4, 1)(x)
    other = k.layers.Conv2D(4, 3, padding="same")(k.layers.ReLU()(other))
    third = k.layers.Conv2D(4, 5, padding="same")(x)
    joined = k.layers.Add()([third, one_way, other])
    return k.Model(x, k.layers.Dense(3)(k.layers.GlobalAveragePooling2D()(joined)))


def frozen(k):
    """Return a stack within a stack, in which some layers are frozen."""
    inner = k.Sequential(
        [k.Input((4,)), k.layers.Dense(3), k.layers.BatchNormalization(), k.layers.Dense(3)]
    )
    inner.layers[0].trainable = False
    return k.Sequential([k.Input((4,)), inner, k.layers.Dense(2)])


def nested_output(k):
    """Return a model that ends in a model."""
    x = k.Input((4,), name="x")
    inner_input = k.Input((4,))
    inner = k.Model(inner_input, k.layers.Dense(2)(inner_input))
    return k.Model(x, inner(k.layers.Dense(4)(x)))


def named_outputs(k):
    """Return a model with dictionaries of inputs and outputs."""
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    both = k.layers.Add()([a, b])
    return k.Model({"a": a, "b": b}, {"p": k.layers.Dense(2)(both), "q": k.layers.Dense(3)(a)})


def operations(k):
    """Return a model with operations between its layers."""
    x, y = k.Input((4,), name="x"), k.Input((4,), name="y")
    both = (x + y * 2.0) / (y * y + 1.0) - 0.5
    part = k.layers.Dense(3)(both[:, 1:])
    return k.Model([x, y], [k.ops.sum(part, axis=-1, keepdims=True), k.ops.maximum(part, 0.2)])


MODELS = {
    "operations": operations,
    "shared and nested": shared_and_nested,
    "branches": branches,
    "frozen": frozen,
    "nested output": nested_output,
    "named outputs": named_outputs,
}
ALL = {**CASES, **MODELS}
