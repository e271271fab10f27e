"""MNIST: 70,000 handwritten digits, grey, 28 by 28 (LeCun, Cortes and Burges)."""

import numpy as np

from .cached import KERAS_FILES, load_file
from .checks import check_array, check_labels
from .pickled_arrays import read_npz

_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


def load_data(path="mnist.npz"):
    """Return `(x_train, y_train), (x_test, y_test)`, downloading the data at the first call.

    x: uint8 images (60000, 28, 28) and (10000, 28, 28), 0 for paper to 255 for ink.
    y: uint8 labels (60000,) and (10000,), 0 to 9.

    path: the file's name in ~/.keras/datasets ($KERAS_HOME replaces ~/.keras), or an absolute
        path. A file that is there is used if its arrays are those described.

    Raises DownloadError (an OSError) if there is no such file and it cannot be downloaded.
    """
    return load_file(path, KERAS_FILES + "mnist.npz", _read, _SHA256)


def _read(path):
    x_train, y_train, x_test, y_test = read_npz(path, ["x_train", "y_train", "x_test", "y_test"])
    check_array("x_train", x_train, (60000, 28, 28), np.uint8)
    check_array("x_test", x_test, (10000, 28, 28), np.uint8)
    y_train = check_labels("y_train", y_train, 60000, 10, np.uint8)
    y_test = check_labels("y_test", y_test, 10000, 10, np.uint8)
    return (x_train, y_train), (x_test, y_test)
