"""K.shape in the graph of a model: a tuple, and numbers where operations want them."""

import numpy as np
import pytest

from minikeras import backend as K
from minikeras.layers import Conv2D, Input
from minikeras.models import Model, Sequential


def test_it_is_a_tuple():
    x = Input((3, None))
    assert K.shape(x) == (None, 3, None)
    assert K.shape(x)[1] == 3
    assert len(K.shape(x)) == 3
    assert K.shape(np.zeros((2, 3))) == (2, 3)
    assert K.shape(Input(batch_shape=(2, 3))) == (2, 3)


def test_operations_see_numbers():
    x = Input((3, None))
    count = K.prod(K.cast(K.shape(x), "float32"))
    run = K.function([x], [count, K.sum(x) / count])
    for size in (2, 5):
        data = np.random.default_rng(0).random((4, 3, size)).astype("float32")
        found, mean = run([data])
        assert found == 12 * size
        assert mean == pytest.approx(data.mean(), rel=1e-5)


def test_the_loss_of_a_deep_dream():
    """The mean activation of layers, whatever the size of the image, and its gradient."""
    model = Sequential([Conv2D(2, 3, kernel_initializer="ones", input_shape=(None, None, 1))])
    x = model.layers[0].output
    loss = K.variable(0.0)
    loss = loss + 0.5 * K.sum(K.square(x)) / K.prod(K.cast(K.shape(x), "float32"))
    slope = K.gradients(loss, model.input)[0]
    image = np.ones((1, 6, 7, 1), "float32")
    value, gradient = K.function([model.input], [loss, slope])([image])
    assert value == pytest.approx(0.5 * 81)
    # Each of the 4 x 5 places, in 2 filters, adds 0.5 * 2 * 9 / 40 at each of its 9 pixels.
    assert gradient.sum() == pytest.approx(40 * 9 * 9 / 40, rel=1e-5)


def test_it_can_be_saved_with_the_model():
    x = Input((3,))
    model = Model(x, x / K.cast(K.shape(x), "float32")[0])
    again = Model.from_config(model.get_config())
    np.testing.assert_allclose(again.predict(np.ones((4, 3))), np.full((4, 3), 0.25))
