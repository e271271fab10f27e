"""Layers that say themselves what is kept of them: save_own_variables, load_own_variables."""

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras.saving import load_model

X = np.linspace(-1, 1, 12).reshape(3, 4).astype("float32")


@keras.saving.register_keras_serializable(package="own variables")
class Counting(keras.layers.Layer):
    """Scales, and remembers a table that is no weight; fails to read a negative one."""

    def build(self, input_shape):
        self.scale = self.add_weight(name="scale", shape=input_shape[-1:], initializer="ones")
        self.table = np.zeros(3)

    def call(self, inputs):
        return inputs * self.scale

    def save_own_variables(self, store):
        super().save_own_variables(store)
        store["table"] = self.table

    def load_own_variables(self, store):
        self.scale.assign(np.asarray(store["0"]))
        self.table = np.asarray(store["table"])
        if self.table.min() < 0:
            raise KeyError("negative")


def stack():
    return keras.Sequential(
        [keras.layers.Dense(4, input_shape=(4,)), Counting(), keras.layers.Dense(2)]
    )


@pytest.mark.parametrize("name", ["m.keras", "w.weights.h5"])
def test_what_a_layer_keeps_comes_back(tmp_path, name):
    model = stack()
    model.layers[1].table = np.arange(3.0)
    model.layers[1].set_weights([np.arange(4)])
    if name == "m.keras":
        model.save(tmp_path / name)
        loaded = load_model(tmp_path / name, compile=False)
    else:
        model.save_weights(tmp_path / name)
        loaded = stack()
        loaded.load_weights(tmp_path / name)
    np.testing.assert_array_equal(loaded.layers[1].table, np.arange(3.0))
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_where_a_layer_fails_to_read_nothing_changes(tmp_path):
    model, other = stack(), stack()
    model.layers[1].table = -np.ones(3)
    model.layers[1].set_weights([np.arange(4)])
    model.save_weights(tmp_path / "w.weights.h5")
    before = other.get_weights()
    with pytest.raises(
        ValueError, match=r"w\.weights\.h5.*load_own_variables\(\) failed.*negative"
    ):
        other.load_weights(tmp_path / "w.weights.h5")
    for one, two in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_no_more_is_read_for_a_layer_than_it_may_need(tmp_path):
    model = stack()
    model.save_weights(tmp_path / "w.weights.h5")
    with h5py.File(tmp_path / "w.weights.h5", "r+") as file:
        file.create_dataset("layers/counting/vars/huge", (2**30, 8), "f4", chunks=(1024, 8))
    with pytest.raises(ValueError, match="claims to hold"):
        model.load_weights(tmp_path / "w.weights.h5")
