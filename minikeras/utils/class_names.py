"""Class names in small letters, as the names and paths that Keras makes of them.

The two eras split a few of them differently, and names of one must not turn up in the other's
files: `ABC3` is `ab_c3` to Keras 2 and `abc3` to Keras 3.
"""

import re


def _split_words(name, first):
    stepped = re.sub(f"(.)([A-Z]{first}+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", stepped).lower()


def keras_2_snake_case(name):
    """Return a class name as layers are called: Conv2D -> conv2d, ReLU -> re_lu (Keras 2.1.5).

    A class whose name begins with an underscore is called "private_...".
    """
    lowered = _split_words(name, "[a-z0-9]")
    return "private" + lowered if lowered.startswith("_") else lowered


def keras_3_snake_case(name):
    """Return a class name as metrics are called and files are laid out: MeanIoU -> mean_io_u."""
    return _split_words(re.sub(r"\W+", "", name), "[a-z]")
