"""What happens around the constructor and around `build` of every layer."""

import functools
import inspect

from . import legacy


class LayerMeta(type):
    """Lets constructors understand the argument names of Keras 1, and `build` leave its mark."""

    def __init__(cls, name, bases, namespace, **kwargs):
        super().__init__(name, bases, namespace, **kwargs)
        if "build" in namespace:
            cls.build = _marking(namespace["build"])

    @property
    def __signature__(cls):
        """What `help` and editors show: the arguments of the constructor."""
        return inspect.Signature(list(inspect.signature(cls.__init__).parameters.values())[1:])

    def __call__(cls, *args, **kwargs):
        args, kwargs = legacy.translate(cls, args, kwargs)
        layer = super().__call__(*args, **kwargs)
        if isinstance(layer, cls) and "_inbound_nodes" not in vars(layer):
            raise TypeError(
                f"{cls.__name__}.__init__ does not call super().__init__(): a layer of your own "
                "begins its constructor with super().__init__(**kwargs)."
            )
        return layer


def _marking(build):
    """Return a `build` that notes that it was called, and with what, when it is through.

    Users may call `build` themselves; a subclass may or may not call that of its base class. Only
    the outermost call counts.
    """

    @functools.wraps(build)
    def build_and_mark(self, *args, **kwargs):
        if self._being_built:
            return build(self, *args, **kwargs)
        counts = len(self._trainable_weights), len(self._non_trainable_weights)
        self._being_built = True
        try:
            result = build(self, *args, **kwargs)
        except BaseException:  # a second attempt, with other inputs, begins without weights
            del self._trainable_weights[counts[0] :], self._non_trainable_weights[counts[1] :]
            raise
        finally:
            self._being_built = False
        self._after_build(args, kwargs)
        return result

    return build_and_mark
