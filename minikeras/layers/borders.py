"""Layers that put zeros around an image, cut its borders off, or enlarge it."""

import numpy as np

from .. import ops
from ..ops.resampling import check_interpolation
from ..ops.windows import normalize_tuple
from .base import register
from .conv_base import SpatialLayer, positive


def _pairs(value, rank, name):
    """Return (front, back) for each axis, from an int, one number an axis, or one pair an axis."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        value = (value,) * rank
    if rank == 1 and _is_pair(value):
        value = (value,)
    if not isinstance(value, (tuple, list, np.ndarray)) or len(value) != rank:
        shape = {1: "a pair of ints", 2: "two ints or two pairs", 3: "three ints or three pairs"}
        raise ValueError(f"{name} must be an int or {shape[rank]}, not {value!r}.")
    return tuple(normalize_tuple(v, 2, f"Each entry of {name}", allow_zero=True) for v in value)


def _is_pair(value):
    return isinstance(value, (tuple, list, np.ndarray)) and len(value) == 2


class ZeroPadding(SpatialLayer):
    """Zeros around the spatial axes.

    Args:
        padding: an int for all sides; or for each spatial axis an int for both its sides or a
            pair (front, back).
        data_format: 'channels_last' or 'channels_first'; the configured default if None.
    """

    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        pairs = _pairs(padding, self.rank, "padding")
        self.padding = pairs[0] if self.rank == 1 else pairs

    def call(self, inputs):
        """Return the inputs with a margin of zeros."""
        pairs = self.padding if self.rank > 1 else (self.padding,)
        return ops.pad(inputs, self._with_space(((0, 0),) * (self.rank + 2), pairs))

    def compute_output_shape(self, input_shape):
        """Return the larger shape."""
        pairs = self.padding if self.rank > 1 else (self.padding,)
        space = self._space(input_shape)
        larger = [n if n is None else n + sum(p) for n, p in zip(space, pairs, strict=True)]
        return self._with_space(input_shape, larger)


@register()
class ZeroPadding1D(ZeroPadding):
    """Zeros before and after a sequence.

    Args:
        padding: an int for both ends, or a pair (before, after).
        data_format: 'channels_last' (the default, as in Keras 2) or 'channels_first'.
    """

    rank = 1

    def __init__(self, padding=1, data_format="channels_last", **kwargs):
        super().__init__(padding, data_format, **kwargs)


@register()
class ZeroPadding2D(ZeroPadding):
    """Zeros around an image; arguments as for `ZeroPadding`."""

    rank = 2


@register()
class ZeroPadding3D(ZeroPadding):
    """Zeros around a volume; arguments as for `ZeroPadding`."""

    rank = 3


class Cropping(SpatialLayer):
    """Cuts off the borders of the spatial axes.

    Args:
        cropping: an int for all sides; or for each spatial axis an int for both its sides or a
            pair (front, back).
        data_format: 'channels_last' or 'channels_first'; the configured default if None.
    """

    def __init__(self, cropping=1, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        pairs = _pairs(cropping, self.rank, "cropping")
        self.cropping = pairs[0] if self.rank == 1 else pairs

    @property
    def _borders(self):
        return self.cropping if self.rank > 1 else (self.cropping,)

    def call(self, inputs):
        """Return what is left of the inputs."""
        smaller = self._space(self.compute_output_shape(inputs.shape))
        kept = tuple(
            slice(front, front + n) for (front, _), n in zip(self._borders, smaller, strict=True)
        )
        return inputs[self._with_space((slice(None),) * (self.rank + 2), kept)]

    def compute_output_shape(self, input_shape):
        """Return the smaller shape; a ValueError where nothing would be left."""
        space = self._space(input_shape)
        smaller = [
            n if n is None else n - sum(c) for n, c in zip(space, self._borders, strict=True)
        ]
        if any(n is not None and n <= 0 for n in smaller):
            raise ValueError(
                f"{self.name!r} would leave nothing of an input of spatial shape {space}: it cuts "
                f"off {self.cropping}."
            )
        return self._with_space(input_shape, smaller)


@register()
class Cropping1D(Cropping):
    """Cuts off the ends of a sequence.

    Args:
        cropping: an int for both ends, or a pair (front, back).
        data_format: 'channels_last' (the default, as in Keras 2) or 'channels_first'.
    """

    rank = 1

    def __init__(self, cropping=(1, 1), data_format="channels_last", **kwargs):
        super().__init__(cropping, data_format, **kwargs)


@register()
class Cropping2D(Cropping):
    """Cuts off the borders of an image; arguments as for `Cropping`, nothing by default."""

    rank = 2

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)


@register()
class Cropping3D(Cropping):
    """Cuts off the borders of a volume; arguments as for `Cropping`."""

    rank = 3

    def __init__(self, cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs):
        super().__init__(cropping, data_format, **kwargs)


class UpSampling(SpatialLayer):
    """Enlarges the spatial axes by whole factors.

    Args:
        size: factor, an int or one for each spatial axis.
        data_format: 'channels_last' or 'channels_first'; the configured default if None.
    """

    interpolation = "nearest"

    def __init__(self, size=2, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.size = normalize_tuple(size, self.rank, "size")

    def call(self, inputs):
        """Return the enlarged inputs."""
        return ops.upsample(inputs, self.size, self.data_format, self.interpolation)

    def compute_output_shape(self, input_shape):
        """Return the larger shape."""
        factors = (self.size,) if self.rank == 1 else self.size
        space = self._space(input_shape)
        larger = [n if n is None else n * f for n, f in zip(space, factors, strict=True)]
        return self._with_space(input_shape, larger)


@register()
class UpSampling1D(UpSampling):
    """Repeats every step of a sequence `size` times, an int."""

    rank = 1
    _not_in_config = ("data_format",)

    def __init__(self, size=2, **kwargs):
        super().__init__(data_format="channels_last", **kwargs)
        self.size = positive(size, "repetitions (size)", type(self).__name__)


@register()
class UpSampling2D(UpSampling):
    """Enlarges an image.

    Args:
        size: factor, an int or a pair (rows, columns).
        data_format: 'channels_last' or 'channels_first'; the configured default if None.
        interpolation: 'nearest' repeats elements; 'bilinear', 'bicubic', 'lanczos3' and
            'lanczos5' interpolate between them.
    """

    rank = 2

    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(size, data_format, **kwargs)
        self.interpolation = check_interpolation(interpolation)


@register()
class UpSampling3D(UpSampling):
    """Repeats the elements of a volume; arguments as for `UpSampling`."""

    rank = 3
