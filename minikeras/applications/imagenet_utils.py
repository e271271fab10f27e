"""Before and after the network: pixels as it was trained on them, and the classes in words."""

import json

import numpy as np

from .. import config, ops
from ..autograd.tensor import Tensor
from ..layers.symbolic import KerasTensor
from ..utils.data_utils import get_file

__all__ = ["decode_predictions", "preprocess_input"]

_CLASS_NAMES = "imagenet_class_index.json"
_CLASS_NAMES_ORIGIN = "https://storage.googleapis.com/download.tensorflow.org/data/" + _CLASS_NAMES
_CLASS_NAMES_MD5 = "c2c37ea517e94d9795004a39431a14cb"
_CLASSES = 1000

# What is subtracted from the pixels and what they are divided by, channel by channel: the means
# and standard deviations of the training images that the networks' authors published.
_BGR_MEANS = (103.939, 116.779, 123.68)  # of pixels from 0 to 255
_RGB_MEANS = (0.485, 0.456, 0.406)  # of pixels from 0 to 1
_RGB_DEVIATIONS = (0.229, 0.224, 0.225)

_MODES = ("caffe", "tf", "torch")


def preprocess_input(x, data_format=None, mode="caffe"):
    """Return images scaled as the networks of one origin expect them.

    Args:
        x: one image or a batch of them, RGB, pixels from 0 to 255: an array, a list of arrays or
            of numbers, a tensor, or a symbolic tensor. A float array that can be written to is
            overwritten, as in Keras: pass `x.copy()` to keep it. Whole numbers are converted to
            the default float type.
        data_format: where the channels are: 'channels_last' or 'channels_first'; the setting
            `image_data_format` by default.
        mode: 'caffe': channels in the order BGR, less the mean of the training images;
            'tf': from -1 to 1;
            'torch': from 0 to 1, less the mean, divided by the standard deviation.

    Returns:
        What has the shape of `x`; an array for arrays and lists.

    Raises:
        ValueError: an unknown mode or data_format, or a number of axes or channels that no images
            have.
    """
    if mode not in _MODES:
        raise ValueError(f"mode must be 'caffe', 'tf' or 'torch', not {mode!r}.")
    data_format = config.normalize_data_format(data_format)
    if isinstance(x, (KerasTensor, Tensor)):
        axis = _channel_axis(x.shape, data_format, mode)
        return _scale_tensor(x, axis, mode)
    images = np.asarray(x)
    if images.dtype.kind not in "iufb":
        raise ValueError(f"preprocess_input takes images made of numbers, not of {images.dtype}.")
    axis = _channel_axis(images.shape, data_format, mode)
    if images.dtype.kind != "f" or not isinstance(x, np.ndarray):
        images = images.astype(config.floatx())
    elif not images.flags.writeable:
        images = images.copy()
    return _scale_array(images, axis, mode)


def _channel_axis(shape, data_format, mode):
    """Return which axis of images of this shape holds the channels, counted from the end."""
    axis = -1 if data_format == "channels_last" else -3
    if mode == "tf":  # the same for all channels, so that any shape will do
        return axis
    if len(shape) not in (3, 4):
        raise ValueError(
            f"preprocess_input takes one image, with 3 axes, or a batch of them, with 4, but the "
            f"shape is {tuple(shape)}."
        )
    if shape[axis] not in (3, None):
        raise ValueError(
            f"preprocess_input takes images with 3 channels, red, green and blue, but shape "
            f"{tuple(shape)} has {shape[axis]} with data_format={data_format!r}."
        )
    return axis


def _scale_array(x, axis, mode):
    if mode == "tf":
        x /= 127.5
        x -= 1.0
        return x
    channels_last = np.moveaxis(x, axis, -1)  # a view, so that what is written ends up in x
    if mode == "torch":
        channels_last /= 255.0
        channels_last -= np.array(_RGB_MEANS, x.dtype)
        channels_last /= np.array(_RGB_DEVIATIONS, x.dtype)
        return x
    channels_last -= np.array(_BGR_MEANS[::-1], x.dtype)
    return np.flip(x, axis)


def _scale_tensor(x, axis, mode):
    dtype = np.dtype(x.dtype)
    if dtype.kind != "f":
        dtype = np.dtype(config.floatx())
        x = ops.cast(x, dtype=dtype)
    if mode == "tf":
        return x / dtype.type(127.5) - dtype.type(1.0)
    shape = (3,) + (1,) * (-axis - 1)
    if mode == "torch":
        means, deviations = np.array(_RGB_MEANS, dtype), np.array(_RGB_DEVIATIONS, dtype)
        return (x / dtype.type(255.0) - means.reshape(shape)) / deviations.reshape(shape)
    return ops.flip(x, axis=axis) - np.array(_BGR_MEANS, dtype).reshape(shape)


def decode_predictions(preds, top=5):
    """Return the likeliest classes of each image in words.

    Args:
        preds: predictions of shape (images, 1000), an array, a tensor or lists.
        top: how many classes to name per image, at least 1.

    Returns:
        A list per image of `top` tuples (WordNet number, name, score), the best first.

    Raises:
        ValueError: another shape than (images, 1000), or `top` is no whole number of at least 1.
        DownloadError (an OSError): the names of the classes are not in the cache and cannot be
            fetched; the message says from where and where to put them.
    """
    if isinstance(top, bool) or not isinstance(top, (int, np.integer)) or top < 1:
        raise ValueError(f"top must be a whole number of at least 1, not {top!r}.")
    preds = np.asarray(preds.numpy() if isinstance(preds, Tensor) else preds)
    if preds.ndim != 2 or preds.shape[1] != _CLASSES:
        raise ValueError(
            f"decode_predictions names the {_CLASSES} classes of ImageNet, for predictions of "
            f"shape (images, {_CLASSES}); these have shape {preds.shape}."
        )
    names = _class_names()
    best = np.argsort(preds, axis=1, kind="stable")[:, : -int(top) - 1 : -1]
    return [[(*names[i], scores[i]) for i in order] for order, scores in zip(best, preds)]


def _class_names():
    """Return (WordNet number, name) of each class, in the order of the predictions."""
    path = get_file(
        _CLASS_NAMES, _CLASS_NAMES_ORIGIN, cache_subdir="models", file_hash=_CLASS_NAMES_MD5
    )
    with open(path, encoding="utf-8") as file:
        index = json.load(file)
    return [tuple(index[str(i)]) for i in range(_CLASSES)]
