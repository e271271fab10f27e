"""LambdaCallback: a callback made of functions, for what is too small to deserve a class."""

from ..registry import suggest
from .base import Callback

_HOOKS = frozenset(name for name in vars(Callback) if name.startswith("on_"))
_TWO_SPELLINGS = (
    ("on_batch_begin", "on_train_batch_begin"),
    ("on_batch_end", "on_train_batch_end"),
)


class LambdaCallback(Callback):
    """Call the given functions at the moments they are named after.

    Each argument is the name of a method of `Callback` and takes a function that is called with
    the same positional arguments, without `self`: `on_epoch_begin(epoch, logs)`,
    `on_batch_end(batch, logs)`, `on_train_end(logs)`, and so on for all methods of `Callback`. Any
    other keyword becomes an attribute of the callback, as in Keras 2.1.5.

    Raises TypeError for what cannot be called, for an unknown name that begins with `on_`, and
    for `on_batch_...` together with `on_train_batch_...`, which are one moment.
    """

    def __init__(
        self,
        on_epoch_begin=None,
        on_epoch_end=None,
        on_batch_begin=None,
        on_batch_end=None,
        on_train_begin=None,
        on_train_end=None,
        **others,
    ):
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_batch_begin": on_batch_begin,
            "on_batch_end": on_batch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            **others,
        }
        for old, new in _TWO_SPELLINGS:
            if given.get(old) is not None and given.get(new) is not None:
                raise TypeError(f"LambdaCallback: {old}= and {new}= are one moment; give one.")
        for name, value in given.items():
            if name in _HOOKS:
                if value is None:
                    continue
                if not callable(value):
                    raise TypeError(f"LambdaCallback: {name}= takes a function, not {value!r}.")
            elif name.startswith("on_"):
                raise TypeError(f"LambdaCallback knows no moment {name!r}. {suggest(name, _HOOKS)}")
            setattr(self, name, value)
