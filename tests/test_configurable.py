"""Configs read off constructors, and built again."""

import json

import numpy as np
import pytest

from minikeras.configurable import Configurable, init_parameters, serialize_value
from minikeras.registry import register_keras_serializable


class Base(Configurable):
    def __init__(self, name=None, dtype=None):
        self.name, self.dtype = name, dtype


class Leaf(Base):
    def __init__(self, size, *, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.size, self.factor = size, factor


class Closed(Base):
    def __init__(self, size=1):
        super().__init__(name="fixed")
        self.size = size


class Forgetful(Configurable):
    def __init__(self, size):
        pass


def test_parameters_reach_through_kwargs_and_no_further():
    assert init_parameters(Leaf) == ("name", "dtype", "size", "factor")
    assert init_parameters(Closed) == ("size",)


def test_round_trip():
    leaf = Leaf(np.int64(3), factor=0.5, name="leaf")
    config = leaf.get_config()
    assert config == {"name": "leaf", "dtype": None, "size": 3, "factor": 0.5}
    assert type(config["size"]) is int
    assert Leaf.from_config(json.loads(json.dumps(config))).get_config() == config


def test_an_argument_that_is_not_kept():
    with pytest.raises(NotImplementedError, match=r"self\.size = size.*override"):
        Forgetful(3).get_config()


def test_what_does_not_belong_in_a_config_is_left_out():
    class Shy(Leaf):
        _not_in_config = ("factor",)

    assert "factor" not in Shy(1).get_config()


def own(x):
    return x


@register_keras_serializable("here")
def registered(x):
    return x


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.array([[1, 2]]), [[1, 2]]),
        (np.dtype("float32"), "float32"),
        ((1, np.int64(2)), (1, 2)),
        ({"a": [np.bool_(True)]}, {"a": [True]}),
        (own, "own"),
        (registered, "here>registered"),
        (Leaf, "Leaf"),
        (Closed(2), {"class_name": "Closed", "config": {"size": 2}}),
        (None, None),
        ("text", "text"),
    ],
)
def test_values(value, expected):
    found = serialize_value(value)
    assert found == expected
    json.dumps(found)
