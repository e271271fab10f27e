"""Schedules at steps worked out by hand."""

import json

import numpy as np
import pytest

from minikeras.optimizers import schedules as s
from minikeras.registry import custom_object_scope


def at(schedule, *steps):
    return [schedule(step) for step in steps]


def test_exponential():
    assert at(s.ExponentialDecay(0.8, 2, 0.25), 0, 1, 2, 4) == pytest.approx([0.8, 0.4, 0.2, 0.05])
    stairs = s.ExponentialDecay(0.8, 2, 0.25, staircase=True)
    assert at(stairs, 0, 1, 2, 3, 4) == pytest.approx([0.8, 0.8, 0.2, 0.2, 0.05])


def test_inverse_time():
    assert at(s.InverseTimeDecay(0.6, 2, 1.0), 0, 1, 2, 4) == pytest.approx([0.6, 0.4, 0.3, 0.2])
    stairs = s.InverseTimeDecay(0.6, 2, 1.0, staircase=True)
    assert at(stairs, 0, 1, 2, 3, 4) == pytest.approx([0.6, 0.6, 0.3, 0.3, 0.2])


def test_polynomial():
    line = s.PolynomialDecay(1.0, 4, 0.2)
    assert at(line, 0, 1, 2, 4, 9) == pytest.approx([1.0, 0.8, 0.6, 0.2, 0.2])
    square = s.PolynomialDecay(1.0, 4, 0.2, power=2.0)
    assert at(square, 0, 2, 4) == pytest.approx([1.0, 0.4, 0.2])
    again = s.PolynomialDecay(1.0, 4, 0.2, cycle=True)
    # After 4 steps it goes on as if the end were 8, after 8 as if it were 12.
    assert at(again, 0, 2, 4, 5, 8, 9) == pytest.approx([1.0, 0.6, 0.2, 0.5, 0.2, 0.4])


def test_piecewise_constant():
    pieces = s.PiecewiseConstantDecay([2, 4], [0.3, 0.2, 0.1])
    assert at(pieces, 0, 2, 3, 4, 5) == [0.3, 0.3, 0.2, 0.2, 0.1]
    assert at(s.PiecewiseConstantDecay([], [0.3]), 0, 9) == [0.3, 0.3]


SOME = [
    s.ExponentialDecay(0.1, 4, 0.5, staircase=True),
    s.InverseTimeDecay(0.1, 4, 0.5),
    s.PolynomialDecay(0.1, 8, 0.01, cycle=True),
    s.PiecewiseConstantDecay([3, 6], [0.1, 0.05, 0.02]),
    s.CosineDecay(0.01, 8, 0.2, warmup_target=0.1, warmup_steps=5),
    s.CosineDecayRestarts(0.1, 4, t_mul=1.5, m_mul=0.8),
]
some = pytest.mark.parametrize("schedule", SOME, ids=lambda x: type(x).__name__)


@some
def test_arrays_of_steps(schedule):
    rates = schedule(np.arange(20))
    assert rates.dtype == np.float32
    np.testing.assert_allclose(rates, at(schedule, *range(20)), rtol=1e-6)


@some
@pytest.mark.parametrize("kind", [int, np.int64, np.float32, np.array])
def test_kinds_of_numbers(schedule, kind):
    rate = schedule(kind(3))
    assert type(rate) is float
    assert rate == schedule(3)


@some
def test_config_round_trip(schedule):
    config = json.loads(json.dumps(s.serialize(schedule)))
    again = s.deserialize(config)
    assert type(again) is type(schedule)
    assert at(again, *range(20)) == at(schedule, *range(20))
    assert again.get_config() == schedule.get_config()


def test_every_schedule_has_a_case():
    assert {type(x).__name__ for x in SOME} == set(s.base.registry)


def test_one_of_ones_own_is_found_by_name():
    class Mine(s.LearningRateSchedule):
        def __init__(self, rate):
            self.rate = rate

        def __call__(self, step):
            return self.rate

    config = s.serialize(Mine(0.5))
    assert s.deserialize(config, {"Mine": Mine})(0) == 0.5
    with custom_object_scope({"Mine": Mine}):
        assert s.deserialize(config)(0) == 0.5
    with pytest.raises(ValueError, match="Unknown learning-rate schedule: 'Mine'"):
        s.deserialize(config)


def test_the_base_class_asks_for_a_formula():
    with pytest.raises(NotImplementedError, match="must define __call__"):
        s.LearningRateSchedule()(0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: s.ExponentialDecay(0.1, 0, 0.5), "decay_steps must be greater than 0"),
        (lambda: s.InverseTimeDecay(0.1, -1, 0.5), "decay_steps must be greater than 0"),
        (lambda: s.PolynomialDecay(0.1, 0), "decay_steps must be greater than 0"),
        (lambda: s.CosineDecay(0.1, 0), "decay_steps must be greater than 0"),
        (lambda: s.CosineDecay(0.1, 9, warmup_steps=-1), "warmup_steps must not be negative"),
        (lambda: s.CosineDecayRestarts(0.1, 0), "first_decay_steps must be greater than 0"),
        (lambda: s.CosineDecayRestarts(0.1, 9, t_mul=0.5), "t_mul must be at least 1"),
        (lambda: s.ExponentialDecay("0.1", 9, 0.5), "initial_learning_rate must be a number"),
        (lambda: s.ExponentialDecay(0.1, "9", 0.5), "decay_steps must be greater than 0"),
        (lambda: s.InverseTimeDecay(0.1, 9, None), "decay_rate must be a number, not None"),
        (lambda: s.PolynomialDecay(0.1, 9, power="2"), "power must be a number"),
        (lambda: s.CosineDecay(None, 9), "initial_learning_rate must be a number"),
        (lambda: s.CosineDecayRestarts(0.1, 9, m_mul="1"), "m_mul must be a number"),
        (lambda: s.PiecewiseConstantDecay([1], [0.1]), "one more value than boundaries"),
        (lambda: s.PiecewiseConstantDecay([2, 1], [1, 2, 3]), "must ascend"),
    ],
)
def test_mistakes(make, message):
    with pytest.raises(ValueError, match=message):
        make()
