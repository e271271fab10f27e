"""fashion_mnist: four gzipped IDX files in a folder of their own."""

import gzip
import os

import numpy as np
import pytest

from minikeras.datasets import DownloadError, fashion_mnist


def idx(array):
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(header + array.astype(np.uint8).tobytes(), 1)


@pytest.fixture
def server(publisher, monkeypatch):
    server = publisher.server
    monkeypatch.setattr(fashion_mnist, "KERAS_FILES", server.url + "/")
    for part, count in (("train", 60000), ("t10k", 10000)):
        images = np.zeros((count, 28, 28), np.uint8)
        images[:, 0, 1] = np.arange(count) % 251
        server.files[f"/{part}-images-idx3-ubyte.gz"] = idx(images)
        server.files[f"/{part}-labels-idx1-ubyte.gz"] = idx(np.arange(count) % 10)
    return server


def test_load(cache, server):
    for _ in range(2):
        (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
        assert (x_train.shape, x_train.dtype) == ((60000, 28, 28), np.uint8)
        assert (x_test.shape, x_test.dtype) == ((10000, 28, 28), np.uint8)
        assert (y_train.dtype, y_test.dtype) == (np.uint8, np.uint8)
        np.testing.assert_array_equal(x_train[:, 0, 1], np.arange(60000) % 251)
        assert not x_train[:, 1:].any()
        np.testing.assert_array_equal(y_test, np.arange(10000) % 10)
        assert x_train.flags.writeable
    assert len(server.requests) == 4
    assert sorted(os.listdir(cache / "fashion-mnist")) == [
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
    ]


UNFIT = {
    "not gzip": b"text",
    "cut": idx(np.arange(10000) % 10)[:-10],
    "other shape": idx(np.arange(9999) % 10),
    "images": idx(np.zeros((100, 10, 10))),
    "label range": idx(np.arange(10000) % 11),
    "no IDX": gzip.compress(bytes(10008)),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_unfit_files(cache, server, kind):
    path = cache / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz"
    path.parent.mkdir()
    path.write_bytes(UNFIT[kind])
    _, (_, y_test) = fashion_mnist.load_data()
    np.testing.assert_array_equal(y_test, np.arange(10000) % 10)
    # What the server sends has no checksum to compare with: its contents are judged too.
    path.unlink()
    server.files["/t10k-labels-idx1-ubyte.gz"] = UNFIT[kind]
    with pytest.raises(DownloadError, match="not this data set"):
        fashion_mnist.load_data()
    assert not path.exists()
