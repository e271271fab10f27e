"""What `call` and `build` of a layer class take: read off their signatures, once per class."""

import functools
import inspect


class CallSignature:
    """The parameters of a class's `call`.

    Attributes:
        names: the parameters in order, `self` left out.
        first: name of the first one, the inputs; None where `call` takes none by name.
        training, mask: whether there is a parameter of that name.
        other_masks: parameters `x_mask` beside a parameter `x` (Keras 3).
        anything: whether there is a `**kwargs`.
        takes_more: whether there is an `*args`.
    """

    def __init__(self, function):
        parameters = list(inspect.signature(function).parameters.values())[1:]
        self.anything = any(p.kind is p.VAR_KEYWORD for p in parameters)
        self.takes_more = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        plain = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        self.names = tuple(p.name for p in plain)
        self.first = self.names[0] if self.names else None
        self.training = "training" in self.names
        self.mask = "mask" in self.names
        self.other_masks = tuple(
            n for n in self.names if n.endswith("_mask") and n[:-5] in self.names
        )

    def takes(self, name):
        """Return whether `call` may be given an argument of this name."""
        return self.anything or name in self.names

    def by_name(self, inputs, args, kwargs):
        """Return the arguments of a call as a dictionary from parameter to value."""
        return {**dict(zip(self.names, (inputs, *args), strict=False)), **kwargs}

    def phase_by_name(self, args, kwargs):
        """Return what is given by position and by name, `training` and `mask` by name.

        A caller may give them by position, `layer(x, True)`; who passes them on looks for names.
        """
        names = self.names[1:]
        first = min((names.index(n) for n in ("training", "mask") if n in names), default=len(args))
        named = dict(zip(names[first:], args[first:], strict=False))
        if self.takes_more or not named or len(args) > len(names) or named.keys() & kwargs.keys():
            return args, kwargs
        return args[:first], {**named, **kwargs}


@functools.cache
def call_signature(cls):
    """Return the `CallSignature` of a layer class."""
    return CallSignature(cls.call)


@functools.cache
def shape_parameters(cls):
    """Return the names of the shapes that `cls.build` takes, `input_shape` for most."""
    parameters = list(inspect.signature(cls.build).parameters.values())[1:]
    return tuple(p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD))


@functools.cache
def required_shapes(cls):
    """Return the names of the shapes that `cls.build` cannot do without."""
    parameters = inspect.signature(cls.build).parameters
    return tuple(
        n for n in shape_parameters(cls) if parameters[n].default is inspect.Parameter.empty
    )


@functools.cache
def names_activity_regularizer(cls, base):
    """Return whether a constructor of `cls` names the argument, and not that of `base` alone.

    As in Keras 2.1.5 the configs of such layers have it even where it is None.
    """
    own = cls.__mro__[: cls.__mro__.index(base)]
    inits = [vars(c)["__init__"] for c in own if "__init__" in vars(c)]
    return any("activity_regularizer" in inspect.signature(init).parameters for init in inits)


@functools.cache
def overrides(cls, base, name):
    """Return whether `cls` has another attribute `name` than its base class `base`."""
    return getattr(cls, name) is not getattr(base, name)
