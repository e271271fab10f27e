"""fit: the order of events, epochs, steps, validation, and what is left when it is broken off."""

import numpy as np
import pytest

from minikeras import backend as K
from minikeras import callbacks, optimizers
from minikeras.callbacks import Callback, History
from minikeras.layers import Dense, Dropout, Lambda
from minikeras.models import Sequential
from minikeras.utils import Sequence
from tests.engine.support import Recorder, data, line, mse


def fitted(**settings):
    """Fit a model on 10 samples; return the calls and the history."""
    x, y, _ = data(10)
    model = line()
    model.compile("sgd", "mse")
    recorder = Recorder()
    history = model.fit(x, y, verbose=0, callbacks=[recorder], **settings)
    return recorder.calls, history


def test_the_order_of_events():
    calls, history = fitted(batch_size=4, epochs=2, validation_split=0.3)
    epoch = [("batch", 0, 4), ("batch", 1, 3), ("test", 0, 3)]
    assert calls == [("epoch", 0), *epoch, ("epoch", 1), *epoch]
    assert history.epoch == [0, 1]
    assert sorted(history.history) == ["loss", "val_loss"]


def test_epochs_begin_where_one_says():
    calls, history = fitted(epochs=5, initial_epoch=3)
    assert [call for call in calls if call[0] == "epoch"] == [("epoch", 3), ("epoch", 4)]
    assert history.epoch == [3, 4]
    assert fitted(epochs=2, initial_epoch=2)[0] == []
    assert fitted(epochs=0)[1].history == {}


def test_steps_per_epoch_with_arrays():
    calls, _ = fitted(batch_size=4, steps_per_epoch=2, epochs=2, shuffle=False)
    sizes = [call[2] for call in calls if call[0] == "batch"]
    assert sizes == [4, 4, 2, 4]


def test_validation_frequency():
    for frequency, due in ((2, [2, 4]), ([1, 4], [1, 4])):
        calls, history = fitted(epochs=4, validation_split=0.5, validation_freq=frequency)
        tested, epoch = [], 0
        for call in calls:
            epoch = call[1] + 1 if call[0] == "epoch" else epoch
            if call[0] == "test":
                tested.append(epoch)
        assert tested == due
        assert len(history.history["val_loss"]) == 2


def test_validation_batches_may_have_a_size_of_their_own():
    calls, _ = fitted(batch_size=2, validation_split=0.5, validation_batch_size=5)
    assert [call for call in calls if call[0] == "test"] == [("test", 0, 5)]
    x, y, _ = data(10)
    calls, _ = fitted(batch_size=3, validation_data=(x, y), validation_steps=2)
    assert [call for call in calls if call[0] == "test"] == [("test", 0, 3), ("test", 1, 3)]


@pytest.mark.parametrize("form", ["arrays", "sequence"])
def test_every_validation_begins_with_the_first_batch(form):
    class Batches(Sequence):
        def __len__(self):
            return 5

        def __getitem__(self, index):
            return x[2 * index : 2 * index + 2], y[2 * index : 2 * index + 2]

    x, y, _ = data(10)
    model = line()
    model.compile(optimizers.SGD(0.0), "mse")
    seen = model.fit(
        x, y, 2, 3, verbose=0, validation_data=(x, y) if form == "arrays" else Batches(),
        validation_steps=2,
    ).history["val_loss"]  # fmt: skip
    expected = model.evaluate(x[:4], y[:4], verbose=0)
    np.testing.assert_allclose(seen, [expected] * 3, rtol=1e-6)


def test_what_ends_by_itself_needs_no_steps():
    def batches():
        for start in range(0, 10, 4):
            yield x[start : start + 4], y[start : start + 4]

    x, y, _ = data(10)
    model = line()
    model.compile("sgd", "mse")
    assert model.evaluate(batches(), verbose=0) == pytest.approx(model.evaluate(x, y, verbose=0))
    np.testing.assert_allclose(model.predict(batches()), model.predict(x), rtol=1e-6)
    seen = model.fit(x, y, verbose=0, validation_data=batches()).history["val_loss"][0]
    assert seen == pytest.approx(model.evaluate(x, y, verbose=0))


def test_weights_of_validation_data():
    x, y, _ = data(6)
    model = line()
    model.compile(optimizers.SGD(0.0), "mse")
    w = np.array([1.0, 0, 0, 0, 0, 0])
    first = float(mse(y, model.predict(x))[0])
    history = model.fit(x, y, verbose=0, validation_data=(x, y, w)).history
    assert history["val_loss"] == pytest.approx([first], rel=1e-5)
    # the split takes sample weights along
    last = float(mse(y, model.predict(x))[5])
    w = np.array([1.0, 1, 1, 0, 0, 1])
    history = model.fit(x, y, verbose=0, sample_weight=w, validation_split=0.5).history
    assert history["val_loss"] == pytest.approx([last], rel=1e-5)


def test_validation_data_is_used_in_the_place_of_a_split():
    x, y, _ = data(6)
    calls, _ = fitted(validation_data=(x, y), validation_split=0.5)
    assert [call for call in calls if call[0] != "epoch"] == [("batch", 0, 10), ("test", 0, 6)]


def test_training_can_be_stopped_within_an_epoch():
    class Stop(Callback):
        def on_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    x, y, _ = data(10)
    model = line()
    model.compile("sgd", "mse")
    recorder = Recorder()
    history = model.fit(
        x, y, batch_size=2, epochs=3, verbose=0, callbacks=[Stop(), recorder],
        validation_data=(x, y),
    )  # fmt: skip
    assert [call for call in recorder.calls if call[0] == "batch"] == [
        ("batch", 0, 2),
        ("batch", 1, 2),
    ]
    assert history.epoch == [0]
    assert "val_loss" in history.history
    assert len(model.fit(x, y, epochs=2, verbose=0).epoch) == 2


def test_the_end_is_told_with_the_numbers_of_the_last_epoch():
    told = []
    x, y, _ = data(10)
    model = line()
    model.compile("sgd", "mse")
    end = callbacks.LambdaCallback(on_train_end=lambda logs: told.append(dict(logs)))
    history = model.fit(x, y, epochs=2, verbose=0, validation_split=0.2, callbacks=[end]).history
    model.fit(x, y, epochs=0, verbose=0, callbacks=[end])
    assert told == [{name: values[-1] for name, values in history.items()}, {}]


def test_what_callbacks_are_told_of_the_training():
    seen = {}

    class Look(Callback):
        def on_train_begin(self, logs=None):
            seen.update(self.params, validation=self.validation_data, model=self.model)

    x, y, _ = data(10)
    model = line()
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(x, y, 4, 2, 0, [Look()], validation_data=(x, y))
    assert seen["model"] is model
    assert seen["validation"][0] is x
    assert {k: seen[k] for k in ("batch_size", "epochs", "samples", "verbose")} == {
        "batch_size": 4,
        "epochs": 2,
        "samples": 10,
        "verbose": 0,
    }
    assert seen["do_validation"]
    assert seen["metrics"] == [
        "loss", "mean_absolute_error", "val_loss", "val_mean_absolute_error"
    ]  # fmt: skip


def test_a_callback_may_evaluate_in_the_middle_of_an_epoch():
    x, y, _ = data(10)

    class Evaluate(Callback):
        def on_batch_end(self, batch, logs=None):
            self.model.evaluate(x[:1], y[:1], verbose=0)

    model = line()
    model.compile(optimizers.SGD(0.0), "mse", metrics=["mae"])
    plain = model.fit(x, y, batch_size=3, verbose=0).history
    disturbed = model.fit(x, y, batch_size=3, verbose=0, callbacks=[Evaluate()]).history
    assert disturbed["mean_absolute_error"] == pytest.approx(plain["mean_absolute_error"])
    assert disturbed["loss"] == pytest.approx(plain["loss"])


def test_the_history_is_returned_and_kept():
    x, y, _ = data()
    model = line()
    model.compile("sgd", "mse")
    assert model.history is None
    history = model.fit(x, y, verbose=0)
    assert isinstance(history, History)
    assert model.history is history
    model.evaluate(x, y, verbose=0)
    model.predict(x)
    assert model.history is history
    assert model.fit(x, y, verbose=0) is not history


def test_averages_of_weights_take_their_place_when_training_ends():
    x, y, _ = data()
    plain, averaged = line(), line()
    plain.compile(optimizers.SGD(0.1), "mse")
    averaged.compile(optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
    states = []
    note = callbacks.LambdaCallback(on_batch_end=lambda b, logs: states.append(plain.get_weights()))
    plain.fit(x, y, epochs=2, verbose=0, callbacks=[note], shuffle=False)
    averaged.fit(x, y, epochs=2, verbose=0, shuffle=False)
    expected = 0.5 * states[0][0] + 0.5 * states[1][0]
    np.testing.assert_allclose(averaged.get_weights()[0], expected, rtol=1e-5)


def test_the_loss_is_scaled_for_the_optimizer_alone():
    x, y, _ = data()
    plain, scaled = line(), line()
    plain.compile(optimizers.SGD(0.1), "mse")
    scaled.compile(optimizers.SGD(0.1, loss_scale_factor=1024.0), "mse")
    assert plain.train_on_batch(x, y) == scaled.train_on_batch(x, y)
    np.testing.assert_allclose(plain.get_weights()[0], scaled.get_weights()[0], rtol=1e-6)


# --- interruptions ---------------------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_model_is_usable_after_an_interruption(error, capsys):
    class Interrupt(Callback):
        def on_batch_end(self, batch, logs=None):
            if batch == 1:
                raise error

    x, y, _ = data(10)
    model = Sequential([Dense(3, input_shape=(3,)), Dropout(0.5), Dense(1)])
    model.compile("adam", "mse")
    with pytest.raises(error):
        model.fit(x, y, batch_size=2, epochs=3, callbacks=[Interrupt()])
    assert not K.learning_phase()
    np.testing.assert_array_equal(model.predict(x), model.predict(x))
    assert model.optimizer.iterations == 2
    history = model.fit(x, y, epochs=1, verbose=0)
    assert history.epoch == [0]
    assert model.optimizer.iterations == 3


def test_a_metric_that_does_not_fit_fails_before_a_weight_moves():
    x, _, c = data()
    model = Sequential([Dense(4, activation="softmax", input_shape=(3,))])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc", "mae"])
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"shape.*\n  in the metric 'mean_absolute_error'"):
        model.fit(x, c, verbose=0)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)
    assert model.optimizer.iterations == 0


def test_an_error_in_a_layer_leaves_the_phase_as_it_was():
    def broken(t):
        if K.learning_phase():
            raise ValueError("broken in training")
        return t

    x, y, _ = data()
    model = Sequential([Lambda(broken, input_shape=(3,)), Dense(1)])
    model.compile("sgd", "mse")
    before = model.get_weights()
    with pytest.raises(ValueError, match="broken in training"):
        model.fit(x, y, verbose=0)
    assert not K.learning_phase()
    model.predict(x)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_callbacks_see_the_validation_arrays_as_in_keras_2():
    """A flat list: inputs, targets, and sample weights, which are ones if none are given."""
    x, y, _ = data()
    callback = Callback()
    model = line()
    model.compile("sgd", "mse")
    model.fit(x, y, validation_data=(x, y), verbose=0, callbacks=[callback])
    seen_x, seen_y, weights = callback.validation_data
    assert seen_x is x
    assert seen_y.shape[0] == len(y)
    np.testing.assert_array_equal(weights, np.ones(len(x), "float32"))
    given = np.full(len(x), 0.5)
    model.fit(x, y, validation_data=(x, y, given), verbose=0, callbacks=[callback])
    np.testing.assert_array_equal(callback.validation_data[2], given)


def test_callbacks_see_validation_batches_as_they_are_given():
    x, y, _ = data()
    callback, batches = Callback(), iter([(x, y)])
    model = line()
    model.compile("sgd", "mse")
    model.fit(x, y, validation_data=batches, validation_steps=1, verbose=0, callbacks=[callback])
    assert callback.validation_data is batches
