"""The user's own layers, functions and models in files of either package."""

import keras
import numpy as np
import pytest

import minikeras
from tests.parity.harness import assert_close

X = np.linspace(-1, 1, 12, dtype="float32").reshape(3, 4)


def bend_of(k):
    """Return a function of one's own."""

    @k.saving.register_keras_serializable(package="own")
    def bend(x):
        return k.ops.square(x) + x

    return bend


def scaled_of(k):
    """Return a layer of one's own, with a weight, an inner layer, and a nested initializer."""

    @k.saving.register_keras_serializable(package="own")
    class Scaled(k.layers.Layer):
        def __init__(self, factor=1.0, initializer="ones", **kwargs):
            super().__init__(**kwargs)
            self.factor = factor
            self.initializer = k.initializers.get(initializer)
            self.inner = k.layers.Dense(3, name="inner")

        def build(self, input_shape):
            self.scale = self.add_weight(
                name="scale", shape=(3,), initializer=self.initializer, trainable=True
            )
            self.inner.build(input_shape)

        def call(self, inputs):
            return self.inner(inputs) * self.scale * self.factor

        def compute_output_shape(self, input_shape):
            return (*input_shape[:-1], 3)

        def get_config(self):
            kept = {"factor": self.factor}
            kept["initializer"] = k.initializers.serialize(self.initializer)
            return {**super().get_config(), **kept}

    return Scaled


def network_of(k):
    """Return a subclassed model of one's own, with layers in a list and a dictionary."""

    @k.saving.register_keras_serializable(package="own")
    class Network(k.Model):
        def __init__(self, units=3, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.blocks = [k.layers.Dense(units, activation="relu") for _ in range(2)]
            self.ends = {"p": k.layers.Dense(2), "q": k.layers.Dense(1)}
            self.normalization = k.layers.BatchNormalization()

        def call(self, inputs, training=False):
            for block in self.blocks:
                inputs = block(inputs)
            inputs = self.normalization(inputs, training=training)
            return self.ends["p"](inputs) + self.ends["q"](inputs)

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    return Network


def graph(k):
    x = k.Input((4,), name="x")
    y = scaled_of(k)(factor=2.0, name="scaled")(x)
    y = k.layers.Dense(2, activation=bend_of(k))(y)
    return k.Model(x, k.layers.Lambda(bend_of(k), name="bent")(y))


def randomize(model):
    source = np.random.RandomState(1)
    model.set_weights([source.uniform(0.1, 0.9, w.shape) for w in model.get_weights()])


@pytest.mark.parametrize("file", ["m.keras", "m.h5", "w.weights.h5"])
@pytest.mark.parametrize("way", ["to real Keras", "from real Keras"])
def test_layers_and_functions(tmp_path, way, file):
    here, there = (minikeras, keras) if way == "to real Keras" else (keras, minikeras)
    model = graph(here)
    randomize(model)
    path = str(tmp_path / file)
    own = {"Scaled": scaled_of(there), "bend": bend_of(there)}
    if file.startswith("m"):
        model.save(path)
        loaded = there.models.load_model(path, custom_objects=own, compile=False)
    else:
        model.save_weights(path)
        loaded = graph(there)
        loaded.load_weights(path)
    assert_close(np.asarray(loaded(X)), np.asarray(model(X)), "predictions")


@pytest.mark.parametrize("file", ["m.keras", "w.weights.h5"])
@pytest.mark.parametrize("way", ["to real Keras", "from real Keras"])
def test_subclassed_models(tmp_path, way, file):
    here, there = (minikeras, keras) if way == "to real Keras" else (keras, minikeras)
    model = network_of(here)(units=4)
    model(X)
    randomize(model)
    path = str(tmp_path / file)
    if file.startswith("m"):
        model.save(path)
        own = {"Network": network_of(there)}
        loaded = there.models.load_model(path, custom_objects=own, compile=False)
    else:
        model.save_weights(path)
        loaded = network_of(there)(units=4)
        loaded(X)
        loaded.load_weights(path)
    assert_close(np.asarray(loaded(X)), np.asarray(model(X)), "predictions")
