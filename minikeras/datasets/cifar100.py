"""CIFAR-100: 60,000 colour pictures, 32 by 32, of 100 classes in 20 groups (Krizhevsky, 2009)."""

import os

from .cifar import arranged, load_folder, read_batch

_ORIGIN = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
_SHA256 = "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"
_CLASSES = {"fine": 100, "coarse": 20}
_COUNTS = {"train": 50000, "test": 10000}


def load_data(label_mode="fine"):
    """Return `(x_train, y_train), (x_test, y_test)`, downloading the data at the first call.

    label_mode: 'fine' for the 100 classes, 'coarse' for the 20 groups.

    x: uint8 pictures (50000, 32, 32, 3) and (10000, 32, 32, 3); the channels (red, green, blue)
        come first, (50000, 3, 32, 32), if `image_data_format()` is 'channels_first'.
    y: int64 labels (50000, 1) and (10000, 1).

    Looks in ~/.keras/datasets ($KERAS_HOME replaces ~/.keras) for the folder cifar-100-python or
    its archive. Raises DownloadError (an OSError) if it is not there and cannot be downloaded.
    """
    if label_mode not in _CLASSES:
        raise ValueError(f"Unknown label_mode {label_mode!r}; choose 'fine' or 'coarse'.")

    def read(folder):
        return tuple(
            _read_part(os.path.join(folder, name), count, label_mode)
            for name, count in _COUNTS.items()
        )

    return load_folder("cifar-100-python", _ORIGIN, _SHA256, read)


def _read_part(path, count, label_mode):
    images, labels = read_batch(path, count, label_mode + "_labels", _CLASSES[label_mode])
    return arranged(images), labels.reshape(-1, 1)
