import inspect

import numpy as np
import pytest

import minikeras as keras
from minikeras import backend as K
from minikeras.utils.test_utils import get_test_data, keras_test, layer_test


def test_classes():
    np.random.seed(0)
    (x, y), (x_test, y_test) = get_test_data(
        num_train=400, num_test=10, input_shape=(3, 4), num_classes=3
    )
    assert (x.shape, y.shape) == ((400, 3, 4), (400,))
    assert (x_test.shape, y_test.shape) == ((10, 3, 4), (10,))
    assert x.dtype == np.float32
    assert set(y.tolist()) == {0, 1, 2}
    for label in range(3):
        assert abs(x[y == label].mean() - label) < 0.1
        assert abs(x[y == label].std() - 0.7) < 0.1


def test_numbers():
    np.random.seed(0)
    (x, y), _ = get_test_data(300, 5, (50,), output_shape=(40, 2), classification=False)
    assert (x.shape, y.shape) == ((300, 50), (300, 40, 2))
    centres = x.mean(axis=1)
    assert abs(np.corrcoef(centres, y.mean(axis=(1, 2)))[0, 1]) > 0.9
    assert abs(centres.mean() - 0.5) < 0.1


def test_they_follow_the_seed_as_in_keras_2():
    """The first numbers drawn from the seed are the labels, then one input after the other."""
    np.random.seed(4)
    (x, y), _ = get_test_data(2, 1, (2,))
    np.random.seed(4)
    labels = np.random.randint(0, 2, size=3)
    first, second = (np.random.normal(labels[i], 0.7, 2) for i in range(2))
    np.testing.assert_array_equal(y, labels[:2])
    np.testing.assert_array_equal(x, np.float32([first, second]))


class Scaled(keras.layers.Layer):
    """Multiplies by a weight per feature, and by a setting; tests break it in various places."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.scale = self.add_weight(
            name="scale", shape=(input_shape[-1],), initializer="uniform", trainable=True
        )

    def call(self, inputs):
        return inputs * self.scale * self.factor

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def test_a_good_layer_passes():
    output = layer_test(Scaled, {"factor": 3.0}, input_shape=(None, 4, 5))
    assert output.shape[1:] == (4, 5)
    assert output.dtype == np.float32


def test_the_settings_are_not_changed():
    settings = {"units": 3, "kernel_initializer": "ones"}
    x = np.ones((4, 2), "float32")
    layer_test(keras.layers.Dense, settings, input_data=x, expected_output=np.full((4, 3), 2.0))
    assert settings == {"units": 3, "kernel_initializer": "ones"}


@pytest.mark.parametrize("known_batch", [False, True])
def test_the_functional_model_may_know_how_many_samples_there_are(known_batch):
    shapes = []

    class Seen(Scaled):
        def build(self, input_shape):
            shapes.append(input_shape)
            super().build(input_shape)

    layer_test(Seen, input_shape=(3, 2), fixed_batch_size=known_batch)
    assert shapes[0] == (3 if known_batch else None, 2)


def test_integers():
    output = layer_test(
        keras.layers.Embedding,
        {"input_dim": 10, "output_dim": 3},
        input_shape=(2, 4),
        input_dtype="int32",
        expected_output_dtype="float32",
    )
    assert output.shape == (2, 4, 3)


class WrongShape(Scaled):
    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 7)


class ForgetsItsSetting(Scaled):
    def get_config(self):
        return {**super().get_config(), "factor": 5.0}


class KnowsNoGradientStep(Scaled):
    def call(self, inputs, training=None):
        if training:
            raise RuntimeError("in training")
        return super().call(inputs)


@pytest.mark.parametrize(
    "broken, error, message",
    [
        (WrongShape, AssertionError, "WrongShape .*compute_output_shape says"),
        (ForgetsItsSetting, AssertionError, "ForgetsItsSetting remade from its config"),
        (KnowsNoGradientStep, RuntimeError, "in training"),
    ],
)
def test_a_broken_layer_is_caught(broken, error, message):
    with pytest.raises(error, match=message):
        layer_test(broken, input_shape=(3, 4))


def test_unexpected_outputs_are_caught():
    x = np.ones((2, 3), "float32")
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        layer_test(keras.layers.ReLU, input_data=x, expected_output=x + 0.01)
    with pytest.raises(AssertionError, match="gives float32, expected int32"):
        layer_test(keras.layers.ReLU, input_data=x, expected_output_dtype="int32")


def test_data_or_their_shape_must_be_given():
    with pytest.raises(ValueError, match="give input_shape"):
        layer_test(keras.layers.ReLU)


def test_names_are_counted_anew_after_a_test():
    K.clear_session()

    @keras_test
    def build(units):
        return keras.layers.Dense(units).name

    assert [build(3), build(units=3)] == ["dense_1", "dense_1"]
    assert build.__name__ == "build"
    assert list(inspect.signature(build).parameters) == ["units"]
