"""Ftrl against steps worked out in plain Python."""

import pytest

from minikeras.optimizers import Ftrl
from tests.optimizers.support import path

SLOPES = [2.0, -1.0, 0.5]


@pytest.mark.parametrize("power", [-0.5, -0.3, 0.0])
@pytest.mark.parametrize("l1", [0.0, 0.7])
@pytest.mark.parametrize(("l2", "shrinkage", "beta"), [(0.0, 0.0, 0.0), (0.1, 0.2, 0.3)])
def test_steps(power, l1, l2, shrinkage, beta):
    x, n, z, lr, expected = 1.0, 0.2, 0.0, 0.1, []
    for g in SLOPES:
        after = n + g * g
        z += g + 2 * shrinkage * x - (after**-power - n**-power) / lr * x
        n = after
        x = (min(max(z, -l1), l1) - z) / (n**-power / lr + 2 * (l2 + beta / (2 * lr)))
        expected.append(x)
    optimizer = Ftrl(
        lr,
        learning_rate_power=power,
        initial_accumulator_value=0.2,
        l1_regularization_strength=l1,
        l2_regularization_strength=l2,
        l2_shrinkage_regularization_strength=shrinkage,
        beta=beta,
    )
    assert path(optimizer, 1.0, SLOPES) == pytest.approx(expected, abs=1e-12)


def test_l1_makes_zeros():
    assert path(Ftrl(0.1, l1_regularization_strength=100.0), 1.0, SLOPES) == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"learning_rate_power": 0.5},
        {"initial_accumulator_value": -1},
        {"l1_regularization_strength": -1},
        {"l2_regularization_strength": -1},
        {"l2_shrinkage_regularization_strength": -1},
        {"beta": -1},
    ],
    ids=lambda d: next(iter(d)),
)
def test_out_of_range(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Ftrl(**wrong)
