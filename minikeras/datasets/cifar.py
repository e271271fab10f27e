"""What CIFAR-10 and CIFAR-100 share: one archive of pickled batches of 32 by 32 colour pictures."""

import os

import numpy as np

from .. import config
from ..utils.archives import extract_archive
from ..utils.cache import cache_path
from ..utils.data_utils import get_file
from ..utils.download_errors import DownloadError
from ..utils.live_line import write_line
from .checks import UnfitFileError, check_array, check_labels
from .pickled_arrays import restricted_load


def load_folder(folder, origin, file_hash, read):
    """Return `read(path)` for the unpacked archive whose top folder is `folder`.

    Looks for that folder where Keras 2 and Keras 3 unpack it, then for the archive under their
    names and its own, and downloads it last. `read` raises UnfitFileError for a folder that does
    not hold what it should.
    """
    flaws = []
    for path in (cache_path(folder), cache_path(os.path.join(folder + "-target", folder))):
        if os.path.isdir(path):
            try:
                return read(path)
            except UnfitFileError as error:
                flaws.append(f"{path}: {error}")
    archive = cache_path(folder + ".tar.gz")
    for path in (
        archive,
        cache_path(folder + "-target_archive"),
        cache_path(os.path.basename(origin)),
    ):
        if os.path.isfile(path):
            try:
                return _unpack_and_read(path, folder, read)
            except ValueError as error:
                flaws.append(f"{path}: {error}")
    for flaw in flaws:
        write_line(f"Not usable: {flaw}")
    # The checksum is compared after a download only: what is there was found wanting above.
    damaged = os.path.isfile(archive)
    path = get_file(folder + ".tar.gz", origin, file_hash=file_hash, force_download=damaged)
    try:
        return _unpack_and_read(path, folder, read)
    except ValueError as error:
        message = f"What {origin} sent is not this data set: {error}."
        raise DownloadError(message, origin, path) from error


def _unpack_and_read(archive, folder, read):
    where = os.path.dirname(archive)
    if not extract_archive(archive, where, "tar"):
        raise UnfitFileError("it is no tar archive")
    return read(os.path.join(where, folder))


def load_batch(fpath, label_key="labels"):
    """Return the pictures (n, 3, 32, 32) and the list of n labels in one batch file.

    `label_key` is 'labels', 'fine_labels' or 'coarse_labels'. Raises UnfitFileError (a ValueError)
    if the file is no such batch.
    """
    name = os.path.basename(fpath)
    try:
        with open(fpath, "rb") as file:
            batch = restricted_load(file, encoding="bytes")
    except FileNotFoundError as error:
        raise UnfitFileError(f"it has no file {name}") from error
    if not isinstance(batch, dict):
        raise UnfitFileError(f"{name} is no batch of pictures")
    batch = {key.decode() if isinstance(key, bytes) else key: v for key, v in batch.items()}
    images, labels = batch.get("data"), batch.get(label_key)
    if not isinstance(images, np.ndarray) or not isinstance(labels, list):
        raise UnfitFileError(f"{name} has no data or no {label_key}")
    check_array(f"data of {name}", images, (len(labels), 3072), np.uint8)
    return images.reshape(-1, 3, 32, 32), labels


def read_batch(path, count, label_key, classes):
    """Return the pictures (count, 3, 32, 32) and labels (count,) int64 of one batch file."""
    images, labels = load_batch(path, label_key)
    what = f"{label_key} of {os.path.basename(path)}"
    return images, check_labels(what, labels, count, classes, np.int64)


def arranged(images):
    """Return pictures (n, 3, 32, 32) in the layout of `image_data_format()`, contiguous."""
    if config.image_data_format() == "channels_last":
        images = images.transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images)
