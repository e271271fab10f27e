"""Layers that disturb their input while training and pass it on otherwise."""

import numpy as np

from .. import config, ops
from .base import Layer, register
from .input_spec import InputSpec


class _Noise(Layer):
    """What the layers of this module share: a stream of random numbers and an unchanged shape."""

    supports_masking = True

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self._own_stream = None if seed is None else config.new_generator("dropout", seed)

    @property
    def _generator(self):
        return self._own_stream if self._own_stream is not None else config.stream("dropout")

    def _check_rate(self, rate, top):
        fits = (
            isinstance(rate, (int, float, np.number))
            and rate >= 0
            and (rate <= 1 if top else rate < 1)
        )
        if not fits:
            raise ValueError(
                f"The rate of {type(self).__name__} {self.name!r} is the part that is dropped, "
                f"from 0 to 1, not {rate!r}."
            )
        return float(rate)

    def compute_output_shape(self, input_shape):
        """Return the input's shape."""
        return input_shape


@register()
class Dropout(_Noise):
    """Sets a random part of the inputs to zero while training and scales up the rest.

    Kept values are divided by 1 - rate, so that sums keep their expectation
    (Srivastava et al., 2014).

    Args:
        rate: the part to drop, from 0 to 1; at 1 everything is dropped.
        noise_shape: shape of the mask: 1 where it is shared along an axis, None where it follows
            the input.
        seed: makes the layer's masks a sequence of its own.
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.rate = self._check_rate(rate, top=True)
        self.noise_shape = noise_shape

    def _noise_shape(self, inputs):
        return self.noise_shape

    def call(self, inputs, training=None):
        """Drop while training, pass on otherwise."""
        if not training or self.rate == 0:
            return inputs
        return ops.dropout(
            inputs,
            rate=self.rate,
            noise_shape=self._noise_shape(inputs),
            generator=self._generator,
        )


class _SpatialDropout(Dropout):
    """Drops whole feature maps: one decision per sample and channel (Tompson et al., 2015)."""

    _not_in_config = ("noise_shape",)
    _rank = None

    def __init__(self, rate, data_format=None, seed=None, **kwargs):
        super().__init__(rate, seed=seed, **kwargs)
        self.data_format = config.normalize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def _noise_shape(self, inputs):
        batch, *rest = inputs.shape
        if self.data_format == "channels_first":
            return (batch, rest[0], *(1,) * self._rank)
        return (batch, *(1,) * self._rank, rest[-1])


@register()
class SpatialDropout1D(_SpatialDropout):
    """Drops whole channels of a sequence (batch, steps, channels) while training.

    Args:
        rate: the part of the channels to drop, from 0 to 1.
        seed: makes the layer's masks a sequence of its own.
    """

    _rank = 1
    _not_in_config = ("noise_shape", "data_format")

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, data_format="channels_last", seed=seed, **kwargs)


@register()
class SpatialDropout2D(_SpatialDropout):
    """Drops whole channels of images while training.

    Args:
        rate: the part of the channels to drop, from 0 to 1.
        data_format: 'channels_last' or 'channels_first'.
        seed: makes the layer's masks a sequence of its own.
    """

    _rank = 2


@register()
class SpatialDropout3D(_SpatialDropout):
    """Drops whole channels of volumes while training.

    Args:
        rate: the part of the channels to drop, from 0 to 1.
        data_format: 'channels_last' or 'channels_first'.
        seed: makes the layer's masks a sequence of its own.
    """

    _rank = 3


@register()
class GaussianNoise(_Noise):
    """Adds normal noise of mean 0 while training.

    Args:
        stddev: standard deviation of the noise.
        seed: makes the layer's noise a sequence of its own.
    """

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        if stddev < 0:
            raise ValueError(f"stddev must not be negative, but is {stddev!r}.")
        self.stddev = stddev

    def call(self, inputs, training=None):
        """Add noise while training, pass on otherwise."""
        if not training or self.stddev == 0:
            return inputs
        return inputs + _normal(self._generator, inputs, 0.0, self.stddev)


@register()
class GaussianDropout(_Noise):
    """Multiplies with normal noise of mean 1 while training (Srivastava et al., 2014, sec. 10).

    The noise has the standard deviation sqrt(rate / (1 - rate)), that of dropout with this rate.

    Args:
        rate: from 0 up to, but not including, 1.
        seed: makes the layer's noise a sequence of its own.
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.rate = self._check_rate(rate, top=False)

    def call(self, inputs, training=None):
        """Multiply with noise while training, pass on otherwise."""
        if not training or self.rate == 0:
            return inputs
        stddev = float(np.sqrt(self.rate / (1.0 - self.rate)))
        return inputs * _normal(self._generator, inputs, 1.0, stddev)


# The fixed point of SELU: what alpha dropout sets dropped units to (Klambauer et al., 2017).
_SELU_ALPHA = 1.6732632423543772848170429916717
_SELU_SCALE = 1.0507009873554804934193349852946


@register()
class AlphaDropout(_Noise):
    """Dropout that keeps mean and variance of self-normalizing networks (Klambauer et al., 2017).

    Dropped units take the value -alpha * scale that SELU saturates at; an affine map afterwards
    restores mean 0 and variance 1.

    Args:
        rate: the part to drop, from 0 up to, but not including, 1.
        noise_shape: shape of the mask: 1 where it is shared along an axis.
        seed: makes the layer's masks a sequence of its own.
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.rate = self._check_rate(rate, top=False)
        self.noise_shape = noise_shape

    def call(self, inputs, training=None):
        """Drop while training, pass on otherwise."""
        if not training or self.rate == 0:
            return inputs
        shape = inputs.shape
        if self.noise_shape is not None:
            shape = tuple(
                n if m is None else m for m, n in zip(self.noise_shape, shape, strict=True)
            )
        saturated = -_SELU_ALPHA * _SELU_SCALE
        keep = self._generator.random(shape, dtype=np.float32) >= self.rate
        keep = keep.astype(_noise_type(inputs))
        a = ((1.0 - self.rate) * (1.0 + self.rate * saturated**2)) ** -0.5
        b = -a * saturated * self.rate
        return (inputs * keep + saturated * (1.0 - keep)) * a + b


def _noise_type(inputs):
    """Return the type of the noise for a tensor: its own, or the default float type."""
    return inputs.dtype if inputs.dtype.kind == "f" else np.dtype(config.floatx())


def _normal(generator, like, mean, stddev):
    """Return normal noise of the shape of a tensor."""
    target = _noise_type(like)
    dtype = np.float64 if target == np.float64 else np.float32
    noise = generator.standard_normal(like.shape, dtype=dtype)
    noise *= dtype(stddev)
    noise += dtype(mean)
    return noise.astype(target, copy=False)
