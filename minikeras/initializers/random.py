"""Initializers that draw from a distribution of fixed width, and the orthogonal one."""

import math

import numpy as np

from .. import config
from ..ops.drawing import normal, truncated_normal, uniform
from .base import Initializer, number, registry


def _integer(seed):
    """Return a seed as an int, or None; a saved SeedGenerator of Keras 3 gives its own seed."""
    if isinstance(seed, dict) and isinstance(seed.get("config"), dict):
        seed = seed["config"].get("seed")
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise ValueError(f"An initializer's seed is an integer or None, not {seed!r}.")
    return int(seed)


class RandomInitializer(Initializer):
    """Base class of those that draw.

    Args:
        seed: int, or None. With a seed every call gives the same values for the same shape; without
            one every call draws anew, from the stream that `set_random_seed` rules.
    """

    def __init__(self, seed=None):
        self.seed = _integer(seed)

    def generator(self):
        """Return the `numpy.random.Generator` for one call."""
        return config.new_generator("initializers", self.seed)


@registry.register("random_normal", "normal")
class RandomNormal(RandomInitializer):
    """Normal numbers.

    Args:
        mean, stddev: of the distribution; finite, and `stddev` not negative, else a ValueError.
        seed: see `RandomInitializer`.
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        super().__init__(seed)
        self.mean, self.stddev = number(mean, "mean"), number(stddev, "stddev", 0)

    def draw(self, shape, dtype):
        return normal(self.generator(), shape, self.mean, self.stddev, dtype)


@registry.register("truncated_normal")
class TruncatedNormal(RandomInitializer):
    """Normal numbers; those more than two standard deviations from the mean are drawn again.

    Args:
        mean, stddev: of the distribution before it is cut; finite, and `stddev` not negative,
            else a ValueError.
        seed: see `RandomInitializer`.
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        super().__init__(seed)
        self.mean, self.stddev = number(mean, "mean"), number(stddev, "stddev", 0)

    def draw(self, shape, dtype):
        return truncated_normal(self.generator(), shape, self.mean, self.stddev, dtype)


@registry.register("random_uniform", "uniform")
class RandomUniform(RandomInitializer):
    """Numbers spread evenly over [minval, maxval), whole ones for an integer type.

    Args:
        minval, maxval: bounds of the range, finite, else a ValueError.
        seed: see `RandomInitializer`.
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        super().__init__(seed)
        self.minval, self.maxval = number(minval, "minval"), number(maxval, "maxval")

    def draw(self, shape, dtype):
        generator = self.generator()
        if dtype.kind in "iu":
            return generator.integers(self.minval, self.maxval, shape, dtype)
        return uniform(generator, shape, self.minval, self.maxval, dtype)


@registry.register("orthogonal", "OrthogonalInitializer")
class Orthogonal(RandomInitializer):
    """A random matrix whose rows (or columns, if there are fewer of them) are orthonormal.

    All axes but the last are taken together as rows (Saxe et al. 2014).

    Args:
        gain: number that the matrix is multiplied by.
        seed: see `RandomInitializer`.
    """

    def __init__(self, gain=1.0, seed=None):
        super().__init__(seed)
        self.gain = number(gain, "gain")

    def draw(self, shape, dtype):
        if not shape:
            raise ValueError("Orthogonal needs a weight of at least one dimension, not a number.")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = self.generator().standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(tall)
        # Without these signs, which make the factorization unique, not every orthogonal matrix
        # would be equally likely.
        q *= np.sign(np.diagonal(r))
        return (self.gain * (q if rows >= columns else q.T)).reshape(shape).astype(dtype)
