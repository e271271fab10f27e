"""Pixels before the network, words after it."""

import hashlib
import json

import numpy as np
import pytest

import minikeras as keras
from minikeras.applications import imagenet_utils
from minikeras.autograd.tensor import wrap
from minikeras.utils.download_errors import DownloadError

# One pixel, red 10, green 20, blue 30, worked out by hand.
PIXEL = [10.0, 20.0, 30.0]
BY_MODE = {
    "caffe": [30 - 103.939, 20 - 116.779, 10 - 123.68],
    "tf": [10 / 127.5 - 1, 20 / 127.5 - 1, 30 / 127.5 - 1],
    "torch": [
        (10 / 255 - 0.485) / 0.229,
        (20 / 255 - 0.456) / 0.224,
        (30 / 255 - 0.406) / 0.225,
    ],
}
MODE_OF = {
    "densenet": "torch",
    "inception_v3": "tf",
    "mobilenet": "tf",
    "mobilenet_v2": "tf",
    "resnet": "caffe",
    "resnet50": "caffe",
    "vgg16": "caffe",
    "vgg19": "caffe",
    "xception": "tf",
}


def images(shape=(2, 4, 5, 3), dtype="float32"):
    return np.random.RandomState(0).randint(0, 256, shape).astype(dtype)


def expected(x, mode):
    """The same in float64, channels last."""
    x = x.astype("float64")
    if mode == "tf":
        return x / 127.5 - 1
    if mode == "caffe":
        return x[..., ::-1] - [103.939, 116.779, 123.68]
    return (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]


def close(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-6 * np.abs(wanted).max())


@pytest.mark.parametrize("mode", BY_MODE)
def test_a_pixel(mode):
    found = imagenet_utils.preprocess_input(np.full((1, 1, 3), PIXEL), mode=mode)
    np.testing.assert_allclose(found[0, 0], BY_MODE[mode], rtol=1e-12)


@pytest.mark.parametrize("module", MODE_OF)
def test_each_network_has_its_mode(module):
    x = images()
    found = getattr(keras.applications, module).preprocess_input(x.copy())
    close(found, expected(x, MODE_OF[module]))


@pytest.mark.parametrize("mode", BY_MODE)
@pytest.mark.parametrize("shape", [(4, 5, 3), (2, 4, 5, 3)])
def test_channels_first(mode, shape):
    x = images(shape)
    first = np.moveaxis(x, -1, -3).copy()
    found = imagenet_utils.preprocess_input(first, "channels_first", mode)
    close(np.moveaxis(found, -3, -1), expected(x, mode))


def test_the_setting_decides_about_the_layout():
    x = images((3, 4, 5))
    keras.backend.set_image_data_format("channels_first")
    found = keras.applications.vgg16.preprocess_input(x.copy())
    close(np.moveaxis(found, 0, -1), expected(np.moveaxis(x, 0, -1), "caffe"))


@pytest.mark.parametrize("mode", BY_MODE)
def test_float_arrays_are_overwritten_as_in_keras(mode):
    x = images()
    found = imagenet_utils.preprocess_input(x, mode=mode)
    assert np.shares_memory(x, found)


@pytest.mark.parametrize("mode", BY_MODE)
def test_what_cannot_be_written_to_is_copied(mode):
    x = images()
    before = x.copy()
    x.flags.writeable = False
    close(imagenet_utils.preprocess_input(x, mode=mode), expected(before, mode))
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("mode", BY_MODE)
@pytest.mark.parametrize("dtype", ["uint8", "int64", "float16", "float32", "float64"])
def test_types(mode, dtype):
    x = images(dtype=dtype)
    before = x.copy()
    found = imagenet_utils.preprocess_input(x, mode=mode)
    assert found.dtype == (dtype if dtype.startswith("float") else "float32")
    tolerance = 4e-3 if dtype == "float16" else 1e-6
    wanted = expected(before, mode)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance * np.abs(wanted).max())
    if not dtype.startswith("float"):
        np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("mode", BY_MODE)
def test_lists(mode):
    x = images((2, 2, 3))
    for given in (x.tolist(), list(x)):
        found = imagenet_utils.preprocess_input(given, mode=mode)
        assert found.dtype == "float32"
        close(found, expected(x, mode))


@pytest.mark.parametrize("mode", BY_MODE)
@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_tensors(mode, layout):
    x = images()
    given = x if layout == "channels_last" else np.moveaxis(x, -1, 1).copy()
    found = imagenet_utils.preprocess_input(wrap(given), layout, mode).numpy()
    assert found.dtype == "float32"
    close(found if layout == "channels_last" else np.moveaxis(found, 1, -1), expected(x, mode))


@pytest.mark.parametrize("mode", BY_MODE)
def test_within_a_model(mode):
    inputs = keras.Input((4, 5, 3), dtype="uint8")
    outputs = imagenet_utils.preprocess_input(inputs, mode=mode)
    assert outputs.shape == (None, 4, 5, 3)
    x = images(dtype="uint8")
    close(keras.Model(inputs, outputs).predict(x), expected(x, mode))


def test_refusals():
    with pytest.raises(ValueError, match="'caffe', 'tf' or 'torch', not 'caffee'"):
        imagenet_utils.preprocess_input(images(), mode="caffee")
    with pytest.raises(ValueError, match="data_format"):
        imagenet_utils.preprocess_input(images(), "channels_middle")
    with pytest.raises(ValueError, match=r"3 channels.*\(2, 4, 5, 4\) has 4"):
        imagenet_utils.preprocess_input(np.zeros((2, 4, 5, 4), "float32"))
    with pytest.raises(ValueError, match="3 axes"):
        imagenet_utils.preprocess_input(np.zeros((5, 3), "float32"))
    with pytest.raises(ValueError, match="numbers"):
        imagenet_utils.preprocess_input(np.full((4, 5, 3), "a"))


# -----------------------------------------------------------------------------------------------
# Classes in words
# -----------------------------------------------------------------------------------------------
@pytest.fixture
def class_names(cache, monkeypatch):
    """Put a file of made-up class names where the published one belongs."""
    text = json.dumps({str(i): [f"n{i:08d}", f"thing_{i}"] for i in range(1000)})
    (cache / "imagenet_class_index.json").write_text(text, encoding="utf-8")
    checksum = hashlib.md5(text.encode()).hexdigest()
    monkeypatch.setattr(imagenet_utils, "_CLASS_NAMES_MD5", checksum)


def test_the_best_classes_come_first(class_names):
    scores = np.zeros((2, 1000), "float32")
    scores[0, [7, 3, 999]] = 0.2, 0.5, 0.3
    scores[1, 0] = 1
    first, second = imagenet_utils.decode_predictions(scores, top=3)
    assert [name for _, name, _ in first] == ["thing_3", "thing_999", "thing_7"]
    assert first[0] == ("n00000003", "thing_3", np.float32(0.5))
    assert len(second) == 3
    assert second[0][1] == "thing_0"


def test_five_by_default_from_lists_and_tensors_too(class_names):
    scores = np.random.RandomState(0).rand(3, 1000).astype("float32")
    decoded = keras.applications.vgg16.decode_predictions(scores)
    assert [len(row) for row in decoded] == [5, 5, 5]
    assert decoded[2][0][1] == f"thing_{scores[2].argmax()}"
    assert imagenet_utils.decode_predictions(wrap(scores)) == decoded
    names = [[entry[:2] for entry in row] for row in decoded]
    from_lists = imagenet_utils.decode_predictions(scores.tolist())
    assert [[entry[:2] for entry in row] for row in from_lists] == names


def test_all_classes(class_names):
    scores = np.random.RandomState(0).rand(1, 1000)
    (row,) = imagenet_utils.decode_predictions(scores, top=1000)
    assert [score for *_, score in row] == sorted(scores[0], reverse=True)


def test_predictions_of_another_shape():
    for shape in ((1000,), (2, 10), (1, 1, 1000)):
        with pytest.raises(ValueError, match=r"\(images, 1000\)"):
            imagenet_utils.decode_predictions(np.zeros(shape))
    for top in (0, -1, 2.5, True):
        with pytest.raises(ValueError, match="top"):
            imagenet_utils.decode_predictions(np.zeros((1, 1000)), top=top)


def test_without_network_the_error_says_where_to_put_the_file(cache):
    with pytest.raises(DownloadError) as caught:
        imagenet_utils.decode_predictions(np.zeros((1, 1000)))
    path = str(cache / "imagenet_class_index.json")
    assert caught.value.path == path
    assert path in str(caught.value)
    assert "https://storage.googleapis.com/" in str(caught.value)
