"""The weight files that Keras publishes: names, addresses, checksums; and files of one's own.

Names and cache folder are those of Keras, so that a file that Keras has fetched is found here.
"""

import os
from typing import NamedTuple

from ..saving.api import is_hdf5
from ..saving.hdf5_file import open_hdf5
from ..utils.cache import cache_path
from ..utils.data_utils import get_file, validate_file

ORIGIN = "https://storage.googleapis.com/tensorflow/keras-applications/"
# Where the files of Keras 2.1.5 were published; most of them are at ORIGIN too, unchanged.
ORIGIN_2017 = "https://github.com/fchollet/deep-learning-models/releases/download/"

_FOLDER = "models"


class WeightsFile(NamedTuple):
    """A published file: its name in the cache, the address of its folder, its MD5 if known."""

    name: str
    folder: str
    md5: str | None = None

    def fetch(self):
        """Return its path in the cache, downloading it if it is not there.

        Raises:
            DownloadError (an OSError): it is not there and cannot be fetched; the message names
                the address, and the path where to put the file by hand.
        """
        origin = self.folder + self.name
        return get_file(self.name, origin, cache_subdir=_FOLDER, file_hash=self.md5)

    def is_cached(self):
        """Whether the cache has this very file; another of the same name is not it."""
        path = cache_path(self.name, _FOLDER)
        return os.path.isfile(path) and validate_file(path, self.md5, "md5")


def tensorflow_files(stem, folder, with_top, without_top):
    """Return the usual pair of files, with and without the classifier, from their MD5 sums."""
    start = f"{stem}_weights_tf_dim_ordering_tf_kernels"
    return (
        WeightsFile(f"{start}.h5", folder, with_top),
        WeightsFile(f"{start}_notop.h5", folder, without_top),
    )


def layer_names(path):
    """Return the names of the layers in a weights or model file; none if it does not list them."""
    if not is_hdf5(path):
        return []
    with open_hdf5(path) as root:
        names = root.texts("layer_names")
        if names is None and root.is_group("model_weights"):
            names = root.group("model_weights").texts("layer_names")
    return names or []
