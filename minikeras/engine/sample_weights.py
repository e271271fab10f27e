"""Sample weights and class weights, brought to one weight per sample or per time step."""

import math

import numpy as np

from .arrays import as_array, is_number_list, pieces
from .outputs import per_output


def arrange_weights(sample_weight, class_weight, targets, outputs):
    """Return a list with one weight array, or None, per output.

    Where both are given they are multiplied.

    Args:
        sample_weight: None, one array, a list, or a dictionary by output name.
        class_weight: None, a dictionary class -> weight, or such dictionaries per output (a list,
            or a dictionary by output name).
        targets: list of target arrays, in the order of `outputs`.
        outputs: list of `Output`.

    Raises:
        ValueError: shapes, names or classes that do not fit.
    """
    if sample_weight is None and class_weight is None:
        return [None] * len(outputs)
    names = [o.name for o in outputs]
    per_sample = _spread_samples(sample_weight, names)
    per_class = _spread_classes(class_weight, names)
    return [
        _combine(given, classes, target, output)
        for given, classes, target, output in zip(
            per_sample, per_class, targets, outputs, strict=True
        )
    ]


def _spread_samples(value, names):
    if isinstance(value, (list, tuple)) and len(names) == 1:
        one = len(value) == 1 and (value[0] is None or np.ndim(value[0]))
        value = value if one else [value]
    return per_output(value, names, "sample_weight", spread=False)


def _spread_classes(value, names):
    if value is None:
        return [None] * len(names)
    if isinstance(value, dict) and not any(key in names for key in value):
        value = [value]  # class -> weight, for the only output
    if not isinstance(value, (dict, list, tuple)) or is_number_list(value):
        _refuse_class_weight(value)
    spread = per_output(value, names, "class_weight")
    for classes in spread:
        if classes is not None and not isinstance(classes, dict):
            _refuse_class_weight(classes)
    return spread


def _refuse_class_weight(value):
    raise TypeError(
        f"class_weight is a dictionary class number -> weight, not {type(value).__name__} "
        f"({value!r}). From a list or array w of one weight a class make dict(enumerate(w))."
    )


def _combine(given, classes, target, output):
    weights = None
    if given is not None:
        weights = as_array(given, f"The sample_weight for {output.name!r}")
        weights = np.asarray(weights, output.dtype)
        weights = _check_shape(weights, target, output)
        if not np.isfinite(weights).all():
            bad = "NaN" if np.isnan(weights).any() else "infinity"
            raise ValueError(
                f"sample_weight for {output.name!r} holds {bad}. Give 0 for samples that shall not "
                "count."
            )
    if classes is not None and target is not None:
        by_class = _class_weights(target, classes, output)
        if weights is None:
            return by_class
        weights = weights * by_class.reshape(by_class.shape + (1,) * (weights.ndim - 1))
    return weights


def _check_shape(weights, target, output):
    """Return weights of one axis, or of as many as the mode or the predictions allow."""
    temporal = output.sample_weight_mode == "temporal"
    if weights.ndim == 2 and weights.shape[1] == 1 and not temporal:
        weights = weights[:, 0]
    if temporal and weights.ndim != 2:
        raise ValueError(
            f"sample_weight for {output.name!r} must have shape (samples, time steps), because "
            f"sample_weight_mode is 'temporal', but got shape {weights.shape}."
        )
    # One weight per step without 'temporal' is Keras 3's way.
    most = 1 if output.shape is None else max(len(output.shape) - 1, 1)
    if weights.ndim == 0 or weights.ndim > most:
        raise ValueError(
            f"sample_weight for {output.name!r} must have shape (samples,), one number a sample, "
            f"but got shape {weights.shape}."
        )
    if target is not None and weights.shape != tuple(target.shape[: weights.ndim]):
        raise ValueError(
            f"sample_weight for {output.name!r} has shape {weights.shape}, which does not fit "
            f"targets of shape {tuple(target.shape)}: it needs one number a sample"
            + (" and time step." if weights.ndim > 1 else ".")
        )
    return weights


def _class_weights(target, classes, output):
    if len(target.shape) > 2:
        raise ValueError(
            f"class_weight needs one label a sample, but the targets of {output.name!r} have shape "
            f"{tuple(target.shape)}. Use sample_weight."
        )
    labels = np.concatenate([_labels(part) for part in pieces(target)])
    table = {_class_number(key): _weight(value) for key, value in classes.items()}
    found = np.unique(labels)
    missing = sorted({float(c) for c in found} - set(table))
    if missing:
        listed = ", ".join(f"{c:g}" for c in missing)
        raise ValueError(
            f"class_weight must name every class that occurs: {listed} of {output.name!r} "
            f"{'is' if len(missing) == 1 else 'are'} missing."
        )
    weights = np.empty(len(labels), output.dtype)
    for value in found:
        weights[labels == value] = table[float(value)]
    return weights


def _labels(target):
    """Return class numbers (samples,) from class numbers or one-hot rows."""
    if target.ndim == 1:
        return target
    return target.argmax(axis=1) if target.shape[1] > 1 else target[:, 0]


def _class_number(key):
    try:
        return float(key)
    except (TypeError, ValueError):
        raise TypeError(
            f"class_weight has the key {key!r}, which is neither a class number nor the name of an "
            "output."
        ) from None


def _weight(value):
    try:
        weight = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"class_weight must give numbers, not {value!r}.") from None
    if not math.isfinite(weight):
        raise ValueError(f"class_weight gives {weight}: training with it would spoil all weights.")
    return weight
