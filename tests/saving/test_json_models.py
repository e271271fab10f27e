"""Architectures as JSON: written in two forms, read in those of every Keras."""

import gc
import json

import numpy as np
import pytest

import minikeras as keras
from minikeras.models import model_from_json

from . import era
from .cases import ALL
from .test_round_trips import data_for, leaves, randomize

X = np.linspace(-1, 1, 12).reshape(3, 4).astype("float32")


@pytest.mark.parametrize("version", [None, "3"])
@pytest.mark.parametrize("name", ALL)
def test_there_and_back(name, version):
    model = ALL[name](keras)
    randomize(model)
    again = model_from_json(model.to_json(keras_version=version))
    again.set_weights(model.get_weights())
    x = data_for(model)
    for one, other in zip(leaves(model.predict(x)), leaves(again.predict(x)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_default_form_is_that_of_keras_2():
    model = keras.Sequential([keras.layers.Dense(3, input_shape=(4,), name="d")])
    document = json.loads(model.to_json(indent=1))
    assert document["keras_version"] == "2.1.5"
    assert [entry["class_name"] for entry in document["config"]] == ["Dense"]
    assert document["config"][0]["config"]["batch_input_shape"] == [None, 4]
    assert json.loads(model.to_json("3"))["module"] == "keras"
    with pytest.raises(ValueError, match="Keras 2 or 3, not '1'"):
        model.to_json(keras_version="1")


@pytest.mark.parametrize(
    ("document", "bends"),
    [
        ({"class_name": "Sequential", "config": [era.dense("d", 3, "hard_sigmoid", (4,))],
          "keras_version": "2.1.5", "backend": "tensorflow"}, "hard_sigmoid"),
        ({"class_name": "Sequential", "keras_version": "2.9.0", "backend": "tensorflow",
          "config": {"name": "s", "layers": [era.dense("d", 3, "hard_sigmoid", (4,))]}},
         "hard_sigmoid"),
        ({"class_name": "Sequential", "keras_version": "1.2.2", "config": [
            {"class_name": "Dense", "config": {
                "name": "d", "output_dim": 3, "activation": "hard_sigmoid", "init": "uniform",
                "bias": True, "batch_input_shape": [None, 4], "input_dtype": "float32"}}]},
         "hard_sigmoid"),
        ({"module": "keras", "class_name": "Sequential", "registered_name": None, "config": {
            "name": "s", "layers": [
                {"module": "keras.layers", "class_name": "InputLayer", "registered_name": None,
                 "config": {"batch_shape": [None, 4], "dtype": "float32", "name": "i"}},
                {"module": "keras.layers", "class_name": "Dense", "registered_name": None,
                 "config": {"name": "d", "units": 3, "activation": "hard_sigmoid", "dtype": {
                     "module": "keras", "class_name": "DTypePolicy",
                     "config": {"name": "float32"}, "registered_name": None}}}]}},
         "hard_sigmoid_keras3"),
    ],
    ids=["2.1.5", "2.9", "1.2.2", "3"],
)  # fmt: skip
def test_texts_of_every_keras(document, bends):
    model = model_from_json(json.dumps(document))
    layer = model.layers[-1]
    assert layer.activation is getattr(keras.activations, bends)
    assert model.predict(X).shape == (3, 3)


def test_code_in_a_text_is_not_run():
    model = keras.Sequential([keras.layers.Lambda(lambda x: x + 1, input_shape=(4,))])
    text = model.to_json("3")
    del model
    gc.collect()  # a function that this program still has needs no code from the text
    with pytest.raises(ValueError, match="safe_mode=False"):
        model_from_json(text)


def test_what_is_no_model():
    with pytest.raises(ValueError, match="nested more than 200 deep"):
        model_from_json("[" * 300 + "]" * 300)
    with pytest.raises(TypeError, match="takes the text that to_json"):
        model_from_json(5)
    with pytest.raises(TypeError, match="model_from_config"):
        model_from_json({"class_name": "Sequential"})
    with pytest.raises(ValueError, match="the JSON text: the model in it cannot be made.*'Dens'"):
        model_from_json('{"module": "keras.layers", "class_name": "Dens", "config": {}}')


def test_models_of_texts_are_refused_in_words_that_help():
    source = {"batch_shape": [None, 1], "dtype": "string", "name": "i"}
    layers = [{"module": "keras.layers", "class_name": "InputLayer", "config": source}]
    document = {"module": "keras", "class_name": "Sequential",
                "config": {"name": "s", "layers": layers}}  # fmt: skip
    with pytest.raises(ValueError, match="texts, which do not enter models here"):
        model_from_json(json.dumps(document))


def test_export_is_refused(tmp_path):
    model = keras.Sequential([keras.layers.Dense(3, input_shape=(4,))])
    with pytest.raises(NotImplementedError, match=r"Write a '\.keras' file"):
        model.export(tmp_path / "m")


def test_the_names_of_keras_saving():
    for name in keras.saving.__all__:
        assert callable(getattr(keras.saving, name)), name
    assert {"load_model", "load_weights", "serialize_keras_object"} < set(keras.saving.__all__)
