"""Fashion-MNIST: 70,000 pictures of clothes, grey, 28 by 28 (Xiao, Rasul and Vollgraf, 2017).

The classes: 0 T-shirt or top, 1 trousers, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt,
7 sneaker, 8 bag, 9 ankle boot.
"""

import gzip
import os
import zlib

import numpy as np

from .cached import KERAS_FILES, load_file
from .checks import UnfitFileError, check_labels

_SUBDIR = os.path.join("datasets", "fashion-mnist")


def load_data():
    """Return `(x_train, y_train), (x_test, y_test)`, downloading the data at the first call.

    x: uint8 images (60000, 28, 28) and (10000, 28, 28), 0 for background to 255.
    y: uint8 labels (60000,) and (10000,), 0 to 9.

    The four files lie in ~/.keras/datasets/fashion-mnist ($KERAS_HOME replaces ~/.keras). Raises
    DownloadError (an OSError) if one is missing and cannot be downloaded.
    """
    return _load_part("train", 60000), _load_part("t10k", 10000)


def _load_part(part, count):
    # Keras publishes no checksums of these; gzip's own and the sizes within must do.
    images = _load(f"{part}-images-idx3-ubyte.gz", (count, 28, 28))
    labels = _load(f"{part}-labels-idx1-ubyte.gz", (count,))
    return images, labels


def _load(fname, shape):
    def read(path):
        array = read_idx(path, shape)
        return array if len(shape) > 1 else check_labels(fname, array, shape[0], 10, np.uint8)

    return load_file(fname, KERAS_FILES + fname, read, cache_subdir=_SUBDIR)


def read_idx(path, shape):
    """Read a gzipped file of MNIST's IDX format: bytes of the given shape.

    Such a file begins with 0, 0, 8 (for unsigned bytes), the number of axes, and the length of
    each axis as a big-endian 32-bit number.
    """
    try:
        with gzip.open(path, "rb") as file:
            content = file.read()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnfitFileError(f"it is damaged or not compressed by gzip: {error}") from error
    header = bytes([0, 0, 8, len(shape)]) + np.array(shape, dtype=">u4").tobytes()
    if not content.startswith(header) or len(content) != len(header) + np.prod(shape):
        raise UnfitFileError(f"it is no IDX file of bytes of shape {shape}")
    return np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape).copy()
