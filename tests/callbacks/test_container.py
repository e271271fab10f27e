"""CallbackList calls what is overridden, in order, and nothing else."""

from time import perf_counter

import pytest

from minikeras.callbacks import (
    Callback,
    CallbackList,
    History,
    LambdaCallback,
    Logs,
    ProgbarLogger,
    container,
)
from minikeras.callbacks.container import MOMENTS
from tests.callbacks.fakes import FakeModel


class Recorder(Callback):
    """Overrides every method, in one spelling of the batch methods."""

    def __init__(self, calls, spelling="on_batch"):
        super().__init__()
        for hooks in MOMENTS.values():
            name = hooks[-1] if spelling == "on_batch" else hooks[0]
            setattr(self, name, lambda *args, _name=name: calls.append((_name, args)))


EVENTS = [
    ("on_train_begin", ()),
    ("on_epoch_begin", (0,)),
    ("on_train_batch_begin", (0,)),
    ("on_train_batch_end", (0,)),
    ("on_test_begin", ()),
    ("on_test_batch_begin", (0,)),
    ("on_test_batch_end", (0,)),
    ("on_test_end", ()),
    ("on_epoch_end", (0,)),
    ("on_train_end", ()),
    ("on_predict_begin", ()),
    ("on_predict_batch_begin", (0,)),
    ("on_predict_batch_end", (0,)),
    ("on_predict_end", ()),
]


@pytest.mark.parametrize("spelling", ["on_batch", "on_train_batch"])
def test_the_whole_protocol_reaches_a_callback(spelling):
    calls = []
    callbacks = CallbackList([Recorder(calls, spelling)])
    logs = Logs(loss=1.0)
    for name, numbers in EVENTS:
        getattr(callbacks, name)(*numbers, logs)
    old = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}
    expected = [
        (old.get(name, name) if spelling == "on_batch" else name, (*numbers, logs))
        for name, numbers in EVENTS
    ]
    assert calls == expected
    assert all(args[-1] is logs for _, args in calls)


def test_the_base_class_listens_to_nothing():
    callbacks = CallbackList([Callback(), Callback()])
    assert all(getattr(callbacks, moment) == () for moment in MOMENTS)
    for name, numbers in EVENTS:
        getattr(callbacks, name)(*numbers)


def test_the_default_of_the_new_spelling_calls_the_old():
    calls = []

    class Old(Callback):
        def on_batch_begin(self, batch, logs=None):
            calls.append(("begin", batch, logs))

        def on_batch_end(self, batch, logs=None):
            calls.append(("end", batch, logs))

    callback = Old()
    callback.on_train_batch_begin(1, {"size": 2})
    callback.on_train_batch_end(1)
    assert calls == [("begin", 1, {"size": 2}), ("end", 1, None)]
    # one call each through the list, not one for each spelling
    callbacks = CallbackList([callback])
    callbacks.on_batch_begin(3)
    callbacks.on_train_batch_end(3)
    assert calls[2:] == [("begin", 3, {}), ("end", 3, {})]


def test_order_and_who_listens():
    calls = []
    one = LambdaCallback(on_epoch_end=lambda epoch, logs: calls.append("one"))
    two = LambdaCallback(on_epoch_end=lambda epoch, logs: calls.append("two"))
    callbacks = CallbackList([one, Callback(), [two]])
    assert len(callbacks.epoch_end) == 2
    assert callbacks.epoch_begin == ()
    callbacks.on_epoch_end(0)
    assert calls == ["one", "two"]
    assert list(callbacks) == callbacks.callbacks
    assert len(callbacks) == 3


def test_a_method_assigned_when_training_begins_is_seen():
    calls = []

    class Late(Callback):
        def on_train_begin(self, logs=None):
            self.on_epoch_end = lambda epoch, logs: calls.append(epoch)

    callbacks = CallbackList([Late()])
    assert callbacks.epoch_end == ()
    callbacks.on_train_begin()
    callbacks.on_epoch_end(4)
    assert calls == [4]


def test_a_subclass_that_forgets_super_works():
    class Forgetful(Callback):
        def __init__(self):
            self.losses = []

        def on_batch_end(self, batch, logs={}):  # noqa: B006  as document 001 writes it
            self.losses.append(logs.get("loss"))

    callback = Forgetful()
    callbacks = CallbackList([callback], FakeModel(), {"epochs": 1})
    callbacks.on_train_batch_end(0, {"loss": 0.5})
    assert callback.losses == [0.5]
    assert callback.validation_data is None


def test_settings_reach_everyone_early_and_late():
    model = FakeModel()
    early, late = Callback(), Callback()
    callbacks = CallbackList([early])
    callbacks.model = model
    callbacks.params = {"epochs": 3}
    callbacks.validation_data = [1, 2]
    callbacks.append(late)
    for callback in (early, late):
        assert callback.model is model is callbacks.model
        assert callback.params == {"epochs": 3} == callbacks.params
        assert callback.validation_data == [1, 2] == callbacks.validation_data


def test_params_as_keywords():
    callback = Callback()
    CallbackList(callback, model=FakeModel(), epochs=2, verbose=0)
    assert callback.params == {"epochs": 2, "verbose": 0}


def test_add_history_and_progbar():
    model = FakeModel()
    callbacks = CallbackList(None, model, {"samples": 5}, add_history=True, add_progbar=True)
    history, bar = callbacks.callbacks
    assert isinstance(history, History)
    assert model.history is history
    assert isinstance(bar, ProgbarLogger)
    assert not bar.use_steps
    again = CallbackList(callbacks.callbacks, add_history=True, add_progbar=True)
    assert again.callbacks == [history, bar]


def test_logs_answer_to_both_spellings_whoever_made_them():
    seen = []
    callbacks = CallbackList(
        LambdaCallback(
            on_epoch_end=lambda epoch, logs: seen.append(logs["accuracy"]),
            on_train_end=lambda logs: seen.append(logs),
        )
    )
    callbacks.on_epoch_end(0, {"acc": 0.5})
    callbacks.on_train_end()
    assert seen == [0.5, {}]


def test_what_only_looks_like_a_callback_is_called():
    class Watcher:
        def __init__(self):
            self.epochs = []

        def on_epoch_end(self, epoch, logs):
            self.epochs.append(epoch)

    watcher = Watcher()
    callbacks = CallbackList([watcher], FakeModel(), {"epochs": 1})
    callbacks.on_epoch_begin(0)
    callbacks.on_epoch_end(0)
    assert watcher.epochs == [0]


@pytest.mark.parametrize(
    "wrong, message",
    [
        ([History], "holds the class History; it takes instances"),
        (["history"], "holds 'history', which is not a callback"),
        (print, "LambdaCallback"),
        ([None, 3], "holds 3"),
    ],
)
def test_what_is_not_a_callback_is_refused(wrong, message):
    with pytest.raises(TypeError, match=message):
        CallbackList(wrong)


def test_slow_batch_hooks_are_pointed_out_once(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(container, "perf_counter", lambda: clock[0])

    def work(batch, logs):
        clock[0] += 0.11

    callbacks = CallbackList([LambdaCallback(on_batch_end=work)], queue_length=2)
    with pytest.warns(RuntimeWarning, match="on_batch_end takes 0.11 s a batch") as caught:
        for batch in range(4):
            clock[0] += 0.01  # what the batch takes
            callbacks.on_train_batch_end(batch)
    assert len(caught) == 1


def test_who_wants_to_be_told_last():
    calls = []

    class Noting(Callback):
        def on_epoch_end(self, epoch, logs=None):
            calls.append(type(self).__name__)

    class Last(Noting):
        told_last = True

    callbacks = CallbackList([Last(), Noting()])
    callbacks.append(Noting())
    callbacks.on_epoch_end(0)
    assert calls == ["Noting", "Noting", "Last"]
    assert [type(c).__name__ for c in callbacks] == ["Last", "Noting", "Noting"]


def test_what_a_callback_remembers():
    class Counts(Callback):
        remembered = ("count", "_best")

        def __init__(self):
            super().__init__()
            self.count, self._best, self.other = 3, [1.0], 5

    one, two = Counts(), Counts()
    two.count, two.other = 0, 0
    two.set_state(one.get_state())
    assert (two.count, two._best, two.other) == (3, [1.0], 0)
    assert Callback().get_state() == {}


def test_abort_reaches_those_who_know_it():
    calls = []

    class Drawing(Callback):
        def abort(self):
            calls.append("abort")

    CallbackList([Callback(), Drawing()]).abort()
    assert calls == ["abort"]


def test_an_epoch_with_history_alone_costs_little():
    callbacks = CallbackList([History()], FakeModel(), {"epochs": 1})
    callbacks.on_train_begin()

    def epoch():
        callbacks.on_epoch_begin(0)
        if callbacks.train_batch_begin or callbacks.train_batch_end:
            raise AssertionError("nobody listens to batches")
        callbacks.on_epoch_end(0, Logs(loss=0.1, acc=0.2))

    best = 1.0
    for _ in range(20):
        start = perf_counter()
        for _ in range(200):
            epoch()
        best = min(best, (perf_counter() - start) / 200)
    assert best < 10e-6
