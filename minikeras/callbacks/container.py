"""CallbackList: tells every callback of a training what happens, at next to no cost.

Most callbacks override one or two of the protocol's many methods. Which they are is worked out
when training begins, so that a moment nobody listens to costs the test of an empty tuple.
"""

import inspect
import warnings
from collections import deque
from time import perf_counter

from .base import Callback
from .history import History
from .logs import Logs
from .progbar_logger import ProgbarLogger

# The moments of the protocol, and the methods that may listen to each, the first overridden wins.
MOMENTS = {
    "train_begin": ("on_train_begin",),
    "train_end": ("on_train_end",),
    "epoch_begin": ("on_epoch_begin",),
    "epoch_end": ("on_epoch_end",),
    "train_batch_begin": ("on_train_batch_begin", "on_batch_begin"),
    "train_batch_end": ("on_train_batch_end", "on_batch_end"),
    "test_begin": ("on_test_begin",),
    "test_end": ("on_test_end",),
    "test_batch_begin": ("on_test_batch_begin",),
    "test_batch_end": ("on_test_batch_end",),
    "predict_begin": ("on_predict_begin",),
    "predict_end": ("on_predict_end",),
    "predict_batch_begin": ("on_predict_batch_begin",),
    "predict_batch_end": ("on_predict_batch_end",),
}
_HOOKS = tuple(hook for hooks in MOMENTS.values() for hook in hooks)
_SLOW_SECONDS = 0.1  # a batch hook is called slow above this, as in Keras 2.1.5


class CallbackList:
    """All callbacks of one training, test or prediction, called in order, `told_last` ones last.

    `callbacks` is a list of callbacks, one callback, or None; nested lists are flattened. `model`
    and `params` are handed to each (`params` may be given as keywords instead, as in Keras 3).
    `add_history` and `add_progbar` append a `History` or a `ProgbarLogger` unless there is one.
    `queue_length` is the number of batches over which slow batch hooks are looked for: when the
    median hook takes over 0.1 s and 95 % of the batch itself, a RuntimeWarning says so, once.

    For each moment of `MOMENTS` an attribute of that name (`train_batch_end`, `epoch_begin`, ...)
    holds the tuple of bound methods that listen, so that a loop may ask `if
    callbacks.train_batch_end:` before it prepares logs. `append` and `on_train_begin` refresh them.

    Raises TypeError for what is not a callback, among them a class in place of an instance.
    """

    def __init__(
        self,
        callbacks=None,
        model=None,
        params=None,
        *,
        add_history=False,
        add_progbar=False,
        queue_length=10,
        **more_params,
    ):
        self.callbacks = _flatten(callbacks)
        if add_history and not any(isinstance(c, History) for c in self.callbacks):
            self.callbacks.append(History())
        params = {**(params or {}), **more_params}
        if add_progbar and not any(isinstance(c, ProgbarLogger) for c in self.callbacks):
            self.callbacks.append(ProgbarLogger("samples" if params.get("samples") else "steps"))
        self.queue_length = queue_length
        self._model = None
        self._params = None
        self._validation_data = None
        self._hook_times = {}
        self._warned = set()
        self._batch_seconds = 0.0
        self._last_hook_end = perf_counter()
        self.refresh()
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    def refresh(self):
        """Look again for the methods that callbacks override."""
        in_turn = sorted(self.callbacks, key=lambda c: bool(getattr(c, "told_last", False)))
        for moment, hooks in MOMENTS.items():
            listeners = (_listener(callback, hooks) for callback in in_turn)
            setattr(self, moment, tuple(hook for hook in listeners if hook is not None))

    def append(self, callback):
        """Add a callback at the end; it is given the model and the settings, if known."""
        added = _flatten([callback])
        self.callbacks += added
        for one in added:
            if self._model is not None:
                _tell(one, "set_model", self._model)
            if self._params is not None:
                _tell(one, "set_params", self._params)
            if self._validation_data is not None:
                one.validation_data = self._validation_data
        self.refresh()

    def set_model(self, model):
        """Hand the model to every callback, and a `History` among them to the model."""
        self._model = model
        for callback in self.callbacks:
            _tell(callback, "set_model", model)
            if isinstance(callback, History):
                model.history = callback

    def set_params(self, params):
        """Hand the dictionary of settings to every callback."""
        self._params = params
        for callback in self.callbacks:
            _tell(callback, "set_params", params)

    @property
    def model(self):
        """The model; setting it hands it to every callback."""
        return self._model

    @model.setter
    def model(self, model):
        self.set_model(model)

    @property
    def params(self):
        """The dictionary of settings; setting it hands it to every callback."""
        return self._params

    @params.setter
    def params(self, params):
        self.set_params(params)

    @property
    def validation_data(self):
        """What `fit` validates on; setting it hands it to every callback."""
        return self._validation_data

    @validation_data.setter
    def validation_data(self, data):
        self._validation_data = data
        for callback in self.callbacks:
            callback.validation_data = data

    def __iter__(self):
        return iter(self.callbacks)

    def __len__(self):
        return len(self.callbacks)

    def on_train_begin(self, logs=None):
        """Tell that training begins."""
        if self.train_begin:
            _call(self.train_begin, logs)
            self.refresh()  # a callback may have given itself new methods
        self._last_hook_end = perf_counter()

    def on_train_end(self, logs=None):
        """Tell that training has ended."""
        _call(self.train_end, logs)

    def on_epoch_begin(self, epoch, logs=None):
        """Tell that an epoch begins."""
        if self.epoch_begin:
            _call_numbered(self.epoch_begin, epoch, logs)

    def on_epoch_end(self, epoch, logs=None):
        """Tell that an epoch has ended."""
        if self.epoch_end:
            _call_numbered(self.epoch_end, epoch, logs)

    def on_train_batch_begin(self, batch, logs=None):
        """Tell that a batch of training begins."""
        if self.train_batch_begin:
            self._call_timed("on_batch_begin", self.train_batch_begin, batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        """Tell that a batch of training has ended."""
        if self.train_batch_end:
            self._batch_seconds = perf_counter() - self._last_hook_end
            self._call_timed("on_batch_end", self.train_batch_end, batch, logs)

    on_batch_begin = on_train_batch_begin
    on_batch_end = on_train_batch_end

    def on_test_begin(self, logs=None):
        """Tell that a test or a validation begins."""
        _call(self.test_begin, logs)

    def on_test_end(self, logs=None):
        """Tell that a test or a validation has ended."""
        _call(self.test_end, logs)

    def on_test_batch_begin(self, batch, logs=None):
        """Tell that a batch of a test begins."""
        if self.test_batch_begin:
            _call_numbered(self.test_batch_begin, batch, logs)

    def on_test_batch_end(self, batch, logs=None):
        """Tell that a batch of a test has ended."""
        if self.test_batch_end:
            _call_numbered(self.test_batch_end, batch, logs)

    def on_predict_begin(self, logs=None):
        """Tell that a prediction begins."""
        _call(self.predict_begin, logs)

    def on_predict_end(self, logs=None):
        """Tell that a prediction has ended."""
        _call(self.predict_end, logs)

    def on_predict_batch_begin(self, batch, logs=None):
        """Tell that a batch of a prediction begins."""
        if self.predict_batch_begin:
            _call_numbered(self.predict_batch_begin, batch, logs)

    def on_predict_batch_end(self, batch, logs=None):
        """Tell that a batch of a prediction has ended."""
        if self.predict_batch_end:
            _call_numbered(self.predict_batch_end, batch, logs)

    def abort(self):
        """Tell that an exception ends the work: a half-drawn progress line is left readable."""
        for callback in self.callbacks:
            if hasattr(callback, "abort"):
                callback.abort()

    def _call_timed(self, name, hooks, batch, logs):
        start = perf_counter()
        _call_numbered(hooks, batch, logs)
        self._last_hook_end = end = perf_counter()
        times = self._hook_times.get(name)
        if times is None:
            times = self._hook_times[name] = deque(maxlen=self.queue_length)
        times.append(end - start)
        if end - start > _SLOW_SECONDS:
            self._check_speed(name, sorted(times)[len(times) // 2])

    def _check_speed(self, name, seconds):
        batch_seconds = self._batch_seconds
        slow = seconds > _SLOW_SECONDS and seconds > 0.95 * batch_seconds > 0
        if slow and name not in self._warned:
            self._warned.add(name)
            warnings.warn(
                f"The callbacks' {name} takes {seconds:.2f} s a batch, the batch itself "
                f"{batch_seconds:.2f} s. Do that work once an epoch, or every so many batches.",
                RuntimeWarning,
                stacklevel=4,
            )


def _call(hooks, logs):
    if hooks:
        logs = logs if isinstance(logs, Logs) else Logs(logs or ())
        for hook in hooks:
            hook(logs)


def _call_numbered(hooks, number, logs):
    if not isinstance(logs, Logs):
        logs = Logs(logs or ())
    for hook in hooks:
        hook(number, logs)


def _listener(callback, hooks):
    """Return the first of these methods that a callback defines for itself, or None."""
    own = getattr(callback, "__dict__", ())
    for name in hooks:
        hook = getattr(callback, name, None)
        inherited = getattr(type(callback), name, None) is getattr(Callback, name)
        if hook is not None and (name in own or not inherited):
            return hook
    return None


def _tell(callback, method, value):
    """Call a setter that an object which only looks like a callback may lack."""
    setter = getattr(callback, method, None)
    if setter is not None:
        setter(value)


def _flatten(callbacks):
    """Return a flat list of callbacks from None, one callback, or nested lists of them."""
    if callbacks is None:
        return []
    if isinstance(callbacks, (list, tuple, CallbackList)):
        return [one for item in callbacks for one in _flatten(item)]
    if inspect.isclass(callbacks):
        raise TypeError(
            f"callbacks= holds the class {callbacks.__name__}; it takes instances: write "
            f"{callbacks.__name__}(...) with its arguments."
        )
    if not isinstance(callbacks, Callback) and not any(hasattr(callbacks, h) for h in _HOOKS):
        raise TypeError(
            f"callbacks= holds {callbacks!r}, which is not a callback. It takes a list of "
            "instances of minikeras.callbacks.Callback; a plain function goes into "
            "LambdaCallback(on_epoch_end=function)."
        )
    return [callbacks]
