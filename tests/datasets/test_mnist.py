"""mnist: the real file where it is at hand, and stand-ins for every way the cache can be wrong."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from minikeras.datasets import DownloadError, mnist
from tests.datasets.support import npz

# A copy of the real file: named by the environment, or beside the repository.
REAL = pathlib.Path(
    os.environ.get("MINIKERAS_TEST_MNIST")
    or pathlib.Path(__file__).parents[3] / "shared" / "data" / "mnist.npz"
)


@pytest.fixture(scope="module")
def blank():
    """Return arrays that are right but for the pictures, which are blank."""
    return {
        "x_train": np.zeros((60000, 28, 28), np.uint8),
        "y_train": (np.arange(60000) % 10).astype(np.uint8),
        "x_test": np.zeros((10000, 28, 28), np.uint8),
        "y_test": (np.arange(10000) % 10).astype(np.uint8),
    }


@pytest.fixture(scope="module")
def published(blank):
    return npz(**blank)


@pytest.fixture
def server(publisher, published):
    publisher.publish(mnist, "mnist.npz", published)
    return publisher.server


def assert_blank(data):
    (x_train, y_train), (x_test, y_test) = data
    assert (x_train.shape, x_train.dtype, x_train.max()) == ((60000, 28, 28), np.uint8, 0)
    assert (x_test.shape, x_test.dtype) == ((10000, 28, 28), np.uint8)
    assert (y_train.dtype, y_test.dtype) == (np.uint8, np.uint8)
    np.testing.assert_array_equal(y_train, np.arange(60000) % 10)
    np.testing.assert_array_equal(y_test, np.arange(10000) % 10)


@pytest.mark.skipif(not REAL.is_file(), reason="no copy of mnist.npz; name one by the environment")
@pytest.mark.parametrize("how", ["link", "path"])
def test_real_file_is_used_whatever_its_checksum(cache, how):
    if how == "link":
        (cache / "mnist.npz").symlink_to(REAL)
        data = mnist.load_data()
    else:
        data = mnist.load_data(str(REAL))
    (x_train, y_train), (x_test, y_test) = data
    assert (x_train.shape, x_train.dtype) == ((60000, 28, 28), np.uint8)
    assert (x_test.shape, x_test.dtype) == ((10000, 28, 28), np.uint8)
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    # The published counts of the classes and mean grey level of MNIST.
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(y_train).tolist() == counts
    assert x_train.mean() == pytest.approx(33.318, abs=1e-3)


def test_download_and_cache(cache, server, published):
    assert_blank(mnist.load_data())
    assert (cache / "mnist.npz").read_bytes() == published
    assert_blank(mnist.load_data())
    assert len(server.requests) == 1
    assert_blank(mnist.load_data("other.npz"))
    assert sorted(os.listdir(cache)) == ["mnist.npz", "other.npz"]


def test_wider_labels_become_uint8(cache, blank):
    wide = {k: v.astype(np.int64) if k.startswith("y") else v for k, v in blank.items()}
    (cache / "mnist.npz").write_bytes(npz(**wide))
    assert_blank(mnist.load_data())


def broken(blank, **changes):
    arrays = {**blank, **changes}
    return npz(**{name: array for name, array in arrays.items() if array is not None})


UNFIT = {
    "empty": lambda blank: b"",
    "text": lambda blank: b"<html>404</html>" * 100,
    "cut": lambda blank: npz(**blank)[:5000],
    "array missing": lambda blank: broken(blank, y_test=None),
    "shape": lambda blank: broken(blank, x_test=blank["x_test"][:100]),
    "dtype": lambda blank: broken(blank, x_test=blank["x_test"].astype(np.float32)),
    "label range": lambda blank: broken(blank, y_train=blank["y_train"] + 1),
    "negative label": lambda blank: broken(blank, y_train=blank["y_train"].astype(int) - 1),
    "label type": lambda blank: broken(blank, y_train=blank["y_train"] * 1.0),
    "label count": lambda blank: broken(blank, y_train=blank["y_train"][:-1]),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_unfit_file_gives_way(cache, server, blank, published, capsys, kind):
    data = UNFIT[kind](blank)
    (cache / "mnist.npz").write_bytes(data)
    assert_blank(mnist.load_data())
    assert (cache / "mnist.npz").read_bytes() == published
    assert (cache / "mnist.npz.unfit").read_bytes() == data
    assert "is not the data set it is named after" in capsys.readouterr().out


def test_unfit_file_stays_if_nothing_better_comes(cache, server):
    server.files.clear()
    (cache / "mnist.npz").write_bytes(b"mine")
    with pytest.raises(DownloadError) as caught:
        mnist.load_data()
    assert "cannot be used" in str(caught.value)
    assert f"{server.url}/mnist.npz" in str(caught.value)
    assert os.listdir(cache) == ["mnist.npz"]
    assert (cache / "mnist.npz").read_bytes() == b"mine"


def test_offline_error_names_address_and_place(cache, server):
    server.statuses = [503] * 9
    with pytest.raises(OSError, match="by hand") as caught:
        mnist.load_data()
    assert isinstance(caught.value, DownloadError)
    assert caught.value.origin == f"{server.url}/mnist.npz"
    assert caught.value.path == str(cache / "mnist.npz")
    assert caught.value.origin in str(caught.value)
    assert caught.value.path in str(caught.value)


def test_download_with_wrong_checksum_is_refused(cache, server, blank):
    server.files["/mnist.npz"] = npz(compressed=False, **blank)
    with pytest.raises(DownloadError, match="sha256"):
        mnist.load_data()
    assert os.listdir(cache) == []


def test_published_address_and_checksum():
    assert mnist.KERAS_FILES == "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
    assert mnist._SHA256 == "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


def test_naming_a_data_set_loads_no_network_code():
    code = (
        "import sys; from minikeras.datasets import mnist; import minikeras.utils.data_utils;"
        "print(sorted({'urllib.request', 'tarfile', 'ssl'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert result.stdout.split() == [b"[]"]
