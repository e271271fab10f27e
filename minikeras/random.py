"""Random numbers under the names of `keras.random` (Keras 3).

Every function takes `seed`: an int gives the same numbers at each call; a `SeedGenerator` gives
other numbers each time, in an order that follows from its own seed; None follows the library's
stream 'random', which `set_random_seed` rules. Results are plain arrays of the default float type
unless `dtype` says otherwise.
"""

import math

import numpy as np

from . import config, ops
from .autograd import Variable
from .ops import drawing
from .ops.drawing import checked_shape
from .ops.types import normalize_axis

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]


class SeedGenerator:
    """A source of seeds, different at each use and repeatable as a whole.

    Args:
        seed: int of at least 0; None takes one from the library's own stream.
        name: how messages and files call it.

    Attributes:
        seed: what it started from.
        state: variable of two uint32, the seed and the number of uses so far; saving and
            restoring it repeats what follows.
    """

    def __init__(self, seed=None, name=None, **kwargs):
        if kwargs:
            raise TypeError(f"SeedGenerator got unknown arguments: {', '.join(kwargs)}.")
        if seed is None:
            seed = int(config.stream("seed_generator").integers(2**31))
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not seed >= 0:
            raise ValueError(f"seed must be an int of at least 0, not {seed!r}.")
        self.seed = int(seed)
        self.name = name or "seed_generator"
        start = np.array([self.seed % 2**32, 0], "uint32")
        self.state = Variable(start, name="seed_generator_state", trainable=False)

    def next(self, ordered=True):
        """Return the present state, an array of two uint32, and step on.

        `ordered` is of no consequence: one thing happens after the other here.
        """
        state = self.state.data.copy()
        self.state.assign(state + np.array([0, 1], "uint32"))
        return state

    def get_config(self):
        """Return the arguments that make the same generator again."""
        return {"seed": self.seed}

    @classmethod
    def from_config(cls, config):
        """Return the generator that `get_config` described."""
        return cls(**config)


def _generator(seed):
    """Return the `numpy.random.Generator` that `seed` stands for."""
    if isinstance(seed, SeedGenerator):
        entropy = [int(n) for n in seed.next()]
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence(entropy)))
    if seed is None:
        return config.stream("random")
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(
            f"seed must be None, an int of at least 0 or a SeedGenerator, not {seed!r}."
        )
    return config.new_generator("random", seed)


def _float_type(dtype):
    """Return a float type as numpy.dtype, the default one for None."""
    found = np.dtype(dtype or config.floatx())
    if found.kind != "f":
        raise ValueError(f"These random numbers are floats; dtype {found.name!r} is not.")
    return found


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Return numbers of a normal distribution."""
    return _draw(drawing.normal, mean, stddev, shape, dtype, seed)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Return numbers of a normal distribution, those beyond two deviations drawn again."""
    return _draw(drawing.truncated_normal, mean, stddev, shape, dtype, seed)


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Return numbers evenly spread from `minval` up to, not including, `maxval`."""
    return _draw(drawing.uniform, minval, maxval, shape, dtype, seed)


def _draw(draw, first, second, shape, dtype, seed):
    dtype = _float_type(dtype)
    return draw(_generator(seed), checked_shape(shape), first, second, dtype)


def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Return whole numbers from `minval` up to, not including, `maxval`."""
    if np.dtype(dtype).kind not in "iu":
        raise ValueError(f"randint gives whole numbers; dtype {dtype!r} does not hold them.")
    if not minval < maxval:
        raise ValueError(
            f"randint draws from minval up to, not including, maxval: there is nothing between "
            f"{minval!r} and {maxval!r}."
        )
    return _generator(seed).integers(minval, maxval, checked_shape(shape)).astype(dtype)


def categorical(logits, num_samples, dtype="int32", seed=None):
    """Return class numbers (batch, num_samples) drawn by unnormalized log-probabilities.

    Args:
        logits: array (batch, classes).
        num_samples: how many to draw for each row.
        dtype: of the result.
        seed: see the module.
    """
    logits = np.asarray(ops.convert_to_numpy(logits), "float64")
    if logits.ndim != 2:
        raise ValueError(f"categorical needs logits (batch, classes), not {logits.shape}.")
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    edges = np.cumsum(p, axis=-1)
    draws = _generator(seed).random((len(logits), num_samples)) * edges[:, -1:]
    return (draws[:, :, None] >= edges[:, None, :]).sum(axis=-1).astype(dtype)


def shuffle(x, axis=0, seed=None):
    """Return `x` with its slices along `axis` in random order; gradients flow through."""
    sizes = ops.shape(x)
    order = _generator(seed).permutation(sizes[normalize_axis(axis, len(sizes))])
    return ops.take(x, order, axis=axis)


def dropout(inputs, rate, noise_shape=None, seed=None):
    """Return `inputs` with a random part `rate` set to 0 and the rest scaled up.

    With `seed` None the stream is 'dropout', that of the layer.
    """
    generator = None if seed is None else _generator(seed)
    return ops.dropout(inputs, rate, noise_shape=noise_shape, generator=generator)


def _spread(name, value, shape, most=math.inf):
    """Return a parameter of a distribution broadcast to `shape`; it lies between 0 and `most`."""
    value = np.asarray(ops.convert_to_numpy(value))
    if not ((value >= 0) & (value <= most)).all():
        bound = "at least 0" if most == math.inf else f"from 0 to {most:g}"
        raise ValueError(f"{name} must be {bound}, but is {value.tolist()}.")
    sizes = checked_shape(shape)
    try:
        return np.broadcast_to(value, sizes)
    except ValueError:
        raise ValueError(
            f"{name} of shape {value.shape} cannot be broadcast to the shape {sizes}."
        ) from None


def gamma(shape, alpha, dtype=None, seed=None):
    """Return numbers of gamma distributions with shapes `alpha` (broadcast to `shape`), scale 1."""
    dtype = _float_type(dtype)
    alpha = _spread("alpha", alpha, shape)
    return np.asarray(_generator(seed).standard_gamma(alpha)).astype(dtype)


def beta(shape, alpha, beta, dtype=None, seed=None):
    """Return numbers of beta distributions; `alpha` and `beta` are broadcast to `shape`."""
    dtype = _float_type(dtype)
    a, b = _spread("alpha", alpha, shape), _spread("beta", beta, shape)
    return np.asarray(_generator(seed).beta(a, b)).astype(dtype)


def binomial(shape, counts, probabilities, dtype=None, seed=None):
    """Return how often, of `counts` trials of probability `probabilities`, one succeeds."""
    n = _spread("counts", counts, shape).astype("int64")
    p = _spread("probabilities", probabilities, shape, most=1)
    drawn = _generator(seed).binomial(n, p)
    return np.asarray(drawn).astype(dtype or config.floatx())
