"""StepDecay, MultiStepDecay and CosineAnnealing against numbers worked out by hand."""

import math

import numpy as np
import pytest

from minikeras.callbacks import CosineAnnealing, History, MultiStepDecay, StepDecay
from minikeras.callbacks.decay import EpochDecay
from tests.callbacks.fakes import FakeModel, losses, train


def rates(callback, epochs, lr=0.1, **options):
    history = History()
    train([callback, history], losses(*range(epochs)), model=FakeModel(lr), **options)
    return history.history["lr"]


def test_step_decay():
    assert rates(StepDecay(2, 0.5), 5, lr=1.0) == [1, 1, 0.5, 0.5, 0.25]
    assert rates(StepDecay(step_size=1, factor=0.5, min_lr=0.3), 4, lr=1.0) == pytest.approx(
        [1, 0.5, 0.3, 0.3]
    )
    assert rates(StepDecay(), 11) == pytest.approx([0.1] * 10 + [0.01])


def test_multi_step_decay():
    assert rates(MultiStepDecay([4, 1], factor=0.5), 6, lr=1.0) == [1, 0.5, 0.5, 0.5, 0.25, 0.25]
    assert rates(MultiStepDecay([1, 1], factor=0.5), 2, lr=1.0) == [1, 0.25]
    assert rates(MultiStepDecay(1, factor=0.5), 2, lr=1.0) == [1, 0.5]
    assert rates(MultiStepDecay(np.array([1]), factor=0.5), 2, lr=1.0) == [1, 0.5]


def test_cosine_annealing():
    # (1 + cos(pi e / 4)) / 2 for e = 0 .. 4
    half = math.sqrt(0.5) / 2
    cosine = [1, 0.5 + half, 0.5, 0.5 - half, 0]
    assert rates(CosineAnnealing(4), 6, lr=1.0) == pytest.approx([*cosine, 0], abs=1e-7)
    assert rates(CosineAnnealing(T_max=4), 5, lr=1.0) == pytest.approx(cosine, abs=1e-7)
    # by default as long as the training
    assert rates(CosineAnnealing(), 4, lr=1.0) == pytest.approx(cosine[:4], abs=1e-7)
    # between 1 and 3
    shown = rates(CosineAnnealing(4, min_lr=1.0, max_lr=3.0), 5)
    assert shown == pytest.approx([1 + 2 * c for c in cosine])


def test_warm_restarts():
    # cycles of 2, 4, 8 epochs, each peak half the one before
    half = math.sqrt(0.5) / 2
    shown = rates(CosineAnnealing(2, restarts=True, cycle_mult=2, peak_mult=0.5), 7, lr=1.0)
    second = [0.5, 0.5 * (0.5 + half), 0.25, 0.5 * (0.5 - half)]
    assert shown == pytest.approx([1, 0.5, *second, 0.25])
    assert rates(CosineAnnealing(2, restarts=True), 5, lr=1.0) == pytest.approx([1, 0.5, 1, 0.5, 1])


def test_a_resumed_training_continues():
    model, callback = FakeModel(1.0), StepDecay(2, 0.5)
    train([callback], losses(1, 1, 1), model=model)
    history = History()
    train([callback, history], losses(1, 1), model=model, initial_epoch=3)
    assert history.history["lr"] == [0.5, 0.25]
    # a new callback, told what it all began with
    history = History()
    again = StepDecay(2, 0.5, initial_lr=1.0)
    train([again, history], losses(1, 1), model=model, initial_epoch=3)
    assert history.history["lr"] == [0.5, 0.25]


def test_a_second_training_begins_again_at_the_first_rate():
    model, callback = FakeModel(0.1), StepDecay(1, 0.1)
    history = History()
    for _ in range(2):
        train([callback, history], losses(1, 1), model=model)
        assert history.history["lr"] == pytest.approx([0.1, 0.01])
    # unless the optimizer's rate has been changed in between
    model.optimizer.learning_rate = 0.5
    train([callback, history], losses(1, 1), model=model)
    assert history.history["lr"] == pytest.approx([0.5, 0.05])


def test_verbose_prints_changes_only(capsys):
    rates(StepDecay(2, 0.5, verbose=1), 4, lr=1.0)
    assert capsys.readouterr().out == "Epoch 00003: StepDecay sets the learning rate to 0.5\n"


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: StepDecay(0), ValueError, "step_size must hold whole numbers of at least 1"),
        (lambda: StepDecay(1.5), ValueError, "step_size"),
        (lambda: StepDecay(True), ValueError, "step_size"),
        (lambda: StepDecay(1, 0), ValueError, "factor must lie above 0"),
        (lambda: StepDecay(1, 2), ValueError, "factor must lie above 0"),
        (lambda: StepDecay(1, min_lr=-1), ValueError, "min_lr must be at least 0"),
        (lambda: StepDecay(1, initial_lr=0), ValueError, "initial learning rate"),
        (lambda: MultiStepDecay([]), ValueError, "at least one epoch"),
        (lambda: MultiStepDecay([-1]), ValueError, "milestones must hold whole numbers"),
        (lambda: CosineAnnealing(0), ValueError, "epochs must hold whole numbers"),
        (lambda: CosineAnnealing(5, T_max=5), TypeError, "are one thing"),
        (lambda: CosineAnnealing(5, cycle_mult=2), ValueError, "restarts=True"),
        (lambda: CosineAnnealing(5, peak_mult=0.5), ValueError, "restarts=True"),
        (lambda: CosineAnnealing(restarts=True), ValueError, "needs epochs="),
        (lambda: CosineAnnealing(5, restarts=True, cycle_mult=0.5), ValueError, "cycle_mult"),
        (lambda: CosineAnnealing(5, restarts=True, peak_mult=2), ValueError, "peak_mult"),
        (lambda: CosineAnnealing().rate(0, 1.0), ValueError, "how long the training is"),
        (lambda: EpochDecay().rate(0, 1.0), NotImplementedError, "does not define rate"),
    ],
)
def test_wrong_settings_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
