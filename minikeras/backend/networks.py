"""Layers' mathematics and random numbers under their names of Keras 2."""

from .. import ops, random
from ..ops.keras2 import normalize_by_moments


def relu(x, alpha=0.0, max_value=None):
    """Return `x` where positive, else `alpha * x`; at most `max_value`."""
    return ops.relu(x, negative_slope=alpha, max_value=max_value)


def dropout(x, level, noise_shape=None, seed=None):
    """Return `x` with a random part `level` set to 0 and the rest scaled up."""
    return random.dropout(x, level, noise_shape, seed)


def l2_normalize(x, axis=None):
    """Return `x` divided by its length along `axis`."""
    return ops.l2_normalize(x, axis=axis)


batch_normalization = normalize_by_moments


def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Return normal numbers."""
    return random.normal(shape, mean, stddev, dtype, seed)


def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Return numbers evenly spread between `minval` and `maxval`."""
    return random.uniform(shape, minval, maxval, dtype, seed)


def random_binomial(shape, p=0.0, dtype=None, seed=None):
    """Return 1 with probability `p`, else 0."""
    return random.binomial(shape, 1, p, dtype, seed)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Return normal numbers, those beyond two deviations drawn again."""
    return random.truncated_normal(shape, mean, stddev, dtype, seed)
