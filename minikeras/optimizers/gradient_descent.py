"""Gradient descent, plain or with momentum: SGD."""

import numpy as np

from .base import registry
from .elementwise import ElementwiseOptimizer
from .scalar import Hyperparameter


@registry.register("sgd")
class SGD(ElementwiseOptimizer):
    """Stochastic gradient descent.

    Without momentum x = x - lr * g. With it a velocity is kept, v = momentum * v - lr * g, and
    x = x + v; with `nesterov` x = x + momentum * v - lr * g (Sutskever et al., 2013).

    Args:
        lr, learning_rate: default 0.01.
        momentum: from 0, the default, to 1.
        decay: see `Optimizer`.
        nesterov: whether to look ahead along the velocity. Has no effect without momentum.
        **kwargs: `clipnorm`, `clipvalue` and everything else `Optimizer` accepts.
    """

    default_learning_rate = 0.01
    keras_2_options = ("lr", "momentum", "decay", "nesterov")
    fades_away = True
    momentum = Hyperparameter(high=1.0)

    def __init__(self, lr=None, momentum=0.0, decay=0.0, nesterov=False, **kwargs):
        super().__init__(lr, decay=decay, **kwargs)
        self.momentum = momentum
        self.nesterov = bool(nesterov)

    @property
    def divides(self):
        return not self.nesterov

    @property
    def rests(self):
        return not self._slots

    def slot_names(self):
        return [("momentum",)] if self.momentum.number else []

    def coefficients(self, rate):
        momentum = self.momentum.number
        if momentum and not self._slots:  # it has been switched on in the middle of training
            self.create_slots(self._trainable_variables)
        return rate, momentum

    def fade(self, slots, k):
        if slots:
            np.multiply(slots[0], k[1], out=slots[0])

    def accumulate(self, g, slots, scratch, k):
        if slots:
            step = np.multiply(g, k[0], out=scratch[0])
            np.subtract(slots[0], step, out=slots[0])

    def move(self, x, g, slots, scratch, k):
        if not slots:
            np.subtract(x, np.multiply(g, k[0], out=scratch[0]), out=x)
        elif not self.nesterov:
            np.add(x, slots[0], out=x)
        else:
            # Nesterov's step does not divide, so `accumulate` has just left lr * g in scratch[0];
            # it is taken off first to make room.
            np.subtract(x, scratch[0], out=x)
            np.add(x, np.multiply(slots[0], k[1], out=scratch[0]), out=x)

    def _slots_for_weights(self):
        # Keras 2.1.5 keeps velocities without momentum too; then they have no effect.
        return super()._slots_for_weights() or [
            self._unused_slot(v, "momentum", v.shape) for v in self._trainable_variables
        ]
