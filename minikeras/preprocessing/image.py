"""The names of `keras.preprocessing.image`."""

from .image_directory import DirectoryIterator
from .image_files import array_to_img, img_to_array, list_pictures, load_img, save_img
from .image_generator import ImageDataGenerator
from .image_iterators import Iterator, NumpyArrayIterator
from .image_transforms import (
    apply_affine_transform,
    apply_channel_shift,
    apply_transform,
    flip_axis,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
    transform_matrix_offset_center,
)

__all__ = [
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_channel_shift",
    "apply_transform",
    "array_to_img",
    "flip_axis",
    "img_to_array",
    "list_pictures",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
    "transform_matrix_offset_center",
]
