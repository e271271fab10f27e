"""Adafactor: of the squared gradients of a matrix only row and column means are averaged."""

import math

import numpy as np

from .base import Optimizer, registry


def root_mean_square(x):
    """Return the root of the mean of squares, a float."""
    return math.sqrt(float(np.mean(np.square(x))))


@registry.register("adafactor")
class Adafactor(Optimizer):
    """Adafactor (Shazeer and Stern, 2018), in the form of Keras 3.

    Squared gradients are averaged with beta(t) = 1 - t ** beta_2_decay: for arrays of two and
    more dimensions their means over the last axis, r, and over the one before, c, whose product
    r / mean(r) * c stands for v; for others v itself. The step u = g / sqrt(v) is held to a root
    mean square of `clip_threshold`, and x = x - max(epsilon_2, rms(x)) * rho * u with
    rho = min(lr, 1 / sqrt(t)).

    Args:
        lr, learning_rate: default 0.001.
        beta_2_decay: default -0.8.
        epsilon_1: added to the squared gradients, default 1e-30.
        epsilon_2: the least size a variable is taken to have, default 1e-3.
        clip_threshold: default 1.0.
        relative_step: whether a constant rate is bounded by 1 / sqrt(t), which rho is anyway.
        **kwargs: `weight_decay` and everything else `Optimizer` accepts.
    """

    def __init__(
        self,
        lr=None,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=1e-3,
        clip_threshold=1.0,
        relative_step=True,
        **kwargs,
    ):
        super().__init__(lr, **kwargs)
        self.beta_2_decay = float(beta_2_decay)
        self.epsilon_1 = self._limit("epsilon_1", epsilon_1)
        self.epsilon_2 = self._limit("epsilon_2", epsilon_2)
        self.clip_threshold = self._limit("clip_threshold", clip_threshold)
        if not self.clip_threshold > 0:
            raise ValueError("Adafactor: clip_threshold must be greater than 0.")
        self.relative_step = bool(relative_step)
        self._factors = []  # per variable (r, c, v)

    def create_slots(self, variables):
        for v in variables:
            if len(v.shape) < 2:
                # Keras 3 keeps two unused counters here, which its files contain.
                r, c = (self.add_variable((), dtype="int32", name=v.name) for _ in range(2))
            else:
                shape = v.shape
                r = self.add_variable(shape[:-1], dtype=v.dtype, name=v.name)
                c = self.add_variable((*shape[:-2], shape[-1]), dtype=v.dtype, name=v.name)
            self._owners.update({r: v, c: v})
            self._factors.append((r, c, self.add_variable_from_reference(v, "velocity")))

    def update_step(self, gradient, variable, learning_rate):
        x = variable.data
        r, c, v = (slot.data for slot in self._factors[self._index[variable]])
        t = self._updates_done() + 1
        rho = min(learning_rate, 1.0 / math.sqrt(t))
        alpha = max(self.epsilon_2, root_mean_square(x)) * rho
        beta = 1.0 - t**self.beta_2_decay
        square = np.square(gradient) + self.epsilon_1
        if x.ndim < 2:
            v *= beta
            v += square * (1.0 - beta)
        else:
            r *= beta
            r += np.mean(square, axis=-1) * (1.0 - beta)
            c *= beta
            c += np.mean(square, axis=-2) * (1.0 - beta)
            np.multiply((r / np.mean(r, axis=-1, keepdims=True))[..., None], c[..., None, :], out=v)
        step = gradient / np.sqrt(v)
        excess = max(1.0, root_mean_square(step) / self.clip_threshold)
        x -= step * (alpha / excess)
