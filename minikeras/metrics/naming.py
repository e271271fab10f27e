"""Automatic names of metrics, as Keras 3 gives them: precision, precision_1, precision_2, ..."""

from ..utils.class_names import keras_3_snake_case

_made = {}


def auto_name(class_name):
    """Return `precision` for the first nameless Precision, then `precision_1`, and so on."""
    name = keras_3_snake_case(class_name)
    count = _made.get(name, 0)
    _made[name] = count + 1
    return f"{name}_{count}" if count else name


def reset_auto_names():
    """Count nameless metrics from the beginning again, as `clear_session` does."""
    _made.clear()
