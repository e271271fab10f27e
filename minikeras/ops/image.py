# ruff: noqa: F401
"""Operations on images: the names of `keras.ops.image`."""

from .colours import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from .framing import crop_images, extract_patches, pad_images
from .resampling import resize
