"""Lion against steps worked out by hand."""

import numpy as np
import pytest

from minikeras.optimizers import Lion
from tests.optimizers.support import path


def test_by_hand():
    # 0.5 * 0 + 0.5 * 2 > 0: x = 0.9, m = 0.25 * 2 = 0.5
    # 0.5 * 0.5 + 0.5 * -0.25 > 0: x = 0.8, m = 0.75 * 0.5 + 0.25 * -0.25 = 0.3125
    # 0.5 * 0.3125 + 0.5 * -0.3125 = 0: x stays
    found = path(Lion(0.1, beta_1=0.5, beta_2=0.75), 1.0, [2.0, -0.25, -0.3125])
    assert found == pytest.approx([0.9, 0.8, 0.8], abs=1e-12)


def test_only_the_sign_counts():
    slopes = np.array([3.0, -1.0, 0.2, 5.0])
    assert path(Lion(0.1), 1.0, slopes) == path(Lion(0.1), 1.0, 100 * slopes)


@pytest.mark.parametrize("beta_1", [0, -1, 1.5])
def test_beta_out_of_range(beta_1):
    with pytest.raises(ValueError, match="beta_1 must be"):
        Lion(beta_1=beta_1)
