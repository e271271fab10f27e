"""imdb and reuters: every way to encode, on texts small enough to work out by hand."""

import json

import numpy as np
import pytest

from minikeras.datasets import DownloadError, imdb, indexed_text, reuters
from tests.datasets.support import npz, ragged

# Ranks by frequency; words per text: 3, 1, 5, 2, 4, 1.
TRAIN = [[1, 2, 3], [4], [1, 1, 5, 2, 9], [7, 6], [2, 3, 2, 8], [5]]
TEST = [[3, 1], [2, 2, 2, 2], [10], [1, 12, 1], [4, 4], [6, 5, 4, 3, 2]]
LABELS = [1, 0, 1, 1, 0, 0]


def shuffled(items, random):
    order = np.arange(len(items))
    random.shuffle(order)
    return [items[i] for i in order]


@pytest.fixture
def imdb_files(publisher, monkeypatch):
    monkeypatch.setattr(imdb, "_COUNT", 6)
    publisher.publish(
        imdb,
        "imdb.npz",
        npz(
            x_train=ragged(TRAIN),
            y_train=np.array(LABELS),
            x_test=ragged(TEST),
            y_test=np.array(LABELS[::-1]),
        ),
    )
    return publisher.server


@pytest.fixture
def reuters_files(publisher, monkeypatch):
    monkeypatch.setattr(reuters, "_COUNT", 12)
    arrays = npz(x=ragged(TRAIN + TEST), y=np.arange(12) * 4)
    publisher.publish(reuters, "reuters.npz", arrays)
    return publisher.server


def imdb_lists(**kwargs):
    """Return training and test texts of imdb as lists, and their labels."""
    (x_train, y_train), (x_test, y_test) = imdb.load_data(**kwargs)
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert (x.dtype, x.shape) == (np.dtype(object), y.shape)
        assert y.dtype == np.int64
        assert all(type(text) is list for text in x)
        assert all(type(word) is int for text in x for word in text)
    return list(x_train), list(x_test), y_train.tolist(), y_test.tolist()


def reference(seed=113):
    """Return the shuffled raw texts and labels of both parts: one generator in four draws."""
    random = np.random.RandomState(seed)
    parts = []
    for texts, labels in ((TRAIN, LABELS), (TEST, LABELS[::-1])):
        pairs = shuffled(list(zip(texts, labels)), random)
        parts.append(([text for text, _ in pairs], [label for _, label in pairs]))
    return parts


def test_imdb_default(imdb_files):
    x_train, x_test, y_train, y_test = imdb_lists()
    (train, train_labels), (test, test_labels) = reference()
    # The largest number, 12 + 3, is left out as in Keras; 1 starts a text, 2 is for words left out.
    expected = [[1] + [w + 3 if w + 3 < 15 else 2 for w in text] for text in train]
    assert x_train == expected
    assert [1, 4, 2, 4] in x_test
    assert [len(text) - 1 for text in x_test] == [len(text) for text in test]
    assert (y_train, y_test) == (train_labels, test_labels)


def test_imdb_seed(imdb_files):
    x_train, x_test, *_ = imdb_lists(seed=4, start_char=None, index_from=0, num_words=100)
    (train, _), (test, _) = reference(4)
    assert (x_train, x_test) == (train, test)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, [1, 4, 4, 8, 5, 12]),
        ({"num_words": 8}, [1, 4, 4, 2, 5, 2]),
        ({"num_words": 8, "oov_char": 99}, [1, 4, 4, 99, 5, 99]),
        ({"num_words": 8, "oov_char": None}, [1, 4, 4, 5]),
        ({"skip_top": 5}, [2, 2, 2, 8, 5, 12]),
        ({"skip_top": 5, "num_words": 12, "oov_char": None}, [8, 5]),
        ({"start_char": None}, [4, 4, 8, 5, 12]),
        ({"start_char": 7}, [7, 4, 4, 8, 5, 12]),
        ({"start_char": 0, "num_words": 50}, [0, 4, 4, 8, 5, 12]),
        ({"index_from": 10}, [1, 11, 11, 15, 12, 19]),
        ({"index_from": 0}, [1, 1, 1, 5, 2, 9]),
        ({"index_from": None}, [1, 1, 1, 5, 2, 9]),
        ({"index_from": 0, "start_char": None, "num_words": 3}, [1, 1, 2, 2, 2]),
    ],
)
def test_encoding(imdb_files, reuters_files, arguments, text):
    """The third training text, [1, 1, 5, 2, 9], under each setting."""
    (train, _), _ = reference()
    x_train, *_ = imdb_lists(**arguments)
    assert x_train[train.index(TRAIN[2])] == text
    (x, _), _ = reuters.load_data(test_split=0, **arguments)
    order = np.arange(12)
    np.random.RandomState(113).shuffle(order)
    assert x[order.tolist().index(2)] == text


@pytest.mark.parametrize(("maxlen", "kept"), [(2, 0), (3, 2), (4, 3), (7, 6), (0, 6), (None, 6)])
def test_imdb_maxlen(imdb_files, maxlen, kept):
    """The start counts as a word, and `maxlen` itself is too long."""
    if not kept:
        with pytest.raises(ValueError, match="shortest has 2 words"):
            imdb.load_data(maxlen=maxlen)
        return
    x_train, x_test, y_train, y_test = imdb_lists(maxlen=maxlen)
    (train, train_labels), _ = reference()
    limit = maxlen or 100
    wanted = [(t, label) for t, label in zip(train, train_labels) if len(t) + 1 < limit]
    assert len(x_train) == kept
    assert y_train == [label for _, label in wanted]
    assert [len(text) - 1 for text in x_train] == [len(text) for text, _ in wanted]
    assert len(x_test) == len(y_test) == sum(len(text) + 1 < limit for text in TEST)


def test_texts_of_one_length_stay_lists(imdb_files):
    x_train, *_ = imdb_lists(maxlen=3)
    assert [len(text) for text in x_train] == [2, 2]


@pytest.mark.parametrize(("test_split", "train"), [(0.2, 9), (0, 12), (0.5, 6), (1, 0)])
def test_reuters_split(reuters_files, test_split, train):
    (x_train, y_train), (x_test, y_test) = reuters.load_data(test_split=test_split)
    assert (len(x_train), len(y_train)) == (train, train)
    assert (len(x_test), len(y_test)) == (12 - train, 12 - train)
    order = np.arange(12)
    np.random.RandomState(113).shuffle(order)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), order * 4)
    assert y_train.dtype == np.int64


def test_reuters_maxlen(reuters_files):
    (x_train, y_train), (x_test, y_test) = reuters.load_data(maxlen=3)
    lengths = [len(text) for text in [*x_train, *x_test]]
    assert lengths == [2, 2, 2]
    assert sorted([*y_train, *y_test]) == [4, 20, 32]
    with pytest.raises(ValueError, match="Increase maxlen"):
        reuters.load_data(maxlen=1)


@pytest.mark.parametrize("module", [imdb, reuters])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"num_words": -1}, ValueError, "num_words"),
        ({"num_words": "many"}, TypeError, "num_words"),
        ({"skip_top": None}, TypeError, "skip_top"),
        ({"maxlen": 2.5}, TypeError, "maxlen"),
        ({"oov_char": True}, TypeError, "oov_char"),
        ({"index_from": -3}, ValueError, "index_from"),
        ({"nb_word": 5}, TypeError, "unknown arguments: nb_word"),
        ({"nb_words": 5, "num_words": 5}, TypeError, "one thing"),
    ],
)
def test_bad_arguments(module, imdb_files, reuters_files, arguments, error, message):
    with pytest.raises(error, match=message):
        module.load_data(**arguments)
    assert imdb_files.requests == []


@pytest.mark.parametrize("test_split", [-0.1, 1.1])
def test_bad_split(reuters_files, test_split):
    with pytest.raises(ValueError, match="test_split"):
        reuters.load_data(test_split=test_split)


@pytest.mark.parametrize("module", [imdb, reuters])
def test_spelling_of_keras_1(module, imdb_files, reuters_files):
    with pytest.warns(DeprecationWarning, match="num_words"):
        (old, _), _ = module.load_data(nb_words=6)
    (new, _), _ = module.load_data(num_words=6)
    assert old.tolist() == new.tolist()


def test_global_generator_is_left_alone(imdb_files, reuters_files):
    np.random.seed(5)
    imdb.load_data()
    reuters.load_data()
    expected = np.random.RandomState(5).random_sample(3)
    np.testing.assert_array_equal(np.random.random_sample(3), expected)


UNFIT = {
    "numbers": np.zeros(6),
    "few": ragged(TRAIN[:5]),
    "no lists": ragged(["text"] * 6),
    "no numbers": ragged([["a"]] * 6),
    "floats": ragged([[1.5]] * 6),
    "negative": ragged([[-1]] * 6),
    "too high": ragged([[10**12]] * 6),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_unfit_texts(cache, imdb_files, kind):
    labels = np.array(LABELS)
    data = npz(x_train=UNFIT[kind], y_train=labels, x_test=ragged(TEST), y_test=labels)
    (cache / "imdb.npz").write_bytes(data)
    assert len(imdb.load_data()[0][0]) == 6
    assert (cache / "imdb.npz.unfit").read_bytes() == data


@pytest.mark.parametrize("module", [imdb, reuters])
def test_word_index(cache, publisher, module):
    index = {"the": 1, "film": 2, "naïve": 3}
    name = f"{module.__name__.rpartition('.')[2]}_word_index.json"
    data = json.dumps(index, ensure_ascii=False).encode()
    publisher.publish(module, name, data, checksum=None)
    with pytest.raises(DownloadError, match="md5"):  # not the published words
        module.get_word_index()
    (cache / name).write_bytes(data)
    assert module.get_word_index() == index
    assert module.get_word_index(path=str(cache / name)) == index
    for bad in (b"", b"[1]", b'{"a": "b"}', b"\xff\xfe", b"{}"):
        (cache / name).write_bytes(bad)
        with pytest.raises(DownloadError, match="cannot be used"):
            module.get_word_index()


def test_topics():
    names = reuters.get_label_names()
    assert len(names) == len(set(names)) == 46
    assert (names[0], names[3], names[4], names[45]) == ("cocoa", "earn", "acq", "lead")


def test_empty_texts_are_allowed():
    indexed_text.check_texts("x", ragged([[], [1]]), 2)
    assert indexed_text.encode(ragged([[], []]), None, 0, None, 2, 3).tolist() == [[], []]
