"""Configs of optimizers: as a dictionary that answers to both spellings, and for either Keras."""

import inspect

from ..configurable import Configurable, init_parameters, serialize_value
from ..registry import custom_object_scope
from . import schedules
from .scalar import Scalar

# What Keras 2.11 to 2.15 wrote beside the arguments that exist everywhere. They say how
# TensorFlow compiles and have no meaning here.
_TENSORFLOW_ONLY = ("jit_compile", "is_legacy_optimizer")
# Arguments of this library that choose between the formulas of Keras 2.1.5 and Keras 3.
_UNKNOWN_TO_KERAS_3 = ("epsilon_inside_sqrt", "schedule_decay")


def _spelling(key):
    return "lr" if key == "learning_rate" else key


class OptimizerConfig(dict):
    """A config in the spelling of Keras 2.1.5, in which `learning_rate` finds `lr`."""

    def __init__(self, *args, **kwargs):
        super().__init__()
        self.update(*args, **kwargs)

    def __getitem__(self, key):
        return super().__getitem__(_spelling(key))

    def __setitem__(self, key, value):
        super().__setitem__(_spelling(key), value)

    def __delitem__(self, key):
        super().__delitem__(_spelling(key))

    def __contains__(self, key):
        return super().__contains__(_spelling(key))

    def get(self, key, default=None):
        """Return the value of `key`, or `default`."""
        return super().get(_spelling(key), default)

    def pop(self, key, *default):
        """Remove `key` and return its value, or `default` where it is given."""
        return super().pop(_spelling(key), *default)

    def setdefault(self, key, default=None):
        """Return the value of `key`, which is `default` from now on if it had none."""
        return super().setdefault(_spelling(key), default)

    def update(self, *args, **kwargs):
        """Take over the items of a dictionary, or of (key, value) pairs."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def copy(self):
        """Return a copy that answers to both spellings too."""
        return type(self)(self)


class OptimizerConfigs(Configurable):
    """Mixin: the configs of an optimizer.

    Attributes:
        keras_2_options: the constructor arguments that Keras 2.1.5 has, `clipnorm` and
            `clipvalue` aside; None for an optimizer it lacks.
        keras_3_form: the arguments that make this optimizer compute as Keras 3 does, where its
            formula differs from that of Keras 2.1.5.
    """

    keras_2_options: "tuple[str, ...] | None" = None
    keras_3_form: "dict[str, object]" = {"clipnorm_per_variable": True}

    def get_config(self):
        """Return the constructor's arguments as a JSON-ready dictionary.

        A learning-rate schedule becomes a nested config. `config['learning_rate']` and
        `config['lr']` are the same item.
        """
        config = OptimizerConfig()
        for name in init_parameters(type(self)):
            if name in ("lr", "learning_rate"):
                rate = self._learning_rate
                config["lr"] = rate.number if isinstance(rate, Scalar) else serialize_value(rate)
                continue
            value = getattr(self, name, self)
            if value is self:
                if type(self).get_config is OptimizerConfigs.get_config:
                    raise NotImplementedError(
                        f"{type(self).__name__} keeps no attribute {name!r} for its constructor "
                        f"argument of that name. Store it (self.{name} = {name}) or override "
                        "get_config()."
                    )
                continue  # the subclass's own get_config answers for it
            config[name] = value.number if isinstance(value, Scalar) else serialize_value(value)
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build an optimizer from what `get_config`, or Keras 2 or 3, returned.

        Either spelling of the learning rate is taken. Formulas and defaults are those of this
        library; `from_keras_3_config` builds what computes as in Keras 3.
        """
        config = {k: v for k, v in dict(config).items() if k not in _TENSORFLOW_ONLY}
        for key in ("lr", "learning_rate"):
            if isinstance(config.get(key), (dict, str)):
                with custom_object_scope(custom_objects or {}):
                    config[key] = schedules.deserialize(config[key])
        own = inspect.signature(cls.__init__).parameters
        for key, other in (("lr", "learning_rate"), ("learning_rate", "lr")):
            if key in config and key not in own and other in own and other not in config:
                config[other] = config.pop(key)
        return cls(**config)

    @classmethod
    def from_keras_3_config(cls, config, custom_objects=None):
        """Build an optimizer that computes what Keras 3 computes under this config of its own."""
        form = {k: v for k, v in cls._keras_3_form().items() if k in init_parameters(cls)}
        return cls.from_config({**form, **config}, custom_objects)

    @classmethod
    def _keras_3_form(cls):
        form = {}
        for owner in reversed(cls.__mro__):
            form.update(owner.__dict__.get("keras_3_form", {}))
        return form

    def keras_2_config(self):
        """Return the config that Keras 2.1.5 takes.

        Raises:
            ValueError: Keras 2.1.5 lacks this optimizer, or an option that is in use.
        """
        if self.keras_2_options is None:
            raise ValueError(f"Keras 2.1.5 has no optimizer {type(self).__name__}.")
        config, plain = self.get_config(), type(self)().get_config()
        known = (*self.keras_2_options, "clipnorm", "clipvalue")
        beyond = [k for k in config if k not in (*known, "name") and config[k] != plain[k]]
        if isinstance(config["lr"], (dict, str)):
            beyond.append("lr (a schedule)")
        if beyond:
            raise ValueError(
                f"Keras 2.1.5 cannot express {', '.join(beyond)} of this {type(self).__name__}."
            )
        return {
            k: config[k]
            for k in known
            if not (k in ("clipnorm", "clipvalue") and config[k] is None)
        }

    def keras_3_config(self, strict=True):
        """Return the config that Keras 3 takes.

        Args:
            strict: whether to refuse with a ValueError what Keras 3 would compute differently;
                False returns the nearest it has.
        """
        config = dict(self.get_config())
        config["learning_rate"] = config.pop("lr")
        if isinstance(config["learning_rate"], dict):
            config["learning_rate"] = schedules.keras_3_entry(self._learning_rate)
        lost = ["decay"] if config.pop("decay", 0.0) else []
        if not config.pop("clipnorm_per_variable", True) and config.get("clipnorm") is not None:
            config["global_clipnorm"], config["clipnorm"] = config["clipnorm"], None
        for name, value in self._keras_3_form().items():
            if name in _UNKNOWN_TO_KERAS_3 and name in config and config.pop(name) != value:
                lost.append(name)
        limits = ("clipnorm", "clipvalue", "global_clipnorm")
        given = [k for k in limits if config.get(k) is not None]
        lost.extend(f"{k} beside {given[-1]}" for k in given[:-1])
        for k in given[:-1]:
            config[k] = None
        if lost and strict:
            raise ValueError(
                f"Keras 3 cannot express {', '.join(lost)} of this {type(self).__name__}. "
                "With strict=False the nearest config is returned."
            )
        return config
