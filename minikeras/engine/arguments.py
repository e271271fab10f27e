"""Arguments of fit and its kin: older names, unknown names, numbers that must be whole."""

import functools
import inspect
import warnings

import numpy as np

from ..registry import suggest


def older_names(method, given, renamed, known):
    """Return the values of arguments that were given under older names, by their present names.

    Args:
        method: name of the method, for messages.
        given: the keyword arguments that the method does not name itself.
        renamed: dictionary of older name to present name.
        known: all present names, for the suggestion.

    Raises:
        TypeError: an argument that no Keras knows; the message suggests the nearest.
    """
    values = {}
    for name, value in given.items():
        if name not in renamed:
            raise TypeError(f"{method}() takes no argument {name!r}. {suggest(name, known)}")
        warnings.warn(
            f"{method}(): {name} is called {renamed[name]} now.", DeprecationWarning, stacklevel=3
        )
        values[renamed[name]] = value
    return values


def known_arguments(method):
    """Decorate a method: a misspelt argument is answered with the nearest name there is."""
    known = tuple(inspect.signature(method).parameters)[1:]

    @functools.wraps(method)
    def checked(self, *args, **kwargs):
        for name in kwargs:
            if name not in known:
                raise TypeError(
                    f"{method.__name__}() takes no argument {name!r}. {suggest(name, known)}"
                )
        return method(self, *args, **kwargs)

    return checked


def whole_number(name, value, least, optional=False):
    """Check that an argument is a whole number of at least `least`, or None where `optional`.

    Raises:
        TypeError: no whole number.
        ValueError: too small.
    """
    if value is None and optional:
        return
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(
            f"{name} must be a whole number{' or None' if optional else ''}, not {value!r}."
        )
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}.")


def check_validation_freq(frequency):
    """Check that `validation_freq` is a whole number from 1, or a list of epoch numbers."""
    if isinstance(frequency, (list, tuple, set, frozenset, range)):
        for epoch in frequency:
            whole_number("Every epoch in validation_freq", epoch, least=1)
    else:
        whole_number("validation_freq (or each number of a list of epochs)", frequency, least=1)


def validation_due(epoch, frequency):
    """Return whether to validate after this epoch, counted from 0."""
    if isinstance(frequency, (int, np.integer)):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency


def check_shuffle(shuffle):
    """Check that `shuffle` is True, False or 'batch'."""
    if isinstance(shuffle, str) and shuffle == "batch":
        return
    if not isinstance(shuffle, (bool, np.bool_, int)) or shuffle not in (0, 1):
        raise ValueError(f"shuffle is True, False or 'batch', not {shuffle!r}.")


def worker_settings(workers, use_multiprocessing, max_queue_size):
    """Return how batches are made ahead of time as settings of a `GeneratorSource`."""
    whole_number("workers", workers, least=0, optional=True)
    return {
        "workers": workers,
        "use_multiprocessing": use_multiprocessing,
        "max_queue_size": max_queue_size,
    }
