"""Ctrl-C: the update is finished, the model stays usable, and the message says how far it came."""

import os
import signal
import threading

import numpy as np
import pytest

import minikeras as keras
from minikeras import callbacks, layers

X = np.linspace(-1, 1, 64, dtype="float32").reshape(16, 4)
Y = X[:, :1]


@pytest.fixture(autouse=True)
def heeded():
    """Heed Ctrl-C even where tests run in the background, of which shells keep it away."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def make_model(layer=None):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([layers.Dense(3, input_shape=(4,)), layer or layers.Dense(1)])
    model.compile("adam", "mse")
    return model


def press_ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)


class PressAt(callbacks.Callback):
    def __init__(self, number):
        super().__init__()
        self.number = number
        self.seen = 0

    def on_batch_end(self, batch, logs=None):
        self.seen += 1
        if self.seen == self.number:
            press_ctrl_c()


def fit(model, *watchers, **settings):
    arguments = {"batch_size": 4, "epochs": 3, "verbose": 0, **settings}
    return model.fit(X, Y, callbacks=list(watchers), **arguments)


def test_the_message_says_how_far_training_came():
    with pytest.raises(KeyboardInterrupt, match="in epoch 2 of 3, after 3 of 4 batches"):
        fit(make_model(), PressAt(7))


def test_the_model_can_be_used_and_trained_on():
    expected = make_model()
    fit(expected, shuffle=False)
    model = make_model()
    with pytest.raises(KeyboardInterrupt):
        fit(model, PressAt(8), shuffle=False)
    assert model.training_run is None
    assert model.predict(X).shape == (16, 1)
    fit(model, initial_epoch=2, shuffle=False)
    for ours, theirs in zip(model.get_weights(), expected.get_weights()):
        assert np.array_equal(ours, theirs)


class Presses(layers.Layer):
    """Presses Ctrl-C in the middle of the first step."""

    times = 1

    def build(self, input_shape):
        self.scale = self.add_weight("scale", (1,), initializer="ones")

    def call(self, inputs, training=None):
        if training and type(self).times:
            for _ in range(type(self).times):
                type(self).times -= 1
                press_ctrl_c()
        return inputs[:, :1] * self.scale


def test_an_update_is_finished_first(monkeypatch):
    monkeypatch.setattr(Presses, "times", 1)
    model = make_model(Presses())
    with pytest.raises(KeyboardInterrupt, match="in epoch 1 of 3, after 1 of 4 batches"):
        fit(model)
    assert int(model.optimizer.iterations) == 1


def test_the_second_time_does_not_wait(monkeypatch):
    monkeypatch.setattr(Presses, "times", 2)
    model = make_model(Presses())
    with pytest.raises(KeyboardInterrupt, match="after 0 of 4 batches"):
        fit(model)
    assert int(model.optimizer.iterations) == 0


def test_the_handler_is_given_back():
    fit(make_model())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt):
        fit(make_model(), PressAt(1))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_the_programs_own_is_left_alone():
    presses = []

    def own(number, frame):
        presses.append(number)

    before = signal.signal(signal.SIGINT, own)
    try:
        fit(make_model(), PressAt(2))
        assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, before)
    assert presses == [signal.SIGINT]


def test_training_in_another_thread_needs_no_handler():
    model = make_model()
    thread = threading.Thread(target=fit, args=(model,))
    thread.start()
    thread.join()
    assert int(model.optimizer.iterations) == 12


def test_what_others_raise_keeps_its_own_words():
    class Says(callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt("enough")

    with pytest.raises(KeyboardInterrupt, match="^enough$"):
        fit(make_model(), Says())


def test_a_backup_continues_after_an_interrupt(tmp_path):
    expected = make_model()
    fit(expected)
    with pytest.raises(KeyboardInterrupt):
        fit(make_model(), callbacks.BackupAndRestore(tmp_path, 1), PressAt(6))
    model = make_model()
    fit(model, callbacks.BackupAndRestore(tmp_path, 1))
    for ours, theirs in zip(model.get_weights(), expected.get_weights()):
        assert np.array_equal(ours, theirs)
