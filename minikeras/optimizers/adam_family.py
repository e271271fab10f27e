"""Adam and its kin: steps along a fading average of the gradients, each number at its own scale."""

import numpy as np

from .. import config
from ..autograd import Variable
from .base import registry
from .elementwise import ElementwiseOptimizer
from .scalar import Hyperparameter


class MomentOptimizer(ElementwiseOptimizer):
    """Base class of optimizers with two averages, of the gradients and of their size.

    m = beta_1 * m + (1 - beta_1) * g, the first moment, is kept here; subclasses keep the second.
    """

    divides = True
    beta_1 = Hyperparameter(high=1.0, open_high=True)
    beta_2 = Hyperparameter(high=1.0, open_high=True)

    def __init__(self, lr, beta_1, beta_2, epsilon, **kwargs):
        super().__init__(lr, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = config.epsilon() if epsilon is None else self._limit("epsilon", epsilon)

    @property
    def fades_away(self):
        return self.epsilon > 0  # without it a step would be divided by what has become 0

    def betas(self):
        """Return beta_1, 1 - beta_1, beta_2, 1 - beta_2: the coefficients k[:4]."""
        beta_1, beta_2 = self.beta_1.number, self.beta_2.number
        return beta_1, 1.0 - beta_1, beta_2, 1.0 - beta_2

    def fade(self, slots, k):
        np.multiply(slots[0], k[0], out=slots[0])
        np.multiply(slots[1], k[2], out=slots[1])

    def accumulate(self, g, slots, scratch, k):
        m, v = slots[:2]
        s = scratch[0]
        np.add(m, np.multiply(g, k[1], out=s), out=m)
        square = np.multiply(g, g, out=s)
        np.add(v, np.multiply(square, k[3], out=s), out=v)


@registry.register("adam")
class Adam(MomentOptimizer):
    """Adam (Kingma and Ba, 2014).

    m = beta_1 * m + (1 - beta_1) * g; v = beta_2 * v + (1 - beta_2) * g ** 2;
    x = x - lr * sqrt(1 - beta_2 ** t) / (1 - beta_1 ** t) * m / (sqrt(v) + epsilon).

    Args:
        lr, learning_rate: default 0.001.
        beta_1, beta_2: what the averages keep of themselves, from 0 to below 1; 0.9 and 0.999.
        epsilon: keeps the division finite; default `K.epsilon()`.
        decay: see `Optimizer`.
        amsgrad: whether to divide by the greatest v so far (Reddi, Kale and Kumar, 2018).
        **kwargs: `clipnorm`, `clipvalue` and everything else `Optimizer` accepts.
    """

    keras_2_options = ("lr", "beta_1", "beta_2", "epsilon", "decay", "amsgrad")

    def __init__(
        self,
        lr=None,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=None,
        decay=0.0,
        amsgrad=False,
        **kwargs,
    ):
        super().__init__(lr, beta_1, beta_2, epsilon, decay=decay, **kwargs)
        self.amsgrad = bool(amsgrad)

    def slot_names(self):
        names = [("momentum", "velocity")]
        if self.amsgrad:
            names.append(("velocity_hat",))
        return names

    def coefficients(self, rate):
        betas = self.betas()
        t = self._updates_done() + 1
        rate *= (1.0 - betas[2] ** t) ** 0.5 / (1.0 - betas[0] ** t)
        return *betas, self.epsilon, rate

    def move(self, x, g, slots, scratch, k):
        epsilon, rate = k[4:]
        s = scratch[0]
        size = slots[1]
        if self.amsgrad:
            size = np.maximum(slots[2], size, out=slots[2])
        np.add(np.sqrt(size, out=s), epsilon, out=s)
        np.divide(slots[0], s, out=s)
        np.subtract(x, np.multiply(s, rate, out=s), out=x)

    def _slots_for_weights(self):
        slots = super()._slots_for_weights()
        if self.amsgrad:
            return slots
        # Keras 2.1.5 keeps one zero per variable in the place of the greatest v.
        unused = [self._unused_slot(v, "velocity_hat", (1,)) for v in self._trainable_variables]
        return slots + unused


@registry.register("adamw")
class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2017).

    Before each step of Adam, x = x - lr * weight_decay * x.

    Args:
        lr, learning_rate: default 0.001.
        weight_decay: default 0.004; `exclude_from_weight_decay` spares variables.
        beta_1, beta_2, epsilon, amsgrad: as for `Adam`.
        **kwargs: everything else `Optimizer` accepts.
    """

    keras_2_options = None

    def __init__(
        self,
        lr=None,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=None,
        amsgrad=False,
        **kwargs,
    ):
        if weight_decay is None:
            raise ValueError("AdamW needs a number as weight_decay. Without one, use Adam.")
        super().__init__(
            lr, beta_1, beta_2, epsilon, amsgrad=amsgrad, weight_decay=weight_decay, **kwargs
        )


@registry.register("adamax")
class Adamax(MomentOptimizer):
    """Adamax (Kingma and Ba, 2014, section 7): Adam with the greatest gradient as its scale.

    m = beta_1 * m + (1 - beta_1) * g; u = max(beta_2 * u, abs(g));
    x = x - lr / (1 - beta_1 ** t) * m / (u + epsilon).

    Args:
        lr, learning_rate: default 0.002.
        beta_1, beta_2, epsilon, decay: as for `Adam`.
        **kwargs: `clipnorm`, `clipvalue` and everything else `Optimizer` accepts.
    """

    default_learning_rate = 0.002
    keras_2_options = ("lr", "beta_1", "beta_2", "epsilon", "decay")

    def __init__(self, lr=None, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, **kwargs):
        super().__init__(lr, beta_1, beta_2, epsilon, decay=decay, **kwargs)

    def slot_names(self):
        return [("momentum", "norm")]

    def coefficients(self, rate):
        betas = self.betas()
        return *betas, self.epsilon, rate / (1.0 - betas[0] ** (self._updates_done() + 1))

    def accumulate(self, g, slots, scratch, k):
        m, u = slots
        s = scratch[0]
        np.add(m, np.multiply(g, k[1], out=s), out=m)
        np.maximum(u, np.abs(g, out=s), out=u)

    def move(self, x, g, slots, scratch, k):
        m, u = slots
        epsilon, rate = k[4:]
        step = np.divide(m, np.add(u, epsilon, out=scratch[0]), out=scratch[0])
        np.subtract(x, np.multiply(step, rate, out=step), out=x)


@registry.register("nadam")
class Nadam(MomentOptimizer):
    """Nadam (Dozat, 2015): Adam with Nesterov momentum, which is warmed up.

    With mu(t) = beta_1 * (1 - 0.96 ** (t * schedule_decay) / 2) and P(t) the product of
    mu(1) ... mu(t), x moves by -lr * n / (sqrt(v / (1 - beta_2 ** t)) + epsilon), where
    n = (1 - mu(t)) * g / (1 - P(t)) + mu(t + 1) * m / (1 - P(t + 1)).

    Args:
        lr, learning_rate: default 0.002.
        beta_1, beta_2, epsilon: as for `Adam`.
        schedule_decay: how fast the momentum warms up; 0.004 as in Keras 2.1.5. Keras 3 computes
            what `schedule_decay=1.0` does.
        **kwargs: `decay`, `clipnorm`, `clipvalue` and everything else `Optimizer` accepts.
    """

    default_learning_rate = 0.002
    keras_2_options = ("lr", "beta_1", "beta_2", "epsilon", "schedule_decay")
    keras_3_form = {"schedule_decay": 1.0}
    divides = False
    scratch_buffers = 2

    def __init__(
        self, lr=None, beta_1=0.9, beta_2=0.999, epsilon=None, schedule_decay=0.004, **kwargs
    ):
        super().__init__(lr, beta_1, beta_2, epsilon, **kwargs)
        self.schedule_decay = self._limit("schedule_decay", schedule_decay)
        self._product = None  # P(t) after t updates, kept in the precision in which it is saved

    def slot_names(self):
        return [("momentum", "velocity")]

    def create_slots(self, variables):
        super().create_slots(variables)
        if self._product is None:
            self._product = Variable(np.ones((), variables[0].dtype), name="m_schedule")
            self._state.append(self._product)

    def _mu(self, t):
        return self.beta_1.number * (1.0 - 0.5 * 0.96 ** (t * self.schedule_decay))

    def coefficients(self, rate):
        betas = self.betas()
        t = self._updates_done() + 1
        mu, mu_next = self._mu(t), self._mu(t + 1)
        product = float(self._product.data) * mu
        of_gradient = (1.0 - mu) / (1.0 - product)
        of_momentum = mu_next / (1.0 - product * mu_next)
        return *betas, self.epsilon, rate, of_gradient, of_momentum, 1.0 / (1.0 - betas[2] ** t)

    def apply_single(self, x, g, slots, scratch, k):
        self.fade(slots, k)
        self.accumulate(g, slots, scratch, k)
        m, v = slots
        epsilon, rate, of_gradient, of_momentum, correction = k[4:]
        ahead, other = scratch
        np.multiply(g, of_gradient, out=ahead)
        np.add(ahead, np.multiply(m, of_momentum, out=other), out=ahead)
        np.sqrt(np.multiply(v, correction, out=other), out=other)
        np.divide(ahead, np.add(other, epsilon, out=other), out=ahead)
        np.subtract(x, np.multiply(ahead, rate, out=ahead), out=x)

    def _update(self, variables, grads, factors, rate):
        super()._update(variables, grads, factors, rate)
        self._product.data[...] *= self._mu(self._updates_done() + 1)

    def _slots_for_weights(self):
        return [slot for kind in self._slots.values() for slot in kind]

    def _restored(self, targets):
        # The list of Keras 2.1.5 leaves the product out; it follows from the step counter.
        if not any(v is self._product for v in targets):
            self._product.data[...] = 1.0
            for t in range(1, self._updates_done() + 1):
                self._product.data[...] *= self._mu(t)
                if self._product.data == 0.0:
                    break
