import numpy as np
import pytest

import minikeras
from minikeras.layers import Dense, Input, Layer, MultiHeadAttention


def test_a_layer_that_was_built_by_hand_is_not_built_again():
    layer = Dense(2)
    assert not layer.built
    layer.build((None, 3))
    assert layer.built
    kernel = layer.kernel
    layer(np.ones((1, 3), "float32"))
    assert layer.kernel is kernel
    assert len(layer.weights) == 2


def test_so_is_a_layer_of_the_users_own():
    class Scale(Layer):
        """Says neither built = True nor super().build()."""

        def build(self, input_shape):
            self.factor = self.add_weight("factor", input_shape[1:], initializer="ones")

        def call(self, inputs):
            return inputs * self.factor

    class Twice(Scale):
        def build(self, input_shape):
            super().build(input_shape)
            self.more = self.add_weight("more", (1,), initializer="zeros")

    for made in (Scale(), Twice()):
        made.build((None, 3))
        assert made.built
        count = len(made.weights)
        made(np.ones((1, 3), "float32"))
        assert len(made.weights) == count


def test_a_model_cannot_be_built_for_no_shape():
    class Own(minikeras.Model):
        def call(self, inputs):
            return inputs

    model = Own()
    with pytest.raises(ValueError, match="needs a shape to be built for"):
        model.build(None)
    assert not model.built
    model.build((None, 3))
    assert model.built


def test_a_call_without_one_of_its_inputs_is_named():
    for value in (np.zeros((2, 3, 4), "float32"), Input((3, 4))):
        layer = MultiHeadAttention(2, 3, name="heads")
        with pytest.raises(TypeError, match="'heads' .*was called without value"):
            layer(value)
        assert layer(value, value).shape[1:] == (3, 4)
