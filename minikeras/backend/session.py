"""The library's settings and phases under their names of Keras 2 (and 1)."""

import contextlib
import gc

import numpy as np

from .. import config, ops
from ..layers.context import context
from ..layers.names import reset_uids
from ..metrics.naming import reset_auto_names


def cast_to_floatx(x):
    """Return `x` as an ndarray of the default float type."""
    return np.asarray(ops.convert_to_numpy(x), config.floatx())


def set_floatx(floatx):
    """Set the default float type: 'float16', 'float32' or 'float64'; else a ValueError."""
    config.set_floatx(floatx)


def set_epsilon(e):
    """Set the fuzz factor to a small positive float; else a ValueError."""
    config.set_epsilon(e)


def image_dim_ordering():
    """Return the default layout in Keras 1's words: 'tf' (channels last) or 'th'."""
    return "th" if config.image_data_format() == "channels_first" else "tf"


def set_image_dim_ordering(dim_ordering):
    """Set the default layout in Keras 1's words: 'tf' (channels last) or 'th'."""
    layouts = {"tf": "channels_last", "th": "channels_first"}
    if dim_ordering not in layouts:
        raise ValueError(f"dim_ordering must be 'tf' or 'th', not {dim_ordering!r}.")
    config.set_image_data_format(layouts[dim_ordering])


def learning_phase():
    """Return 1 while a model trains, else 0."""
    return int(context.training)


def set_learning_phase(value):
    """Set the phase, 0 (test) or 1 (training), for layers called outside of fit and predict."""
    if value not in (0, 1):
        raise ValueError(f"The learning phase is 0 or 1, not {value!r}.")
    context.training = bool(value)


def clear_session(free_memory=True):
    """Start automatic names and the learning phase anew. There is no graph to throw away.

    Args:
        free_memory: as in Keras 3, whether to look for objects that nothing refers to any more.
    """
    if free_memory:
        gc.collect()
    reset_uids()
    reset_auto_names()
    context.training = False


def name_scope(name):
    """Return a context that does nothing: there is no graph whose nodes it could name."""
    if not isinstance(name, str):
        raise TypeError(f"name_scope takes a string, not {name!r}.")
    return contextlib.nullcontext()


def _refuse_session(*args, **kwargs):
    """Refuse: minikeras computes at once, so there is no TensorFlow session to get or set."""
    raise NotImplementedError(
        "There is no session: minikeras computes with NumPy at once. Leave the call out."
    )


get_session = set_session = manual_variable_initialization = _refuse_session


def _get_available_gpus():
    """Return the names of the graphics cards in use: none. Scripts ask it of tensorflow_backend."""
    return []
