"""`minikeras.optimizers`: names, `get`, `serialize`, `deserialize`."""

import pytest

from minikeras import optimizers
from minikeras.registry import custom_object_scope


class Mine(optimizers.SGD):
    pass


def test_the_lower_case_names_of_keras_2_are_classes():
    names = ("sgd", "rmsprop", "adagrad", "adadelta", "adam", "adamax", "nadam")
    for name in names:
        cls = getattr(optimizers, name)
        assert cls.__name__.lower() == name
        assert cls(lr=0.5).lr == 0.5


def test_serialize():
    assert optimizers.serialize(optimizers.Adam(0.5)) == {
        "class_name": "Adam",
        "config": optimizers.Adam(0.5).get_config(),
    }


def test_what_keras_3_writes():
    config = {
        "module": "keras.optimizers",
        "class_name": "Adam",
        "config": {
            "name": "adam",
            "learning_rate": {
                "module": "keras.optimizers.schedules",
                "class_name": "ExponentialDecay",
                "config": {"initial_learning_rate": 0.5, "decay_steps": 9, "decay_rate": 0.1},
                "registered_name": None,
            },
        },
        "registered_name": None,
    }
    assert optimizers.deserialize(config).learning_rate == 0.5


def test_one_of_ones_own():
    assert type(optimizers.get("Mine", {"Mine": Mine})) is Mine
    with custom_object_scope({"Mine": Mine}):
        assert type(optimizers.get("Mine")) is Mine
        assert type(optimizers.get({"class_name": "Mine", "config": {"lr": 0.5}})) is Mine
    assert type(optimizers.get(Mine)) is Mine


def test_none_is_none():
    assert optimizers.get(None) is None


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match=r"Unknown optimizer: 'adm'\. Did you mean 'adam'"):
        optimizers.get("adm")
    with pytest.raises(ValueError, match="Unknown optimizer: 'rmspop'"):
        optimizers.deserialize({"class_name": "rmspop", "config": {}})


@pytest.mark.parametrize("name", ["LossScaleOptimizer", "MultiOptimizer", "TFOptimizer"])
def test_what_is_left_out_says_so(name):
    with pytest.raises(ValueError, match=f"The optimizer '{name}' is left out: "):
        optimizers.get(name)


@pytest.mark.parametrize("wrong", [3, len, object(), [optimizers.SGD()]], ids=repr)
def test_what_names_no_optimizer(wrong):
    with pytest.raises(ValueError, match="Cannot interpret"):
        optimizers.get(wrong)


def test_a_config_without_a_class():
    with pytest.raises(ValueError, match="'class_name' and 'config'"):
        optimizers.get({"lr": 0.1})


@pytest.mark.parametrize("name", ["LossScaleOptimizer", "MultiOptimizer", "TFOptimizer"])
def test_names_that_are_left_out_say_why(name):
    with pytest.raises(AttributeError, match=f"{name} is left out of minikeras: "):
        getattr(optimizers, name)
    with pytest.raises(AttributeError, match="has no attribute 'Adamm'"):
        optimizers.Adamm  # noqa: B018


def test_the_config_given_is_put_in_lower_case():
    """As in Keras 2 and 3, where scripts compare it with a new one afterwards."""
    config = optimizers.serialize(optimizers.RMSprop())
    assert type(optimizers.deserialize(config)) is optimizers.RMSprop
    assert config == {"class_name": "rmsprop", "config": optimizers.RMSprop().get_config()}


def test_the_name_of_an_optimizer_of_ones_own_is_left_alone():
    class SGD2(optimizers.SGD):
        pass

    config = {"class_name": "SGD2", "config": {}}
    assert type(optimizers.deserialize(config, {"SGD2": SGD2})) is SGD2
    assert config["class_name"] == "SGD2"
