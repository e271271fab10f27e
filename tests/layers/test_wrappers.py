"""Wrapper: the base of layers around a layer."""

import numpy as np
import pytest

from minikeras.layers import Dense, Input, Wrapper
from minikeras.models import Model


class Doubled(Wrapper):
    def call(self, inputs):
        return self.layer(inputs) * 2

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)


def test_the_layer_inside_is_built_trained_and_written():
    x = Input((3,))
    wrapper = Doubled(Dense(2, kernel_initializer="ones"), name="w")
    model = Model(x, wrapper(x))
    assert model.predict(np.ones((1, 3))).tolist() == [[6, 6]]
    assert [w.shape for w in wrapper.trainable_weights] == [(3, 2), (2,)]
    wrapper.trainable = False
    assert not wrapper.layer.trainable
    config = wrapper.get_config()
    assert config["layer"]["class_name"] == "Dense"
    again = Doubled.from_config(config)
    assert config["layer"]["class_name"] == "Dense"  # reading leaves the config as it was
    assert (again.layer.units, again.name) == (2, "w")


def test_what_is_no_layer():
    with pytest.raises(TypeError, match=r"Doubled wraps a layer, not .*Write Dense\(\.\.\.\)"):
        Doubled(Dense)
    with pytest.raises(TypeError, match="wraps a layer, not 3"):
        Doubled(3)
