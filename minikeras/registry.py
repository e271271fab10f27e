"""Names to objects: one `Registry` per family, and the user's own objects beside them.

A family (losses, layers, optimizers, ...) registers what it offers under its own name and under
any alias. A lookup asks the user's custom objects first; an unknown name is answered with the
nearest known one.
"""

import contextlib
import difflib
import inspect
from collections.abc import Mapping

_custom_objects = {}


def get_custom_objects():
    """Return the dictionary of globally registered custom objects; changing it has effect."""
    return _custom_objects


@contextlib.contextmanager
def custom_object_scope(*dictionaries, custom_objects=None, **named):
    """Make custom objects known by name within a `with` block.

    Accepts any number of dictionaries `{name: class or function}`, one of them as
    `custom_objects=`, and keyword arguments.

    Raises:
        TypeError: something else than a dictionary.
    """
    before = dict(_custom_objects)
    extras = [extra for extra in (*dictionaries, custom_objects, named) if extra is not None]
    for extra in extras:
        if not isinstance(extra, Mapping):
            raise TypeError(
                "Custom objects are a dictionary of names, {'Own': Own}, not "
                f"{type(extra).__name__}: {extra!r}."
            )
    for extra in extras:
        _custom_objects.update(extra)
    try:
        yield _custom_objects
    finally:
        _custom_objects.clear()
        _custom_objects.update(before)


CustomObjectScope = custom_object_scope


def register_keras_serializable(package="Custom", name=None):
    """Decorate a class or function so that saved files may name it (Keras 2.2 and later).

    It is registered as `package>name`, `name` being the object's own by default. A class without
    `get_config` is refused with a ValueError.
    """
    if not isinstance(package, str):  # else the bare decorator would put a function in its place
        raise TypeError(
            f"register_keras_serializable takes the name of a package, not {package!r}. As a "
            "decorator it has brackets: @register_keras_serializable()."
        )

    def register(thing):
        if inspect.isclass(thing) and not hasattr(thing, "get_config"):
            raise ValueError(
                f"Cannot register {thing.__name__}: a class needs a `get_config` method to be "
                "saved. Add one that returns its constructor's arguments as a dictionary."
            )
        registered = f"{package}>{name or thing.__name__}"
        _custom_objects[registered] = thing
        thing._registered_name = registered
        return thing

    return register


def get_registered_name(obj):
    """Return the name under which a class or function is registered, else its `__name__`."""
    own = getattr(obj, "__dict__", {})  # a NumPy function has none
    return own.get("_registered_name", obj.__name__)


def get_registered_object(name, custom_objects=None, module_objects=None):
    """Return what is registered under `name`, or None."""
    for known in (custom_objects or {}, _custom_objects, module_objects or {}):
        if name in known:
            return known[name]
    return None


def suggest(name, known):
    """Return a sentence naming the known names nearest to `name`, or the known names."""
    known = sorted({str(k) for k in known})
    near = difflib.get_close_matches(str(name), known, n=3, cutoff=0.6)
    if not near:
        lowered = {k.lower(): k for k in known}
        near = [lowered[k] for k in difflib.get_close_matches(str(name).lower(), lowered, n=3)]
    if near:
        return "Did you mean " + " or ".join(repr(n) for n in near) + "?"
    return "Known names: " + ", ".join(known) + "."


def advice_on_own(name):
    """Return how a name in a config is made known, should it be that of something user-made."""
    return (
        f"A class or function of your own goes into custom_objects={{{str(name)!r}: "
        f"{str(name).rpartition('>')[2]}}}, or is registered by @register_keras_serializable() "
        "before."
    )


class UnknownNameError(ValueError):
    """A name that a registry does not know: a slip, or in a file something of the user's own."""

    def __init__(self, message, name):
        super().__init__(message)
        self.name = name


class Registry:
    """The names of one family.

    Args:
        family: what one member is called in messages, e.g. "loss".
    """

    def __init__(self, family):
        self.family = family
        self._objects = {}
        self._others = []

    def register(self, *aliases, name=None):
        """Decorate a class or function: known by its `__name__` (or `name`) and each alias."""

        def decorate(thing):
            for key in dict.fromkeys((name or thing.__name__, *aliases)):
                self.add(key, thing)
            return thing

        return decorate

    def add(self, name, thing):
        """Register `thing` under `name`; a second object under the same name raises."""
        if self._objects.get(name, thing) is not thing:
            raise ValueError(f"The {self.family} name {name!r} is taken by {self._objects[name]}.")
        self._objects[name] = thing

    def understand(self, other):
        """Let config dictionaries of another family stand where one of this family is wanted."""
        self._others.append(other)

    def __contains__(self, name):
        return name in _custom_objects or name in self._objects

    def __iter__(self):
        return iter(self._objects)

    def items(self):
        """Return the (name, object) pairs of the family, aliases included."""
        return self._objects.items()

    def lookup(self, name, custom_objects=None):
        """Return the object called `name`, or raise a ValueError that suggests the nearest."""
        found = get_registered_object(name, custom_objects, self._objects)
        if found is None:
            nearest = suggest(name, self._objects)
            raise UnknownNameError(f"Unknown {self.family}: {name!r}. {nearest}", name)
        return found

    def _named_in_config(self, name, custom_objects):
        """Return the object a config calls `name`; an unknown one is likely the user's own."""
        if get_registered_object(name, custom_objects, self._objects) is not None:
            return self.lookup(name, custom_objects)
        known = {*self._objects, *(custom_objects or {}), *_custom_objects}
        nearest = suggest(name, known)
        nearest = f"{nearest} " if nearest.startswith("Did you mean") else ""
        raise ValueError(f"Unknown {self.family}: {name!r}. {nearest}{advice_on_own(name)}")

    def deserialize(self, config, custom_objects=None):
        """Build a member from `{"class_name": ..., "config": {...}}` or from a bare name."""
        if isinstance(config, str):
            return self.instantiate(self.lookup(config, custom_objects))
        if not isinstance(config, dict) or "class_name" not in config:
            raise ValueError(
                f"A {self.family} config is a dictionary with 'class_name' and 'config', "
                f"not {config!r}."
            )
        name = config.get("registered_name") or config["class_name"]
        inner = config.get("config", {})
        if config["class_name"] == "function":
            return self._named_in_config(inner, custom_objects)
        if get_registered_object(name, custom_objects, self._objects) is None:
            name = config["class_name"]
            for other in self._others:
                if name not in self._objects and name in other._objects:
                    return other.deserialize(config, custom_objects)
        cls = self._named_in_config(name, custom_objects)
        if not inspect.isclass(cls):
            return cls
        with custom_object_scope(custom_objects or {}):
            return cls.from_config(inner) if hasattr(cls, "from_config") else cls(**inner)

    def get(self, identifier, custom_objects=None):
        """Turn a name, config dictionary, class, function, instance or None into a member."""
        if identifier is None:
            return None
        if isinstance(identifier, (str, dict)):
            return self.deserialize(identifier, custom_objects)
        if callable(identifier) or hasattr(identifier, "get_config"):
            return self.instantiate(identifier)
        article = "an" if self.family[0] in "aeiou" else "a"
        raise ValueError(
            f"Cannot interpret {identifier!r} as {article} {self.family}: give a name, a function, "
            "a class, an instance or a config dictionary."
        )

    @staticmethod
    def instantiate(thing):
        """Return `thing()` for a class and `thing` itself for anything else."""
        return thing() if inspect.isclass(thing) else thing
