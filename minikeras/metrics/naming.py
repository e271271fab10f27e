"""Automatic names of metrics, as Keras 3 gives them: precision, precision_1, precision_2, ..."""

import re

_made = {}


def snake_case(name):
    """Return a class name in lower case: `MeanIoU` -> mean_io_u, `F1Score` -> f1_score."""
    stepped = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", stepped).lower()


def auto_name(class_name):
    """Return `precision` for the first nameless Precision, then `precision_1`, and so on."""
    name = snake_case(class_name)
    count = _made.get(name, 0)
    _made[name] = count + 1
    return f"{name}_{count}" if count else name


def reset_auto_names():
    """Count nameless metrics from the beginning again, as `clear_session` does."""
    _made.clear()
