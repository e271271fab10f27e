# ruff: noqa: F401
"""Operations on images: the names of `keras.ops.image`."""

from .resampling import resize
