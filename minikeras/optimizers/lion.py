"""Lion: only the sign of the momentum counts."""

import numpy as np

from .base import registry
from .elementwise import ElementwiseOptimizer
from .scalar import Hyperparameter


@registry.register("lion")
class Lion(ElementwiseOptimizer):
    """Lion (Chen et al., 2023).

    x = x - lr * sign(beta_1 * m + (1 - beta_1) * g); m = beta_2 * m + (1 - beta_2) * g.

    Every number moves by the full rate, so it should be a tenth or a third of Adam's.

    Args:
        lr, learning_rate: default 0.001.
        beta_1: the share of the momentum in a step, above 0 and up to 1, default 0.9.
        beta_2: what the momentum keeps of itself, from 0 to 1, default 0.99.
        **kwargs: `decay`, `weight_decay` and everything else `Optimizer` accepts.
    """

    beta_1 = Hyperparameter(high=1.0)
    beta_2 = Hyperparameter(high=1.0)
    scratch_buffers = 2

    def __init__(self, lr=None, beta_1=0.9, beta_2=0.99, **kwargs):
        super().__init__(lr, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        if self.beta_1 == 0:
            raise ValueError("Lion: beta_1 must be greater than 0, or momentum has no effect.")

    def slot_names(self):
        return [("momentum",)]

    def coefficients(self, rate):
        beta_1, beta_2 = self.beta_1.number, self.beta_2.number
        return rate, beta_1, 1.0 - beta_1, beta_2, 1.0 - beta_2

    def apply_single(self, x, g, slots, scratch, k):
        m = slots[0]
        lr, beta_1, rest_1, beta_2, rest_2 = k
        step, share = scratch
        np.multiply(m, beta_1, out=step)
        np.add(step, np.multiply(g, rest_1, out=share), out=step)
        np.multiply(np.sign(step, out=step), lr, out=step)
        np.subtract(x, step, out=x)
        np.multiply(m, beta_2, out=m)
        np.add(m, np.multiply(g, rest_2, out=share), out=m)
