"""Dtype policies: names of float types, set for all layers or for one."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import config, dtype_policies, layers


def test_the_default_policy_is_the_default_float_type():
    assert keras.config.dtype_policy().name == "float32"
    keras.config.set_dtype_policy("float64")
    assert config.floatx() == "float64"
    assert keras.config.dtype_policy() == keras.DTypePolicy("float64")
    dense = layers.Dense(2)
    assert dense(np.ones((1, 3))).dtype == np.float64
    assert dense.kernel.dtype == np.float64


def test_a_layer_takes_a_policy():
    dense = layers.Dense(2, dtype=keras.DTypePolicy("float64"))
    assert dense(np.ones((1, 3), "float32")).dtype == np.float64


def test_names_of_mixed_precision():
    from minikeras import mixed_precision

    mixed_precision.set_global_policy(mixed_precision.Policy("float64"))
    policy = mixed_precision.global_policy()
    assert (policy.compute_dtype, policy.variable_dtype) == ("float64", "float64")
    assert mixed_precision.dtype_policy() == policy


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mixed_float16", "'mixed_float16'.*no use on a CPU.*use 'float32'"),
        ("mixed_bfloat16", "no use on a CPU"),
        ("int8_from_float32", "no use on a CPU"),
        ("float31", "Unknown dtype policy 'float31'; choose 'float32'"),
        ("int32", "Unknown dtype policy 'int32'"),
    ],
)
def test_what_is_refused(name, message):
    with pytest.raises(ValueError, match=message):
        keras.config.set_dtype_policy(name)
    assert config.floatx() == "float32"
    with pytest.raises(ValueError):
        layers.Dense(2, dtype=name if name != "int32" else "mixed_float16")


def test_round_trip():
    policy = dtype_policies.DTypePolicy("float16")
    saved = dtype_policies.serialize(policy)
    assert saved == {"class_name": "DTypePolicy", "config": {"name": "float16"}}
    assert dtype_policies.deserialize(saved) == dtype_policies.get(saved) == policy
    assert len({policy, dtype_policies.get("float16"), dtype_policies.get(None)}) == 2
    with pytest.raises(ValueError, match="A policy's config is a dictionary"):
        dtype_policies.deserialize("float16")
    with pytest.raises(ValueError, match="'int8_from_float32'"):
        dtype_policies.DTypePolicy("int8", source_name="float32")
