"""Made-up data to try models on, under its path of Keras 2: `keras.utils.test_utils`."""

import math

import numpy as np

from .. import config

_NOISE = 0.7


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
