"""Helpers under their path of Keras 2: `keras.utils.generic_utils`."""

import inspect

from ..registry import CustomObjectScope, custom_object_scope, get_custom_objects
from .function_code import func_dump, func_load
from .nest import unpack_single as unpack_singleton
from .progbar import Progbar
from .serialization import deserialize_keras_object, serialize_keras_object

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "custom_object_scope",
    "deserialize_keras_object",
    "func_dump",
    "func_load",
    "get_custom_objects",
    "has_arg",
    "is_all_none",
    "object_list_uid",
    "serialize_keras_object",
    "to_list",
    "unpack_singleton",
]


def has_arg(fn, name, accept_all=False):
    """Return whether a callable takes an argument `name` given by keyword.

    Args:
        fn: function, method, class or other callable.
        name: of the argument.
        accept_all: the answer where only a `**kwargs` would take it.
    """
    parameters = inspect.signature(fn).parameters
    if name in parameters:
        kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        return parameters[name].kind in kinds
    takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    return accept_all and takes_any


def to_list(x, allow_tuple=False):
    """Return a list as it is and anything else in a list of one; a tuple is a list on request."""
    if isinstance(x, list):
        return x
    return list(x) if allow_tuple and isinstance(x, tuple) else [x]


def object_list_uid(object_list):
    """Return a string that is the same for the same objects (a list of them, or one)."""
    return ", ".join(str(abs(id(x))) for x in to_list(object_list))


def is_all_none(iterable_or_element):
    """Return whether an element, or every element of a list or tuple, is None."""
    return all(element is None for element in to_list(iterable_or_element, allow_tuple=True))
