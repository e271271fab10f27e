"""What `compile` was told, in a file and back: losses, metrics, optimizer and its memory."""

import warnings

from .. import losses, metrics, optimizers
from ..registry import custom_object_scope, get_registered_name
from ..utils.serialization import to_config
from .native_config import to_native
from .versions import means_keras_3

_SETTINGS = ("loss", "metrics", "loss_weights", "sample_weight_mode", "weighted_metrics")


# -----------------------------------------------------------------------------------------------
# Writing
# -----------------------------------------------------------------------------------------------
def native_training(model):
    """Return everything that `compile` was told, in this library's terms, JSON-ready."""
    compiled = model._compilation
    optimizer = compiled.optimizer
    return {
        "optimizer": {
            "class_name": get_registered_name(type(optimizer)),
            "config": dict(optimizer.get_config()),
        },
        **{key: _describe(getattr(compiled, key)) for key in _SETTINGS},
    }


def keras_3_training(model):
    """Return the same as Keras 3's `compile_config`, or None where Keras 3 cannot express it.

    An optimizer is written in the nearest form that Keras 3 has.
    """
    compiled = model._compilation
    described = {key: _describe(getattr(compiled, key)) for key in _SETTINGS}
    if not (_known_to_keras_3(described["loss"], _KERAS_3_LOSSES)):
        return None
    for key in ("metrics", "weighted_metrics"):
        if not _known_to_keras_3(described[key], _KERAS_3_METRICS):
            return None
    described.pop("sample_weight_mode")
    described["loss"] = _in_full(described["loss"], losses.registry)
    for key in ("metrics", "weighted_metrics"):
        described[key] = _in_full(described[key], metrics.registry)
    optimizer = compiled.optimizer
    name = type(optimizer).__name__
    builtin = name in optimizers.registry and optimizers.registry.lookup(name) is type(optimizer)
    return {
        "optimizer": {
            "module": "keras.optimizers" if builtin else type(optimizer).__module__,
            "class_name": name,
            "config": to_config(optimizer.keras_3_config(strict=False)),
            "registered_name": None if builtin else get_registered_name(type(optimizer)),
        },
        **described,
        "run_eagerly": False,
        "steps_per_execution": 1,
        "jit_compile": False,
    }


def _describe(value):
    """Return a loss or metric, or a nesting of them, as JSON-ready data."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (list, tuple)):
        return [_describe(part) for part in value]
    if isinstance(value, dict):
        return {key: _describe(part) for key, part in value.items()}
    if isinstance(value, type):
        return get_registered_name(value)
    if hasattr(value, "get_config"):
        return to_config(value)
    return get_registered_name(value)


def _known_to_keras_3(value, names):
    if isinstance(value, list):
        return all(_known_to_keras_3(part, names) for part in value)
    if isinstance(value, dict):
        if "class_name" in value:
            return True
        return all(_known_to_keras_3(part, names) for part in value.values())
    return value is None or value in names or ">" in str(value)


def _in_full(value, family):
    """Return names in their long form: Keras 3 does not find 'mse' in an HDF5 file."""
    if isinstance(value, list):
        return [_in_full(part, family) for part in value]
    if isinstance(value, dict) and "class_name" not in value:
        return {key: _in_full(part, family) for key, part in value.items()}
    if not isinstance(value, str):
        return value
    if value in ("acc", "ce"):
        return {"acc": "accuracy", "ce": "crossentropy"}[value]
    known = dict(family.items()).get(value)
    return getattr(known, "__name__", value)


_BOTH = [
    "mean_squared_error",
    "mse",
    "MSE",
    "mean_absolute_error",
    "mae",
    "MAE",
    "mean_absolute_percentage_error",
    "mape",
    "MAPE",
    "mean_squared_logarithmic_error",
    "msle",
    "MSLE",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
    "kl_divergence",
    "KLD",
    "kld",
    "poisson",
    "binary_crossentropy",
    "bce",
    "BCE",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "cosine_similarity",
    "logcosh",
    "log_cosh",
    "huber",
    "binary_focal_crossentropy",
]
_KERAS_3_LOSSES = {
    *_BOTH,
    *[
        "dice",
        "tversky",
        "ctc",
        "circle",
        "categorical_focal_crossentropy",
        "CategoricalCrossentropy",
    ],
    *[
        "MeanSquaredError",
        "MeanAbsoluteError",
        "BinaryCrossentropy",
        "SparseCategoricalCrossentropy",
    ],
}
_KERAS_3_METRICS = {
    *_BOTH,
    *[
        "accuracy",
        "acc",
        "binary_accuracy",
        "categorical_accuracy",
        "sparse_categorical_accuracy",
        "ce",
        "crossentropy",
        "top_k_categorical_accuracy",
        "sparse_top_k_categorical_accuracy",
        "AUC",
        "Precision",
        "Recall",
        "MeanSquaredError",
        "MeanAbsoluteError",
    ],
}


# -----------------------------------------------------------------------------------------------
# Reading
# -----------------------------------------------------------------------------------------------
def compile_from(model, settings, version, custom_objects=None, native=False):
    """Compile a model as a file says.

    Args:
        model: the model, built.
        settings: `training_config` or `compile_config` of any Keras, or, with `native`, what
            `native_training` returned.
        version: the Keras version of the file.

    Raises:
        ValueError: an unknown loss, metric or optimizer.
    """
    settings = dict(settings)
    optimizer = settings.get("optimizer", settings.get("optimizer_config"))
    with custom_object_scope(custom_objects or {}):
        made = _optimizer(optimizer, version, custom_objects, native)
        arguments = {
            "loss": _read(settings.get("loss"), losses, version, custom_objects),
            "metrics": _read_metrics(settings.get("metrics"), version, custom_objects),
            "weighted_metrics": _read_metrics(
                settings.get("weighted_metrics"), version, custom_objects
            ),
            "loss_weights": settings.get("loss_weights"),
        }
        mode = settings.get("sample_weight_mode")
        if mode is not None and _any_temporal(mode):
            arguments["sample_weight_mode"] = mode
        model.compile(optimizer=made, **arguments)


def _any_temporal(mode):
    if isinstance(mode, dict):
        return any(_any_temporal(part) for part in mode.values())
    if isinstance(mode, (list, tuple)):
        return any(_any_temporal(part) for part in mode)
    return mode is not None


def _optimizer(config, version, custom_objects, native):
    if isinstance(config, str) or config is None:
        return config or "rmsprop"
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
        raise ValueError(f"its optimizer is no object with 'class_name', but {config!r:.200}.")
    config = dict(config)
    cls = _optimizer_class(config, custom_objects)
    settings = config.get("config") or {}
    if not native:
        settings = to_native(settings, version, custom_objects)
    if native or not (means_keras_3(version) or settings.get("is_legacy_optimizer") is False):
        return optimizers.deserialize({**config, "config": settings}, custom_objects)
    if not hasattr(cls, "from_keras_3_config"):
        return cls.from_config(settings)
    return cls.from_keras_3_config(settings, custom_objects)


def _optimizer_class(config, custom_objects):
    for name in (config.get("registered_name"), config.get("class_name")):
        if name and name in optimizers.registry:
            return optimizers.registry.lookup(name, custom_objects)
        if name and custom_objects and name in custom_objects:
            return custom_objects[name]
    return type(optimizers.get(str(config.get("class_name"))))


def _read(value, family, version, custom_objects):
    """Return a loss or metric, or a nesting of them, from what a file says."""
    if isinstance(value, list):
        return [_read(part, family, version, custom_objects) for part in value]
    if not isinstance(value, dict):
        if isinstance(value, str) and custom_objects and value in custom_objects:
            return custom_objects[value]
        return value
    if "class_name" not in value:
        return {key: _read(v, family, version, custom_objects) for key, v in value.items()}
    value = to_native(value, version, custom_objects)
    if isinstance(value, str):  # a function
        return _read(value, family, version, custom_objects)
    if value["class_name"] in ("MeanMetricWrapper", "LossFunctionWrapper"):
        function = (value.get("config") or {}).get("fn")
        if isinstance(function, str) and function in family.registry:
            return function
    config = dict(value.get("config") or {})
    config.pop("fn", None)
    if config.get("reduction") == "auto":
        config["reduction"] = "sum_over_batch_size"
    return family.deserialize({**value, "config": config}, custom_objects)


def _read_metrics(value, version, custom_objects):
    """Return the metrics of a file; the list per output that Keras 2 wraps a single one in goes."""
    found = _read(value, metrics, version, custom_objects)
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    return found


# -----------------------------------------------------------------------------------------------
# The optimizer's memory
# -----------------------------------------------------------------------------------------------
def restore_optimizer(model, arrays, version, order=None):
    """Give a compiled model's optimizer what it remembered when the file was written.

    Args:
        arrays: list of arrays (or datasets, not read yet) in the file's order.
        version: the Keras version of the file: Keras 2 has another order than Keras 3.
        order: the trainable variables in the order of the file; the model's own by default.

    Where they do not fit, a warning is given and the optimizer starts afresh, as in Keras.
    """
    optimizer = model.optimizer
    optimizer.build(list(order or model.trainable_weights))
    shapes = [tuple(a.shape) for a in arrays]
    if means_keras_3(version):
        candidates = [optimizer.variables, optimizer.weights]
    else:
        candidates = [optimizer.weights, optimizer.variables]
        counter, rate, *rest = [*optimizer.variables, None, None][:2] + optimizer.variables[2:]
        if rate is not None:
            candidates.append([counter, *rest])  # Keras 2.11 to 2.15
    for targets in candidates:
        if [v.shape for v in targets] == shapes:
            values = [a.read(v.dtype) if hasattr(a, "read") else a for v, a in zip(targets, arrays)]
            for variable, value in zip(targets, values, strict=True):
                variable.assign(value)
            optimizer._restored(targets)
            return True
    warnings.warn(
        f"The optimizer {optimizer.name!r} starts afresh: it remembers {len(candidates[0])} "
        f"arrays, but the file holds {len(shapes)} that do not fit them.",
        stacklevel=3,
    )
    return False
