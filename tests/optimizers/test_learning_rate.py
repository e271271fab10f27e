"""The learning rate under its two names, by hand, by schedule, by function, and with decay."""

import numpy as np
import pytest

from minikeras import backend as K
from minikeras.optimizers import SGD, Adam, schedules
from tests.optimizers.support import one, path


@pytest.mark.parametrize("name", ["lr", "learning_rate"])
def test_assigning_acts(name):
    x, sgd = one(1.0), SGD(0.5)
    for rate, expected in ((0.1, 0.9), (np.float32(0.2), 0.7), (0, 0.7)):
        setattr(sgd, name, rate)
        assert sgd.lr == sgd.learning_rate == rate
        sgd.apply([np.ones(1)], [x])
        assert x.data[0] == pytest.approx(expected, abs=1e-12)
    sgd.lr.assign(0.5)
    assert sgd.learning_rate == 0.5


def test_the_ways_of_keras_2():
    adam = Adam(lr=0.002, decay=0.1)
    assert K.get_value(adam.lr) == np.float32(0.002)
    K.set_value(adam.lr, 0.5 * K.get_value(adam.lr))
    assert float(adam.lr) == 0.001
    K.set_value(adam.decay, 0.2)
    assert adam.decay == adam.initial_decay == 0.2
    assert K.get_value(adam.iterations) == 0
    assert K.get_value(adam.iterations).dtype == np.int64
    K.set_value(adam.beta_1, 0.5)
    assert adam.get_config()["beta_1"] == 0.5
    now = adam.lr * (1.0 / (1.0 + adam.decay * K.cast(adam.iterations, "float32")))
    assert K.eval(now) == np.float32(0.001)


def test_arithmetic_gives_something_to_assign():
    sgd = SGD(0.1)
    sgd.lr = sgd.lr * 0.5
    assert sgd.lr == 0.05
    sgd.lr *= 2
    assert sgd.lr == 0.1
    sgd.lr = max(sgd.lr, 0.2)
    assert sgd.lr == 0.2


def test_decay():
    # 0.1 / (1 + 0.5 * t): 0.1, 0.0666..., 0.05
    found = path(SGD(0.1, decay=0.5), 1.0, [1.0] * 3)
    rates = [0.1, 0.1 / 1.5, 0.05]
    assert found == pytest.approx(1 - np.cumsum(rates), abs=1e-12)


def test_decay_leaves_the_rate_as_it_is_read():
    sgd = SGD(0.1, decay=0.5)
    path(sgd, 1.0, [1.0] * 3)
    assert sgd.lr == 0.1


def test_decay_acts_on_a_schedule_too():
    halving = schedules.ExponentialDecay(0.4, 1, 0.5)
    found = path(SGD(halving, decay=1.0), 1.0, [1.0] * 3)
    assert found == pytest.approx(1 - np.cumsum([0.4, 0.2 / 2, 0.1 / 3]), abs=1e-12)


def test_schedules_count_batches_and_decay_counts_updates():
    """As documented: under gradient accumulation a schedule sees every batch."""
    seen = []
    sgd = SGD(lambda step: seen.append(int(step)) or 0.1, decay=1.0, gradient_accumulation_steps=2)
    found = path(sgd, 1.0, [1.0] * 4)
    assert seen == [1, 3]
    assert found == pytest.approx([1.0, 0.9, 0.9, 0.85], abs=1e-12)


@pytest.mark.parametrize(
    "rate",
    [
        schedules.PiecewiseConstantDecay([0, 1], [0.3, 0.2, 0.1]),
        lambda step: [0.3, 0.2, 0.1][step],
        lambda step: K.constant(0.3) - 0.1 * K.cast(step, "float32"),
    ],
    ids=["schedule", "function", "tensor"],
)
def test_the_rate_follows_the_step(rate):
    sgd = SGD(learning_rate=rate)
    found = path(sgd, 1.0, [1.0] * 2)
    assert found == pytest.approx([0.7, 0.5], abs=1e-6)
    assert float(sgd.lr) == pytest.approx(0.1)
    assert K.get_value(sgd.learning_rate) == pytest.approx(0.1)


def test_a_function_of_nothing():
    rates = iter([0.3, 0.2])
    assert path(SGD(lambda: next(rates)), 1.0, [1.0] * 2) == pytest.approx([0.7, 0.5])


def test_a_schedule_of_ones_own():
    class Steep(schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1 / (step + 1)

    assert path(SGD(Steep()), 1.0, [1.0] * 2) == pytest.approx([0.9, 0.85])


def test_a_scheduled_rate_is_not_set_by_hand():
    sgd = SGD(schedules.ExponentialDecay(0.4, 1, 0.5))
    for assign in (
        lambda: setattr(sgd, "lr", 0.1),
        lambda: sgd.learning_rate.assign(0.1),
        lambda: K.set_value(sgd.lr, 0.1),
    ):
        with pytest.raises(TypeError, match="learning_rate cannot be set: it follows a schedule"):
            assign()


def test_a_schedule_may_take_the_place_of_a_number():
    sgd = SGD(0.1)
    sgd.learning_rate = schedules.ExponentialDecay(0.4, 1, 0.5)
    assert path(sgd, 1.0, [1.0] * 2) == pytest.approx([0.6, 0.4])
    assert len(sgd.variables) == 1
    sgd.lr = lambda step: 0.1
    assert sgd.lr == 0.1


@pytest.mark.parametrize("wrong", ["fast", [0.1], True])
def test_a_rate_that_is_no_number(wrong):
    with pytest.raises(TypeError, match="learning_rate must be a number"):
        SGD(wrong)


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf")])
def test_a_rate_out_of_range(wrong):
    with pytest.raises(ValueError, match="learning_rate must be a finite number of at least 0"):
        SGD(wrong)
    sgd = SGD(0.1)
    with pytest.raises(ValueError, match="learning_rate must be"):
        sgd.lr = wrong
    assert sgd.lr == 0.1


def test_a_schedule_that_returns_nothing():
    x, sgd = one(1.0), SGD(lambda step: None)
    with pytest.raises(TypeError, match="The learning rate of SGD must be a number, not None"):
        sgd.apply([np.ones(1)], [x])
    assert x.data[0] == 1.0
