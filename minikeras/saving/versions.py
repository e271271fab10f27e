"""Which Keras wrote a file, and which one's meaning its config has."""

import re

# The version whose layout is written, and which the files name as their maker: their configs are
# to be understood as Keras 3 understands them.
WRITTEN_AS = "3.15.1"


def major(version):
    """Return the first number of a version text; 1 where there is none, as in Keras 1."""
    return next(iter(_numbers(version)), 1)


def means_keras_3(version):
    """Return whether a file of this version is to be understood as Keras 3 understands it."""
    return major(version) >= 3


def is_before(version, *number):
    """Return whether a version text is before a number: `is_before("2.1.5", 2, 2)`."""
    return tuple(_numbers(version)) < number


def _numbers(version):
    """Return the numbers of a version text, a list; what is no number there is passed over."""
    return [int(n) for n in re.findall(r"[0-9]{1,9}", str(version or "1"))]
