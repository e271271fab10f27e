"""Input and InputLayer: where data enter."""

import copy
import pickle

import numpy as np
import pytest

from minikeras import backend as K
from minikeras.layers import Dense, Input, InputLayer, deserialize
from minikeras.models import Model


@pytest.mark.parametrize(
    ("settings", "shape", "dtype"),
    [
        ({"shape": (4, 2)}, (None, 4, 2), "float32"),
        ({"shape": ()}, (None,), "float32"),
        ({"shape": [4, None]}, (None, 4, None), "float32"),
        ({"shape": (4,), "batch_size": 8}, (8, 4), "float32"),
        ({"batch_shape": (3, 4)}, (3, 4), "float32"),
        ({"shape": (4,), "dtype": "int32"}, (None, 4), "int32"),
        (
            {"shape": (4,), "dtype": np.float64, "sparse": False, "ragged": False},
            (None, 4),
            "float64",
        ),
    ],
)
def test_what_input_returns(settings, shape, dtype):
    x = Input(**settings)
    assert (x.shape, x.dtype.name) == (shape, dtype)
    layer = x.history[0]
    assert isinstance(layer, InputLayer)
    assert layer.output is x
    assert layer.output_shape == layer.batch_input_shape == layer.batch_shape == shape
    assert layer.weights == []


def test_names():
    K.clear_session()
    assert [Input((2,)).name, Input((2,)).name, Input((2,), name="x").name] == [
        *("input_1", "input_2", "x")
    ]
    assert InputLayer(input_shape=(3,)).name == "input_3"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Input(), "either shape="),
        (lambda: Input(shape=(2,), batch_shape=(None, 2)), "either shape="),
        (lambda: Input(784), r"write shape=\(784,\)"),
        (lambda: Input((2,), sparse=True), "give dense arrays"),
        (lambda: Input((2,), ragged=True), "give dense arrays"),
        (lambda: Input((2,), tensor=np.ones(2)), "the data to"),
        (lambda: InputLayer(input_shape=(2,), shape=(2,)), "shape or input_shape, not both"),
        (
            lambda: InputLayer(batch_input_shape=(None, 2), batch_shape=(None, 2)),
            "batch_shape or batch_input_shape, not both",
        ),
        (lambda: Input((2,), dtype="floaty"), "Unknown dtype"),
        (lambda: Input((1,), dtype="string"), "calling a TextVectorization"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_configs_of_both_eras():
    layer = InputLayer(input_shape=(4,), dtype="int32", name="i")
    assert layer.get_config() == {
        "batch_input_shape": (None, 4),
        "dtype": "int32",
        "sparse": False,
        "name": "i",
    }
    for config in (layer.get_config(), {"batch_shape": [None, 4], "dtype": "int32", "name": "i"}):
        again = deserialize({"class_name": "InputLayer", "config": config})
        assert again.get_config() == layer.get_config()


@pytest.mark.parametrize("made", [copy.deepcopy, lambda la: pickle.loads(pickle.dumps(la))])
def test_copies_have_a_symbol_of_their_own(made):
    layer = InputLayer(input_shape=(4,), name="i")
    other = made(layer)
    assert other.output is not layer.output
    assert other.output.history[0] is other
    assert Model(other.output, Dense(1)(other.output)).predict(np.ones((2, 4))).shape == (2, 1)
