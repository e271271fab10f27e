"""Models in files: HDF5 of every Keras, and the formats of Keras 3."""

from .. import models
from ..registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from ..utils.serialization import deserialize_keras_object
from ..utils.serialization import to_config as serialize_keras_object
from .api import export, load_model, load_weights, save_model, save_weights
from .json_models import model_from_json, to_json

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]

# Models do not know files; files know models. What users expect of a model is added here.
models.Model.save = save_model
models.Model.save_weights = save_weights
models.Model.load_weights = load_weights
models.Model.export = export
models.Model.to_json = to_json
models.load_model = load_model
models.save_model = save_model
models.model_from_json = model_from_json
models.__all__ += ["load_model", "model_from_json", "save_model"]
