"""Layers of Keras 3 that bring data into a range: Rescaling, Normalization. And Identity."""

import numpy as np

from .. import config, ops
from ..ops.types import normalize_axes
from .base import Layer, register
from .json_values import decode, encode


@register()
class Identity(Layer):
    """Passes its input on."""

    supports_masking = True

    def call(self, inputs):
        """Return the inputs."""
        return inputs

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape


class _Scaling(Layer):
    """What these layers share: the shape stays, arrays come back from a config as arrays."""

    supports_masking = True

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape

    @classmethod
    def from_config(cls, config):
        """Build the layer from what `get_config` returned."""
        return cls(**{key: decode(value) for key, value in config.items()})


@register()
class Rescaling(_Scaling):
    """Returns scale * x + offset, as floats.

    Args:
        scale: a number, or an array along the last axis (along the channels with
            'channels_first' images as the default).
        offset: likewise.
    """

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset

    def call(self, inputs):
        """Return scale * inputs + offset."""
        dtype = self.compute_dtype
        scale, offset = np.asarray(self.scale, dtype), np.asarray(self.offset, dtype)
        if scale.ndim and config.image_data_format() == "channels_first":
            scale = scale.reshape(scale.shape + (1,) * (3 - scale.ndim))
        return ops.cast(inputs, dtype=dtype) * scale + offset

    def get_config(self):
        """Return the arguments; arrays are marked as such."""
        return {**super().get_config(), "scale": encode(self.scale), "offset": encode(self.offset)}


@register()
class Normalization(_Scaling):
    """Shifts and scales features to mean 0 and variance 1, by statistics found beforehand.

    They are given to the constructor, or found in data by `adapt`, and do not change in training.

    Args:
        axis: the axis (or axes) of the features, each with statistics of its own; None for one
            mean and variance of everything.
        mean, variance: the statistics, numbers or arrays that fit the axes.
        invert: whether to do the opposite: x * deviation + mean.

    Raises:
        ValueError: only one of mean and variance.
    """

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise ValueError("Normalization needs both mean= and variance=, or neither.")
        if np.shape(mean) != np.shape(variance):
            raise ValueError(
                f"mean has shape {np.shape(mean)}, but variance {np.shape(variance)}: they must "
                "be the same."
            )
        self.axis = axis if axis is None or isinstance(axis, int) else list(axis)
        self.input_mean = mean
        self.input_variance = variance
        self.invert = bool(invert)

    def build(self, input_shape):
        """Make the statistics, weights that training leaves alone."""
        rank = len(input_shape)
        kept = () if self.axis is None else normalize_axes(self.axis, rank)
        shape = tuple(input_shape[a] for a in kept)
        if None in shape:
            raise ValueError(
                f"Axis {self.axis} of the input of {self.name!r} has no known size (shape "
                f"{tuple(input_shape)}): Normalization has statistics for each of its elements."
            )
        self._others = tuple(a for a in range(rank) if a not in kept)
        self._wide = tuple(input_shape[a] if a in kept else 1 for a in range(rank))
        if self.input_mean is None:
            self.adapt_mean = self.add_weight("mean", shape, None, "zeros", trainable=False)
            self.adapt_variance = self.add_weight("variance", shape, None, "ones", trainable=False)
            self.count = self.add_weight("count", (), "int32", "zeros", trainable=False)
        else:
            for given in (self.input_mean, self.input_variance):
                self._widen(np.asarray(given))  # refuses shapes that do not fit

    def _widen(self, statistic):
        """Return a statistic shaped to be combined with the inputs, in the layer's type."""
        kept = tuple(n for a, n in enumerate(self._wide) if a not in self._others)
        try:
            full = np.broadcast_to(statistic, kept)
        except ValueError:
            raise ValueError(
                f"Normalization {self.name!r} was given a mean and variance of shape "
                f"{np.shape(statistic)}, but axis {self.axis} of its input has sizes {kept}."
            ) from None
        return full.reshape(self._wide).astype(self.compute_dtype)

    def adapt(self, data):
        """Find mean and variance in data.

        Args:
            data: array, or iterable of batches: arrays, or tuples that begin with one.

        Raises:
            ValueError: the statistics were given to the constructor, or there are no data.
        """
        if self.input_mean is not None:
            raise ValueError(f"The statistics of {self.name!r} were given: there is no adapt().")
        batches = [data] if hasattr(data, "shape") else data
        total, mean, variance = 0, 0.0, 0.0
        for batch in batches:
            x = np.asarray(batch[0] if isinstance(batch, tuple) else batch, "float64")
            if not self.built:
                self.build(x.shape)
            count = int(np.prod([x.shape[a] for a in self._others]))
            if count == 0:
                continue
            # The moments of two sets together: Chan, Golub and LeVeque (1979).
            share = count / (total + count)
            shift = x.mean(axis=self._others) - mean
            variance = (1 - share) * variance + share * x.var(axis=self._others)
            variance = variance + share * (1 - share) * shift**2
            mean = mean + share * shift
            total += count
        if total == 0:
            raise ValueError(f"There are no data for {self.name!r} to adapt to.")
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    @property
    def mean(self):
        """The mean in use, shaped to be combined with the inputs; None before it is built."""
        return self._statistic("input_mean", "adapt_mean")

    @property
    def variance(self):
        """The variance in use, shaped to be combined with the inputs; None before it is built."""
        return self._statistic("input_variance", "adapt_variance")

    def _statistic(self, given, found):
        if not self.built:
            return None
        value = getattr(self, given)
        return self._widen(getattr(self, found).data if value is None else np.asarray(value))

    def call(self, inputs):
        """Return the normalized inputs, or the original ones of such with `invert`."""
        inputs = ops.cast(inputs, dtype=self.compute_dtype)
        mean = self.mean
        deviation = np.maximum(np.sqrt(self.variance), mean.dtype.type(config.epsilon()))
        return inputs * deviation + mean if self.invert else (inputs - mean) / deviation

    def get_config(self):
        """Return the arguments; statistics that `adapt` found are weights."""
        mean, variance = encode(self.input_mean), encode(self.input_variance)
        return {**super().get_config(), "mean": mean, "variance": variance}
