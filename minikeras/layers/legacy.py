"""Argument names of Keras 1, understood by today's layers with a DeprecationWarning.

Keras 2 renamed most constructor arguments; scripts of the documents' era still use the old ones.
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
    "inner_activation": "recurrent_activation",
    "U_regularizer": "recurrent_regularizer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "consume_less": "implementation",
}
_CONV_1D = {
    **_WEIGHTS,
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "subsample_length": "strides",
    "border_mode": "padding",
    "atrous_rate": "dilation_rate",
}
_CONV = {
    **_WEIGHTS,
    "nb_filter": "filters",
    "subsample": "strides",
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "atrous_rate": "dilation_rate",
}
_POOL = {"border_mode": "padding", "dim_ordering": "data_format"}
_POOL_1D = {"pool_length": "pool_size", "stride": "strides", "border_mode": "padding"}

# class name -> {old name: new name}
RENAMED = {
    "Dense": {**_WEIGHTS, "output_dim": "units"},
    "Embedding": {
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
    },
    "Dropout": {"p": "rate"},
    "SpatialDropout1D": {"p": "rate"},
    "SpatialDropout2D": {"p": "rate", "dim_ordering": "data_format"},
    "SpatialDropout3D": {"p": "rate", "dim_ordering": "data_format"},
    "GaussianDropout": {"p": "rate"},
    "GaussianNoise": {"sigma": "stddev"},
    "PReLU": {"init": "alpha_initializer"},
    "BatchNormalization": {
        "beta_init": "beta_initializer",
        "gamma_init": "gamma_initializer",
    },
    "SimpleRNN": _RECURRENT,
    "LSTM": {**_RECURRENT, "forget_bias_init": "unit_forget_bias"},
    "GRU": _RECURRENT,
    "Conv1D": _CONV_1D,
    "Conv2D": _CONV,
    "Conv2DTranspose": _CONV,
    "SeparableConv2D": _CONV,
    "Conv3D": _CONV,
    "MaxPooling1D": _POOL_1D,
    "AveragePooling1D": _POOL_1D,
    "MaxPooling2D": _POOL,
    "AveragePooling2D": _POOL,
    "MaxPooling3D": _POOL,
    "AveragePooling3D": _POOL,
    "ZeroPadding2D": {"dim_ordering": "data_format"},
    "UpSampling1D": {"length": "size"},
    "UpSampling2D": {"dim_ordering": "data_format"},
    "Cropping2D": {"dim_ordering": "data_format"},
}
_CONV_SIZES = {
    "Conv2D": ("nb_row", "nb_col"),
    "Conv2DTranspose": ("nb_row", "nb_col"),
    "SeparableConv2D": ("nb_row", "nb_col"),
    "Conv3D": ("kernel_dim1", "kernel_dim2", "kernel_dim3"),
}
_VALUES = {
    "dim_ordering": {"tf": "channels_last", "th": "channels_first", "default": None},
    "consume_less": {"cpu": 0, "mem": 1, "gpu": 2},
    "forget_bias_init": {"one": True, "zero": False},
}


def translate(cls, args, kwargs):
    """Return the arguments of `cls(...)` with Keras 1 names replaced by those of Keras 2.

    Raises:
        TypeError: an argument was given under both its names.
    """
    table = RENAMED.get(cls.__name__)
    if table is None:
        return args, kwargs
    renamed = {}
    sizes = _CONV_SIZES.get(cls.__name__, ())
    if sizes and all(size in kwargs for size in sizes):
        kwargs = dict(kwargs)
        kwargs["kernel_size"] = tuple(kwargs.pop(size) for size in sizes)
        renamed[", ".join(sizes)] = "kernel_size"
    elif (
        sizes
        and len(args) == 1 + len(sizes)
        and all(isinstance(a, int) for a in args)
        and any(name in kwargs for name in table)
    ):
        args = (args[0], tuple(args[1:]))
        renamed["one size after the other"] = "kernel_size=(...)"
    old_names = [name for name in table if name in kwargs]
    if old_names:
        kwargs = dict(kwargs)
    for old in old_names:
        new = table[old]
        if new in kwargs:
            raise TypeError(
                f"{cls.__name__} got both {old!r} and {new!r}: they are the same argument in "
                f"Keras 1 and Keras 2. Give {new!r} alone."
            )
        value = kwargs.pop(old)
        if old in _VALUES and isinstance(value, str):
            value = _VALUES[old].get(value, value)
        kwargs[new] = value
        renamed[old] = new
    if renamed:
        changes = ", ".join(f"{old} is now {new}" for old, new in renamed.items())
        warnings.warn(
            f"{cls.__name__} was called with argument names of Keras 1: {changes}.",
            DeprecationWarning,
            stacklevel=3,
        )
    return args, kwargs
