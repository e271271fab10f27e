"""Configs: both spellings, and those of either Keras."""

import copy
import json

import pytest

from minikeras import optimizers
from minikeras.optimizers import SGD, Adagrad, Adam, AdamW, Nadam, RMSprop, schedules
from minikeras.optimizers.configuration import OptimizerConfig
from minikeras.registry import custom_object_scope, register_keras_serializable


def test_one_item_under_two_names():
    config = Adam(0.5).get_config()
    assert config["lr"] == config["learning_rate"] == config.get("learning_rate") == 0.5
    assert "learning_rate" in config
    config["learning_rate"] = 0.25
    assert config["lr"] == 0.25
    assert list(config).count("lr") == 1
    assert "learning_rate" not in list(config)
    config.update(learning_rate=0.125)
    assert Adam.from_config(config).lr == 0.125
    assert config.copy()["learning_rate"] == copy.deepcopy(config)["learning_rate"] == 0.125
    assert json.loads(json.dumps(config))["lr"] == 0.125
    assert config.setdefault("learning_rate", 1.0) == 0.125
    assert config.pop("learning_rate") == 0.125
    assert config.pop("learning_rate", None) is None
    assert "lr" not in config
    assert OptimizerConfig({"learning_rate": 1, "a": 2}) == {"lr": 1, "a": 2}
    del (other := OptimizerConfig(lr=1))["learning_rate"]
    assert other == {}


def test_from_config_leaves_its_argument_alone():
    config = {"learning_rate": schedules.serialize(schedules.CosineDecay(0.1, 5))}
    before = copy.deepcopy(config)
    assert SGD.from_config(config).lr == 0.1
    assert config == before


def test_both_spellings_at_once():
    with pytest.raises(ValueError, match="two names of one thing"):
        SGD.from_config({"lr": 0.1, "learning_rate": 0.2})


def test_what_keras_2_saved():
    """The form and the float32 noise are those of Keras 2.1.5."""
    saved = {
        "class_name": "SGD",
        "config": {
            "clipnorm": 5.0,
            "lr": 0.009999999776482582,
            "momentum": 0.8999999761581421,
            "decay": 9.999999974752427e-07,
            "nesterov": True,
        },
    }
    sgd = optimizers.deserialize(saved)
    assert sgd.lr == 0.01
    assert sgd.momentum == 0.9
    assert sgd.decay == 1e-6
    assert sgd.nesterov is True
    assert sgd.clipnorm == 5.0


def test_what_tf_keras_saved():
    config = {
        "name": "Adam",
        "weight_decay": None,
        "clipnorm": None,
        "global_clipnorm": None,
        "clipvalue": None,
        "use_ema": False,
        "ema_momentum": 0.99,
        "ema_overwrite_frequency": None,
        "jit_compile": True,
        "is_legacy_optimizer": False,
        "learning_rate": 0.0010000000474974513,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-07,
        "amsgrad": False,
    }
    assert Adam.from_config(config).lr == 0.001


def test_what_keras_3_saved_computes_as_keras_3():
    rmsprop = RMSprop.from_keras_3_config({"learning_rate": 0.1, "clipnorm": 1.0})
    assert rmsprop.epsilon_inside_sqrt is True
    assert rmsprop.clipnorm_per_variable is True
    assert Adagrad.from_keras_3_config({}).initial_accumulator_value == 0.1
    assert Adagrad.from_keras_3_config({"initial_accumulator_value": 0.0}).epsilon_inside_sqrt
    assert Nadam.from_keras_3_config({}).schedule_decay == 1.0
    plain = RMSprop.from_config({"learning_rate": 0.1, "clipnorm": 1.0})
    assert plain.epsilon_inside_sqrt is False
    assert plain.clipnorm_per_variable is False


def test_for_keras_2():
    assert SGD(0.1, clipnorm=5.0).keras_2_config() == {
        "lr": 0.1,
        "momentum": 0.0,
        "decay": 0.0,
        "nesterov": False,
        "clipnorm": 5.0,
    }
    assert set(Adam(name="mine").keras_2_config()) == {
        "lr",
        "beta_1",
        "beta_2",
        "epsilon",
        "decay",
        "amsgrad",
    }


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        (AdamW(), "Keras 2.1.5 has no optimizer AdamW"),
        (SGD(weight_decay=0.1), "cannot express weight_decay of this SGD"),
        (RMSprop(momentum=0.1), "cannot express momentum, epsilon_inside_sqrt"),
        (SGD(schedules.CosineDecay(0.1, 5)), r"cannot express lr \(a schedule\)"),
        (Nadam(decay=0.1), "cannot express decay"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_what_keras_2_cannot_express(optimizer, message):
    with pytest.raises(ValueError, match=message):
        optimizer.keras_2_config()


def test_for_keras_3():
    config = Adam(0.1, clipnorm=2.0).keras_3_config()
    assert config["learning_rate"] == 0.1
    assert config["global_clipnorm"] == 2.0
    assert config["clipnorm"] is None
    for name in ("lr", "decay", "clipnorm_per_variable"):
        assert name not in config
    per_variable = Adam(0.1, clipnorm=2.0, clipnorm_per_variable=True).keras_3_config()
    assert per_variable["clipnorm"] == 2.0


def test_a_schedule_for_keras_3_names_its_module():
    class Mine(schedules.CosineDecay):
        pass

    for kind, module in ((schedules.CosineDecay, "keras.optimizers.schedules"), (Mine, __name__)):
        entry = Adam(kind(0.1, 10)).keras_3_config()["learning_rate"]
        assert (entry["module"], entry["class_name"]) == (module, kind.__name__)
        assert entry["registered_name"] == (None if kind is not Mine else "Mine")
        assert entry["config"]["decay_steps"] == 10
        again = Adam.from_keras_3_config({"learning_rate": entry}, {"Mine": Mine})
        assert type(again._learning_rate) is kind


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        (SGD(decay=0.1), "cannot express decay"),
        (RMSprop(), "cannot express epsilon_inside_sqrt"),
        (Nadam(), "cannot express schedule_decay"),
        (SGD(clipvalue=1.0, global_clipnorm=2.0), "clipvalue beside global_clipnorm"),
    ],
    ids=["decay", "epsilon", "schedule_decay", "two limits"],
)
def test_what_keras_3_cannot_express(optimizer, message):
    with pytest.raises(ValueError, match=message):
        optimizer.keras_3_config()
    nearest = optimizer.keras_3_config(strict=False)
    assert sum(nearest[k] is not None for k in ("clipnorm", "clipvalue", "global_clipnorm")) < 2
    for name in ("decay", "epsilon_inside_sqrt", "schedule_decay"):
        assert name not in nearest


def test_a_function_as_rate_is_found_by_name():
    def falling(step):
        return 0.5 / (step + 1)

    config = json.loads(json.dumps(SGD(falling).get_config()))
    assert config["lr"] == "falling"
    assert SGD.from_config(config, {"falling": falling}).lr == 0.5
    with custom_object_scope({"falling": falling}):
        assert optimizers.get({"class_name": "SGD", "config": config}).lr == 0.5
    with pytest.raises(ValueError, match="'falling'"):
        SGD.from_config(config)


class Keras3Style(SGD):
    def __init__(self, learning_rate=0.01, strength=1.0, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.strength = strength

    def get_config(self):
        config = super().get_config()
        config.update({"strength": self.strength})
        return config


class Keras2Style(SGD):
    def __init__(self, lr=0.01, strength=1.0, **kwargs):
        super().__init__(lr=lr, **kwargs)
        self.strength = strength


@pytest.mark.parametrize("cls", [Keras2Style, Keras3Style])
def test_subclasses_in_either_spelling(cls):
    made = cls(0.5, strength=2.0, momentum=0.3)
    again = cls.from_config(json.loads(json.dumps(made.get_config())))
    assert (again.lr, again.strength, again.momentum) == (0.5, 2.0, 0.3)


def test_a_subclass_that_forgets_an_attribute():
    class Forgetful(SGD):
        def __init__(self, strength=1.0, **kwargs):
            super().__init__(**kwargs)

    with pytest.raises(NotImplementedError, match="no attribute 'strength'"):
        Forgetful().get_config()


def test_a_registered_subclass_is_saved_by_its_name():
    @register_keras_serializable("tests")
    class Registered(SGD):
        pass

    config = optimizers.serialize(Registered(0.5))
    assert config["class_name"] == "tests>Registered"
    assert type(optimizers.deserialize(config)) is Registered
