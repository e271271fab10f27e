"""Data sets by name, each `load_data()` returning `(x_train, y_train), (x_test, y_test)`.

`mnist`, `fashion_mnist`, `cifar10`, `cifar100`, `boston_housing`, `california_housing`, `imdb` and
`reuters` are fetched from the network once and kept in ~/.keras/datasets ($KERAS_HOME replaces
~/.keras). `digits` is drawn by code and needs no network. `DownloadError` is what a data set that
cannot be had raises; it is an OSError.
"""

import importlib

from ..utils.download_errors import ChecksumError, DownloadError

_MODULES = (
    "boston_housing",
    "california_housing",
    "cifar",
    "cifar10",
    "cifar100",
    "digits",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
)

__all__ = ["ChecksumError", "DownloadError", *_MODULES]


def __getattr__(name):
    """Import a data set's module when it is first asked for: most programs use none or one."""
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
