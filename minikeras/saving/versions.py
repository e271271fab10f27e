"""Which Keras wrote a file, and which one's meaning its config has."""

# The version whose layout is written, and which the files name as their maker: their configs are
# to be understood as Keras 3 understands them.
WRITTEN_AS = "3.15.1"


def major(version):
    """Return the first number of a version text; 1 where there is none, as in Keras 1."""
    digits = str(version or "1").split(".")[0]
    return int(digits) if digits.isdigit() else 1


def means_keras_3(version):
    """Return whether a file of this version is to be understood as Keras 3 understands it."""
    return major(version) >= 3


def is_before(version, *number):
    """Return whether a version text is before a number: `is_before("2.1.5", 2, 2)`."""
    parts = [part for part in str(version or "1").split(".") if part.isdigit()]
    return tuple(map(int, parts)) < number
