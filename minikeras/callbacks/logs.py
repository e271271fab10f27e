"""Logs: a dictionary of named results that answers to the spellings of either Keras.

Keras 2.1.5 stores the accuracy as `acc`, Keras 3 as `accuracy`; the same holds for some errors and
for the learning rate. What is stored keeps its one name; a question may use any.
"""

import functools
import re

_SYNONYMS = (
    ("acc", "accuracy"),
    ("lr", "learning_rate"),
    ("mse", "MSE", "mean_squared_error"),
    ("rmse", "RMSE", "root_mean_squared_error"),
    ("mae", "MAE", "mean_absolute_error"),
    ("mape", "MAPE", "mean_absolute_percentage_error"),
    ("msle", "MSLE", "mean_squared_logarithmic_error"),
    ("bce", "BCE", "binary_crossentropy"),
    ("kld", "KLD", "kl_divergence", "kullback_leibler_divergence"),
    ("logcosh", "log_cosh"),
    ("cosine", "cosine_proximity"),
)
_SYNONYMS_OF = {name: group for group in _SYNONYMS for name in group}


@functools.lru_cache(maxsize=1024)
def spellings(name):
    """Return the other spellings of a log's name, a tuple that may be empty.

    The prefix `val_`, an output's name before the metric's, and a number after it stay as they
    are: `val_out_acc_1` gives `val_out_accuracy_1`.
    """
    if not isinstance(name, str):
        return ()
    bare = re.sub(r"_\d+$", "", name)
    number = name[len(bare) :]
    others = []
    for metric, group in _SYNONYMS_OF.items():
        if bare == metric or bare.endswith("_" + metric):
            prefix = bare[: len(bare) - len(metric)]
            others += [prefix + other + number for other in group if other != metric]
    return tuple(others)


class Logs(dict):
    """A dictionary in which `logs['accuracy']` finds `acc`, and the other way about.

    Iteration, length, equality and printing show the stored names only. Reading, `in`, `get`,
    `pop`, `del`, `setdefault` and assignment take any spelling; assigning under one spelling
    replaces what is stored under another. A name without a value raises a KeyError that lists the
    names there are.
    """

    __slots__ = ()

    def stored_name(self, name):
        """Return the name under which `name` is stored here, or None if it is not."""
        if dict.__contains__(self, name):
            return name
        for other in spellings(name):
            if dict.__contains__(self, other):
                return other
        return None

    def __missing__(self, name):
        stored = self.stored_name(name)
        if stored is None:
            held = ", ".join(map(str, self)) or "nothing"
            raise KeyError(f"There is no {name!r} in these logs, which hold: {held}.")
        return dict.__getitem__(self, stored)

    def __contains__(self, name):
        return self.stored_name(name) is not None

    def get(self, name, default=None):
        """Return the value of `name` in any spelling, or `default`."""
        stored = self.stored_name(name)
        return default if stored is None else dict.__getitem__(self, stored)

    def __setitem__(self, name, value):
        dict.__setitem__(self, self.stored_name(name) or name, value)

    def setdefault(self, name, default=None):
        """Return the value of `name`, after storing `default` under it if there is none."""
        return dict.setdefault(self, self.stored_name(name) or name, default)

    def __delitem__(self, name):
        dict.__delitem__(self, self.stored_name(name) or name)

    def pop(self, name, *default):
        """Remove `name` in any spelling and return its value, or `default` if one is given."""
        return dict.pop(self, self.stored_name(name) or name, *default)

    def copy(self):
        """Return a shallow copy that answers to both spellings too."""
        return type(self)(self)
