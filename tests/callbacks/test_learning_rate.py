"""LearningRateScheduler: what it hands to the schedule, and what it refuses."""

import types

import numpy as np
import pytest

from minikeras.callbacks import History, LearningRateScheduler
from tests.callbacks.fakes import FakeModel, losses, train


def rates(schedule, epochs=3, **options):
    history = History()
    train([LearningRateScheduler(schedule, **options), history], losses(*range(epochs)))
    return history.history["learning_rate"]


def by_keyword(epoch, *, lr):
    return lr / 2


def by_name_elsewhere(epoch, base=1.0, lr=None):
    return lr / 2 * base


@pytest.mark.parametrize(
    "schedule",
    [lambda epoch, lr: lr / 2, lambda epoch, rate: rate / 2, by_keyword, by_name_elsewhere],
)
def test_the_present_rate_is_handed_over(schedule):
    assert rates(schedule) == pytest.approx([0.05, 0.025, 0.0125])


@pytest.mark.parametrize(
    "schedule",
    [
        lambda epoch: 0.5**epoch,
        lambda epoch, base=0.5: base**epoch,
        types.MethodType(lambda self, epoch: 0.5**epoch, object()),
        [1.0, 0.5, 0.25].__getitem__,
    ],
)
def test_the_epoch_alone(schedule):
    assert rates(schedule) == [1.0, 0.5, 0.25]


def test_an_error_inside_the_schedule_is_not_hidden():
    def broken(epoch, lr):
        raise TypeError("inside")

    with pytest.raises(TypeError, match="inside"):
        rates(broken)


@pytest.mark.parametrize("rate", [1, 0.0, np.float32(0.5), np.float64(0.5), np.array(0.5)])
def test_any_number_will_do(rate):
    assert rates(lambda epoch: rate, epochs=1) == [float(rate)]


@pytest.mark.parametrize("rate", [None, "0.1", -0.1, float("nan"), float("inf"), True, [0.1]])
def test_anything_else_is_refused(rate):
    with pytest.raises(ValueError, match="for epoch 0"):
        rates(lambda epoch: rate)


def test_a_missing_return_is_suspected():
    with pytest.raises(ValueError, match="lack a `return`"):
        rates(lambda epoch: None)


def test_verbose_prints_the_rate(capsys):
    rates(lambda epoch: 0.125, epochs=1, verbose=1)
    assert capsys.readouterr().out == (
        "Epoch 00001: LearningRateScheduler sets the learning rate to 0.125\n"
    )


def test_the_log_keeps_the_old_name():
    history = History()
    train([LearningRateScheduler(lambda epoch: 0.5), history], losses(1.0))
    assert list(history.history) == ["val_loss", "lr"]


def test_an_optimizer_of_the_old_spelling():
    model = FakeModel()
    model.optimizer = types.SimpleNamespace(lr=0.5)
    train([LearningRateScheduler(lambda epoch, lr: lr / 2)], losses(1, 1), model=model)
    assert model.optimizer.lr == 0.125


def test_a_model_without_a_rate_is_explained():
    model = FakeModel()
    model.optimizer = None
    with pytest.raises(ValueError, match="compile the model first"):
        train([LearningRateScheduler(lambda epoch: 0.5)], losses(1), model=model)
    model.optimizer = types.SimpleNamespace()
    with pytest.raises(ValueError, match="SimpleNamespace, which has no `learning_rate`"):
        train([LearningRateScheduler(lambda epoch: 0.5)], losses(1), model=model)


def test_a_schedule_that_is_no_function_is_refused():
    with pytest.raises(TypeError, match="takes a function"):
        LearningRateScheduler(0.1)
