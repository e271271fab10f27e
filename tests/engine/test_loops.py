"""The loops: what is told to listeners, and only to those who listen."""

import numpy as np

from minikeras.callbacks import CallbackList, LambdaCallback
from minikeras.engine.loops import predict_all, test_epoch
from minikeras.engine.runners import StandardRunner
from minikeras.engine.sources import ArraySource
from tests.engine.support import Recorder, data, line

test_epoch.__test__ = False  # a function of the library, not a test


def source(model, x, y):
    return model._feeder().source(x, y, batch_size=4)


def test_testing_and_predicting_tell_of_every_batch():
    x, y, _ = data(6)
    model = line()
    model.compile("sgd", "mse")
    recorder = Recorder()
    listeners = CallbackList([recorder], model)
    logs = test_epoch(StandardRunner(model, model._test_batch), source(model, x, y), listeners)
    assert list(logs) == ["loss"]
    inputs = model._feeder().input_source(x, 4)
    run, pack = model._predict_for_loop, model._pack_outputs
    found = predict_all(run, pack, inputs, listeners)
    np.testing.assert_allclose(found, model.predict(x), rtol=1e-6)
    assert recorder.calls == [
        ("test", 0, 4),
        ("test", 1, 2),
        ("predict", 0, (4, 1)),
        ("predict", 1, (2, 1)),
    ]


def test_logs_of_batches_are_made_only_for_those_who_read_them(monkeypatch):
    x, y, _ = data(6)
    model = line()
    model.compile("sgd", "mse")
    made = []
    batch_logs = StandardRunner.batch_logs
    monkeypatch.setattr(
        StandardRunner, "batch_logs", lambda self: made.append(1) or batch_logs(self)
    )
    model.fit(x, y, verbose=0, callbacks=[LambdaCallback(on_epoch_end=lambda e, logs: None)])
    assert made == []
    model.fit(x, y, verbose=0, callbacks=[LambdaCallback(on_batch_end=lambda b, logs: None)])
    assert made == [1]


def test_a_source_of_arrays_is_what_feeds_them():
    x, y, _ = data(6)
    model = line()
    model.compile("sgd", "mse")
    assert type(source(model, x, y)) is ArraySource
