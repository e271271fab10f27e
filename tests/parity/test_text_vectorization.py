"""TextVectorization beside real Keras, which needs TensorFlow for it."""

import numpy as np
import pytest

pytest.importorskip("tensorflow")

import keras

import minikeras

TEXTS = [
    "The cat, sat on the mat.",
    "the DOG sat ÉCOLE the [UNK]",
    "dog\u00a0x y\u2003z don't",
    "",
    "  a\tb\nc\x0bd\x0ce\x1cf ",
]
SETTINGS = [
    {},
    {"output_sequence_length": 3},
    {"max_tokens": 5},
    {"ngrams": 2},
    {"ngrams": (1, 3)},
    {"split": "character", "max_tokens": 8},
    {"split": None},
    {"standardize": None},
    {"standardize": "lower"},
    {"standardize": "strip_punctuation", "ngrams": 2},
    {"output_mode": "multi_hot"},
    {"output_mode": "multi_hot", "ngrams": 2, "max_tokens": 9},
    {"output_mode": "count", "max_tokens": 6, "pad_to_max_tokens": True},
    {"output_mode": "count", "max_tokens": 60, "pad_to_max_tokens": True},
    {"output_mode": "tf_idf"},
    {"output_mode": "tf_idf", "max_tokens": 5},
    {"output_mode": "tf_idf", "max_tokens": 60, "pad_to_max_tokens": True},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_adapting(settings):
    real, mini = (k.layers.TextVectorization(**settings) for k in (keras, minikeras))
    for layer in (real, mini):
        layer.adapt(TEXTS)
    assert mini.get_vocabulary() == [str(w) for w in real.get_vocabulary()]
    assert mini.vocabulary_size() == real.vocabulary_size()
    for texts in (TEXTS, ["the new cat"], np.array(TEXTS)[:, None], "the cat"):
        expected, actual = np.asarray(real(texts)), mini(texts).numpy()
        assert actual.dtype.kind == expected.dtype.kind
        np.testing.assert_allclose(actual, expected, rtol=1e-6)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_real_keras_takes_our_config(settings):
    mini = minikeras.layers.TextVectorization(**settings)
    mini.adapt(TEXTS)
    real = keras.layers.TextVectorization.from_config(mini.get_config())
    np.testing.assert_allclose(np.asarray(real(TEXTS)), mini(TEXTS).numpy(), rtol=1e-6)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_we_take_the_files_of_real_keras(settings, tmp_path):
    real = keras.layers.TextVectorization(**settings)
    real.adapt(TEXTS[:4])  # a word with a line break in it is lost on the way to a file
    config = real.get_config()
    mini = minikeras.layers.TextVectorization.from_config(config)
    store = {}
    real.save_own_variables(store)
    real.save_assets(str(tmp_path))
    mini.load_own_variables(store)
    mini.load_assets(tmp_path)
    np.testing.assert_allclose(mini(TEXTS).numpy(), np.asarray(real(TEXTS)), rtol=1e-6)
