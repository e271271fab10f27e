"""LambdaCallback: functions at their moments, costing nothing elsewhere."""

import pytest

from minikeras.callbacks import CallbackList, LambdaCallback
from tests.callbacks.fakes import losses, train


def test_all_functions_are_called_with_the_arguments_of_their_moment():
    calls = []

    def note(*args):
        calls.append(args[:-1])

    callback = LambdaCallback(note, note, note, note, note, note)
    train([callback], [{"loss": 1.0, "batches": [{"loss": 1.0}]}])
    # train begin, epoch begin, batch begin, batch end, epoch end, train end
    assert calls == [(), (0,), (0,), (0,), (0,), ()]


def test_moments_of_keras_3():
    calls = []
    callbacks = CallbackList(
        LambdaCallback(
            on_train_batch_end=lambda batch, logs: calls.append(("train", batch)),
            on_test_batch_end=lambda batch, logs: calls.append(("test", batch)),
            on_predict_end=lambda logs: calls.append("predict"),
        )
    )
    callbacks.on_train_batch_end(1)
    callbacks.on_test_batch_end(2)
    callbacks.on_predict_end()
    assert calls == [("train", 1), ("test", 2), "predict"]


def test_what_is_not_given_is_not_listened_to():
    callbacks = CallbackList(LambdaCallback(on_epoch_end=print, on_batch_end=None))
    assert callbacks.train_batch_end == callbacks.epoch_begin == callbacks.train_begin == ()


def test_other_keywords_become_attributes():
    callback = LambdaCallback(on_epoch_end=lambda epoch, logs: None, tag="mine")
    train([callback], losses(1.0))
    assert callback.tag == "mine"


def test_mistakes_are_refused():
    with pytest.raises(TypeError, match="no moment 'on_epoch_ends'.*on_epoch_end"):
        LambdaCallback(on_epoch_ends=print)
    with pytest.raises(TypeError, match="on_epoch_end= takes a function, not 3"):
        LambdaCallback(on_epoch_end=3)
    with pytest.raises(TypeError, match="are one moment"):
        LambdaCallback(on_batch_end=print, on_train_batch_end=print)
