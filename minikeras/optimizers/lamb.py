"""Lamb: Adam whose step is measured against the size of each variable, for very large batches."""

import numpy as np

from .. import config
from .base import Optimizer, registry
from .scalar import Hyperparameter


def norm(x):
    """Return the Euclidean norm of an array of any shape, a float."""
    return float(np.linalg.norm(x.reshape(-1)))


@registry.register("lamb")
class Lamb(Optimizer):
    """Lamb (You et al., 2019), in the form of Keras 3.

    With m and v as in Adam, u = m / (1 - beta_1 ** t) / (sqrt(v / (1 - beta_2 ** t)) + epsilon);
    x = x - lr * norm(x) / norm(u) * u, or x - lr * u where either norm is 0. Norms are those of
    a whole variable.

    Args:
        lr, learning_rate: default 0.001.
        beta_1, beta_2: what the averages keep of themselves, from 0 to below 1; 0.9 and 0.999.
        epsilon: keeps the division finite; default `K.epsilon()`.
        **kwargs: `weight_decay` and everything else `Optimizer` accepts.
    """

    beta_1 = Hyperparameter(high=1.0, open_high=True)
    beta_2 = Hyperparameter(high=1.0, open_high=True)

    def __init__(self, lr=None, beta_1=0.9, beta_2=0.999, epsilon=None, **kwargs):
        super().__init__(lr, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = config.epsilon() if epsilon is None else self._limit("epsilon", epsilon)

    def create_slots(self, variables):
        for kind in ("momentum", "velocity"):
            self._slots.setdefault(kind, [])
        for v in variables:
            for kind, slots in self._slots.items():
                slots.append(self.add_variable_from_reference(v, kind))

    def update_step(self, gradient, variable, learning_rate):
        i = self._index[variable]
        x, m, v = variable.data, self._slots["momentum"][i].data, self._slots["velocity"][i].data
        beta_1, beta_2 = self.beta_1.number, self.beta_2.number
        t = self._updates_done() + 1
        m += (gradient - m) * (1.0 - beta_1)
        v += (np.square(gradient) - v) * (1.0 - beta_2)
        scale = np.sqrt(v / (1.0 - beta_2**t)) + self.epsilon
        update = m / (1.0 - beta_1**t) / scale
        size, stride = norm(x), norm(update)
        ratio = size / stride if size > 0 and stride > 0 else 1.0
        x -= update * (ratio * learning_rate)
