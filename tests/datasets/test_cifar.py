"""cifar10 and cifar100: pickled batches in an archive, in the folders of Keras 2 and of Keras 3."""

import os
import pickle

import numpy as np
import pytest

from minikeras import config
from minikeras.datasets import DownloadError, cifar, cifar10, cifar100
from minikeras.datasets.checks import UnfitFileError
from tests.datasets.support import cifar_batch, tar_gz

# Twelve pictures a batch instead of ten thousand.
BATCH = 12


def images(first, count):
    """Return pictures that can be told apart: flat, channels first, as in the files."""
    return (first + np.arange(count * 3072)).reshape(count, 3072).astype(np.uint8)


def batches10():
    names = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
    return {
        f"cifar-10-batches-py/{name}": cifar_batch(
            images(i, BATCH), labels=(i + np.arange(BATCH)) % 10
        )
        for i, name in enumerate(names)
    }


def batches100():
    return {
        f"cifar-100-python/{name}": cifar_batch(
            images(i, count),
            fine_labels=np.arange(count) % 100,
            coarse_labels=np.arange(count) % 20,
        )
        for i, (name, count) in enumerate((("train", 5 * BATCH), ("test", BATCH)))
    }


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(cifar10, "_PER_BATCH", BATCH)
    monkeypatch.setattr(cifar100, "_COUNTS", {"train": 5 * BATCH, "test": BATCH})


@pytest.fixture
def server(publisher):
    publisher.publish(cifar10, "cifar-10-python.tar.gz", tar_gz(batches10()), address="_ORIGIN")
    publisher.publish(cifar100, "cifar-100-python.tar.gz", tar_gz(batches100()), address="_ORIGIN")
    return publisher.server


def expected10():
    x = np.concatenate([images(i, BATCH) for i in range(5)]).reshape(-1, 3, 32, 32)
    y = np.concatenate([(i + np.arange(BATCH)) % 10 for i in range(5)])
    return x.transpose(0, 2, 3, 1), y[:, None]


def assert_cifar10(data):
    (x_train, y_train), (x_test, y_test) = data
    x, y = expected10()
    np.testing.assert_array_equal(x_train, x)
    np.testing.assert_array_equal(y_train, y)
    np.testing.assert_array_equal(y_test[:, 0], (5 + np.arange(BATCH)) % 10)
    assert x_test.shape == (BATCH, 32, 32, 3)
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    assert x_train.flags.c_contiguous


def test_cifar10(cache, server):
    for _ in range(2):
        assert_cifar10(cifar10.load_data())
    assert len(server.requests) == 1
    assert sorted(os.listdir(cache)) == ["cifar-10-batches-py", "cifar-10-batches-py.tar.gz"]


def test_channels_first(server):
    config.set_image_data_format("channels_first")
    try:
        (x_train, _), (x_test, _) = cifar10.load_data()
    finally:
        config.set_image_data_format("channels_last")
    np.testing.assert_array_equal(x_train.transpose(0, 2, 3, 1), expected10()[0])
    assert x_test.shape == (BATCH, 3, 32, 32)


@pytest.mark.parametrize(("label_mode", "classes"), [("fine", 100), ("coarse", 20)])
def test_cifar100(cache, server, label_mode, classes):
    (x_train, y_train), (x_test, y_test) = cifar100.load_data(label_mode)
    assert x_train.shape == (5 * BATCH, 32, 32, 3)
    np.testing.assert_array_equal(y_train, np.arange(5 * BATCH)[:, None] % classes)
    np.testing.assert_array_equal(y_test, np.arange(BATCH)[:, None] % classes)
    assert (x_test.dtype, y_test.dtype) == (np.uint8, np.int64)
    assert sorted(os.listdir(cache)) == ["cifar-100-python", "cifar-100-python.tar.gz"]


def test_cifar100_label_mode(server):
    with pytest.raises(ValueError, match="'medium'.*'fine' or 'coarse'"):
        cifar100.load_data("medium")
    assert server.requests == []


@pytest.mark.parametrize(
    "place", ["cifar-10-batches-py", "cifar-10-batches-py-target/cifar-10-batches-py"]
)
def test_unpacked_folders_of_both_eras(cache, server, place):
    (cache / place).mkdir(parents=True)
    for name, data in batches10().items():
        (cache / place / os.path.basename(name)).write_bytes(data)
    assert_cifar10(cifar10.load_data())
    assert server.requests == []


@pytest.mark.parametrize(
    "name",
    [
        "cifar-10-batches-py.tar.gz",
        "cifar-10-batches-py-target_archive",
        "cifar-10-python.tar.gz",
    ],
)
def test_archives_put_there_by_hand(cache, server, name):
    (cache / name).write_bytes(tar_gz(dict(reversed(batches10().items()))))  # another checksum
    assert_cifar10(cifar10.load_data())
    assert server.requests == []


def damaged(how):
    files = batches10()
    name = "cifar-10-batches-py/data_batch_3"
    if how == "missing":
        del files[name]
    elif how == "cut":
        files[name] = files[name][:1000]
    elif how == "few":
        files[name] = cifar_batch(images(0, 5), labels=range(5))
    elif how == "labels":
        files[name] = cifar_batch(images(0, BATCH), labels=range(BATCH))  # 10 and 11 are too high
    elif how == "key":
        files[name] = cifar_batch(images(0, BATCH), fine_labels=range(BATCH))
    elif how == "type":
        files[name] = cifar_batch(images(0, BATCH) / 255.0, labels=[0] * BATCH)
    elif how == "list":
        files[name] = pickle.dumps([1, 2])
    return files


@pytest.mark.parametrize("how", ["missing", "cut", "few", "labels", "key", "type", "list"])
def test_damaged_folder_or_archive(cache, server, capsys, how):
    files = damaged(how)
    (cache / "cifar-10-batches-py").mkdir()
    for name, data in files.items():
        (cache / name).write_bytes(data)
    (cache / "cifar-10-batches-py.tar.gz").write_bytes(tar_gz(files))
    assert_cifar10(cifar10.load_data())
    assert len(server.requests) == 1
    assert capsys.readouterr().out.count("Not usable:") == 2


def test_server_sends_something_else(publisher, server):
    publisher.publish(cifar10, "other.tar.gz", tar_gz({"x": b""}), address="_ORIGIN")
    with pytest.raises(DownloadError, match="not this data set"):
        cifar10.load_data()
    publisher.publish(cifar10, "text", b"text", address="_ORIGIN")
    with pytest.raises(DownloadError, match="no tar archive"):
        cifar10.load_data()


def test_offline(cache, server):
    server.files.clear()
    with pytest.raises(DownloadError) as caught:
        cifar10.load_data()
    assert server.url + "/cifar-10-python.tar.gz" in str(caught.value)
    assert str(cache / "cifar-10-batches-py.tar.gz") in str(caught.value)


def test_load_batch(tmp_path):
    path = tmp_path / "batch"
    path.write_bytes(cifar_batch(images(0, 3), labels=[1, 2, 3]))
    data, labels = cifar.load_batch(str(path))
    np.testing.assert_array_equal(data, images(0, 3).reshape(3, 3, 32, 32))
    assert labels == [1, 2, 3]
    with pytest.raises(UnfitFileError, match="no fine_labels"):
        cifar.load_batch(str(path), label_key="fine_labels")
