"""A data set's file: from the cache if its contents are right, else from its published address."""

import os

from ..utils.cache import cache_path
from ..utils.data_utils import get_file
from ..utils.download_errors import DownloadError
from ..utils.live_line import write_line
from .checks import UnfitFileError

# Where the Keras project publishes the files of its data sets.
KERAS_FILES = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def load_file(fname, origin, read, file_hash=None, cache_subdir="datasets"):
    """Return `read(path)` for the cached file `fname`, fetching it from `origin` if need be.

    `read` returns the arrays, or raises UnfitFileError if the file does not hold what it should.
    A file that is there is judged by that alone; what is downloaded must also have the checksum
    `file_hash`. An unfit file gives way to the downloaded one and is kept as `fname.unfit`.

    Raises DownloadError (an OSError), naming the address and the path where to put the file by
    hand, if it is neither there nor can be fetched.
    """
    path = cache_path(fname, cache_subdir)
    if not os.path.exists(path):
        return _fetch(fname, origin, read, file_hash, cache_subdir)
    try:
        return read(path)
    except UnfitFileError as error:
        flaw = str(error)
    write_line(f"The file {path} is not the data set it is named after ({flaw}): downloading that.")
    set_aside = path + ".unfit"
    os.replace(path, set_aside)
    try:
        return _fetch(fname, origin, read, file_hash, cache_subdir)
    except BaseException as error:  # whatever happens, the user's file is put back
        if not os.path.exists(path):
            os.replace(set_aside, path)
        if isinstance(error, DownloadError):
            message = f"The file {path} cannot be used ({flaw}). {error}"
            raise type(error)(message, error.origin, error.path) from error
        raise


def _fetch(fname, origin, read, file_hash, cache_subdir):
    path = get_file(fname, origin, file_hash=file_hash, cache_subdir=cache_subdir)
    try:
        return read(path)
    except UnfitFileError as error:
        os.remove(path)
        raise DownloadError(
            f"What {origin} sent is not this data set: {error}. Get the right file in another way "
            f"and put it at {path}.",
            origin,
            path,
        ) from error
