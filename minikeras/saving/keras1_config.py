"""Configs of Keras 1 in the terms of Keras 2, beyond arguments that were merely renamed.

Renamed arguments are understood by the layers themselves (see `layers.legacy`).
"""

_CLASSES = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
}
_MERGES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
}


def from_keras_1(entry):
    """Return an entry `{"class_name", "config", ...}` with what Keras 2 has instead.

    Raises:
        ValueError: something that no layer of Keras 2 does.
    """
    name, config = entry["class_name"], entry["config"]
    if not isinstance(config, dict) or "output_layers" in config:
        return entry
    config = {key: _penalty(key, value) for key, value in config.items()}
    kind = config.pop("input_dtype", None)  # of the data; weights were floats always
    if name == "InputLayer":
        config["dtype"] = kind
    if name == "Merge":
        name, config = _merge(config)
    if name == "TimeDistributedDense":
        name, config = _steps_of_dense(config)
    if name == "Embedding" and not config.get("dropout"):
        config.pop("dropout", None)
    if name == "Deconvolution2D":
        config.pop("output_shape", None)
    return {**entry, "class_name": _CLASSES.get(name, name), "config": config}


def _penalty(key, value):
    """Return a regularizer or constraint, which named itself within its config."""
    if not isinstance(value, dict) or "name" not in value or "class_name" in value:
        return value
    name, settings = value["name"], {k: v for k, v in value.items() if k != "name"}
    if key.endswith("_regularizer"):
        l1, l2 = (float(settings.get(k) or 0) for k in ("l1", "l2"))
        return {"class_name": "L1L2", "config": {"l1": l1, "l2": l2}} if l1 or l2 else None
    if key.endswith("_constraint"):
        if "m" in settings:
            settings["max_value"] = settings.pop("m")
        return {"class_name": name, "config": settings}
    return value


def _merge(config):
    mode = config.get("mode")
    if "layers" in config:
        raise ValueError(
            "it is a Sequential model that begins with a Merge of other models, which Keras 2 no "
            "longer has. Build it as a functional model and load the weights alone"
        )
    if mode not in _MERGES:
        raise ValueError(f"its layer {config.get('name')!r} merges by {mode!r}, which is not known")
    made = {"name": config.get("name")}
    if mode == "concat":
        made["axis"] = config.get("concat_axis", -1)
    if mode == "dot":
        axes = config.get("dot_axes", -1)
        if isinstance(axes, (list, tuple)):
            axes = [a[0] if isinstance(a, (list, tuple)) and len(a) == 1 else a for a in axes]
        made["axes"] = axes
    return _MERGES[mode], made


def _steps_of_dense(config):
    """Return a TimeDistributed of a Dense for the layer that was both."""
    config = dict(config)
    outer = {key: config.pop(key) for key in ("name", "trainable") if key in config}
    length, features = config.pop("input_length", None), config.pop("input_dim", None)
    if "batch_input_shape" in config:
        outer["batch_input_shape"] = config.pop("batch_input_shape")
    elif features is not None:
        outer["batch_input_shape"] = [None, length, features]
    return "TimeDistributed", {**outer, "layer": {"class_name": "Dense", "config": config}}
