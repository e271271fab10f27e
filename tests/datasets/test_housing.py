"""boston_housing and california_housing: loaded, shuffled and split as in Keras."""

import numpy as np
import pytest

from minikeras.datasets import DownloadError, boston_housing, california_housing
from tests.datasets.support import npz

SETS = {
    "boston": (boston_housing, "boston_housing.npz", 506, 13),
    "california": (california_housing, "california_housing.npz", 20640, 8),
}


@pytest.fixture(params=SETS)
def data_set(request, publisher):
    """Return a module, and its served stand-in: row i holds i + column / 100, and y is i."""
    module, name, count, width = SETS[request.param]
    x = np.arange(count)[:, None] + np.arange(width) / 100
    publisher.publish(module, name, npz(x=x, y=np.arange(float(count))))
    return module, publisher.server, count, width


def test_default_split(data_set):
    module, server, count, width = data_set
    (x_train, y_train), (x_test, y_test) = module.load_data()
    train = int(count * 0.8)
    assert x_train.shape == (train, width)
    assert x_test.shape == (count - train, width)
    # Keras's order: the Mersenne Twister's shuffle under seed 113.
    order = np.arange(count)
    np.random.RandomState(113).shuffle(order)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), order)
    np.testing.assert_array_equal(x_train[:, 0], y_train)
    np.testing.assert_allclose(
        x_test - y_test[:, None], np.tile(np.arange(width) / 100, (count - train, 1)), atol=1e-9
    )
    assert x_train.dtype == np.float64


def test_first_of_the_shuffle_by_hand(data_set):
    module, _, count, _ = data_set
    (_, y_train), _ = module.load_data(seed=7, test_split=0)
    assert len(y_train) == count
    assert sorted(y_train) == list(range(count))
    (_, again), _ = module.load_data(seed=7, test_split=0.5)
    np.testing.assert_array_equal(again, y_train[: count // 2])
    (_, other), _ = module.load_data(seed=8, test_split=0)
    assert (other != y_train).any()


def test_global_generator_is_left_alone(data_set):
    np.random.seed(5)
    expected = np.random.RandomState(5).random_sample(3)
    data_set[0].load_data()
    np.testing.assert_array_equal(np.random.random_sample(3), expected)


@pytest.mark.parametrize("test_split", [-0.1, 1, 1.5, 20, float("nan")])
def test_bad_split(data_set, test_split):
    module, server, *_ = data_set
    with pytest.raises(ValueError, match="test_split="):
        module.load_data(test_split=test_split)
    assert server.requests == []


def test_small_version(publisher):
    module = california_housing
    x = np.arange(20640.0)[:, None] * np.ones(8)
    publisher.publish(module, "california_housing.npz", npz(x=x, y=x[:, 0]))
    (x_train, y_train), (x_test, y_test) = module.load_data("small")
    assert (x_train.shape, x_test.shape) == ((480, 8), (120, 8))
    assert sorted([*y_train, *y_test]) == list(range(600))
    with pytest.raises(ValueError, match="'medium'.*'large' or 'small'"):
        module.load_data("medium")


@pytest.mark.parametrize("kind", ["rows", "columns", "nan", "type", "y"])
def test_unfit_file(cache, data_set, kind):
    module, server, count, width = data_set
    x, y = np.zeros((count, width)), np.zeros(count)
    if kind == "rows":
        x = x[1:]
    elif kind == "columns":
        x = x[:, 1:]
    elif kind == "nan":
        x[3, 2] = np.nan
    elif kind == "type":
        x = x.astype(int)
    elif kind == "y":
        y[0] = np.inf
    name = next(iter(server.files)).lstrip("/")
    server.files.clear()
    (cache / name).write_bytes(npz(x=x, y=y))
    with pytest.raises(DownloadError, match=f"{name} cannot be used"):
        module.load_data()
