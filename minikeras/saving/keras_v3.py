"""`.keras` files: an archive of `metadata.json`, `config.json` and `model.weights.h5`."""

import datetime
import math
import os
import shutil
import tempfile
import zipfile

import numpy as np

from .._version import __version__
from ..autograd import no_grad
from ..config import floatx
from ..models import Sequential
from ..registry import custom_object_scope
from .archive import open_archive
from .atomic import atomic_path
from .broken import BrokenFileError
from .hdf5_file import import_h5py, open_hdf5
from .json_text import read_json, write_json
from .keras3_config import keras_3_config
from .legacy_h5 import compile_safely, make_model
from .quiet import building_from_file
from .training_config import keras_3_training, native_training, restore_optimizer
from .versions import WRITTEN_AS
from .weights_v3 import (
    Hdf5Reader,
    Hdf5Store,
    load_weights,
    optimizer_arrays,
    write_weights,
)

_LARGEST_INPUT = 10**8  # numbers
_METADATA, _CONFIG, _WEIGHTS = "metadata.json", "config.json", "model.weights.h5"


# -----------------------------------------------------------------------------------------------
# Writing
# -----------------------------------------------------------------------------------------------
def save_model(model, path, include_optimizer=True):
    """Write a model as a `.keras` file that real Keras 3 loads; see `saving.save_model`."""
    metadata = {
        "keras_version": WRITTEN_AS,
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
        "minikeras_version": __version__,
    }
    config = keras_3_config(model)
    build = model.get_build_config()
    if build:
        config["build_config"] = build
    if include_optimizer and model.compiled and hasattr(model, "get_compile_config"):
        config["compile_config"] = model.get_compile_config()
    elif include_optimizer and model.compiled:
        metadata["minikeras_training_config"] = native_training(model)
        training = keras_3_training(model)
        if training is not None:
            config["compile_config"] = training
    texts = {_METADATA: write_json(metadata), _CONFIG: write_json(config)}
    h5py = import_h5py()
    with atomic_path(path) as part, tempfile.TemporaryFile(dir=os.path.dirname(part)) as weights:
        with h5py.File(weights, "w") as file:
            write_weights(Hdf5Store(file), model, include_optimizer)
        weights.seek(0)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            for name, text in texts.items():
                archive.writestr(name, text)
            with archive.open(_WEIGHTS, "w", force_zip64=True) as member:
                shutil.copyfileobj(weights, member, 2**20)


def save_weights(model, path):
    """Write the weights of a model, and its optimizer's memory, as a `.weights.h5` file."""
    h5py = import_h5py()
    with atomic_path(path) as part, h5py.File(part, "w") as file:
        write_weights(Hdf5Store(file), model)


# -----------------------------------------------------------------------------------------------
# Reading
# -----------------------------------------------------------------------------------------------
def load_model(path, custom_objects=None, compile=True, safe_mode=True):
    """Return the model in a `.keras` file; see `saving.load_model`."""
    with open_archive(path) as archive:
        metadata = read_json(archive.text(_METADATA), archive.file, _METADATA)
        config = read_json(archive.text(_CONFIG), archive.file, _CONFIG)
        version = metadata.get("keras_version") if isinstance(metadata, dict) else None
        if not isinstance(version, str):
            raise BrokenFileError(archive.file, _METADATA, "it names no keras_version")
        size = os.path.getsize(path)
        model = make_model(config, version, custom_objects, safe_mode, archive.file, size)
        with building_from_file(archive.file, size, safe_mode):
            _build(model, config, archive.file)
        with open_weights(archive, model) as reader:
            load_weights(reader, model)
            if compile:
                _compile(archive.file, model, metadata, config, version, custom_objects, reader)
        return model


def open_weights(archive, model):
    """Return a context that gives the reader of an archive's weights."""
    return _ArchiveWeights(archive, model)


class _ArchiveWeights:
    """The weights member of an archive, opened within a `with` block."""

    def __init__(self, archive, model):
        self.archive, self.model = archive, model

    def __enter__(self):
        if _WEIGHTS not in self.archive and "model.weights.npz" in self.archive:
            raise BrokenFileError(
                self.archive.file,
                "model.weights.npz",
                "weights in NumPy's format are not read: save the model with HDF5 weights",
            )
        # Two or three slots per weight in the optimizer, and the structure around all of it.
        needed = sum(w.data.nbytes for w in self.model.weights)
        count = len(self.model.weights) + len(self.model._flatten_layers())
        self._member = self.archive.open(_WEIGHTS, 16 * needed + 65536 * (count + 16))
        file = self._member.__enter__()
        try:
            self._hdf5 = open_hdf5(file, f"{self.archive.file}, {_WEIGHTS}")
            return Hdf5Reader(self._hdf5.__enter__())
        except BaseException:
            self._member.__exit__(None, None, None)
            raise

    def __exit__(self, *details):
        try:
            self._hdf5.__exit__(*details)
        finally:
            self._member.__exit__(*details)


def _build(model, config, file):
    """Build a model that its config alone does not build: a subclassed one, by calling it."""
    build = config.get("build_config")
    if model.inputs is not None or not isinstance(build, dict) or "input_shape" not in build:
        return
    try:
        if isinstance(model, Sequential):
            model.build(tuple(build["input_shape"]))
        else:
            with no_grad():
                model(_zeros(build["input_shape"]))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ValueError(f"{file}: the model cannot be built as it was. {error}") from error


def _zeros(shape):
    """Return an array of zeros of a shape, sizes unknown being 1, or a nesting of them."""
    if isinstance(shape, dict):
        return {key: _zeros(part) for key, part in shape.items()}
    if any(isinstance(part, (list, tuple)) for part in shape):
        return [_zeros(part) for part in shape]
    sizes = [1 if n is None else int(n) for n in shape]
    if math.prod(sizes) > _LARGEST_INPUT or min(sizes, default=0) < 0:
        raise ValueError(f"it was built for inputs of shape {tuple(shape)}")
    return np.zeros(sizes, floatx())


def _compile(file, model, metadata, config, version, custom_objects, reader):
    settings, native = metadata.get("minikeras_training_config"), True
    if settings is None:
        settings, native = config.get("compile_config"), False
    if settings is None:
        return
    if not native and hasattr(model, "compile_from_config"):
        with custom_object_scope(custom_objects or {}):
            model.compile_from_config(settings)
    else:
        compile_safely(model, settings, version, custom_objects, native, file)
    arrays = optimizer_arrays(reader)
    if arrays is not None:
        restore_optimizer(model, arrays, version)
