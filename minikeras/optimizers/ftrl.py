"""Ftrl: the variables are those that would have served best so far, and many of them are zero."""

import numpy as np

from .base import registry
from .elementwise import ElementwiseOptimizer


@registry.register("ftrl")
class Ftrl(ElementwiseOptimizer):
    """Follow the regularized leader (McMahan et al., 2013), in the form of Keras 3.

    With p = learning_rate_power, n the accumulator and z the linear term, a step is
    n' = n + g ** 2; z = z + g + 2 * l2_shrinkage * x - (n' ** -p - n ** -p) / lr * x;
    x = (clip(z, -l1, l1) - z) / (n' ** -p / lr + 2 * l2 + beta / lr).

    Args:
        lr, learning_rate: default 0.001.
        learning_rate_power: at most 0; -0.5, the default, makes the root of n the scale.
        initial_accumulator_value: what n starts with, at least 0, default 0.1.
        l1_regularization_strength: what makes variables zero, default 0.
        l2_regularization_strength: what holds them down, default 0.
        l2_shrinkage_regularization_strength: the same, but by way of the gradient, default 0.
        beta: added to the scale, default 0.
        **kwargs: `decay`, `weight_decay` and everything else `Optimizer` accepts.
    """

    scratch_buffers = 2

    def __init__(
        self,
        lr=None,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
        **kwargs,
    ):
        super().__init__(lr, **kwargs)
        if not learning_rate_power <= 0:
            raise ValueError(
                f"Ftrl: learning_rate_power must not be positive: {learning_rate_power!r}."
            )
        self.learning_rate_power = float(learning_rate_power)
        self.initial_accumulator_value = self._limit(
            "initial_accumulator_value", initial_accumulator_value
        )
        self.l1_regularization_strength = self._limit(
            "l1_regularization_strength", l1_regularization_strength
        )
        self.l2_regularization_strength = self._limit(
            "l2_regularization_strength", l2_regularization_strength
        )
        self.l2_shrinkage_regularization_strength = self._limit(
            "l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength
        )
        self.beta = self._limit("beta", beta)

    def slot_names(self):
        return [("accumulator", "linear")]

    def initial_value(self, slot, variable):
        return self.initial_accumulator_value if slot == "accumulator" else 0.0

    def coefficients(self, rate):
        if not rate:
            raise ValueError("Ftrl divides by the learning rate, which must be greater than 0.")
        constant = 2.0 * self.l2_regularization_strength + self.beta / rate
        return rate, 2.0 * self.l2_shrinkage_regularization_strength, constant

    def _power(self, n, out):
        """Return n ** -learning_rate_power, written into `out`."""
        if self.learning_rate_power == -0.5:
            return np.sqrt(n, out=out)
        return np.power(n, out.dtype.type(-self.learning_rate_power), out=out)

    def apply_single(self, x, g, slots, scratch, k):
        n, z = slots
        lr, shrinkage, constant = k
        scale, s = scratch
        np.add(z, g, out=z)
        if self.l2_shrinkage_regularization_strength:
            np.add(z, np.multiply(x, shrinkage, out=s), out=z)
        self._power(n, out=s)
        np.add(n, np.multiply(g, g, out=scale), out=n)
        self._power(n, out=scale)
        np.subtract(scale, s, out=s)
        np.multiply(np.divide(s, lr, out=s), x, out=s)
        np.subtract(z, s, out=z)
        np.add(np.divide(scale, lr, out=scale), constant, out=scale)
        l1 = self.l1_regularization_strength
        np.subtract(np.clip(z, -l1, l1, out=s), z, out=s)
        np.divide(s, scale, out=x)
