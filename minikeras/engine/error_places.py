"""Where an error happened, added to its message."""


def located(error, place):
    """Return an error of the same class with the place where it happened added to its message."""
    try:
        return type(error)(f"{error}\n  {place}")
    except TypeError:  # an exception class with a signature of its own
        return error
