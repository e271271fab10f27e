"""Which float type layers compute in and keep their weights in: the dtype policies of Keras 3.

Here both are always one type, the default float type. What is called mixed precision keeps weights
in float32 and multiplies in 16 bits, for the sake of accelerators; on a CPU it would only be slow
and inexact, so it is refused.
"""

import numpy as np

from . import config
from .configurable import Configurable

_REFUSED = (
    "The dtype policy {name!r} saves time and memory on accelerators and has no use on a CPU: "
    "NumPy multiplies 16-bit numbers one by one. Leave the line out, or use 'float32'."
)


def is_refused(name):
    """Return whether a name is that of a policy of mixed or quantized precision."""
    return isinstance(name, str) and (name.startswith("mixed_") or "_from_" in name)


def type_of_policy(name):
    """Return the name of the float type that a policy's name stands for.

    Raises:
        ValueError: mixed or quantized precision, or no float type at all.
    """
    if is_refused(name):
        raise ValueError(_REFUSED.format(name=name))
    try:
        found = np.dtype(name)
    except TypeError:
        found = None
    if found is None or found.kind != "f" or found.itemsize > 8:
        raise ValueError(
            f"Unknown dtype policy {name!r}; choose 'float32', 'float64' or 'float16'."
        )
    return found.name


class DTypePolicy(Configurable):
    """A float type under the name of a policy.

    Args:
        name: 'float32', 'float64' or 'float16'; the default float type if None.
        source_name: of quantized policies, which are refused.

    Attributes:
        name, compute_dtype, variable_dtype: that type's name, all three.

    Raises:
        ValueError: mixed or quantized precision, or no float type.
    """

    _not_in_config = ("source_name",)

    def __init__(self, name=None, source_name=None):
        if source_name is not None:
            raise ValueError(_REFUSED.format(name=f"{name}_from_{source_name}"))
        self.name = type_of_policy(config.floatx() if name is None else name)

    @property
    def compute_dtype(self):
        """Name of the type that layers compute in."""
        return self.name

    @property
    def variable_dtype(self):
        """Name of the type that weights are kept in."""
        return self.name

    quantization_mode = None

    def __eq__(self, other):
        return isinstance(other, DTypePolicy) and self.name == other.name

    def __hash__(self):
        return hash((DTypePolicy, self.name))

    def __repr__(self):
        return f"<DTypePolicy {self.name!r}>"


FloatDTypePolicy = Policy = DTypePolicy


def dtype_policy():
    """Return the policy that layers have unless they are given another: the default float type."""
    return DTypePolicy()


def set_dtype_policy(policy):
    """Set the default float type (see `config.set_floatx`) by a policy, its name or its config.

    Raises:
        ValueError: mixed or quantized precision, or no float type.
    """
    config.set_floatx(get(policy).name)


global_policy = dtype_policy
set_global_policy = set_dtype_policy


def serialize(dtype_policy):
    """Return a policy as `{"class_name": "DTypePolicy", "config": {"name": ...}}`."""
    return {"class_name": "DTypePolicy", "config": dtype_policy.get_config()}


def deserialize(config, custom_objects=None):
    """Return the policy that `serialize`, or Keras 3, has described.

    Raises:
        ValueError: mixed or quantized precision, or no policy at all.
    """
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict):
        raise ValueError(
            "A policy's config is a dictionary {'class_name': ..., 'config': {'name': ...}}, not "
            f"{config!r}."
        )
    return DTypePolicy(**config["config"])


def get(identifier):
    """Return a policy for a policy, its name, its config or None (the default one).

    Raises:
        ValueError: mixed or quantized precision, or no float type.
    """
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    return DTypePolicy(identifier)
