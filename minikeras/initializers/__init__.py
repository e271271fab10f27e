"""Initializers: how a new weight gets its first values.

Each is a callable `initializer(shape, dtype=None)` that returns an ndarray, known by the names
of Keras 2 (`glorot_uniform`, `uniform`, `one`, ...) and of Keras 3 (`GlorotUniform`, ...).
"""

import numpy as np

from ..autograd import Tensor
from ..configurable import serialize_value
from .base import Initializer, registry
from .constant import Constant, Identity, Ones, Zeros
from .random import (
    Orthogonal,
    RandomInitializer,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
)
from .scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
    compute_fans,
)

_compute_fans = compute_fans  # Keras 2's name for it, which scripts import
zero = zeros = Zeros
one = ones = Ones
constant = Constant
identity = IdentityInitializer = Identity
uniform = random_uniform = RandomUniform
normal = random_normal = RandomNormal
truncated_normal = TruncatedNormal
orthogonal = OrthogonalInitializer = Orthogonal
variance_scaling = VarianceScaling
glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
he_uniform, he_normal = HeUniform, HeNormal
lecun_uniform, lecun_normal = LecunUniform, LecunNormal


def serialize(initializer):
    """Return an initializer as `{"class_name": ..., "config": {...}}`."""
    return serialize_value(initializer)


def deserialize(config, custom_objects=None):
    """Build an initializer from a name or from what `serialize` returned.

    Raises:
        ValueError: an unknown name; the message suggests the nearest.
    """
    return registry.deserialize(config, custom_objects)


def get(identifier):
    """Return an initializer for a name, config, class, instance, function or array; None for None.

    A function takes `(shape, dtype=None)`. An array becomes a `Constant`.
    """
    if isinstance(identifier, (np.ndarray, np.generic, Tensor)):
        return Constant(np.array(identifier))
    return registry.get(identifier)


__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "compute_fans",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "one",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "registry",
    "serialize",
    "truncated_normal",
    "uniform",
    "variance_scaling",
    "zero",
    "zeros",
]
