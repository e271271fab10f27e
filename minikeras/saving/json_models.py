"""Models as JSON texts: the architecture alone, in the form of any Keras."""

from .._version import KERAS_VERSION, __version__
from ..models import model_from_config
from .json_text import read_json, write_json
from .keras3_config import keras_3_config
from .legacy_h5 import make_model
from .versions import major

_NAME = "the JSON text"
_NO_LIMIT = 2**60  # bytes: a text without weights says nothing about their size


def to_json(model, keras_version=None, **kwargs):
    """Return the architecture of a model as a JSON text, which `model_from_json` reads.

    Args:
        model: the model.
        keras_version: None or a version of Keras 2 for the form of Keras 2.1.5; "3" for the form
            that `keras.models.model_from_json` of Keras 3 reads.
        kwargs: go to `json.dumps`.

    Raises:
        ValueError: another version, or what Keras 3 has no form for.
    """
    wanted = 2 if keras_version is None else major(keras_version)
    if wanted not in (2, 3):
        raise ValueError(f"keras_version is a version of Keras 2 or 3, not {keras_version!r}.")
    if wanted == 3:
        return write_json(keras_3_config(model), **kwargs)
    document = {
        "class_name": type(model).__name__,
        "config": model.get_config(),
        "keras_version": KERAS_VERSION,
        "backend": "numpy",
        "minikeras_version": __version__,
    }
    return write_json(document, **kwargs)


def model_from_json(json_string, custom_objects=None):
    """Build a model from what `to_json` returned, here or in any Keras; its weights are new.

    Args:
        json_string: the text.
        custom_objects: {name: class or function} of the user's own that the model needs.

    Raises:
        TypeError: it is no text.
        ValueError: the text is no JSON of a model, or names what is not known.
    """
    if not isinstance(json_string, str):
        raise TypeError(
            f"model_from_json takes the text that to_json() returned, not {json_string!r}."
            + (" For a dictionary: model_from_config." if isinstance(json_string, dict) else "")
        )
    config = read_json(json_string, _NAME, "")
    if not isinstance(config, dict):
        raise ValueError(f"{_NAME} does not describe a model: it is no object with 'class_name'.")
    if "minikeras_version" in config or "config" not in config or "class_name" not in config:
        return model_from_config(config, custom_objects)
    version = config.get("keras_version") or ("3" if "module" in config else KERAS_VERSION)
    return make_model(config, str(version), custom_objects, True, _NAME, _NO_LIMIT)
