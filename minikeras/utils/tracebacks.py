"""Traceback filtering of Keras 3, of which there is none here: tracebacks are always whole."""


def is_traceback_filtering_enabled():
    """Return False: no frame of a traceback is ever left out."""
    return False


def disable_traceback_filtering():
    """Do nothing: tracebacks are whole as it is."""


def enable_traceback_filtering():
    """Refuse: there is no filter to switch on.

    Raises:
        ValueError: always.
    """
    raise ValueError(
        "minikeras shows whole tracebacks and has no filter for them. Leave the call out."
    )
