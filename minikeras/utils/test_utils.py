"""Helpers for tests of one's own layers and models, as in Keras 2: `keras.utils.test_utils`.

`get_test_data` makes up data, `layer_test` takes one layer through all that a layer should be able
to do, `keras_test` cleans up after a test.
"""

import functools
import math
import warnings

import numpy as np

from .. import backend, config
from ..layers import Input
from ..models import Model, Sequential
from ..registry import custom_object_scope
from .generic_utils import has_arg

__all__ = ["get_test_data", "keras_test", "layer_test"]

_NOISE = 0.7
_TOLERANCE = 1e-3  # relative, of outputs against expected ones; Keras 2.1.5


def get_test_data(
    num_train=1000,
    num_test=500,
    input_shape=(10,),
    output_shape=(2,),
    classification=True,
    num_classes=2,
):
    """Return made-up data `(x_train, y_train), (x_test, y_test)` that a model can learn.

    Around a value drawn per sample, its class number or a number from 0 to 1, the inputs (and for
    regression the targets) scatter normally, by a standard deviation of 0.7. The numbers come from
    NumPy's global generator, so that `np.random.seed` repeats them.

    Args:
        num_train, num_test: numbers of samples.
        input_shape: of one input.
        output_shape: of one target; class numbers have none.
        classification: whether targets are class numbers (int64), else floats.
        num_classes: how many classes.

    Returns:
        Inputs (samples, *input_shape) and targets (samples,) or (samples, *output_shape), of the
        default float type.
    """
    samples = num_train + num_test
    inputs, outputs = math.prod(input_shape), 0 if classification else math.prod(output_shape)
    if classification:
        centre = np.random.randint(0, num_classes, size=samples)
    else:
        centre = np.random.random(samples)
    drawn = np.random.normal(centre[:, None], _NOISE, size=(samples, inputs + outputs))
    drawn = drawn.astype(config.floatx())
    x = drawn[:, :inputs].reshape(samples, *input_shape)
    y = centre if classification else drawn[:, inputs:].reshape(samples, *output_shape)
    return (x[:num_train], y[:num_train]), (x[num_train:], y[num_train:])


def keras_test(func):
    """Decorate a test function so that names are counted from 1 again after it.

    `clear_session` is called once the test has passed. What the test returns is handed on.
    """

    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        result = func(*args, **kwargs)
        backend.clear_session()
        return result

    return wrapper


def layer_test(
    layer_cls,
    kwargs=None,
    input_shape=None,
    input_dtype=None,
    input_data=None,
    expected_output=None,
    expected_output_dtype=None,
    fixed_batch_size=False,
):
    """Check that a layer of one input and one output does what any layer should.

    It is made, in a functional model and as the first layer of a Sequential one, from its
    arguments, its config and its weights. Its output must have the shape and dtype foretold, a
    model remade from its config must give the same output, and a step of training must pass.

    Args:
        layer_cls: the class. It may be one of your own, that is not registered.
        kwargs: dictionary of arguments to make the layer with; empty by default.
        input_shape: with the batch axis. An axis of None gets a size from 1 to 3. By default the
            shape of `input_data`, one of the two must be given.
        input_dtype: of the input; by default that of `input_data`, or else the default float type.
        input_data: array to call the layer on; by default numbers from 0 to 10, which come from
            NumPy's global generator.
        expected_output: array that the output must equal, to a relative 1e-3.
        expected_output_dtype: by default that of the input.
        fixed_batch_size: whether the functional model knows how many samples there are.

    Returns:
        The output of the Sequential model, an array, for checks of your own.

    Raises:
        AssertionError: what the layer does differs from what it says or from what is expected.
        ValueError: neither `input_shape` nor `input_data` is given.
    """
    if input_data is None:
        if not input_shape:
            raise ValueError(
                "layer_test needs data to call the layer on: give input_shape, with the batch "
                "axis, or input_data."
            )
        input_dtype = input_dtype or config.floatx()
        drawn_shape = [np.random.randint(1, 4) if size is None else size for size in input_shape]
        input_data = (10 * np.random.random(drawn_shape)).astype(input_dtype)
    else:
        input_shape = input_shape or input_data.shape
        input_dtype = input_dtype or input_data.dtype
    input_dtype = np.dtype(input_dtype).name

    kwargs = dict(kwargs or {})
    layer = layer_cls(**kwargs)
    weights = layer.get_weights()
    layer.set_weights(weights)
    if weights and has_arg(layer_cls, "weights"):
        layer = layer_cls(**{**kwargs, "weights": weights})

    batch = {"batch_shape": input_shape} if fixed_batch_size else {"shape": input_shape[1:]}
    x = Input(dtype=input_dtype, **batch)
    y = layer(x)
    wanted = np.dtype(expected_output_dtype or input_dtype).name
    if backend.dtype(y) != wanted:
        raise AssertionError(f"{layer.name} gives {backend.dtype(y)}, expected {wanted}.")
    foretold = layer.compute_output_shape(input_shape)
    _check_model(Model(x, y), layer_cls, input_data, foretold, expected_output)

    settings = {**layer.get_config(), "batch_input_shape": input_shape}
    model = Sequential([layer_cls.from_config(settings)])
    return _check_model(model, layer_cls, input_data, foretold, expected_output)


def _check_model(model, layer_cls, x, foretold, expected):
    """Check a model of one layer; return its output for `x`."""
    output = model.predict(x)
    if len(foretold) != output.ndim or any(
        size not in (None, found) for size, found in zip(foretold, output.shape)
    ):
        raise AssertionError(
            f"{layer_cls.__name__} gives an output of shape {output.shape}, though its "
            f"compute_output_shape says {tuple(foretold)}."
        )
    if expected is not None:
        np.testing.assert_allclose(output, expected, rtol=_TOLERANCE)

    with custom_object_scope({layer_cls.__name__: layer_cls}):
        remade = type(model).from_config(model.get_config())
    if model.weights:
        remade.set_weights(model.get_weights())
        np.testing.assert_allclose(
            remade.predict(x),
            output,
            rtol=_TOLERANCE,
            err_msg=f"{layer_cls.__name__} remade from its config gives another output.",
        )

    model.compile("rmsprop", "mse")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*no trainable weights", UserWarning)  # not asked for
        model.train_on_batch(x, output)
    return output
