"""Configs from signatures: `get_config` and `from_config` for every class of the library.

An object's config is read off its constructor: each named parameter is an attribute of the same
name. Values that are themselves configurable become `{"class_name", "config"}` dictionaries,
functions become their names, arrays become lists.
"""

import functools
import inspect

import numpy as np

from .registry import get_registered_name


def serialize_value(value):
    """Return `value` as JSON-ready data: nested configs, function names, plain numbers."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.dtype):
        return value.name
    if isinstance(value, tuple):
        return tuple(serialize_value(v) for v in value)
    if isinstance(value, list):
        return [serialize_value(v) for v in value]
    if isinstance(value, dict):
        return {k: serialize_value(v) for k, v in value.items()}
    if hasattr(value, "get_config") and not inspect.isclass(value):
        return {"class_name": get_registered_name(type(value)), "config": value.get_config()}
    if inspect.isclass(value):
        return get_registered_name(value)
    if callable(value):
        return get_registered_name(value) if hasattr(value, "__name__") else repr(value)
    return value


@functools.cache
def init_parameters(cls):
    """Return the names of `cls`'s constructor parameters, those passed on by **kwargs included."""
    names = []
    for owner in cls.__mro__:
        init = owner.__dict__.get("__init__")
        if init is None or owner is object:
            continue
        parameters = list(inspect.signature(init).parameters.values())[1:]
        named = [
            p.name
            for p in parameters
            if p.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        ]
        names = [n for n in named if n not in names] + names
        if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
            break
    return tuple(names)


def passed_on(arguments, *ending):
    """Return the arguments of a constructor that go on to the next one.

    Args:
        arguments: `locals()`, at the beginning of the constructor.
        ending: names of those that do not go on.
    """
    left_out = ("self", "__class__", "kwargs", *ending)
    own = {name: value for name, value in arguments.items() if name not in left_out}
    return {**own, **arguments.get("kwargs", {})}


class Configurable:
    """Mixin: `get_config` from the constructor's signature, `from_config` back."""

    # Parameters that are accepted by the constructor but do not belong in a config.
    _not_in_config = ()

    def get_config(self):
        """Return the constructor arguments of this object as a JSON-ready dictionary.

        Raises:
            NotImplementedError: a constructor parameter has no attribute of the same name.
        """
        config = {}
        for name in init_parameters(type(self)):
            if name in self._not_in_config:
                continue
            try:
                value = getattr(self, name)
            except AttributeError:
                if type(self).get_config is not Configurable.get_config:
                    continue  # the subclass's own get_config answers for it
                raise NotImplementedError(
                    f"{type(self).__name__} keeps no attribute {name!r} for its constructor "
                    f"argument of that name. Store it (self.{name} = {name}) or override "
                    "get_config()."
                ) from None
            config[name] = serialize_value(value)
        return config

    @classmethod
    def from_config(cls, config):
        """Build an object from what `get_config` returned."""
        return cls(**config)
