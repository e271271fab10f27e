"""HDF5Matrix: rows as from an array, read from the file, and whole trainings on it."""

import pickle

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.utils import HDF5Matrix

DATA = np.random.RandomState(0).randint(0, 256, (20, 3)).astype("uint8")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["in/x"] = DATA
        file["y"] = DATA.sum(axis=1, keepdims=True).astype("float32")
        file["number"] = 3.0
    return path


@pytest.mark.parametrize(
    "key",
    [
        slice(None),
        slice(2, 7),
        slice(5, 500),
        slice(-4, None),
        slice(1, 9, 3),
        slice(9, 2, -2),
        slice(7, 3),
        3,
        -1,
        np.int64(4),
        [4, 1, 1, 9],
        [],
        np.array([7, 0, -3]),
        np.arange(15) % 2 == 0,
        (slice(2, 5), 1),
        (4, slice(0, 2)),
        ([3, 1], slice(1, None)),
    ],
    ids=str,
)
def test_rows_are_those_of_the_array(path, key):
    array = DATA[3:18]
    matrix = HDF5Matrix(path, "in/x", 3, 18)
    expected = array[[] if isinstance(key, list) and not key else key]
    found = matrix[key]
    assert np.array_equal(found, expected)
    assert found.dtype == expected.dtype
    assert np.shape(found) == np.shape(expected)


def test_what_it_looks_like(path):
    matrix = HDF5Matrix(str(path), "in/x", start=2, end=-1)
    assert (len(matrix), matrix.shape, matrix.ndim, matrix.size) == (17, (17, 3), 2, 51)
    assert matrix.dtype == np.uint8
    assert (matrix.start, matrix.end) == (2, 19)
    assert np.array_equal(np.asarray(matrix), DATA[2:-1])
    assert np.array_equal(np.stack(list(matrix)), DATA[2:-1])


def test_the_normalizer(path):
    matrix = HDF5Matrix(path, "in/x", normalizer=lambda x: (x / 255.0)[:, :, None])
    expected = DATA[:, :, None] / 255.0
    assert matrix.shape == (20, 3, 1)
    assert matrix.dtype == np.float64
    assert np.array_equal(matrix[4:6], expected[4:6])
    assert np.array_equal(matrix[4], expected[4])
    with pytest.raises(ValueError, match="number of rows must stay"):
        HDF5Matrix(path, "in/x", normalizer=lambda x: x.reshape(-1))


@pytest.mark.parametrize("key", [20, -21, [1, 20], 1.5, "x", None, np.ones((2, 2), int)], ids=str)
def test_what_is_no_row(path, key):
    with pytest.raises(IndexError):
        HDF5Matrix(path, "in/x")[key]


def test_wrong_arguments(path, tmp_path):
    with pytest.raises(ValueError, match="no data set 'x'.*in/x, number, y"):
        HDF5Matrix(path, "x")
    with pytest.raises(ValueError, match="no data set 'in'"):
        HDF5Matrix(path, "in")
    with pytest.raises(ValueError, match="has no rows"):
        HDF5Matrix(path, "number")
    with pytest.raises(ValueError, match="no rows from start=9 to end=4"):
        HDF5Matrix(path, "in/x", 9, 4)
    with pytest.raises(FileNotFoundError):
        HDF5Matrix(tmp_path / "none.h5", "x")


def test_matrices_share_the_file_and_close_it(path):
    x, y = HDF5Matrix(path, "in/x"), HDF5Matrix(path, "y")
    assert x.data.file == y.data.file
    del x, y
    with h5py.File(path, "r+") as file:  # would be refused while it is open for reading
        file["y"][0] = 0


def test_copies_open_it_themselves(path):
    matrix = pickle.loads(pickle.dumps(HDF5Matrix(path, "in/x", 5)))
    assert np.array_equal(matrix[:3], DATA[5:8])


def make_model():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("shuffle", ["batch", True, False])
def test_training_on_it_is_training_on_the_array(path, shuffle):
    def scale(rows):
        return rows.astype("float32") / 255

    x, y = HDF5Matrix(path, "in/x", 2, 19, scale), HDF5Matrix(path, "y", 2, 19)
    settings = {"batch_size": 4, "epochs": 2, "verbose": 0, "shuffle": shuffle}
    from_file = make_model()
    from_file.fit(x, y, **settings)
    from_memory = make_model()
    from_memory.fit(scale(DATA[2:19]), y[:], **settings)
    for ours, theirs in zip(from_file.get_weights(), from_memory.get_weights()):
        assert np.array_equal(ours, theirs)
    assert from_file.evaluate(x, y, verbose=0) == from_memory.evaluate(x[:], y[:], verbose=0)
    assert np.array_equal(from_file.predict(x), from_memory.predict(x[:]))
