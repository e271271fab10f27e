"""Image files to arrays and back.

Pillow reads, writes and resizes; it is imported when that is asked for, and not before.
"""

import io
import os

import numpy as np

from .. import config
from ..registry import suggest

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
_MODES = {"rgb": "RGB", "grayscale": "L", "rgba": "RGBA"}
CHANNELS = {"rgb": 3, "grayscale": 1, "rgba": 4}


def import_pillow(purpose):
    """Return the module `PIL.Image`.

    Raises:
        ImportError: Pillow is not installed; it says what `purpose` it was for, and how to get it.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            f"{purpose} needs the `Pillow` package, which is not installed ({error}). "
            "Install it with: pip install 'minikeras[images]'"
        ) from error
    return Image


def check_color_mode(color_mode):
    """Raise a ValueError unless this is 'rgb', 'grayscale' or 'rgba'."""
    if color_mode not in _MODES:
        raise ValueError(f"Unknown color_mode {color_mode!r}. {suggest(color_mode, _MODES)}")


def check_interpolation(interpolation):
    """Raise a ValueError that suggests the nearest name if there is no such resampling."""
    if interpolation not in INTERPOLATIONS:
        raise ValueError(
            f"Unknown interpolation {interpolation!r}. {suggest(interpolation, INTERPOLATIONS)}"
        )


def load_img(
    path,
    grayscale=False,
    target_size=None,
    interpolation="nearest",
    color_mode=None,
    keep_aspect_ratio=False,
):
    """Return the image in a file, as a Pillow image.

    Args:
        path: name of the file, a `Path`, or an open binary file.
        grayscale: whether to make it an image of one channel. A string is Keras 3's second
            argument, `color_mode`.
        target_size: (height, width) to resize to; None leaves the size.
        interpolation: how to resize: 'nearest', 'bilinear', 'bicubic', 'hamming', 'box' or
            'lanczos'.
        color_mode: 'rgb', 'grayscale' or 'rgba'; by default what `grayscale` says.
        keep_aspect_ratio: whether to cut the middle to the proportions of `target_size` first,
            so that nothing is stretched.

    Raises:
        ImportError: Pillow is not installed.
        ValueError: unknown `interpolation` or `color_mode`; or two that contradict each other.
    """
    if isinstance(grayscale, str):
        color_mode, grayscale = _one_of(color_mode, grayscale), False
    if color_mode is None:
        color_mode = "grayscale" if grayscale else "rgb"
    elif grayscale and color_mode != "grayscale":
        raise ValueError(f"grayscale=True contradicts color_mode={color_mode!r}; give one of them.")
    check_color_mode(color_mode)
    check_interpolation(interpolation)
    pillow = import_pillow("load_img")
    with pillow.open(path) as opened:
        deep = opened.mode in ("I", "I;16", "I;16L", "I;16B", "F")
        keep = color_mode == "grayscale" and deep  # more than 8 bits, which "L" would cut off
        wanted = opened.mode if keep else _MODES[color_mode]
        image = opened.copy() if opened.mode == wanted else opened.convert(wanted)
    return resized(image, target_size, interpolation, keep_aspect_ratio)


def _one_of(color_mode, grayscale):
    if color_mode not in (None, grayscale):
        raise ValueError(f"load_img got two color modes, {grayscale!r} and {color_mode!r}.")
    return grayscale


def resized(image, target_size, interpolation="nearest", keep_aspect_ratio=False):
    """Return a Pillow image in size (height, width), the same one if it has it or for None."""
    if target_size is None or (image.height, image.width) == tuple(target_size):
        return image
    check_interpolation(interpolation)
    height, width = target_size
    box = None
    if keep_aspect_ratio:
        used_width = min(image.width, image.height * width // height)
        used_height = min(image.height, image.width * height // width)
        left, top = (image.width - used_width) // 2, (image.height - used_height) // 2
        box = (left, top, left + used_width, top + used_height)
    method = getattr(import_pillow("Resizing an image").Resampling, interpolation.upper())
    return image.resize((width, height), method, box)


def img_to_array(img, data_format=None, dtype=None):
    """Return a Pillow image, or an array of rank 2 or 3, as an array of rank 3.

    Args:
        img: the image.
        data_format: 'channels_last' for (height, width, channels), or 'channels_first' for
            (channels, height, width); the default one if None.
        dtype: of the result; the default float type if None.

    Raises:
        ValueError: another rank than 2 or 3, or an unknown `data_format`.
    """
    data_format = config.normalize_data_format(data_format)
    array = np.array(img, dtype=dtype or config.floatx())
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3:
        raise ValueError(
            "An image has rows, columns and perhaps channels, so rank 2 or 3; this one has shape "
            f"{array.shape}."
        )
    return array.transpose(2, 0, 1) if data_format == "channels_first" else array


def array_to_img(x, data_format=None, scale=True, dtype=None):
    """Return an array of rank 3 as a Pillow image, of 8 bits a channel.

    Args:
        x: (height, width, channels), or (channels, height, width) with `data_format` so; 1
            channel for a grey image, 3 for RGB, 4 for RGBA.
        data_format: 'channels_last' or 'channels_first'; the default one if None.
        scale: whether to stretch the values so that the largest is 255; negative ones are lifted
            to 0 first. Otherwise they must lie from 0 to 255, and fractions are cut off.
        dtype: to compute in; the default float type if None.

    Raises:
        ImportError: Pillow is not installed.
        ValueError: another rank or number of channels, or an unknown `data_format`.
    """
    pixels = to_bytes(x, data_format, scale, dtype)
    pillow = import_pillow("array_to_img")
    return pillow.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def to_bytes(x, data_format=None, scale=True, dtype=None):
    """Return what `array_to_img` makes an image of: (height, width, channels) of uint8."""
    data_format = config.normalize_data_format(data_format)
    x = np.asarray(x, dtype=dtype or config.floatx())
    if x.ndim != 3:
        raise ValueError(
            f"array_to_img takes one image, an array of rank 3; this array has shape {x.shape}."
        )
    if data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    if x.shape[2] not in (1, 3, 4):
        raise ValueError(
            f"An image has 1, 3 or 4 channels, but an array of shape {x.shape} (height, width, "
            f"channels) has {x.shape[2]}. Is data_format={data_format!r} right?"
        )
    return (stretched(x) if scale else np.clip(x, 0, 255)).astype("uint8")


def stretched(x):
    """Return an image with its values lifted to 0 at least, and scaled to 255 at most."""
    x = x + max(-float(x.min()), 0.0) if x.size else x.copy()
    largest = float(x.max()) if x.size else 0.0
    if largest:
        x /= largest
    x *= 255
    return x


def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs):
    """Write an array of rank 3 as an image file.

    Args:
        path: name of the file, a `Path`, or an open binary file.
        x, data_format, scale: as for `array_to_img`.
        file_format: 'png', 'jpeg' and so on; by default what the name ends in.
        **kwargs: go to Pillow's `Image.save`.

    Raises:
        ImportError: Pillow is not installed.
        ValueError: as for `array_to_img`; or an image with 4 channels as JPEG, which has 3.
    """
    image = array_to_img(x, data_format, scale)
    name = "" if isinstance(path, io.IOBase) else os.fspath(path)
    kind = (file_format or os.path.splitext(name)[1].lstrip(".")).lower()
    if kind in ("jpg", "jpeg"):
        file_format = "jpeg"
        if image.mode == "RGBA":
            raise ValueError(
                "A JPEG file has no place for the fourth channel; save x[:, :, :3], or as PNG."
            )
    image.save(path, format=file_format, **kwargs)


def list_pictures(directory, ext="jpg|jpeg|bmp|png|ppm"):
    """Return the names of all image files in a folder and those below it, sorted.

    `ext` has the endings that count, separated by `|`, or is a tuple of them.
    """
    endings = ext.split("|") if isinstance(ext, str) else ext
    endings = tuple("." + ending.lstrip(".") for ending in endings)
    return sorted(
        os.path.join(root, name)
        for root, _, names in os.walk(directory)
        for name in names
        if name.lower().endswith(endings)
    )
