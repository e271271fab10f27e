"""AdamW without a learning-rate schedule: an average of the iterates takes its place."""

import numpy as np

from .adam_family import MomentOptimizer
from .base import registry


@registry.register("schedulefreeadamw")
class ScheduleFreeAdamW(MomentOptimizer):
    """Schedule-free AdamW (Defazio et al., 2024), in the form of Keras 3.

    A base point z takes the steps, z = z - lr * g / (sqrt(v / (1 - beta_2 ** t)) + epsilon); a
    point y keeps the mean of all z; and the variables x, at which gradients are taken, lie
    between the two: x = (1 - beta_1) * z + beta_1 * y.

    Args:
        lr, learning_rate: default 0.0025.
        beta_1: how close x lies to the mean, from 0 to below 1, default 0.9.
        beta_2: what the average of squares keeps of itself, default 0.999.
        epsilon: keeps the division finite, default 1e-8.
        warmup_steps: steps in which the rate climbs to its full height, default 0.
        **kwargs: `weight_decay` and everything else `Optimizer` accepts.
    """

    default_learning_rate = 0.0025
    divides = False
    scratch_buffers = 2

    def __init__(self, lr=None, beta_1=0.9, beta_2=0.999, epsilon=1e-8, warmup_steps=0, **kwargs):
        super().__init__(lr, beta_1, beta_2, epsilon, **kwargs)
        self.warmup_steps = self._count("warmup_steps", warmup_steps, least=0)

    def slot_names(self):
        return [("momentum", "velocity")]

    def initial_value(self, slot, variable):
        return variable.data if slot == "momentum" else 0.0

    def coefficients(self, rate):
        betas = self.betas()
        t = self._updates_done() + 1
        if self.warmup_steps:
            rate *= min(t / self.warmup_steps, 1.0)
        # y is not kept: y = (x - (1 - beta_1) * z) / beta_1. Put into the new x this gives
        # x' = keep * x - again * z + blend * z' with the three numbers below.
        keep = 1.0 - 1.0 / t
        blend = betas[1] + betas[0] / t
        return *betas, self.epsilon, rate, keep, keep * betas[1], blend, 1.0 / (1.0 - betas[2] ** t)

    def apply_single(self, x, g, slots, scratch, k):
        z, v = slots
        epsilon, rate, keep, again, blend, correction = k[4:]
        step, s = scratch
        np.multiply(v, k[2], out=v)
        square = np.multiply(g, g, out=s)
        np.add(v, np.multiply(square, k[3], out=s), out=v)
        np.sqrt(np.multiply(v, correction, out=s), out=s)
        np.divide(g, np.add(s, epsilon, out=s), out=step)
        np.multiply(step, rate, out=step)
        np.multiply(x, keep, out=x)
        np.subtract(x, np.multiply(z, again, out=s), out=x)
        np.subtract(z, step, out=z)
        np.add(x, np.multiply(z, blend, out=s), out=x)
