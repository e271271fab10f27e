"""How weights begin: by their initializer, or with zeros where a file will replace them."""

import threading

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.autograd import Variable
from minikeras.layers.weight_arguments import weights_to_come


class Own(keras.initializers.RandomInitializer):
    """A user's initializer: that it is called may matter."""

    def __call__(self, shape, dtype=None):
        return np.full(shape, 7, dtype or "float32")


def kernel(initializer="glorot_uniform"):
    layer = layers.Dense(3, kernel_initializer=initializer, bias_initializer="ones")
    layer.build((None, 2))
    kernel, bias = layer.get_weights()
    np.testing.assert_array_equal(bias, 1)  # what is not drawn is always made
    assert kernel.shape == (2, 3)
    assert kernel.dtype == "float32"
    return kernel


@pytest.mark.parametrize("name", ["glorot_uniform", "he_normal", "orthogonal", "random_uniform"])
def test_weights_to_come_are_not_drawn(name):
    assert kernel(name).any()
    with weights_to_come():
        assert not kernel(name).any()
        with weights_to_come(False):
            assert kernel(name).any()
        assert not kernel(name).any()
    assert kernel(name).any()


def test_a_users_initializer_is_called_all_the_same():
    with weights_to_come():
        np.testing.assert_array_equal(kernel(Own()), 7)
        np.testing.assert_array_equal(kernel(lambda shape, dtype=None: np.full(shape, 2.0)), 2)


def test_after_an_error_weights_are_drawn_again():
    with pytest.raises(RuntimeError), weights_to_come():
        raise RuntimeError
    assert kernel().any()


def test_other_threads_draw():
    found = []
    with weights_to_come():
        thread = threading.Thread(target=lambda: found.append(kernel()))
        thread.start()
        thread.join()
    assert found[0].any()


@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
def test_a_model_from_a_file_draws_nothing(file, tmp_path, monkeypatch):
    model = keras.Sequential([layers.Dense(3, input_shape=(2,)), layers.Dense(4)])
    model.save(tmp_path / file)

    def refuse(self, shape, dtype=None):
        raise AssertionError("drawn in vain")

    monkeypatch.setattr(keras.initializers.VarianceScaling, "__call__", refuse)
    again = keras.models.load_model(tmp_path / file, compile=False)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(AssertionError, match="in vain"):
        layers.Dense(3).build((None, 2))


def test_zeros_to_be_read_over_are_not_copied():
    array = np.zeros((2, 3), "float32")
    assert Variable(array, copy=False).data is array
    assert Variable(array).data is not array
    turned = Variable(array.T, copy=False)
    assert turned.data.flags.c_contiguous
    mine = np.ones((3, 2), "float32")  # an array of the user's is never shared
    layer = keras.layers.Dense(2, kernel_initializer=lambda shape, dtype=None: mine)
    with weights_to_come():
        layer.build((None, 3))
    assert layer.kernel.data is not mine
    np.testing.assert_array_equal(layer.kernel.data, mine)
