"""Every registered layer, and models of every structure, through every format and back."""

import numpy as np
import pytest

import minikeras as keras
from minikeras.saving import load_model

from .cases import ALL, CASES, OLD

FORMATS = ("m.keras", "m.h5", "w.weights.h5", "w.h5")
# Tested in files of their own: they are no layers of a kind, or do not enter models (text).
ELSEWHERE = {
    "Functional",
    "Highway",
    "InputLayer",
    "Lambda",
    "Layer",
    "LocallyConnected1D",
    "LocallyConnected2D",
    "MaxoutDense",
    "Merge",
    "Model",
    "OpLayer",
    "Sequential",
    "TextVectorization",
    "Wrapper",
}


def data_for(model, seed=0):
    """Return input data for a model: whole numbers below 9 where it wants those."""
    source = np.random.RandomState(seed)
    inputs = [
        source.uniform(-1, 1, (3, *t.shape[1:])).astype(t.dtype)
        if t.dtype.kind == "f"
        else source.randint(0, 9, (3, *t.shape[1:])).astype(t.dtype)
        for t in model.inputs
    ]
    if isinstance(model._input_structure, dict):
        return dict(zip(model.input_names, inputs, strict=True))
    return inputs if len(inputs) > 1 else inputs[0]


def randomize(model, seed=1):
    """Give every weight positive random values."""
    source = np.random.RandomState(seed)
    model.set_weights([source.uniform(0.1, 0.9, w.shape) for w in model.get_weights()])


def leaves(outputs):
    if isinstance(outputs, dict):
        return [outputs[key] for key in sorted(outputs)]
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def test_every_layer_has_a_case():
    shown = {name.split("/")[0] for name in (*CASES, *OLD)} | ELSEWHERE
    shown = {getattr(keras.layers, name, None) for name in shown}
    known = {cls for _, cls in keras.layers.registry.items() if isinstance(cls, type)}
    left = {cls.__name__ for cls in known - shown} - ELSEWHERE
    assert not left, "add models of these layers to CASES"


@pytest.mark.parametrize("file", FORMATS)
@pytest.mark.parametrize("name", [*ALL, *OLD])
def test_there_and_back(tmp_path, name, file):
    make = ALL.get(name) or OLD[name]
    model = make(keras)
    randomize(model)
    x = data_for(model)
    if file.startswith("m"):
        model.save(tmp_path / file)
        loaded = load_model(tmp_path / file, compile=False)
    else:
        model.save_weights(tmp_path / file)
        loaded = make(keras)
        loaded.load_weights(tmp_path / file)
    expected, found = leaves(model.predict(x)), leaves(loaded.predict(x))
    assert len(expected) == len(found)
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one, other)
    assert [type(la) for la in model.layers] == [type(la) for la in loaded.layers]
    if file.startswith("m"):
        ours = {la.name: _stripped(la.get_config()) for la in model.layers}
        theirs = {la.name: _stripped(la.get_config()) for la in loaded.layers}
        assert ours == theirs


@pytest.mark.parametrize("file", FORMATS[:2])
def test_operations_that_keras_3_lacks(tmp_path, file):
    x = keras.Input((4, 4))
    y = keras.ops.cumsum(x, axis=1) * np.arange(4, dtype="float32")
    model = keras.Model(x, y[..., None, ::2])
    model.save(tmp_path / file)
    loaded = load_model(tmp_path / file, compile=False)
    data = data_for(model)
    np.testing.assert_array_equal(loaded.predict(data), model.predict(data))


def _stripped(config):
    """Return a config with lists for tuples, and without what says only how a model was begun."""
    if isinstance(config, dict):
        return {k: _stripped(v) for k, v in config.items() if k != "batch_input_shape"}
    if isinstance(config, (list, tuple)):
        return [_stripped(part) for part in config]
    return config
