"""Constructors called as in Keras 1."""

import warnings

import numpy as np
import pytest

from minikeras import layers
from minikeras.configurable import init_parameters
from minikeras.layers import (
    BatchNormalization,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Dense,
    Dropout,
    GaussianNoise,
    MaxPooling1D,
    MaxPooling2D,
    PReLU,
    SeparableConv2D,
    UpSampling1D,
    ZeroPadding2D,
)
from minikeras.layers.legacy import RENAMED
from minikeras.models import Sequential


def settings(layer, *names):
    return [getattr(layer, name) for name in names]


@pytest.mark.parametrize(
    ("make", "names", "values"),
    [
        (lambda: Dense(output_dim=3, input_dim=4), ["units", "batch_input_shape"], [3, (None, 4)]),
        (lambda: Dense(3, bias=False), ["use_bias"], [False]),
        (lambda: Dropout(p=0.3), ["rate"], [0.3]),
        (lambda: GaussianNoise(sigma=0.2), ["stddev"], [0.2]),
        (lambda: UpSampling1D(length=3), ["size"], [3]),
        (lambda: MaxPooling1D(pool_length=2, stride=3), ["pool_size", "strides"], [(2,), (3,)]),
        (
            lambda: MaxPooling2D(border_mode="same", dim_ordering="th"),
            ["padding", "data_format"],
            ["same", "channels_first"],
        ),
        (
            lambda: Conv1D(nb_filter=4, filter_length=3, subsample_length=2, border_mode="same"),
            ["filters", "kernel_size", "strides", "padding"],
            [4, (3,), (2,), "same"],
        ),
        (
            lambda: Conv1D(4, 3, input_dim=5, input_length=7),
            ["batch_input_shape"],
            [(None, 7, 5)],
        ),
        (lambda: Conv1D(4, 3, input_dim=5), ["batch_input_shape"], [(None, None, 5)]),
        (
            lambda: Conv2D(8, 3, 2, border_mode="same", subsample=(2, 2), dim_ordering="tf"),
            ["kernel_size", "padding", "strides", "data_format"],
            [(3, 2), "same", (2, 2), "channels_last"],
        ),
        (lambda: Conv2D(8, 3, 2), ["kernel_size", "strides"], [(3, 2), (1, 1)]),
        (lambda: Conv2D(8, 3, 3, activation="relu"), ["kernel_size"], [(3, 3)]),
        (lambda: Conv2D(nb_filter=8, nb_row=3, nb_col=2), ["kernel_size"], [(3, 2)]),
        (lambda: Conv2D(8, 3, nb_col=2), ["kernel_size"], [(3, 2)]),
        (lambda: Conv3D(8, 3, 2, 1), ["kernel_size"], [(3, 2, 1)]),
        (
            lambda: Conv3D(8, kernel_dim1=3, kernel_dim2=2, kernel_dim3=1),
            ["kernel_size"],
            [(3, 2, 1)],
        ),
        (
            lambda: Conv2DTranspose(8, 3, 3, output_shape=(None, 8, 8, 8)),
            ["kernel_size"],
            [(3, 3)],
        ),
        (
            lambda: ZeroPadding2D(padding={"top_pad": 1, "right_pad": 2}),
            ["padding"],
            [((1, 0), (0, 2))],
        ),
    ],
)
def test_what_keras_1_says(make, names, values):
    with pytest.warns(DeprecationWarning, match="was called as in Keras 1"):
        layer = make()
    assert settings(layer, *names) == values


def test_initializers_penalties_and_bounds():
    with pytest.warns(DeprecationWarning, match="W_regularizer is now kernel_regularizer"):
        layer = Dense(
            3,
            init="uniform",
            W_regularizer="l2",
            b_regularizer="l1",
            W_constraint="maxnorm",
            b_constraint="nonneg",
        )
    for name in ("kernel_regularizer", "bias_regularizer", "kernel_constraint", "bias_constraint"):
        assert getattr(layer, name) is not None
    assert type(layer.kernel_initializer).__name__ == "RandomUniform"
    with pytest.warns(DeprecationWarning, match="depthwise_initializer and pointwise"):
        both = SeparableConv2D(4, 3, 3, init="ones")
    assert type(both.depthwise_initializer) is type(both.pointwise_initializer)
    with pytest.warns(DeprecationWarning):
        assert type(PReLU(init="one").alpha_initializer).__name__ == "Ones"
    with pytest.warns(DeprecationWarning, match="mode is gone"):
        norm = BatchNormalization(mode=0, beta_init="one", gamma_init="zero")
    assert type(norm.beta_initializer).__name__ == "Ones"


@pytest.mark.parametrize(
    ("make", "values"),
    [
        (lambda: Conv2D(8, 3, 2, padding="same"), [(3, 3), (2, 2)]),
        (lambda: Conv2D(8, (3, 2), 2), [(3, 2), (2, 2)]),
        (lambda: Conv2D(8, 3), [(3, 3), (1, 1)]),
        (lambda: Conv2DTranspose(8, 3, 2, output_padding=1), [(3, 3), (2, 2)]),
    ],
)
def test_what_is_of_today_is_left_alone(make, values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert settings(make(), "kernel_size", "strides") == values


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dense(output_dim=3, units=3), "both 'output_dim' and 'units'"),
        (lambda: Dropout(0.5, p=0.5), "rate"),
        (lambda: BatchNormalization(mode=1), "only mode=0"),
        (lambda: Conv2D(8, nb_row=3, nb_col=3, kernel_size=3), "nb_row, nb_col.*kernel_size"),
        (lambda: layers.Embedding(3, 4, dropout=0.1), "SpatialDropout1D"),
    ],
)
def test_what_is_refused(make, message):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(TypeError, match=message):
            make()


def test_a_network_of_keras_1_runs():
    with pytest.warns(DeprecationWarning):
        model = Sequential(
            [
                layers.Convolution2D(4, 3, 3, border_mode="same", input_shape=(8, 8, 1)),
                layers.MaxPooling2D(pool_size=(2, 2), border_mode="valid"),
                layers.Flatten(),
                Dropout(p=0.5),
                Dense(output_dim=3, init="glorot_normal", activation="softmax"),
            ]
        )
    assert model.predict(np.ones((2, 8, 8, 1))).shape == (2, 3)


@pytest.mark.parametrize("kind", [kind for kind in RENAMED if hasattr(layers, kind)])
def test_new_names_are_names_of_today(kind):
    assert set(RENAMED[kind].values()) <= set(init_parameters(getattr(layers, kind)))


def test_the_output_shape_of_a_transposed_convolution_may_stand_fourth():
    """Keras 1 had to be told it; it is worked out now."""
    with pytest.warns(DeprecationWarning, match="output_shape is worked out"):
        layer = layers.Deconvolution2D(5, 3, 3, (None, 6, 7, 5))
    assert (layer.kernel_size, layer.padding) == ((3, 3), "valid")


def test_an_embedding_without_dropout_may_say_so():
    with pytest.warns(DeprecationWarning, match="dropout is gone"):
        assert layers.Embedding(3, 4, dropout=0.0).output_dim == 4
