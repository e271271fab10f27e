"""Muon: the momentum of a matrix is made orthogonal before it becomes a step."""

import math
import re

import numpy as np

from .base import Optimizer, registry
from .scalar import Hyperparameter


@registry.register("muon")
class Muon(Optimizer):
    """Muon (Jordan et al., 2024), in the form of Keras 3.

    For matrices m = momentum * m + g, and the step is m (with `nesterov` g + momentum * m) with
    its singular values brought near 1 by a Newton-Schulz iteration. All other variables, and
    embeddings, are updated as by AdamW.

    Args:
        lr, learning_rate: default 0.001.
        adam_beta_1, adam_beta_2, epsilon: Adam's settings; 0.9, 0.999 and 1e-7.
        adam_weight_decay: weight decay of what Adam updates, default 0.004.
        weight_decay: weight decay of the matrices, default 0.004.
        exclude_layers: list of regular expressions; variables in whose name one is found are
            left to Adam.
        exclude_embeddings: whether variables with "embedding" in their name are, default True.
        muon_a, muon_b, muon_c: coefficients of the iteration x = a x + (b A + c A A) x with
            A = x x^T.
        adam_lr_ratio: Adam's rate as a multiple of the learning rate, default 1.
        momentum: from 0 to 1, default 0.95.
        ns_steps: number of iterations, default 5.
        nesterov: whether to look ahead, default True.
        rms_rate: the step is multiplied by this and by the root of the matrix's longer side;
            None for neither. Default 0.2.
        **kwargs: everything else `Optimizer` accepts.
    """

    adam_beta_1 = Hyperparameter(high=1.0, open_high=True)
    adam_beta_2 = Hyperparameter(high=1.0, open_high=True)
    momentum = Hyperparameter(high=1.0)

    def __init__(
        self,
        lr=None,
        adam_beta_1=0.9,
        adam_beta_2=0.999,
        adam_weight_decay=0.004,
        epsilon=1e-7,
        weight_decay=0.004,
        exclude_layers=None,
        exclude_embeddings=True,
        muon_a=3.4445,
        muon_b=-4.775,
        muon_c=2.0315,
        adam_lr_ratio=1,
        momentum=0.95,
        ns_steps=5,
        nesterov=True,
        rms_rate=0.2,
        **kwargs,
    ):
        super().__init__(lr, weight_decay=weight_decay, **kwargs)
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = self._limit("adam_weight_decay", adam_weight_decay)
        self.epsilon = self._limit("epsilon", epsilon)
        self.exclude_layers = list(exclude_layers or [])
        self.exclude_embeddings = bool(exclude_embeddings)
        self.muon_a, self.muon_b, self.muon_c = float(muon_a), float(muon_b), float(muon_c)
        self.adam_lr_ratio = self._limit("adam_lr_ratio", adam_lr_ratio)
        self.momentum = momentum
        self.ns_steps = self._count("ns_steps", ns_steps, least=0)
        self.nesterov = bool(nesterov)
        self.rms_rate = self._limit("rms_rate", rms_rate)
        self._momenta, self._velocities = {}, {}  # variable -> slot

    def _is_adams(self, variable):
        name = variable.path or ""
        return (
            len(variable.shape) != 2
            or (self.exclude_embeddings and "embedding" in name.lower())
            or any(re.search(pattern, name) for pattern in self.exclude_layers)
        )

    def _weight_decay_of(self, variable):
        amount = self.adam_weight_decay if self._is_adams(variable) else self.weight_decay
        return amount if amount and not self._is_spared(variable) else 0.0

    def create_slots(self, variables):
        for v in variables:
            self._momenta[v] = self.add_variable_from_reference(v, "momentum")
            if self._is_adams(v):
                self._velocities[v] = self.add_variable_from_reference(v, "velocity")

    def update_step(self, gradient, variable, learning_rate):
        m = self._momenta[variable].data
        if variable in self._velocities:
            v = self._velocities[variable].data
            rate = learning_rate * self.adam_lr_ratio
            self._adam_step(gradient, variable.data, m, v, rate)
            return
        momentum = self.momentum.number
        m *= momentum
        m += gradient
        ahead = gradient + momentum * m if self.nesterov else m
        if self.rms_rate is not None:
            learning_rate *= math.sqrt(max(m.shape)) * self.rms_rate
        variable.data -= self._orthogonal(ahead) * learning_rate

    def _adam_step(self, gradient, x, m, v, rate):
        beta_1, beta_2 = self.adam_beta_1.number, self.adam_beta_2.number
        t = self._updates_done() + 1
        m += (gradient - m) * (1.0 - beta_1)
        v += (np.square(gradient) - v) * (1.0 - beta_2)
        rate *= math.sqrt(1.0 - beta_2**t) / (1.0 - beta_1**t)
        x -= m * rate / (np.sqrt(v) + self.epsilon)

    def _orthogonal(self, x):
        """Return a matrix with the singular vectors of `x` and singular values near 1."""
        upright = x.shape[0] > x.shape[1]
        if upright:
            x = x.T
        x = x / (float(np.linalg.norm(x)) + 1e-7)
        for _ in range(self.ns_steps):
            square = x @ x.T
            x = self.muon_a * x + (self.muon_b * square + (self.muon_c * square) @ square) @ x
        return x.T if upright else x
