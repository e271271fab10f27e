"""TextVectorization: standards, splits, n-grams, every output mode, vocabularies, configs."""

import json

import numpy as np
import pytest

import minikeras as keras
from minikeras import config
from minikeras.layers import Embedding, GlobalAveragePooling1D, Input, TextVectorization
from minikeras.models import Sequential

TEXTS = ["The cat sat.", "the dog, sat!", "don't"]


def adapted(texts=TEXTS, **settings):
    layer = TextVectorization(**settings)
    layer.adapt(texts)
    return layer


def test_words_by_falling_frequency_and_order():
    layer = adapted()
    # the and sat occur twice; the others once, from the end of the alphabet.
    assert layer.get_vocabulary() == ["", "[UNK]", "the", "sat", "dont", "dog", "cat"]
    assert layer.get_vocabulary(include_special_tokens=False)[0] == "the"
    assert layer.vocabulary_size() == 7
    y = layer(["the cat", "a dog sat there", ""])
    assert y.numpy().tolist() == [[2, 6, 0, 0], [1, 5, 3, 1], [0, 0, 0, 0]]
    assert y.dtype == np.int64


@pytest.mark.parametrize(
    "settings, text, words",
    [
        ({}, "It's  a\tTEST, ok?\n", ["its", "a", "test", "ok"]),
        ({"standardize": None}, "It's A\x0btest", ["It's", "A", "test"]),
        ({"standardize": "lower"}, "Don't SHOUT ÉCOLE", ["don't", "shout", "École"]),
        ({"standardize": "strip_punctuation"}, "A_b-c[d]", ["Abcd"]),
        ({"standardize": np.char.upper}, "a b", ["A", "B"]),
        ({"split": "character"}, "Ab c", ["a", "b", " ", "c"]),
        ({"split": None}, "The cat", ["the cat"]),
        ({"split": lambda t: np.char.split(t, ",")}, "a,b c", None),
        ({"split": lambda t: np.char.split(t, "x"), "standardize": None}, "axb c", ["a", "b c"]),
        ({"ngrams": 2}, "a b c", ["a", "b", "c", "a b", "b c"]),
        ({"ngrams": (3, 1)}, "a b c", ["a b c", "a", "b", "c"]),
        ({"ngrams": (2,)}, "a", []),
        ({}, "no\u00a0break", ["no\u00a0break"]),
    ],
)
def test_texts_to_words(settings, text, words):
    words = ["ab c"] if words is None else words
    layer = TextVectorization(**settings)
    found, shape = layer._words(layer._as_array([[text]]))
    assert found == [words]
    assert shape == (1,)


@pytest.mark.parametrize(
    "texts, expected",
    [
        ("b a", [3, 2]),
        (["b a", "c"], [[3, 2], [1, 0]]),
        (np.array([["b a"], ["c"]]), [[3, 2], [1, 0]]),
        ([["b a"], ["c"]], [[3, 2], [1, 0]]),
        ([[["b a"]], [["c"]]], [[[3, 2]], [[1, 0]]]),
        ([b"b", b"a a"], [[3, 0], [2, 2]]),
        ([], []),
        (["", " "], [[], []]),
    ],
    ids=str,
)
def test_shapes_of_texts(texts, expected):
    layer = TextVectorization(vocabulary=["a", "b"])
    y = layer(texts)
    assert y.numpy().tolist() == expected
    if np.ndim(texts) < 3:
        assert len(layer.compute_output_shape(np.shape(texts))) == y.ndim
    fixed = TextVectorization(vocabulary=["a", "b"], output_sequence_length=3)(texts)
    assert fixed.shape[-1] == 3
    np.testing.assert_array_equal(fixed.numpy()[..., : y.shape[-1]], y.numpy())


def test_texts_that_are_one_word_each():
    layer = TextVectorization(vocabulary=["a", "b"], split=None)
    assert layer("a").numpy().tolist() == 2
    assert layer(["a", "b", "c"]).numpy().tolist() == [2, 3, 1]
    assert layer([["a", "b"], ["", "a"]]).numpy().tolist() == [[2, 3], [0, 2]]
    rows = TextVectorization(vocabulary=["a", "b"], split=None, output_mode="count")
    assert rows([["a", "b"], ["b", "b"]]).numpy().tolist() == [[0, 1, 1], [0, 0, 2]]


def test_long_texts_are_cut():
    layer = TextVectorization(vocabulary=["a", "b"], output_sequence_length=2)
    assert layer(["a b a b", "a"]).numpy().tolist() == [[2, 3], [2, 0]]
    assert layer.compute_output_shape((None,)) == (None, 2)


def test_rows():
    settings = {"vocabulary": ["a", "b"], "max_tokens": 5}
    texts = ["a a b", "c a c", ""]
    rows = TextVectorization(output_mode="multi_hot", **settings)(texts)
    assert rows.numpy().tolist() == [[0, 1, 1], [1, 1, 0], [0, 0, 0]]
    rows = TextVectorization(output_mode="count", **settings)(texts)
    assert rows.numpy().tolist() == [[0, 2, 1], [2, 1, 0], [0, 0, 0]]
    layer = TextVectorization(output_mode="count", pad_to_max_tokens=True, **settings)
    assert layer(texts).numpy().tolist() == [[0, 2, 1, 0, 0], [2, 1, 0, 0, 0], [0] * 5]
    assert layer.compute_output_shape((None,)) == (None, 5)
    assert layer("a b").shape == (5,)


def test_rarity_by_hand():
    layer = adapted(["a a b", "b c", "c c d"], output_mode="tf_idf")
    assert layer.get_vocabulary() == ["[UNK]", "c", "b", "a", "d"]
    idf = {w: np.log(1 + 3 / (1 + n)) for w, n in {"a": 1, "b": 2, "c": 2, "d": 1}.items()}
    expected = [np.mean(list(idf.values())), idf["c"], 0, 2 * idf["a"], 0]
    y = layer(["a a z c"])
    assert y.dtype == np.float32
    np.testing.assert_allclose(y.numpy(), [expected], rtol=1e-6)
    config.set_floatx("float64")
    assert layer(["a"]).dtype == np.float64
    config.set_floatx("float32")


def test_given_rarity():
    settings = {"output_mode": "tf_idf", "max_tokens": 5, "pad_to_max_tokens": True}
    layer = TextVectorization(vocabulary=["a", "b"], idf_weights=[1.0, 3.0], **settings)
    assert layer(["a b b z"]).numpy().tolist() == [[2, 1, 6, 0, 0]]
    layer = TextVectorization(vocabulary=["[UNK]", "a"], idf_weights=[0.5, 1], **settings)
    assert layer(["a z"]).numpy().tolist() == [[0.5, 1, 0, 0, 0]]


@pytest.mark.parametrize("mode, words", [("int", 2), ("count", 3)])
def test_the_most_frequent_words_only(mode, words):
    layer = adapted(["a a a b b c d"], max_tokens=4, output_mode=mode)
    assert layer.get_vocabulary(False) == ["a", "b", "d"][:words]
    assert layer.vocabulary_size() == 4


def test_batches_of_any_kind():
    expected = adapted(TEXTS).get_vocabulary()
    assert adapted(np.array(TEXTS)[:, None]).get_vocabulary() == expected
    assert adapted(iter([TEXTS[:1], TEXTS[1:]])).get_vocabulary() == expected
    assert adapted(iter(TEXTS)).get_vocabulary() == expected
    layer = TextVectorization()
    layer.adapt(iter([["a"], ["b"], ["c"]]), steps=2)
    assert layer.get_vocabulary(False) == ["b", "a"]
    layer.adapt(["z"])  # forgets what it knew
    assert layer.get_vocabulary(False) == ["z"]
    layer.set_vocabulary(["q"])
    assert layer.get_vocabulary(False) == ["q"]


def test_a_vocabulary_from_a_file(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("wind\nfeuer\nécole\n", "utf-8")
    for given in (str(path), path):
        layer = TextVectorization(vocabulary=given)
        assert layer.get_vocabulary() == ["", "[UNK]", "wind", "feuer", "école"]
    assert layer.get_config()["vocabulary"] == ["wind", "feuer", "école"]


CONFIGS = [
    {},
    {"max_tokens": 5, "standardize": "lower", "split": "character", "ngrams": 2},
    {"output_mode": "count", "max_tokens": 20, "pad_to_max_tokens": True, "ngrams": (1, 2)},
    {"output_mode": "tf_idf"},
    {"output_sequence_length": 4, "standardize": None, "name": "words"},
]


@pytest.mark.parametrize("settings", CONFIGS, ids=str)
def test_config_there_and_back(settings):
    layer = adapted(**settings)
    described = json.loads(json.dumps(layer.get_config()))
    again = TextVectorization.from_config(described)
    assert again.get_config() == layer.get_config()
    texts = [*TEXTS, "the unknown"]
    np.testing.assert_array_equal(again(texts).numpy(), layer(texts).numpy())
    again.adapt(["new words"])
    assert "new" in again.get_vocabulary() or settings.get("split") == "character"


def test_config_of_a_function():
    @keras.utils.register_keras_serializable("tests")
    def shout(texts):
        return np.char.upper(texts)

    layer = adapted(standardize=shout)
    again = TextVectorization.from_config(layer.get_config())
    assert again(["the"]).numpy().tolist() == [[2]]
    assert again.get_vocabulary()[2] == "THE"


@pytest.mark.parametrize("settings", CONFIGS, ids=str)
def test_files_of_keras_3(settings, tmp_path):
    layer = adapted(**settings)
    store = {}
    layer.save_own_variables(store)
    layer.save_assets(tmp_path)
    again = TextVectorization(**settings)
    again.load_own_variables(store)
    again.load_assets(tmp_path)
    texts = [*TEXTS, "the unknown"]
    np.testing.assert_array_equal(again(texts).numpy(), layer(texts).numpy())


def test_in_front_of_a_model():
    layer = adapted(output_sequence_length=3)
    model = Sequential([Embedding(layer.vocabulary_size(), 2), GlobalAveragePooling1D()])
    model.compile("sgd", "mse")
    model.fit(layer(TEXTS), np.zeros((3, 2)), verbose=0)
    assert model.predict(layer(["a new text"])).shape == (1, 2)
    assert layer.weights == []
    assert layer.count_params() == 0


def test_strings_do_not_enter_models():
    layer = TextVectorization(vocabulary=["a"])
    with pytest.raises(ValueError, match="strings, which do not enter models"):
        layer(Input((1,)))
    model = Sequential([layer, Embedding(3, 2)])
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match="a model needs numbers"):
        model.predict(np.array(["a"]))


def given(**settings):
    return TextVectorization(**{"vocabulary": ["a"], **settings})


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: TextVectorization()(["a"]), ValueError, "knows no words yet"),
        (lambda: given().adapt(["b"]), ValueError, "was given its vocabulary"),
        (lambda: TextVectorization().adapt("a text"), TypeError, "list of texts"),
        (lambda: TextVectorization().adapt([1, 2]), TypeError, "takes strings, but got 1"),
        (lambda: given()(np.array([1.5])), TypeError, "takes strings, but got 1.5"),
        (lambda: given()([["a", "b"]]), ValueError, r"shape \(1, 2\)"),
        (lambda: given(vocabulary=[]), ValueError, "at least one word"),
        (lambda: given(vocabulary=["a", "b", "a"]), ValueError, r"twice: \['a'\]"),
        (lambda: given(vocabulary=["a", ""]), ValueError, "empty word at place 1"),
        (lambda: given(vocabulary=["a", "b"], max_tokens=3), ValueError, "has 4 words"),
        (lambda: given(standardize="upper"), ValueError, "Unknown standardize 'upper'"),
        (lambda: given(split="word"), ValueError, "Unknown split 'word'"),
        (lambda: given(output_mode="one_hot"), ValueError, "Unknown output_mode 'one_hot'"),
        (lambda: given(ngrams=0), ValueError, "ngrams"),
        (lambda: given(ngrams=(1, "2")), ValueError, "ngrams"),
        (lambda: given(max_tokens=1), ValueError, "at least 2"),
        (lambda: given(pad_to_max_tokens=True), ValueError, "needs max_tokens"),
        (lambda: given(output_sequence_length=0), ValueError, "output_sequence_length"),
        (
            lambda: given(output_mode="count", output_sequence_length=3),
            ValueError,
            "belongs to output_mode='int'",
        ),
        (lambda: given(idf_weights=[1.0]), ValueError, "idf_weights belong"),
        (lambda: given(output_mode="tf_idf"), ValueError, "idf_weights belong"),
        (lambda: given(output_mode="tf_idf", idf_weights=[1, 2]), ValueError, "each of 1 words"),
        (lambda: given(sparse=True), ValueError, "dense arrays"),
        (lambda: given(ragged=True), ValueError, "dense arrays"),
        (lambda: given(max_words=3), TypeError, "max_words"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
