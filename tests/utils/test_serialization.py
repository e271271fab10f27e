import json
import warnings

import numpy as np
import pytest

import minikeras
from minikeras import activations, layers, losses, metrics, optimizers, regularizers
from minikeras.autograd import Tensor
from minikeras.layers.symbolic import KerasTensor
from minikeras.registry import custom_object_scope, get_custom_objects
from minikeras.utils import (
    deserialize_keras_object,
    register_keras_serializable,
    serialize_keras_object,
)
from minikeras.utils.serialization import to_config


def through_json(config):
    return json.loads(json.dumps(config))


@pytest.fixture(autouse=True)
def _restore_custom_objects():
    with custom_object_scope():
        yield


class Tripled(layers.Layer):
    def __init__(self, by=3, **kwargs):
        super().__init__(**kwargs)
        self.by = by

    def call(self, inputs):
        return inputs * self.by


def half(x):
    return x * 0.5


# ---------------------------------------------------------------------------------------------
# Writing
# ---------------------------------------------------------------------------------------------


def test_objects_have_the_entries_of_both_eras():
    config = serialize_keras_object(regularizers.L1L2(l1=0.5, l2=0.25))
    assert config == {
        "module": "keras.regularizers",
        "class_name": "L1L2",
        "config": {"l1": 0.5, "l2": 0.25},
        "registered_name": None,
    }


@pytest.mark.parametrize(
    ("make", "module"),
    [
        (lambda: layers.Dense(2), "keras.layers"),
        (lambda: losses.MeanSquaredError(), "keras.losses"),
        (lambda: metrics.MeanSquaredError(), "keras.metrics"),
        (lambda: optimizers.Adam(), "keras.optimizers"),
        (lambda: optimizers.schedules.ExponentialDecay(0.1, 10, 0.5), "keras.optimizers.schedules"),
        (lambda: minikeras.initializers.Zeros(), "keras.initializers"),
        (lambda: minikeras.constraints.MaxNorm(2), "keras.constraints"),
        (lambda: minikeras.Sequential([layers.Dense(2, input_shape=(3,))]), "keras"),
    ],
)
def test_the_module_is_the_public_one(make, module):
    assert serialize_keras_object(make())["module"] == module


def test_objects_of_the_users_own():
    config = serialize_keras_object(Tripled(4))
    assert (config["class_name"], config["registered_name"]) == ("Tripled", "Tripled")
    assert config["module"] == __name__
    assert config["config"]["by"] == 4
    register_keras_serializable("mine")(Tripled)
    try:
        assert serialize_keras_object(Tripled())["registered_name"] == "mine>Tripled"
    finally:
        del Tripled._registered_name


def test_functions_and_classes_are_their_names_as_in_keras_2():
    assert serialize_keras_object(activations.relu) == "relu"
    assert serialize_keras_object(half) == "half"
    assert serialize_keras_object(layers.Dense) == "Dense"


def test_functions_are_dictionaries_in_keras_3():
    assert to_config(activations.relu) == {
        "module": "keras.activations",
        "class_name": "function",
        "config": "relu",
        "registered_name": "relu",
    }
    assert to_config(half)["module"] == __name__


def test_what_cannot_be_described_is_refused():
    with pytest.raises(TypeError, match=r"object has no `get_config`"):
        serialize_keras_object(object())


def test_build_and_compile_configs_come_along():
    class Custom(Tripled):
        def get_build_config(self):
            return {"input_shape": (None, 2)}

        def get_compile_config(self):
            return None

    config = to_config(Custom())
    assert config["build_config"] == {"input_shape": (None, 2)}
    assert "compile_config" not in config


# ---------------------------------------------------------------------------------------------
# There and back
# ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.Dense(2, activation="tanh", kernel_regularizer="l2", name="middle"),
        lambda: losses.MeanSquaredError(reduction="sum"),
        lambda: metrics.MeanSquaredError(name="error"),
        lambda: optimizers.Adam(0.5),
        lambda: optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)),
        lambda: minikeras.initializers.RandomNormal(stddev=0.5, seed=3),
        lambda: minikeras.constraints.MaxNorm(2),
        lambda: minikeras.Sequential([layers.Dense(2, input_shape=(3,), name="only")]),
    ],
)
def test_objects_come_back_as_they_were(make):
    made = make()
    config = through_json(serialize_keras_object(made))
    read = deserialize_keras_object(config)
    assert type(read) is type(made)
    assert through_json(read.get_config()) == through_json(made.get_config())


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        0.5,
        "text",
        [1, [2, "a"]],
        {"a": 1, "b": {"c": None}},
        slice(1, None, 2),
        Ellipsis,
        b"bytes \xc3\xa9",
    ],
)
def test_plain_values_come_back(value):
    assert deserialize_keras_object(through_json(serialize_keras_object(value))) == value


def test_arrays_and_tensors_come_back():
    array = np.array([[1, 2], [3, 4]], "int16")
    read = deserialize_keras_object(through_json(to_config(array)))
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)
    read = deserialize_keras_object(through_json(to_config(Tensor(array.astype("float32")))))
    assert isinstance(read, Tensor)
    assert read.data.dtype == np.float32
    np.testing.assert_array_equal(read.data, array)
    assert to_config(np.float32(0.5)) == 0.5
    assert to_config(np.array(7)) == 7
    assert to_config(np.dtype("float64")) == "float64"


def test_symbolic_tensors_come_back_with_shape_and_type():
    config = to_config(layers.Input((3,), dtype="int32", name="numbers"))
    assert config["config"]["keras_history"] == ["numbers", 0, 0]
    read = deserialize_keras_object(through_json(config))
    assert isinstance(read, KerasTensor)
    assert (read.shape, read.dtype) == ((None, 3), np.int32)


def test_lambdas_are_stored_with_a_warning_and_read_on_demand_only():
    with pytest.warns(UserWarning, match="lambda is stored as its code"):
        config = through_json(serialize_keras_object(lambda x: x + 1))
    with pytest.raises(ValueError, match="safe_mode=False"):
        deserialize_keras_object(config)
    assert deserialize_keras_object(config, safe_mode=False)(1) == 2
    code, defaults, closure = config["config"]["value"]
    config["config"] = {"code": code, "defaults": defaults, "closure": closure}
    assert deserialize_keras_object(config, safe_mode=False)(1) == 2


# ---------------------------------------------------------------------------------------------
# Reading
# ---------------------------------------------------------------------------------------------


def test_the_form_of_keras_2_is_read():
    config = {"class_name": "Dense", "config": {"units": 3, "name": "d"}}
    assert deserialize_keras_object(config).units == 3
    known = {"Dense": Tripled}
    config = {"class_name": "Dense", "config": {"by": 3}}
    assert isinstance(deserialize_keras_object(config, known), Tripled)


def test_custom_objects_come_first_wherever_they_are_given():
    config = {"class_name": "Dense", "config": {"by": 5}}
    for arguments in (
        {"custom_objects": {"Dense": Tripled}},
        {"module_objects": {"Dense": layers.Dense}, "custom_objects": {"Dense": Tripled}},
    ):
        assert deserialize_keras_object(config, **arguments).by == 5
    with custom_object_scope({"Dense": Tripled}):
        assert deserialize_keras_object(config).by == 5
    assert isinstance(deserialize_keras_object(config, {"Dense": Tripled}, False), Tripled)


def test_names_are_looked_up_where_there_is_something_to_look_in():
    assert deserialize_keras_object("half", {"half": half}) is half
    assert deserialize_keras_object("half", custom_objects={"half": half}) is half
    get_custom_objects()["half"] = half
    assert deserialize_keras_object("half") is half
    assert deserialize_keras_object("relu") == "relu"  # as in Keras 3: it may be just a string


def test_functions_of_keras_3_are_found():
    assert deserialize_keras_object(through_json(to_config(activations.relu))) is activations.relu
    config = {"module": "builtins", "class_name": "function", "config": "relu"}
    assert deserialize_keras_object(config) is activations.relu
    get_custom_objects()["half"] = half
    assert deserialize_keras_object(through_json(to_config(half))) is half


def test_configs_deep_within_other_data_are_read():
    read = deserialize_keras_object({"a": [to_config(layers.Dense(2)), 3], "b": "relu"})
    assert read["a"][0].units == 2
    assert (read["a"][1], read["b"]) == (3, "relu")


def test_a_class_without_from_config_gets_its_config_as_arguments():
    class Plain:
        def __init__(self, size):
            self.size = size

    config = {"class_name": "Plain", "config": {"size": 3}}
    assert deserialize_keras_object(config, {"Plain": Plain}).size == 3


def test_a_function_that_makes_objects_is_called_as_in_keras_2():
    config = {"class_name": "make", "config": {"by": 7}}
    assert deserialize_keras_object(config, {"make": lambda by: Tripled(by)}).by == 7


def test_from_config_gets_the_custom_objects_if_it_asks():
    class Asking:
        @classmethod
        def from_config(cls, config, custom_objects=None):
            return custom_objects

    get_custom_objects()["half"] = half
    config = {"class_name": "Asking", "config": {}}
    got = deserialize_keras_object(config, custom_objects={"Asking": Asking})
    assert got == {**get_custom_objects(), "Asking": Asking}  # other test files register theirs too
    assert got["half"] is half


def test_what_was_built_and_compiled_is_so_again():
    class Staged(Tripled):
        def build_from_config(self, config):
            self.stage = config["input_shape"]

        def compile_from_config(self, config):
            self.compiled_with = config

    config = {
        "class_name": "Staged",
        "config": {},
        "build_config": {"input_shape": [None, 2]},
        "compile_config": {"loss": "mse"},
    }
    read = deserialize_keras_object(config, custom_objects={"Staged": Staged})
    assert (read.stage, read.compiled_with) == ([None, 2], {"loss": "mse"})


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"class_name": "Danse", "config": {}}, "Unknown object: 'Danse'. Did you mean 'Dense'"),
        ({"class_name": "Dense", "config": {}, "module": "keras.losses"}, "Unknown object"),
        (
            {"class_name": "function", "config": "rellu", "module": "keras.activations"},
            "Did you mean 'relu'",
        ),
        ({"class_name": "Mine", "config": {}}, "register_keras_serializable"),
    ],
)
def test_unknown_names_suggest_the_nearest(config, message):
    with pytest.raises(ValueError, match=message):
        deserialize_keras_object(config)


def test_errors_of_keras_2_calls_name_what_was_looked_for():
    with pytest.raises(ValueError, match="Unknown loss: 'mze'. Did you mean 'mse'"):
        deserialize_keras_object("mze", {"mse": half}, None, "loss")
    with pytest.raises(ValueError, match="needs 'class_name' and 'config'"):
        deserialize_keras_object({"name": "x"}, {"mse": half}, printable_module_name="loss")


def test_what_is_no_config_is_refused():
    with pytest.raises(TypeError, match="A config is a dictionary"):
        deserialize_keras_object(object())
    with pytest.raises(TypeError, match="name of a function is a string"):
        deserialize_keras_object({"class_name": "function", "config": {"a": 1}})


# ---------------------------------------------------------------------------------------------
# Beside real Keras
# ---------------------------------------------------------------------------------------------


@pytest.mark.parity
def test_real_keras_and_this_library_read_each_other():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras = pytest.importorskip("keras")
    if keras is minikeras:
        pytest.skip("keras stands for minikeras here")

    def made_by(library):
        return [
            library.losses.MeanSquaredError(reduction="sum"),
            library.metrics.MeanSquaredError(name="error"),
            library.regularizers.L1L2(0.25, 0.5),
            library.constraints.MaxNorm(2),
            library.optimizers.schedules.ExponentialDecay(0.5, 10, 0.25),
            library.activations.relu,
            [1, {"a": slice(1, 2)}, Ellipsis, b"x"],
        ]

    for theirs, ours in zip(made_by(keras), made_by(minikeras)):
        read = deserialize_keras_object(through_json(keras.saving.serialize_keras_object(theirs)))
        assert type(read) is type(ours)
        read = keras.saving.deserialize_keras_object(through_json(to_config(ours)))
        assert getattr(read, "__name__", None) == getattr(theirs, "__name__", None)
        if hasattr(theirs, "get_config"):
            expected = theirs.get_config()
            assert {k: read.get_config()[k] for k in expected} == expected
