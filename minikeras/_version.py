"""The version of minikeras, and the version of Keras whose behaviour it has."""

__version__ = "0.1.0"

# What `keras.__version__` says: scripts and model files ask it which Keras they are dealing with.
KERAS_VERSION = "2.1.5"


def version():
    """Return the version of Keras that this library behaves as (`keras.version` of Keras 3)."""
    return KERAS_VERSION
