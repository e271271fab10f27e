"""The data sets as real Keras gives them: the same files, shuffled, split and encoded alike."""

import importlib

import keras
import numpy as np
import pytest

import minikeras.config
from tests.datasets.support import cifar_batch, npz, ragged

KERAS = "keras.src.datasets."
MINI = "minikeras.datasets."


def both(name):
    return importlib.import_module(KERAS + name), importlib.import_module(MINI + name)


@pytest.fixture
def put(tmp_path, monkeypatch):
    """Return a function that gives both packages the same file in place of a download."""

    def put(name, data):
        path = tmp_path / "data.npz"
        path.write_bytes(data)
        real, mini = both(name)
        monkeypatch.setattr(real, "get_file", lambda *args, **kwargs: str(path))
        return real.load_data, lambda **kwargs: mini.load_data(path=str(path), **kwargs)

    return put


def assert_same(ours, theirs):
    for our_part, their_part in zip(ours, theirs):
        for a, b in zip(our_part, their_part):
            b = np.asarray(b)
            assert a.shape[0] == b.shape[0]
            if a.dtype == object:
                assert [list(text) for text in a] == [list(text) for text in b]
            else:
                assert (a.shape, a.dtype) == (b.shape, b.dtype)
                np.testing.assert_array_equal(a, b)


ENCODINGS = [
    {},
    {"seed": 3},
    {"num_words": 30},
    {"num_words": 30, "skip_top": 6},
    {"num_words": 30, "skip_top": 6, "oov_char": None},
    {"maxlen": 12},
    {"maxlen": 25, "num_words": 50, "start_char": None},
    {"start_char": None, "index_from": 0},
    {"start_char": 5, "index_from": 10, "oov_char": 9, "num_words": 60},
    {"index_from": None, "start_char": None},
]


def random_texts(count):
    random = np.random.RandomState(count)
    lengths = random.randint(3, 40, count)
    return ragged([(random.zipf(1.5, n) % 90 + 1).tolist() for n in lengths])


@pytest.mark.parametrize("arguments", ENCODINGS)
def test_imdb(put, monkeypatch, arguments):
    monkeypatch.setattr(both("imdb")[1], "_COUNT", 200)
    labels = np.arange(200) % 2
    arrays = {"x_train": random_texts(200), "y_train": labels}
    arrays |= {"x_test": random_texts(201)[:200], "y_test": labels[::-1]}
    real, mini = put("imdb", npz(**arrays))
    assert_same(mini(**arguments), real(**arguments))


@pytest.mark.parametrize("arguments", [*ENCODINGS, {"test_split": 0.35}, {"test_split": 0}])
def test_reuters(put, monkeypatch, arguments):
    monkeypatch.setattr(both("reuters")[1], "_COUNT", 300)
    real, mini = put("reuters", npz(x=random_texts(300), y=np.arange(300) % 46))
    assert_same(mini(**arguments), real(**arguments))


def test_topics():
    real, mini = both("reuters")
    assert mini.get_label_names() == real.get_label_names()


@pytest.mark.parametrize("arguments", [{}, {"seed": 1, "test_split": 0.33}, {"test_split": 0}])
@pytest.mark.parametrize(("name", "shape"), [("boston", (506, 13)), ("california", (20640, 8))])
def test_housing(put, name, shape, arguments):
    random = np.random.RandomState(0)
    x, y = random.normal(size=shape), random.normal(size=shape[0])
    real, mini = put(name + "_housing", npz(x=x, y=y))
    assert_same(mini(**arguments), real(**arguments))


@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
@pytest.mark.parametrize("mode", ["fine", "coarse"])
def test_cifar100(tmp_path, monkeypatch, layout, mode):
    real, mini = both("cifar100")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(mini, "_COUNTS", {"train": 20, "test": 7})
    # The folder of Keras 3, which both read.
    folder = tmp_path / "datasets" / "cifar-100-python-target"
    (folder / "cifar-100-python").mkdir(parents=True)
    for name, count in (("train", 20), ("test", 7)):
        images = np.random.RandomState(count).randint(0, 256, (count, 3072)).astype(np.uint8)
        data = cifar_batch(images, fine_labels=range(count), coarse_labels=range(count), protocol=4)
        (folder / "cifar-100-python" / name).write_bytes(data)
    monkeypatch.setattr(real, "get_file", lambda *args, **kwargs: str(folder))
    try:
        for package in (keras.config, minikeras.config):
            package.set_image_data_format(layout)
        assert_same(mini.load_data(mode), real.load_data(mode))
    finally:
        for package in (keras.config, minikeras.config):
            package.set_image_data_format("channels_last")


def test_published_checksums_and_addresses():
    """Ours appear in the source of real Keras."""
    for name in (
        *("mnist", "fashion_mnist", "cifar10", "cifar100", "imdb", "reuters"),
        *("boston_housing", "california_housing"),
    ):
        real, mini = both(name)
        with open(real.__file__, encoding="utf-8") as file:
            source = file.read()
        for constant in ("_SHA256", "_WORD_INDEX_MD5", "_ORIGIN", "KERAS_FILES"):
            if hasattr(mini, constant):
                assert getattr(mini, constant) in source, (name, constant)
