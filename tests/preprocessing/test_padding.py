import numpy as np
import pytest

import minikeras
from minikeras.preprocessing.sequence import _remove_long_seq, pad_sequences

SEQUENCES = [[1], [1, 2], [1, 2, 3]]


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({}, [[0, 0, 1], [0, 1, 2], [1, 2, 3]]),
        ({"padding": "post"}, [[1, 0, 0], [1, 2, 0], [1, 2, 3]]),
        ({"value": 9}, [[9, 9, 1], [9, 1, 2], [1, 2, 3]]),
        ({"maxlen": 2}, [[0, 1], [1, 2], [2, 3]]),
        ({"maxlen": 2, "truncating": "post"}, [[0, 1], [1, 2], [1, 2]]),
        ({"maxlen": 4, "padding": "post"}, [[1, 0, 0, 0], [1, 2, 0, 0], [1, 2, 3, 0]]),
        ({"maxlen": 0}, [[], [], []]),
    ],
    ids=str,
)
def test_numbers(settings, expected):
    padded = pad_sequences(SEQUENCES, **settings)
    assert padded.dtype == np.int32
    assert padded.tolist() == expected


def test_steps_may_be_vectors_or_matrices():
    rng = np.random.default_rng(0)
    for shape in [(2,), (2, 3)]:
        sequences = [rng.normal(size=(n, *shape)) for n in (2, 0, 4)]
        padded = pad_sequences(sequences, maxlen=3, dtype="float32", value=7.5)
        assert padded.shape == (3, 3, *shape)
        assert padded.dtype == np.float32
        assert (padded[0, 0] == 7.5).all()
        np.testing.assert_allclose(padded[0, 1:], sequences[0], rtol=1e-6)
        assert (padded[1] == 7.5).all()
        np.testing.assert_allclose(padded[2], sequences[2][-3:], rtol=1e-6)


def test_words():
    padded = pad_sequences([["a"], ["longer", "b"]], dtype=object, value="pad", padding="post")
    assert padded.tolist() == [["a", "pad"], ["longer", "b"]]
    with pytest.raises(ValueError, match="dtype=object"):
        pad_sequences([["a"]], value="pad")


@pytest.mark.parametrize("value", ["x", "a padding"])
def test_no_word_is_cut_off(value):
    padded = pad_sequences([["a"], ["longer", "b"], []], dtype=str, value=value)
    assert padded.tolist() == [[value, "a"], ["longer", "b"], [value, value]]
    cut = pad_sequences([["longer"]], dtype="U3", value=value)
    assert cut.tolist() == [["lon"]]  # where a length is asked for


def test_nothing():
    assert pad_sequences([]).shape == (0, 0)
    assert pad_sequences([[], []]).shape == (2, 0)
    assert pad_sequences([], maxlen=5).shape == (0, 5)


@pytest.mark.parametrize(
    "sequences, settings, message",
    [
        ([1, 2], {}, "element 0 is 1"),
        ([[1], 2], {}, "element 1 is 2"),
        (iter([[1]]), {}, "turn a generator into a list"),
        ([[1]], {"padding": "front"}, "padding must be 'pre' or 'post'"),
        ([[1]], {"truncating": "back"}, "truncating must be"),
        ([[1]], {"maxlen": -1}, "cannot be -1"),
        ([[1]], {"maxlen": 2.5}, "cannot be 2.5"),
        ([[[1, 2]], [[1], [2]]], {}, r"sequence 1 have shape \(1,\)"),
    ],
)
def test_what_cannot_be_padded(sequences, settings, message):
    with pytest.raises(ValueError, match=message):
        pad_sequences(sequences, **settings)


def test_it_is_where_keras_has_it():
    assert minikeras.utils.pad_sequences is pad_sequences
    assert minikeras.preprocessing.sequence.pad_sequences is pad_sequences
    with minikeras.install_as_keras():
        from keras.preprocessing import sequence
        from keras.preprocessing.text import Tokenizer

    assert sequence is minikeras.preprocessing.sequence
    assert Tokenizer is minikeras.preprocessing.text.Tokenizer


def test_long_sequences_are_removed():
    x, y = _remove_long_seq(3, [[1], [1, 2], [1, 2, 3]], ["a", "b", "c"])
    assert (x, y) == ([[1], [1, 2]], ["a", "b"])
