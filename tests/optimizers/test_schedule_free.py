"""Schedule-free AdamW against its definition, which keeps the mean that ours leaves implicit."""

import numpy as np
import pytest

from minikeras.autograd import Variable
from minikeras.optimizers import ScheduleFreeAdamW


@pytest.mark.parametrize("warmup", [0, 3])
def test_steps(warmup):
    rng = np.random.default_rng(0)
    start = rng.normal(size=4)
    x = Variable(start)
    optimizer = ScheduleFreeAdamW(0.1, beta_1=0.6, beta_2=0.8, epsilon=0.01, warmup_steps=warmup)
    z, mean, v = start.copy(), start.copy(), np.zeros(4)
    for t in range(1, 7):
        g = rng.normal(size=4)
        rate = 0.1 * min(t / warmup, 1) if warmup else 0.1
        v = 0.8 * v + 0.2 * g * g
        z = z - rate * g / (np.sqrt(v / (1 - 0.8**t)) + 0.01)
        mean = (1 - 1 / t) * mean + z / t
        optimizer.apply([g], [x])
        np.testing.assert_allclose(x.data, 0.4 * z + 0.6 * mean, rtol=1e-10)
    assert optimizer.epsilon == 0.01


def test_warmup_must_be_a_count():
    with pytest.raises(ValueError, match="warmup_steps"):
        ScheduleFreeAdamW(warmup_steps=1.5)
