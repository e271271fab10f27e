"""Sequential and functional models, and what makes new models out of old ones."""

from ..layers.input_layer import Input
from .cloning import clone_model
from .description import model_from_config, model_from_yaml
from .model import Model
from .sequential import Sequential

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "clone_model",
    "model_from_config",
    "model_from_yaml",
]
