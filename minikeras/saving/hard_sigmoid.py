"""The hard sigmoid of Keras 2 in the files of Keras 3, where that name means another function.

Keras 3 has no activation clip(0.2 x + 0.5, 0, 1), but it takes any object of its own that can be
called: a stack of Rescaling(0.2, 0.5) and a ReLU cut off at 1 is that function. Under a name that
tells what it is, it is written for Keras 3 and understood when it comes back.
"""

_NAME = "hard_sigmoid_of_keras_2"
_ALPHABET = {"hard_sigmoid": None, "hard_sigmoid_keras3": "hard_sigmoid"}


def replace_hard_sigmoids(config):
    """Return a layer's config with each hard sigmoid in the form that Keras 3 understands."""
    result = {}
    for key, value in config.items():
        if key.endswith("activation") and isinstance(value, str) and value in _ALPHABET:
            value = _ALPHABET[value] or _entry()
        elif isinstance(value, dict) and isinstance(value.get("config"), dict):
            value = {**value, "config": replace_hard_sigmoids(value["config"])}
        elif isinstance(value, list):
            value = [
                {**part, "config": replace_hard_sigmoids(part["config"])}
                if isinstance(part, dict) and isinstance(part.get("config"), dict)
                else part
                for part in value
            ]
        result[key] = value
    return result


def is_hard_sigmoid(entry):
    """Return whether an entry of a file is what `replace_hard_sigmoids` writes."""
    if not isinstance(entry, dict) or entry.get("class_name") != "Sequential":
        return False
    config = entry.get("config")
    return isinstance(config, dict) and config.get("name") == _NAME


def _entry():
    scale = {"name": "scaled", "scale": 0.2, "offset": 0.5}
    cut = {"name": "cut", "max_value": 1.0, "negative_slope": 0.0, "threshold": 0.0}
    return _layer(
        "keras",
        "Sequential",
        {
            "name": _NAME,
            "layers": [
                _layer("keras.layers", "Rescaling", scale),
                _layer("keras.layers", "ReLU", cut),
            ],
        },
    )


def _layer(module, name, config):
    return {"module": module, "class_name": name, "config": config, "registered_name": None}
