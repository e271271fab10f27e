"""CIFAR-10: 60,000 colour pictures of 10 classes, 32 by 32 (Krizhevsky, 2009).

The classes: 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship,
9 truck.
"""

import os

import numpy as np

from .cifar import arranged, load_folder, read_batch

_ORIGIN = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
_PER_BATCH = 10000


def load_data():
    """Return `(x_train, y_train), (x_test, y_test)`, downloading the data at the first call.

    x: uint8 pictures (50000, 32, 32, 3) and (10000, 32, 32, 3); the channels (red, green, blue)
        come first, (50000, 3, 32, 32), if `image_data_format()` is 'channels_first'.
    y: uint8 labels (50000, 1) and (10000, 1), 0 to 9.

    Looks in ~/.keras/datasets ($KERAS_HOME replaces ~/.keras) for the folder cifar-10-batches-py
    or its archive. Raises DownloadError (an OSError) if it is not there and cannot be downloaded.
    """
    return load_folder("cifar-10-batches-py", _ORIGIN, _SHA256, _read)


def _read(folder):
    def batch(name):
        images, labels = read_batch(os.path.join(folder, name), _PER_BATCH, "labels", 10)
        return images, labels.astype(np.uint8).reshape(-1, 1)

    train = [batch(f"data_batch_{number}") for number in range(1, 6)]
    x_train = np.concatenate([images for images, _ in train])
    y_train = np.concatenate([labels for _, labels in train])
    x_test, y_test = batch("test_batch")
    return (arranged(x_train), y_train), (arranged(x_test), y_test)
