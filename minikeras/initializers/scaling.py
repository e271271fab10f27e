"""Initializers whose width follows from the shape of the weight: Glorot, He, LeCun.

How far the draws spread keeps the size of signals about equal from layer to layer. The normal
form is cut at two standard deviations, which leaves it 0.8796 times as wide as asked for. Keras
2.1.5 leaves it at that; Keras 3 asks for 1 / 0.8796 more. Here `distribution='normal'`, and so
`glorot_normal` and its kin, do the former, and `'truncated_normal'`, a name that only Keras 3
has, the latter.
"""

import math

from ..configurable import Configurable
from ..ops.drawing import normal, truncated_normal, uniform
from .base import registry
from .random import RandomInitializer

# The standard deviation of a standard normal distribution cut at -2 and 2.
TRUNCATED_STDDEV = 0.87962566103423978

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("normal", "uniform", "truncated_normal", "untruncated_normal")


def compute_fans(shape, input_axes=None, output_axes=None):
    """Return (fan_in, fan_out): how many inputs and outputs each unit of a weight is tied to.

    Args:
        shape: of the weight: (inputs, outputs), or (*kernel, inputs, outputs) of a convolution.
            Any other rank than 2 to 5 counts as square (Keras 2.1.5).
        input_axes, output_axes: lists of axes to count instead, both or neither.
    """
    if input_axes is not None and output_axes is not None:
        return tuple(math.prod(shape[a] for a in axes) for axes in (input_axes, output_axes))
    if 2 <= len(shape) <= 5:
        field = math.prod(shape[:-2])
        return shape[-2] * field, shape[-1] * field
    side = math.sqrt(math.prod(shape))
    return side, side


@registry.register("variance_scaling")
class VarianceScaling(RandomInitializer):
    """Numbers of variance scale / n, n being the number of inputs, outputs, or their mean.

    Args:
        scale: positive number.
        mode: what n is: 'fan_in', 'fan_out' or 'fan_avg'.
        distribution: 'uniform'; 'normal', cut at two standard deviations and thereby narrower by
            a factor of 0.8796 (Keras 2.1.5); 'truncated_normal', the same made up for (Keras 3);
            or 'untruncated_normal'.
        seed: see `RandomInitializer`.
        input_axes, output_axes: axes of the weight that count as inputs and outputs, both or
            neither; by default the last two, and those before them for both.

    Raises:
        ValueError: a scale that is not positive, or an unknown mode or distribution.
    """

    def __init__(
        self,
        scale=1.0,
        mode="fan_in",
        distribution="normal",
        seed=None,
        input_axes=None,
        output_axes=None,
    ):
        super().__init__(seed)
        if not scale > 0:
            raise ValueError(f"VarianceScaling needs a positive scale, not {scale!r}.")
        self.scale = scale
        self.mode = _one_of(_MODES, mode, "mode")
        self.distribution = _one_of(_DISTRIBUTIONS, distribution, "distribution")
        if (input_axes is None) != (output_axes is None):
            raise ValueError("Give input_axes and output_axes together, or neither.")
        self.input_axes, self.output_axes = input_axes, output_axes

    def draw(self, shape, dtype):
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1.0, n))
        generator = self.generator()
        if self.distribution == "uniform":
            limit = math.sqrt(3) * stddev
            return uniform(generator, shape, -limit, limit, dtype)
        if self.distribution == "untruncated_normal":
            return normal(generator, shape, 0.0, stddev, dtype)
        if self.distribution == "truncated_normal":
            stddev /= TRUNCATED_STDDEV
        return truncated_normal(generator, shape, 0.0, stddev, dtype)

    def get_config(self):
        """Return the arguments; the axes, which Keras 2.1.5 does not know, only where given."""
        config = Configurable.get_config(self)
        if self.input_axes is None:
            del config["input_axes"], config["output_axes"]
        return config


def _one_of(known, value, name):
    lowered = value.lower() if isinstance(value, str) else value
    if lowered not in known:
        raise ValueError(f"Unknown {name} {value!r}; choose one of {', '.join(known)}.")
    return lowered


class _Preset(VarianceScaling):
    """A `VarianceScaling` of given scale, mode and distribution.

    Args:
        seed: see `RandomInitializer`.
        input_axes, output_axes: see `VarianceScaling`.
        corrected: for the normal ones, whether the width lost by cutting is made up for, as in
            Keras 3.

    It is saved as the `VarianceScaling` it is, which all versions of Keras understand.
    """

    _registered_name = "VarianceScaling"
    _preset = ()

    def __init__(self, seed=None, input_axes=None, output_axes=None, corrected=False):
        scale, mode, distribution = self._preset
        if corrected and distribution == "normal":
            distribution = "truncated_normal"
        super().__init__(scale, mode, distribution, seed, input_axes, output_axes)

    def get_config(self):
        """Return the config of the `VarianceScaling` that this is."""
        plain = VarianceScaling(
            self.scale,
            self.mode,
            self.distribution,
            self.seed,
            self.input_axes,
            self.output_axes,
        )
        return plain.get_config()

    @classmethod
    def from_config(cls, config):
        """Build it from its own arguments, or from those of a `VarianceScaling`."""
        if "scale" in config:
            return VarianceScaling.from_config(config)
        return super().from_config(config)


@registry.register("glorot_uniform")
class GlorotUniform(_Preset):
    """Uniform in +-sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010)."""

    _registered_name = "VarianceScaling"
    _preset = (1.0, "fan_avg", "uniform")


@registry.register("glorot_normal")
class GlorotNormal(_Preset):
    """Truncated normal of variance 2 / (fan_in + fan_out) (Glorot and Bengio 2010)."""

    _registered_name = "VarianceScaling"
    _preset = (1.0, "fan_avg", "normal")


@registry.register("he_uniform")
class HeUniform(_Preset):
    """Uniform in +-sqrt(6 / fan_in) (He et al. 2015)."""

    _registered_name = "VarianceScaling"
    _preset = (2.0, "fan_in", "uniform")


@registry.register("he_normal")
class HeNormal(_Preset):
    """Truncated normal of variance 2 / fan_in (He et al. 2015)."""

    _registered_name = "VarianceScaling"
    _preset = (2.0, "fan_in", "normal")


@registry.register("lecun_uniform")
class LecunUniform(_Preset):
    """Uniform in +-sqrt(3 / fan_in) (LeCun et al. 1998)."""

    _registered_name = "VarianceScaling"
    _preset = (1.0, "fan_in", "uniform")


@registry.register("lecun_normal")
class LecunNormal(_Preset):
    """Truncated normal of variance 1 / fan_in (LeCun et al. 1998)."""

    _registered_name = "VarianceScaling"
    _preset = (1.0, "fan_in", "normal")
