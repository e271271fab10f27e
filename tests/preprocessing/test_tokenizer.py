import json

import numpy as np
import pytest

from minikeras.preprocessing.text import Tokenizer, tokenizer_from_json

TEXTS = ["The cat sat on the mat.", "The dog sat on the log!", "Dogs and cats living together."]


def fitted(*texts, **settings):
    tokenizer = Tokenizer(**settings)
    tokenizer.fit_on_texts(texts or TEXTS)
    return tokenizer


def test_words_are_numbered_by_falling_frequency():
    tokenizer = fitted()
    assert list(tokenizer.word_index)[:5] == ["the", "sat", "on", "cat", "mat"]
    assert tokenizer.word_index["the"] == 1
    assert tokenizer.index_word[2] == "sat"
    assert tokenizer.word_counts["the"] == 4
    assert list(tokenizer.word_counts)[:3] == ["the", "cat", "sat"]
    assert tokenizer.word_docs["the"] == tokenizer.index_docs[1] == 2
    assert tokenizer.document_count == 3
    assert tokenizer.texts_to_sequences(["the dog sat", "THE unknown cat", ""]) == [
        [1, 6, 2],
        [1, 4],
        [],
    ]
    assert tokenizer.sequences_to_texts([[1, 6, 2], [99, 1]]) == ["the dog sat", "the"]


def test_fitting_again_adds_up():
    tokenizer = fitted("a b", "a")
    tokenizer.fit_on_texts(iter(["b b c"]))
    assert dict(tokenizer.word_counts) == {"a": 2, "b": 3, "c": 1}
    assert tokenizer.word_index == {"b": 1, "a": 2, "c": 3}
    assert tokenizer.document_count == 3


def test_only_so_many_words():
    tokenizer = fitted(num_words=3)
    assert tokenizer.texts_to_sequences(TEXTS) == [[1, 2, 1], [1, 2, 1], []]
    assert len(tokenizer.word_index) == 12
    assert tokenizer.sequences_to_texts([[1, 2, 3]]) == ["the sat"]
    assert tokenizer.texts_to_matrix(TEXTS).shape == (3, 3)


def test_a_word_for_unknown_ones_is_the_last():
    tokenizer = fitted(oov_token="<unk>")
    assert tokenizer.word_index["<unk>"] == 13
    assert tokenizer.texts_to_sequences(["the cow sat"]) == [[1, 13, 2]]
    assert tokenizer.sequences_to_texts([[1, 13, 99]]) == ["the <unk> <unk>"]
    with_it = fitted("a <unk> a", oov_token="<unk>", filters="")
    assert with_it.word_index == {"a": 1, "<unk>": 2}


def test_with_num_words_it_is_the_first_and_stands_for_rare_words_too():
    tokenizer = fitted(oov_token="<unk>", num_words=3)
    assert tokenizer.word_index["<unk>"] == 1
    assert tokenizer.word_index["the"] == 2
    sequences = tokenizer.texts_to_sequences(["the cow sat"])
    assert sequences == [[2, 1, 1]]
    assert tokenizer.sequences_to_texts([[2, 3, 1]]) == ["the <unk> <unk>"]
    assert tokenizer.texts_to_matrix(["the cow sat"], mode="count").tolist() == [[0, 2, 1]]


def test_characters():
    tokenizer = fitted("aab", "Ab", char_level=True)
    assert tokenizer.word_index == {"a": 1, "b": 2, "A": 3}  # case is kept, as in Keras 2.1.5
    assert tokenizer.texts_to_sequences(["bAx"]) == [[2, 3]]


def test_a_string_is_as_many_texts_as_it_has_characters():
    tokenizer = Tokenizer(char_level=True)
    tokenizer.fit_on_texts("abba b")
    assert tokenizer.document_count == 6
    assert tokenizer.word_index == {"b": 1, "a": 2, " ": 3}
    assert tokenizer.texts_to_sequences("ba") == [[1], [2]]


@pytest.mark.parametrize("char_level", [False, True])
def test_a_text_that_is_none(char_level):
    with pytest.raises(TypeError, match="text 1 is None"):
        Tokenizer(char_level=char_level).fit_on_texts(["a", None])


def test_lists_are_words_already():
    tokenizer = fitted(["New York", "is"], ("is", "it"))
    assert tokenizer.word_index == {"is": 1, "New York": 2, "it": 3}
    assert tokenizer.texts_to_sequences([["it", "is", "New York"]]) == [[3, 1, 2]]


def test_an_analyzer():
    tokenizer = fitted("a-b", "b-c", analyzer=lambda text: text.split("-"))
    assert tokenizer.word_index == {"b": 1, "a": 2, "c": 3}
    with pytest.raises(ValueError, match="analyzer"):
        tokenizer.to_json()


def test_rows():
    tokenizer = fitted("a a a b", "b c")
    sequences = [[1, 1, 1, 2, 9], [], np.array([3, 2])]
    rows = {m: tokenizer.sequences_to_matrix(sequences, m) for m in ("binary", "count", "freq")}
    assert rows["binary"].tolist() == [[0, 1, 1, 0], [0] * 4, [0, 0, 1, 1]]
    assert rows["count"].tolist() == [[0, 3, 1, 0], [0] * 4, [0, 0, 1, 1]]
    np.testing.assert_allclose(rows["freq"], [[0, 0.6, 0.2, 0], [0] * 4, [0, 0, 0.5, 0.5]])
    # Two texts in all; a occurs in one of them, b in both, c in one.
    a, b = np.log(1 + 2 / 2), np.log(1 + 2 / 3)
    np.testing.assert_allclose(
        tokenizer.sequences_to_matrix(sequences, "tfidf"),
        [[0, (1 + np.log(3)) * a, b, 0], [0] * 4, [0, 0, b, a]],
        rtol=1e-12,
    )


def test_counting_numbers_alone():
    tokenizer = Tokenizer(num_words=4)
    tokenizer.fit_on_sequences([[1, 1, 2], [2, 3]])
    assert tokenizer.index_docs == {1: 1, 2: 2, 3: 1}
    rows = tokenizer.sequences_to_matrix([[2]], mode="tfidf")
    np.testing.assert_allclose(rows, [[0, 0, np.log(1 + 2 / 3), 0]])


@pytest.mark.parametrize("settings", [{}, {"num_words": 5, "oov_token": "?"}, {"char_level": True}])
def test_there_and_back_by_json(settings):
    tokenizer = fitted(**settings)
    again = tokenizer_from_json(tokenizer.to_json(indent=2))
    for name in ("word_index", "index_word", "word_counts", "word_docs", "index_docs"):
        assert getattr(again, name) == getattr(tokenizer, name)
    assert again.to_json() == tokenizer.to_json()
    for mode in ("binary", "count", "freq", "tfidf"):
        ours, theirs = (t.texts_to_matrix([*TEXTS, "New"], mode) for t in (tokenizer, again))
        np.testing.assert_array_equal(ours, theirs)


def test_a_file_of_a_later_version():
    """There the word for unknown ones is 1, rare words become it, and characters are lowered."""
    described = json.loads(fitted("ab", "b").to_json())
    del described["keras_version"]
    config = described["config"]
    config.update(char_level=True, lower=True, oov_token="?", num_words=3)
    config["word_index"] = json.dumps({"?": 1, "b": 2, "a": 3})
    config["index_word"] = json.dumps({1: "?", 2: "b", 3: "a"})
    tokenizer = tokenizer_from_json(json.dumps(described))
    assert tokenizer.texts_to_sequences(["BAx", ["B", "x"]]) == [[2, 1, 1], [2, 1]]
    assert "keras_version" not in json.loads(tokenizer.to_json())


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: Tokenizer(words=3), TypeError, "no argument 'words'"),
        (lambda: Tokenizer(num_words=3, nb_words=3), TypeError, "one thing"),
        (lambda: Tokenizer().fit_on_texts("a text"), TypeError, "list of texts"),
        (lambda: fitted().texts_to_sequences("a text"), TypeError, "list of texts"),
        (lambda: fitted().texts_to_sequences([3]), TypeError, "a string, not int"),
        (lambda: Tokenizer().sequences_to_matrix([[1]]), ValueError, "num_words"),
        (lambda: Tokenizer(5).sequences_to_matrix([[1]], "tfidf"), ValueError, "seen texts"),
        (lambda: fitted().sequences_to_matrix([[1]], "tf"), ValueError, "Unknown mode 'tf'"),
        (lambda: fitted().sequences_to_matrix([[-1]]), ValueError, "holds -1"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_name_of_keras_1():
    with pytest.warns(DeprecationWarning, match="num_words"):
        assert Tokenizer(nb_words=7).num_words == 7
