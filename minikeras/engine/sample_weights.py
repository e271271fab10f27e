"""Sample weights and class weights, brought to one weight per sample or per time step."""

import numpy as np

from .. import config


def arrange_weights(sample_weight, class_weight, targets, outputs, floats=True):
    """Return a list with one weight array, or None, per output.

    Args:
        sample_weight: None, one array, a list, or a dictionary by output name.
        class_weight: None, a dictionary class -> weight, or such dictionaries per output (a list,
            or a dictionary by output name).
        targets: list of target arrays, in the order of `outputs`.
        outputs: list of `compilation.Output`.

    Raises:
        ValueError: shapes, names or classes that do not fit.
    """
    names = [o.name for o in outputs]
    per_sample = _spread(sample_weight, names, "sample_weight")
    per_class = _spread_classes(class_weight, names)
    return [
        _combine(given, classes, target, output)
        for given, classes, target, output in zip(
            per_sample, per_class, targets, outputs, strict=True
        )
    ]


def _spread(value, names, what):
    if value is None:
        return [None] * len(names)
    if isinstance(value, dict):
        unknown = [key for key in value if key not in names]
        if unknown:
            raise ValueError(f"Unknown output {unknown[0]!r} in {what}. The outputs are {names}.")
        return [value.get(name) for name in names]
    if isinstance(value, (list, tuple)) and not (
        len(names) == 1 and value and np.ndim(value[0]) == 0
    ):
        if len(value) != len(names):
            raise ValueError(
                f"{what} is a list of {len(value)} entries, but the model has {len(names)} "
                f"outputs: {names}."
            )
        return list(value)
    return [value] * len(names) if len(names) == 1 else _only_single(what, names)


def _only_single(what, names):
    raise ValueError(
        f"The model has {len(names)} outputs: give {what} as a list, or as a dictionary by output "
        f"name ({names})."
    )


def _spread_classes(value, names):
    if value is None:
        return [None] * len(names)
    if isinstance(value, dict) and any(key in names for key in value):
        return _spread(value, names, "class_weight")
    if isinstance(value, (list, tuple)):
        return _spread(value, names, "class_weight")
    if len(names) > 1:
        _only_single("class_weight", names)
    return [value]


def _combine(given, classes, target, output):
    weights = None
    temporal = output.sample_weight_mode == "temporal"
    if given is not None:
        weights = np.asarray(given, dtype=config.floatx())
        if weights.ndim == 2 and weights.shape[1] == 1 and not temporal:
            weights = weights[:, 0]
        if temporal and weights.ndim != 2:
            raise ValueError(
                f"sample_weight for {output.name!r} must have shape (samples, time steps), because "
                f"sample_weight_mode is 'temporal', but got shape {weights.shape}."
            )
        if weights.ndim == 0 or (not temporal and weights.ndim > 1 and output.shape is not None
                                 and weights.ndim >= len(output.shape)):
            raise ValueError(
                f"sample_weight for {output.name!r} must have shape (samples,), one number a "
                f"sample, but got shape {weights.shape}."
                + (
                    " For one weight a time step compile with sample_weight_mode='temporal'."
                    if weights.ndim == 2
                    else ""
                )
            )
        if np.isnan(weights).any():
            raise ValueError(f"sample_weight for {output.name!r} holds NaN.")
        if target is not None and weights.shape[0] != target.shape[0]:
            raise ValueError(
                f"sample_weight has {weights.shape[0]} entries for {target.shape[0]} samples."
            )
    if classes is not None and target is not None:
        by_class = _class_weights(np.asarray(target), classes, output)
        weights = by_class if weights is None else weights * by_class
    return weights


def _class_weights(target, classes, output):
    if target.ndim > 2:
        raise ValueError("class_weight needs targets of one label a sample; use sample_weight.")
    labels = target
    if labels.ndim == 2:
        labels = labels.argmax(axis=1) if labels.shape[1] > 1 else labels[:, 0]
    table = {int(key): float(value) for key, value in classes.items()}
    found = np.unique(labels)
    missing = sorted({int(c) for c in found} - set(table))
    if missing:
        raise ValueError(
            f"class_weight must name every class that occurs: {missing} of {output.name!r} "
            f"{'is' if len(missing) == 1 else 'are'} missing."
        )
    weights = np.empty(len(labels), config.floatx())
    for value in found:
        weights[labels == value] = table[int(value)]
    return weights
