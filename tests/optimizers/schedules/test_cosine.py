"""Cosine schedules at steps worked out by hand."""

import pytest

from minikeras.optimizers.schedules import CosineDecay, CosineDecayRestarts


def at(schedule, *steps):
    return [schedule(step) for step in steps]


def test_half_a_cosine():
    assert at(CosineDecay(0.8, 6), 0, 2, 3, 4, 6, 99) == pytest.approx([0.8, 0.6, 0.4, 0.2, 0, 0])
    assert at(CosineDecay(0.8, 6, alpha=0.5), 0, 3, 6) == pytest.approx([0.8, 0.6, 0.4])


def test_warm_up():
    warm = CosineDecay(0.2, 6, warmup_target=0.8, warmup_steps=3)
    expected = [0.2, 0.4, 0.6, 0.8, 0.6, 0.4, 0.0, 0.0]
    assert at(warm, 0, 1, 2, 3, 5, 6, 9, 99) == pytest.approx(expected, abs=1e-12)
    # A target without steps to climb to it is the top from the start.
    assert at(CosineDecay(0.2, 6, warmup_target=0.8), 0, 3) == pytest.approx([0.8, 0.4])


def test_restarts():
    # Descents of 2, 4 and 8 steps begin at 0, 2 and 6.
    double = CosineDecayRestarts(0.8, 2)
    expected = [0.8, 0.4, 0.8, 0.4, 0.8, 0.4]
    assert at(double, 0, 1, 2, 4, 6, 10) == pytest.approx(expected, abs=1e-9)
    lower = CosineDecayRestarts(0.8, 2, t_mul=1.0, m_mul=0.5, alpha=0.1)
    expected = [0.8, 0.44, 0.44, 0.26, 0.26]
    assert at(lower, 0, 1, 2, 3, 4) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("factor", [1.5, 2.0, 3.0, 7.0])
def test_every_restart_begins_at_the_top(factor):
    """Where logarithms round badly the last point of a descent would be taken for the first."""
    schedule = CosineDecayRestarts(1.0, 8, t_mul=factor)
    begin, length = 0.0, 8.0
    for _ in range(8):
        assert schedule(begin) == pytest.approx(1.0, abs=1e-6)
        begin, length = begin + length, length * factor
