"""Constructor arguments of Keras 1, understood by today's layers with a DeprecationWarning.

Keras 2 renamed most of them; scripts of the documents' era still use the old names, and sizes of
kernels one after the other: `Convolution2D(64, 3, 3, border_mode="same")`.
"""

import warnings

_WEIGHTS = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
_RECURRENT = {
    **_WEIGHTS,
    "output_dim": "units",
    "inner_init": "recurrent_initializer",
    "U_regularizer": "recurrent_regularizer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "consume_less": "implementation",
}
_GATED = {**_RECURRENT, "inner_activation": "recurrent_activation"}
_LAYOUT = {"dim_ordering": "data_format"}
_CONV = {
    **_WEIGHTS,
    **_LAYOUT,
    "nb_filter": "filters",
    "subsample": "strides",
    "border_mode": "padding",
    "atrous_rate": "dilation_rate",
}
_CONV_1D = {
    **_WEIGHTS,
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "subsample_length": "strides",
    "border_mode": "padding",
    "atrous_rate": "dilation_rate",
}
_SEPARABLE = {old: new for old, new in _CONV.items() if not old.startswith(("init", "W_"))}
_POOL = {**_LAYOUT, "border_mode": "padding"}
_POOL_1D = {"pool_length": "pool_size", "stride": "strides", "border_mode": "padding"}
_RATE = {"p": "rate"}

# class name -> {old name: new name}
RENAMED = {
    "Dense": {**_WEIGHTS, "output_dim": "units"},
    "Embedding": {
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
    },
    "Dropout": _RATE,
    "SpatialDropout1D": _RATE,
    "SpatialDropout2D": {**_RATE, **_LAYOUT},
    "SpatialDropout3D": {**_RATE, **_LAYOUT},
    "GaussianDropout": _RATE,
    "GaussianNoise": {"sigma": "stddev"},
    "PReLU": {"init": "alpha_initializer"},
    "BatchNormalization": {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"},
    "SimpleRNN": _RECURRENT,
    "LSTM": _GATED,
    "GRU": _GATED,
    "ConvLSTM2D": {
        **{old: new for old, new in _GATED.items() if old not in ("output_dim", "consume_less")},
        **_CONV,
    },
    "Conv1D": _CONV_1D,
    "Conv2D": _CONV,
    "Conv2DTranspose": _CONV,
    "SeparableConv2D": _SEPARABLE,
    "Conv3D": _CONV,
    "LocallyConnected1D": {k: v for k, v in _CONV_1D.items() if k != "atrous_rate"},
    "LocallyConnected2D": {k: v for k, v in _CONV.items() if k != "atrous_rate"},
    "MaxPooling1D": _POOL_1D,
    "AveragePooling1D": _POOL_1D,
    "MaxPooling2D": _POOL,
    "AveragePooling2D": _POOL,
    "MaxPooling3D": _POOL,
    "AveragePooling3D": _POOL,
    "GlobalMaxPooling2D": _LAYOUT,
    "GlobalAveragePooling2D": _LAYOUT,
    "GlobalMaxPooling3D": _LAYOUT,
    "GlobalAveragePooling3D": _LAYOUT,
    "ZeroPadding2D": _LAYOUT,
    "ZeroPadding3D": _LAYOUT,
    "UpSampling1D": {"length": "size"},
    "UpSampling2D": _LAYOUT,
    "UpSampling3D": _LAYOUT,
    "Cropping2D": _LAYOUT,
    "Cropping3D": _LAYOUT,
}
_VALUES = {
    "dim_ordering": {"tf": "channels_last", "th": "channels_first", "default": None},
    "consume_less": {"cpu": 0, "mem": 1, "gpu": 2},
}
_SIZES_2D = ("nb_row", "nb_col")
_SIZES = {
    "Conv2D": _SIZES_2D,
    "Conv2DTranspose": _SIZES_2D,
    "SeparableConv2D": _SIZES_2D,
    "LocallyConnected2D": _SIZES_2D,
    "ConvLSTM2D": _SIZES_2D,
    "Conv3D": ("kernel_dim1", "kernel_dim2", "kernel_dim3"),
}
# With one of these three whole numbers by position are not Keras 1's: Keras 2.1.5 refuses the
# first three along with them, and does not have the others.
_OF_TODAY = frozenset({"padding", "strides", "data_format", "groups", "output_padding"})
# Layers of sequences, whose `input_dim` was the number of features of a step.
_OF_SEQUENCES = frozenset({"Conv1D", "LocallyConnected1D", "SimpleRNN", "LSTM", "GRU"})


def translate(cls, args, kwargs):
    """Return the arguments of `cls(...)` with those of Keras 1 replaced by those of Keras 2.

    Raises:
        TypeError: an argument was given under both its names, or has no successor.
    """
    table = RENAMED.get(cls.__name__)
    if table is None:
        return args, kwargs
    given = dict(kwargs)
    changes = []
    args = _join_sizes(cls.__name__, args, given, changes)
    _translate_special(cls.__name__, given, changes)
    for old in [name for name in table if name in given]:
        value = given.pop(old)
        if old in _VALUES and isinstance(value, str):
            value = _VALUES[old].get(value, value)
        _put(cls.__name__, given, old, table[old], value)
        changes.append(f"{old} is now {table[old]}")
    if not changes:
        return args, kwargs
    warnings.warn(
        f"{cls.__name__} was called as in Keras 1: {', '.join(changes)}.",
        DeprecationWarning,
        stacklevel=3,
    )
    return args, given


def _put(cls, given, old, new, value):
    """Store an argument under its new name, which must be free."""
    if new in given:
        raise TypeError(
            f"{cls} got both {old!r} and {new!r}: they are the same argument in Keras 1 and "
            f"Keras 2. Give {new!r} alone."
        )
    given[new] = value


def _join_sizes(cls, args, given, changes):
    """Make the sizes of a kernel, given one by one, a tuple; return the positional arguments."""
    names = _SIZES.get(cls, ())
    if cls == "Conv2DTranspose" and len(args) == 4 and isinstance(args[3], (tuple, list)):
        args, given["output_shape"] = args[:3], args[3]  # Keras 2 has the padding, a name, there
    positional = args[1 : 1 + len(names)]
    named = names[len(positional) :]
    if not names or len(args) > 1 + len(names) or not all(n in given for n in named):
        return args
    if not all(isinstance(size, int) for size in positional):
        return args
    if not named and not _OF_TODAY.isdisjoint(given):
        return args  # Conv2D(64, 3, 2, padding="same"): the third is the strides
    size = (*positional, *(given.pop(n) for n in named))
    _put(cls, given, ", ".join(names), "kernel_size", size)
    changes.append(f"{', '.join(names)} are now kernel_size={size}, and strides a keyword")
    return args[:1]


def _translate_special(cls, given, changes):
    """Bring arguments up to date that were not merely renamed."""
    if cls == "BatchNormalization" and "mode" in given:
        if given.pop("mode") != 0:
            raise TypeError("BatchNormalization has no mode any more: only mode=0 is left.")
        changes.append("mode is gone")
    if cls == "SeparableConv2D" and "init" in given:
        init = given.pop("init")
        for new in ("depthwise_initializer", "pointwise_initializer"):
            _put(cls, given, "init", new, init)
        changes.append("init is now depthwise_initializer and pointwise_initializer")
    if cls == "Conv2DTranspose" and isinstance(given.get("output_shape"), (tuple, list)):
        del given["output_shape"]
        changes.append("output_shape is worked out")
    if cls == "ZeroPadding2D" and isinstance(given.get("padding"), dict):
        sides = given["padding"]
        given["padding"] = (
            (sides.get("top_pad", 0), sides.get("bottom_pad", 0)),
            (sides.get("left_pad", 0), sides.get("right_pad", 0)),
        )
        changes.append("padding is now a tuple of pairs")
    if cls == "Embedding" and "dropout" in given:
        if given.pop("dropout"):
            raise TypeError(
                "Embedding has no dropout any more: put a SpatialDropout1D layer behind it instead."
            )
        changes.append("dropout is gone")
    if cls in ("LSTM", "ConvLSTM2D") and "forget_bias_init" in given:
        ones = given.pop("forget_bias_init") in ("one", "ones")
        _put(cls, given, "forget_bias_init", "unit_forget_bias", ones)
        changes.append("forget_bias_init is now unit_forget_bias")
    if cls in _OF_SEQUENCES and "input_dim" in given:
        shape = (given.pop("input_length", None), given.pop("input_dim"))
        _put(cls, given, "input_dim", "input_shape", shape)
        changes.append(f"input_dim and input_length are now input_shape={shape}")
