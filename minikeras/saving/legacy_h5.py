"""Whole models in legacy HDF5 files: config, weights, compile settings, optimizer."""

import warnings

import numpy as np

from .._version import __version__
from ..models import Sequential, model_from_config
from ..registry import UnknownNameError, advice_on_own
from .atomic import atomic_path
from .broken import BrokenFileError
from .hdf5_file import import_h5py
from .json_text import read_json, write_json
from .keras3_config import keras_3_config
from .legacy_weights import layers_of, load_weights, write_arrays, write_weights
from .native_config import listed_inputs, to_native
from .quiet import building_from_file
from .training_config import (
    compile_from,
    keras_3_training,
    native_training,
    restore_optimizer,
)
from .versions import WRITTEN_AS

_LONGEST_FIXED = 16_000  # bytes
_OURS = "minikeras_training_config"


# -----------------------------------------------------------------------------------------------
# Writing
# -----------------------------------------------------------------------------------------------
def save_model(model, path, include_optimizer=True):
    """Write a model as one HDF5 file that Keras 3 loads too; see `saving.save_model`."""
    h5py = import_h5py()
    entry = keras_3_config(model, for_keras_2=True)
    config = {key: entry[key] for key in ("class_name", "config", "registered_name")}
    texts = {"model_config": write_json(config)}
    if include_optimizer and model.compiled:
        texts[_OURS] = write_json(native_training(model))
        training = keras_3_training(model)
        if training is not None:
            training["optimizer_config"] = training.pop("optimizer")
            texts["training_config"] = write_json(training)
    with atomic_path(path) as part, h5py.File(part, "w") as file:
        texts.update(keras_version=WRITTEN_AS, backend="numpy", minikeras_version=__version__)
        for name, text in texts.items():
            _write_text(file, name, text)
        write_weights(file.create_group("model_weights"), model, WRITTEN_AS)
        if include_optimizer and model.compiled and model.optimizer.built:
            memory = model.optimizer.variables_for(model.trainable_weights)
            write_arrays(file.create_group("optimizer_weights"), memory)


def _write_text(file, name, text):
    """Write a text as an attribute: a long one in a heap, since object headers are limited."""
    encoded = text.encode("utf-8")
    file.attrs[name] = np.bytes_(encoded) if len(encoded) < _LONGEST_FIXED else text


def save_weights(model, path):
    """Write the weights alone."""
    h5py = import_h5py()
    with atomic_path(path) as part, h5py.File(part, "w") as file:
        write_weights(file, model, WRITTEN_AS)


# -----------------------------------------------------------------------------------------------
# Reading
# -----------------------------------------------------------------------------------------------
def load_model(root, custom_objects=None, compile=True, safe_mode=True):
    """Return the model in an open file; see `saving.load_model`.

    Args:
        root: the `Group` of the whole file.
    """
    text = root.text("model_config")
    if text is None:
        raise BrokenFileError(
            root.file,
            "",
            "it holds no model_config: either weights alone (build the model in code and call "
            "load_weights), or no Keras model at all",
        )
    version = root.text("keras_version") or "1"
    config = read_json(text, root.file, "model_config")
    model = make_model(config, version, custom_objects, safe_mode, root.file, root.file_size)
    weights = root.group("model_weights")
    load_weights(weights, model)
    if compile:
        _compile(root, model, version, custom_objects, weights.texts("layer_names"))
    return model


def make_model(config, version, custom_objects, safe_mode, file, size):
    """Return the model that a file's config describes, its weights new.

    Args:
        file: name of the file; size: its length in bytes.

    Raises:
        BrokenFileError: the config does not describe a model.
        ValueError: it names what is not known here, or holds code.
    """
    if not isinstance(config, dict):
        raise BrokenFileError(file, "model config", "it is no object with 'class_name'")
    try:
        with building_from_file(file, size, safe_mode):
            native = to_native(config, version, custom_objects)
            model = model_from_config(native, custom_objects)
        listed = listed_inputs(config)
        if isinstance(config.get("config"), list):
            listed.add(model.name)
        _hide_inputs(model, listed)
        return model
    except BrokenFileError:
        raise
    except (ValueError, TypeError, NotImplementedError) as error:
        advice = f" {advice_on_own(error.name)}" if isinstance(error, UnknownNameError) else ""
        raise ValueError(f"{file}: the model in it cannot be made. {error}{advice}") from error
    except MemoryError as error:
        raise BrokenFileError(
            file, "model config", f"it asks for more memory than there is ({error})"
        ) from error
    except (KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise BrokenFileError(
            file, "model config", f"it is inconsistent ({type(error).__name__}: {error})"
        ) from error


def _hide_inputs(model, listed):
    """Take the Inputs out of the lists of layers of Sequential models, but for those named."""
    for layer in model._flatten_layers():
        if isinstance(layer, Sequential) and layer.name not in listed:
            layer._listed_input = ()


def _compile(root, model, version, custom_objects, layer_names):
    text, native = root.text(_OURS), True
    if text is None:
        text, native = root.text("training_config"), False
    if text is None:
        warnings.warn(
            f"{root.file} holds no compile settings: the model was not compiled. Compile it "
            "before training.",
            stacklevel=4,
        )
        return
    settings = read_json(text, root.file, "training_config")
    compile_safely(model, settings, version, custom_objects, native, root.file)
    if "optimizer_weights" in root:
        group = root.group("optimizer_weights")
        names = group.texts("weight_names") or []
        order = _trainable_in_order(model, layer_names or [])
        restore_optimizer(model, [group.dataset(n) for n in names], version, order)


def compile_safely(model, settings, version, custom_objects, native, file):
    """Compile a model as a file says; errors name the file."""
    if not isinstance(settings, dict):
        raise BrokenFileError(file, "training config", "it is no object")
    try:
        compile_from(model, settings, version, custom_objects, native)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{file}: the model cannot be compiled as it was. {error} Losses, metrics and "
            "optimizers of your own go into custom_objects={name: function or class}; with "
            "compile=False the model is loaded without."
        ) from error
    except (KeyError, IndexError, AttributeError) as error:
        raise BrokenFileError(
            file, "training config", f"it is inconsistent ({type(error).__name__}: {error})"
        ) from error


def _trainable_in_order(model, layer_names):
    """Return the trainable variables in the order of the layers in the file."""
    place = {name: number for number, name in enumerate(layer_names)}
    layers = sorted(layers_of(model), key=lambda la: place.get(la.name, len(place)))
    found = {id(v): v for layer in layers for v in layer.trainable_weights}
    found.update((id(v), v) for v in model.trainable_weights)
    wanted = {id(v) for v in model.trainable_weights}
    return [v for key, v in found.items() if key in wanted]
