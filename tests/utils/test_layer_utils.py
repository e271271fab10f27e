import numpy as np
import pytest

import minikeras
from minikeras.layers import Activation, Add, Dense, Flatten, Input
from minikeras.utils import (
    convert_all_kernels_in_model,
    convert_dense_weights_data_format,
    count_params,
    get_source_inputs,
    is_keras_tensor,
    print_summary,
)


def test_weights_are_counted_once():
    layer = Dense(3)
    layer.build((None, 4))
    assert count_params(layer.weights) == 4 * 3 + 3
    assert count_params([*layer.weights, *layer.weights]) == 15
    assert count_params([]) == 0
    assert count_params([np.zeros((2, 5))]) == 10


def test_symbolic_tensors_are_told_from_others():
    assert is_keras_tensor(Input((2,)))
    assert not is_keras_tensor(np.zeros(2))
    assert not is_keras_tensor("text")


class TestSourceInputs:
    def test_an_input_is_its_own_source(self):
        x = Input((2,))
        assert get_source_inputs(x) == [x]

    def test_all_the_way_back_each_once_in_order(self):
        inputs = [Input((2,)) for _ in range(11)]  # input_10 comes before input_2 as text
        total = Add()(inputs)
        total = Add()([total, inputs[3]])
        assert [id(t) for t in get_source_inputs(total)] == [id(t) for t in inputs]

    def test_a_deep_stack_does_not_exhaust_the_stack_of_python(self):
        x = y = Input((2,))
        activation = Activation("relu")
        for _ in range(1500):
            y = activation(y)
        assert get_source_inputs(y) == [x]

    def test_several_tensors_at_once(self):
        a, b = Input((2,)), Input((3,))
        assert get_source_inputs([Dense(2)(b), Dense(2)(a)]) == [b, a]

    def test_one_call_of_a_layer(self):
        a, b = Input((2,)), Input((2,))
        layer = Dense(2)
        first, _ = layer(a), layer(b)
        assert get_source_inputs(first, layer, 1) == [b]

    def test_what_is_not_symbolic_comes_back(self):
        array = np.zeros(2)
        assert get_source_inputs(array) is array


def test_summary_is_that_of_the_model():
    model = minikeras.Sequential([Dense(3, input_shape=(4,))])
    lines, expected = [], []
    print_summary(model, line_length=70, print_fn=lines.append)
    model.summary(line_length=70, print_fn=expected.append)
    assert lines == expected
    assert "Total params: 15" in lines


class TestConvertDenseWeights:
    def _layer(self, image):
        rng = np.random.default_rng(0)
        dense = Dense(4)
        dense.build((None, image.size))
        dense.set_weights([rng.normal(size=(image.size, 4)), rng.normal(size=4)])
        return dense

    def test_channels_first_and_back(self):
        image = np.random.default_rng(1).normal(size=(2, 3, 5)).astype("float32")  # h, w, c
        turned = image.transpose(2, 0, 1)
        dense = self._layer(image)
        before = dense.get_weights()
        expected = image.reshape(1, -1) @ before[0] + before[1]
        convert_dense_weights_data_format(dense, (5, 2, 3), "channels_first")
        np.testing.assert_allclose(
            np.asarray(dense(turned.reshape(1, -1))), expected, rtol=1e-5, atol=1e-6
        )
        convert_dense_weights_data_format(dense, (2, 3, 5), "channels_last")
        np.testing.assert_array_equal(dense.get_weights()[0], before[0])
        np.testing.assert_array_equal(dense.get_weights()[1], before[1])

    def test_without_a_bias(self):
        dense = Dense(2, use_bias=False)
        dense.build((None, 12))
        before = dense.get_weights()[0]
        convert_dense_weights_data_format(dense, (3, 2, 2))
        expected = before.reshape(2, 2, 3, 2).transpose(2, 0, 1, 3).reshape(12, 2)
        np.testing.assert_array_equal(dense.get_weights()[0], expected)

    def test_what_does_not_fit_is_refused(self):
        dense = self._layer(np.zeros((2, 3, 5)))
        with pytest.raises(ValueError, match=r"does not flatten to the 30 inputs"):
            convert_dense_weights_data_format(dense, (5, 2, 2))
        with pytest.raises(ValueError, match=r"does not flatten"):
            convert_dense_weights_data_format(dense, (30,))
        with pytest.raises(ValueError, match="target_data_format"):
            convert_dense_weights_data_format(dense, (5, 2, 3), "sideways")


def test_kernels_are_turned_in_nested_models_too():
    class Conv2D(minikeras.layers.Layer):
        """Stands for the convolution, which this test needs no more of than a kernel."""

        def build(self, input_shape):
            self.kernel = self.add_weight("kernel", (2, 2, 1, 1))

        def call(self, inputs):
            return inputs * 1.0

    inner = minikeras.Sequential([Conv2D(input_shape=(2, 2, 1))])
    dense = Dense(3)
    model = minikeras.Sequential([inner, Flatten(), dense])
    kernel = np.arange(4, dtype="float32").reshape(2, 2, 1, 1)
    inner.layers[0].set_weights([kernel])
    unchanged = dense.get_weights()[0]
    convert_all_kernels_in_model(model)
    np.testing.assert_array_equal(inner.layers[0].get_weights()[0], kernel[::-1, ::-1])
    np.testing.assert_array_equal(dense.get_weights()[0], unchanged)
