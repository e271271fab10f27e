"""SwapEMAWeights: who sees the averages, and that the training does not notice."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import callbacks, layers

X = np.random.RandomState(0).randn(24, 3).astype("float32")
Y = X[:, :1]


def make_model(**ema):
    keras.utils.set_random_seed(4)
    model = keras.Sequential([layers.Dense(4, input_shape=(3,)), layers.Dense(1)])
    settings = {"use_ema": True, "ema_momentum": 0.5, **ema}
    model.compile(keras.optimizers.SGD(0.1, **settings), "mse")
    return model


class Watch(callbacks.Callback):
    """Notes whether the model has its averages, at every moment."""

    def __init__(self):
        super().__init__()
        self.seen = []
        for name in ("train_begin", "epoch_end", "test_begin", "test_batch_end", "batch_end"):
            setattr(self, f"on_{name}", self._note(name))

    def _note(self, name):
        def note(*args, **kwargs):
            average = list(self.model.optimizer._averages.values())
            if average:
                same = np.array_equal(self.model.layers[-1].bias.data, average[-1].data)
                self.seen.append((name, same))

        return note


def fit(model, *watchers, **settings):
    given = {"epochs": 3, "batch_size": 8, "verbose": 0, "validation_data": (X, Y), **settings}
    return model.fit(X, Y, callbacks=list(watchers), **given)


def test_the_validation_has_the_averages():
    watch = Watch()
    fit(make_model(), callbacks.SwapEMAWeights(), watch)
    for moment, has_averages in watch.seen[1:]:  # after the first step both are one
        assert has_averages == (moment in ("test_begin", "test_batch_end")), moment


def test_from_epoch_to_epoch():
    watch = Watch()
    fit(make_model(), callbacks.SwapEMAWeights(swap_on_epoch=True), watch)
    for moment, has_averages in watch.seen[1:]:
        assert has_averages == (moment != "batch_end"), moment


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_training_goes_as_without(swap_on_epoch):
    expected = make_model()
    fit(expected)
    model = make_model()
    fit(model, callbacks.SwapEMAWeights(swap_on_epoch))
    for ours, theirs in zip(model.get_weights(), expected.get_weights()):
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_a_training_that_stops_early_ends_with_the_averages(swap_on_epoch):
    class Stop(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    model = make_model()
    fit(model, callbacks.SwapEMAWeights(swap_on_epoch), Stop())
    averages = model.optimizer._averages.values()
    for weight, average in zip(model.trainable_weights, averages):
        assert np.array_equal(weight.data, average.data)


def test_the_losses_of_the_validation_are_those_of_the_averages():
    history = fit(make_model(), callbacks.SwapEMAWeights(), epochs=1).history
    other = make_model()
    fit(other, epochs=1)  # at the end the model has the averages
    assert history["val_loss"][0] == pytest.approx(other.evaluate(X, Y, verbose=0), rel=1e-6)


@pytest.mark.parametrize("way", ["evaluate", "predict"])
def test_tests_of_their_own(way):
    model = make_model()
    for _ in range(3):
        model.train_on_batch(X, Y)
    before = model.get_weights()
    watched = callbacks.SwapEMAWeights()
    if way == "evaluate":
        swapped = model.evaluate(X, Y, verbose=0, callbacks=[watched])
    else:
        swapped = model.predict(X, callbacks=[watched])
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
    model.optimizer.finalize_variable_values(model.trainable_weights)
    if way == "evaluate":
        assert swapped == model.evaluate(X, Y, verbose=0)
    else:
        assert np.array_equal(swapped, model.predict(X))


def test_a_test_that_is_broken_off_gives_the_weights_back():
    def fail(batch, logs):
        raise KeyboardInterrupt

    model = make_model()
    for _ in range(3):
        model.train_on_batch(X, Y)
    before = model.get_weights()
    watchers = [callbacks.SwapEMAWeights(), callbacks.LambdaCallback(on_test_batch_end=fail)]
    with pytest.raises(KeyboardInterrupt):
        model.evaluate(X, Y, verbose=0, callbacks=watchers)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_with_a_backup(tmp_path, swap_on_epoch):
    class Stop(Exception):  # noqa: N818
        pass

    def stop(epoch, logs):
        if epoch == 2:
            raise Stop

    expected = make_model()
    fit(expected, callbacks.SwapEMAWeights(swap_on_epoch))
    backup = callbacks.BackupAndRestore(tmp_path)
    crash = callbacks.LambdaCallback(on_epoch_begin=stop)
    with pytest.raises(Stop):
        fit(make_model(), backup, callbacks.SwapEMAWeights(swap_on_epoch), crash)
    model = make_model()
    fit(model, backup, callbacks.SwapEMAWeights(swap_on_epoch))
    for ours, theirs in zip(model.get_weights(), expected.get_weights()):
        assert np.array_equal(ours, theirs)


def test_an_optimizer_without_averages_is_refused():
    with pytest.raises(ValueError, match="the optimizer 'sgd'.*use_ema=True"):
        fit(make_model(use_ema=False), callbacks.SwapEMAWeights())
