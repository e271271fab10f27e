"""save_model, load_model and their like: which format it is, and what to do about it.

Writing, the suffix of the path decides, and what has no suffix of Keras 3 is HDF5 as in Keras 2;
reading, the content of the file.
"""

import os
import sys
import zipfile

from ..layers.weight_arguments import weights_to_come
from . import keras_v3, legacy_h5, sharded, weights_v3
from .archive import open_archive
from .broken import BrokenFileError
from .hdf5_file import check_is_file, open_hdf5
from .legacy_weights import load_weights as load_legacy_weights


def save_model(
    model, filepath, overwrite=True, include_optimizer=True, zipped=None, save_format=None
):
    """Write a model to a file: layers, weights, compile settings, the optimizer's memory.

    The file appears whole or not at all: it is written beside its place and renamed.

    Args:
        model: the model.
        filepath: path: `.keras` is written as Keras 3 does, any other suffix as HDF5, as Keras 2
            does; `.h5` and `.hdf5` are what others will know it by.
        overwrite: whether an existing file is replaced; if not, the user is asked, and where
            nobody can be, a FileExistsError is raised.
        include_optimizer: whether compile settings and the optimizer are written too.
        zipped: None, or True with `.keras`: such files are archives here always.
        save_format: None, 'keras' or 'h5', which must agree with the suffix.

    Raises:
        ValueError: the suffix of weights alone, a model that the format cannot hold, or a folder
            in the place of an archive asked for.
    """
    path = os.fsdecode(filepath)
    kind = _format_of(path, save_format)
    _check_zipped(zipped, kind, path)
    if not may_write(path, overwrite):
        return
    writer = legacy_h5 if kind == "h5" else keras_v3
    writer.save_model(model, path, include_optimizer)


def _format_of(path, save_format=None):
    if path.endswith(".weights.h5"):
        raise ValueError(
            f"{path!r} is the name of a file of weights alone: call save_weights, or give the "
            "model a name such as 'model.keras' or 'model.h5'."
        )
    kind = "keras" if path.endswith(".keras") else "h5"
    if save_format is not None and {"hdf5": "h5"}.get(save_format, save_format) != kind:
        raise ValueError(f"save_format={save_format!r} does not agree with the suffix of {path!r}.")
    return kind


def _check_zipped(zipped, kind, path):
    if zipped is None or (zipped is True and kind == "keras"):
        return
    if kind == "h5":
        raise ValueError(f"zipped={zipped!r} belongs to '.keras' files; {path!r} is to be HDF5.")
    raise ValueError(
        f"zipped={zipped!r}: a '.keras' file is an archive, zipped=True; models are not written "
        "as folders of files here."
    )


def may_write(path, overwrite=True):
    """Return whether a file may be written; ask the user where it exists and must not be lost."""
    if overwrite or not os.path.exists(path):
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        raise FileExistsError(f"{path!r} exists already. Pass overwrite=True to replace it.")
    answer = ""
    while answer not in ("y", "n"):
        answer = input(f"{path!r} exists already. Replace it? [y/n] ").strip().lower()[:1]
    return answer == "y"


def export(model, filepath, format="tf_saved_model", **options):
    """Refuse: exported formats hold a graph for another runtime.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError(
        f"The model {model.name!r} cannot be exported as {format!r}: that format holds a compiled "
        "graph for another runtime. Write a '.keras' file with save(), load it in real Keras, and "
        "export it there."
    )


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """Return the model that a file holds: of Keras 1, 2 or 3, or of this library.

    Args:
        filepath: path of a `.keras`, `.h5` or `.hdf5` file; the content decides, not the suffix.
        custom_objects: {name: class or function} of the user's own that the model needs.
        compile: whether to compile it as it was, optimizer state included.
        safe_mode: False to let Lambda layers run code from the file. Do that only with files
            from people you trust.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, unsafe, or needs objects that are not known.
    """
    path = os.fsdecode(filepath)
    check_is_file(path)
    if is_hdf5(path):
        with open_hdf5(path) as root:
            if is_tree(root):
                raise BrokenFileError(path, "", _WEIGHTS_ALONE)
            with weights_to_come():
                return legacy_h5.load_model(root, custom_objects, compile, safe_mode)
    if is_zip(path):
        with weights_to_come():
            return keras_v3.load_model(path, custom_objects, compile, safe_mode)
    raise BrokenFileError(path, "", "it is neither an HDF5 file nor a .keras archive")


def is_hdf5(path):
    """Return whether a file begins as HDF5 files do."""
    with open(path, "rb") as file:
        return file.read(8) == b"\x89HDF\r\n\x1a\n"


def is_zip(path):
    """Return whether a file is a zip archive."""
    with open(path, "rb") as file:
        return file.read(4) == b"PK\x03\x04" or zipfile.is_zipfile(path)


def save_weights(model, filepath, overwrite=True, max_shard_size=None):
    """Write the weights of a model alone; see `save_model`.

    Args:
        filepath: path: `.weights.h5` is written as Keras 3 does, any other suffix as HDF5 of
            Keras 2; `.weights.json` with `max_shard_size`.
        overwrite: as for `save_model`.
        max_shard_size: the most gigabytes per file: the weights are spread over as many files as
            that takes, `name_00000.weights.h5` and so on, beside `name.weights.json`.

    Raises:
        ValueError: the suffix of a whole model, or the model has no weights yet.
    """
    path = os.fsdecode(filepath)
    _need_built(model, "save_weights")
    if max_shard_size is not None:
        if not path.endswith(".weights.json"):
            raise ValueError(
                f"With max_shard_size the path ends in '.weights.json', unlike {path!r}."
            )
        if may_write(path, overwrite):
            sharded.save_sharded(model, path, max_shard_size)
        return
    if path.endswith(".weights.json"):
        raise ValueError("Weights in several files need max_shard_size=, a number of gigabytes.")
    if path.endswith(".keras"):
        raise ValueError(
            f"The suffix of {path!r} is that of a whole model: call save(), or name the weights "
            "'.weights.h5' or '.h5'."
        )
    if may_write(path, overwrite):
        writer = keras_v3 if path.endswith(".weights.h5") else legacy_h5
        writer.save_weights(model, path)


def load_weights(model, filepath, by_name=False, skip_mismatch=False, reshape=False):
    """Take the weights of a model from a file: of weights alone, or of a whole model.

    Args:
        model: a built model.
        filepath: path of any file of Keras; the content decides about the format.
        by_name: whether weights go to the layers of the same names (legacy HDF5 only); else
            layer by layer in order.
        skip_mismatch: whether what does not fit is left out with a warning.
        reshape: whether arrays of another shape but of the right size are reshaped.

    Raises:
        ValueError: something does not fit, or the file is damaged. The model is as it was then.
    """
    path = os.fsdecode(filepath)
    check_is_file(path)
    _need_built(model, "load_weights")
    if is_hdf5(path):
        with open_hdf5(path) as root:
            if is_tree(root):
                _refuse_by_name(path, by_name)
                weights_v3.load_weights(weights_v3.Hdf5Reader(root), model, skip_mismatch)
                return
            group = root
            if root.texts("layer_names") is None and "model_weights" in root:
                group = root.group("model_weights")
            load_legacy_weights(group, model, by_name, skip_mismatch, reshape)
        return
    if is_zip(path):
        _refuse_by_name(path, by_name)
        with open_archive(path) as archive, keras_v3.open_weights(archive, model) as reader:
            weights_v3.load_weights(reader, model, skip_mismatch)
        return
    if path.endswith(".json"):
        _refuse_by_name(path, by_name)
        with sharded.open_sharded(path) as reader:
            weights_v3.load_weights(reader, model, skip_mismatch)
        return
    raise BrokenFileError(path, "", "it is neither an HDF5 file nor a .keras archive")


_WEIGHTS_ALONE = "it holds weights alone, no model: build the model in code and call load_weights"


def is_tree(root):
    """Return whether an open HDF5 file has the tree of Keras 3."""
    if root.texts("layer_names") is not None or root.has_attribute("model_config"):
        return False
    return any(key in root for key in ("layers", "vars", "_layer_checkpoint_dependencies"))


def _refuse_by_name(path, by_name):
    if by_name:
        raise ValueError(
            f"{path!r} is in the format of Keras 3, which knows no layer names: by_name=True works "
            "with HDF5 files of the older format only."
        )


def _need_built(model, what):
    if not model.built:
        raise ValueError(
            f"The model {model.name!r} has no weights yet: give it the shape of its input, or call "
            f"it on data, before {what}()."
        )
