"""Lamb against a step worked out by hand."""

import numpy as np
import pytest

from minikeras.autograd import Variable
from minikeras.optimizers import Lamb


def test_the_step_is_measured_against_the_variable():
    # With epsilon 0 the first update is the gradient's sign, (1, -1), of norm sqrt(2); the
    # variable has norm 5, so it moves by 0.1 * 5 / sqrt(2) each way.
    x = Variable(np.array([3.0, 4.0]))
    Lamb(0.1, epsilon=0).apply([np.array([7.0, -0.2])], [x])
    step = 0.5 / np.sqrt(2)
    np.testing.assert_allclose(x.data, [3 - step, 4 + step], rtol=1e-12)


def test_a_variable_of_zeros_moves_as_in_adam():
    x = Variable(np.zeros(2))
    Lamb(0.1, epsilon=0).apply([np.array([7.0, -0.2])], [x])
    np.testing.assert_allclose(x.data, [-0.1, 0.1], rtol=1e-12)


def test_no_gradient_no_step():
    x = Variable(np.array([3.0, 4.0]))
    Lamb(0.1).apply([np.zeros(2)], [x])
    assert x.data.tolist() == [3.0, 4.0]


def test_second_step():
    x, m, v = np.array([3.0, 4.0]), np.zeros(2), np.zeros(2)
    ours, lamb = Variable(x), Lamb(0.1, beta_1=0.7, beta_2=0.8, epsilon=0.01)
    for t, g in enumerate(([2.0, -1.0], [0.5, 3.0]), 1):
        g = np.array(g)
        m, v = 0.7 * m + 0.3 * g, 0.8 * v + 0.2 * g * g
        update = m / (1 - 0.7**t) / (np.sqrt(v / (1 - 0.8**t)) + 0.01)
        x = x - 0.1 * np.linalg.norm(x) / np.linalg.norm(update) * update
        lamb.apply([g], [ours])
    np.testing.assert_allclose(ours.data, x, rtol=1e-12)


@pytest.mark.parametrize("wrong", [{"beta_1": 1.0}, {"beta_2": -1}, {"epsilon": -1}], ids=str)
def test_out_of_range(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Lamb(**wrong)
