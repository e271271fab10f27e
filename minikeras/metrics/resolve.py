"""From what users write to metrics: names, configs, and the accuracy that fits a loss."""

import functools
import inspect

from .. import losses
from ..configurable import serialize_value
from ..utils.class_names import keras_3_snake_case
from . import accuracy
from .base import registry

_DEPENDENT = {"accuracy": "acc", "acc": "acc", "crossentropy": "ce", "ce": "ce"}


def serialize(metric):
    """Return a function's name, or an object's `{"class_name", "config"}`."""
    return serialize_value(metric)


def deserialize(config, custom_objects=None):
    """Return the metric that a name or a `{"class_name", "config"}` dictionary stands for."""
    found = registry.lookup(config, custom_objects) if isinstance(config, str) else None
    if inspect.isclass(found):
        _refuse_incomplete(found, config)
    return registry.deserialize(config, custom_objects)


def get(identifier):
    """Return a metric: a function, or an object with a state.

    Args:
        identifier: name of either era ('mse', 'AUC', 'precision'), config dictionary, function,
            class, object, or None.

    Raises:
        ValueError: the name is unknown (the nearest are suggested); it depends on the model
            ('acc', 'ce'); or the class needs arguments.
    """
    if isinstance(identifier, str) and identifier in ("acc", "ce", "crossentropy"):
        kind = "accuracy" if identifier == "acc" else "crossentropy"
        raise ValueError(
            f"Which metric {identifier!r} means depends on the model: give it to compile(), or "
            f"name one, such as 'binary_{kind}', 'categorical_{kind}' or "
            f"'sparse_categorical_{kind}'."
        )
    if isinstance(identifier, str):
        return deserialize(identifier)
    if inspect.isclass(identifier):
        _refuse_incomplete(identifier, identifier.__name__)
    return registry.get(identifier)


def _refuse_incomplete(cls, name):
    """Raise a ValueError for a class that cannot be made without arguments."""
    needed = [
        p.name
        for p in inspect.signature(cls).parameters.values()
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    if needed:
        raise ValueError(
            f"The metric {name!r} cannot do without {', '.join(needed)}: give an object, "
            f"{cls.__name__}({', '.join(f'{n}=...' for n in needed)})."
        )


def log_name(metric):
    """Return the name under which logs show a metric, as Keras 2.1.5 has it.

    Args:
        metric: what was given to `compile`: a name, a function, a class or an object.

    Returns:
        'acc' for 'accuracy' and 'acc', 'ce' for 'crossentropy' and 'ce'; the full name of a
        function ('mean_absolute_error' for 'mae'); the `name` of an object or, for a class, the
        name that its objects have by default.
    """
    if isinstance(metric, str):
        return _DEPENDENT.get(metric) or log_name(registry.lookup(metric))
    if isinstance(metric, functools.partial):
        return log_name(metric.func)
    if inspect.isclass(metric):
        named = inspect.signature(metric).parameters.get("name")
        default = None if named is None else named.default
        return default if isinstance(default, str) else keras_3_snake_case(metric.__name__)
    name = getattr(metric, "name", None) or getattr(metric, "__name__", None)
    return name or keras_3_snake_case(type(metric).__name__)


def resolve_accuracy(loss, output_shape, target_shape=None):
    """Return the accuracy function that 'accuracy' means for one output of a model.

    Args:
        loss: of the output: a name, a function or a Loss object; None if there is none.
        output_shape: of the predictions.
        target_shape: of the labels, if known.

    Returns:
        Binary accuracy for one unit or a binary cross-entropy (by rounding, as in Keras 2.1.5;
        by a threshold of 0.5 where the loss takes scores before the sigmoid); sparse categorical
        accuracy for a sparse cross-entropy, or where the labels look like class numbers;
        categorical accuracy otherwise.
    """
    kind = _label_kind(loss, output_shape, target_shape)
    if kind == "binary" and getattr(loss, "from_logits", False):
        return functools.partial(accuracy.binary_accuracy, threshold=0.5)
    return {
        "binary": accuracy.binary_accuracy,
        "sparse": accuracy.sparse_categorical_accuracy,
        "categorical": accuracy.categorical_accuracy,
    }[kind]


def resolve_crossentropy(loss, output_shape, target_shape=None):
    """Return the function that 'crossentropy' means for one output (see `resolve_accuracy`).

    It takes scores before the softmax or sigmoid where the loss does.
    """
    function = {
        "binary": losses.binary_crossentropy,
        "sparse": losses.sparse_categorical_crossentropy,
        "categorical": losses.categorical_crossentropy,
    }[_label_kind(loss, output_shape, target_shape)]
    if getattr(loss, "from_logits", False):
        return functools.partial(function, from_logits=True)
    return function


def _label_kind(loss, output_shape, target_shape):
    loss = losses.get(loss)
    if output_shape[-1] == 1 or _is(loss, losses.binary_crossentropy, losses.BinaryCrossentropy):
        return "binary"
    sparse = losses.sparse_categorical_crossentropy, losses.SparseCategoricalCrossentropy
    if _is(loss, *sparse):
        return "sparse"
    if target_shape is not None and (
        len(target_shape) < len(output_shape) or target_shape[-1] == 1
    ):
        return "sparse"
    return "categorical"


def _is(loss, function, cls):
    """Return whether a loss is a function, a partial of it, or an object of its class."""
    if isinstance(loss, functools.partial):
        loss = loss.func
    return loss is function or isinstance(loss, cls)
