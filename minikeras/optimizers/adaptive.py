"""Optimizers that divide each step by the size of the gradients before: Adagrad and its kin."""

import numpy as np

from .. import config
from .base import registry
from .elementwise import ElementwiseOptimizer
from .scalar import Hyperparameter


class RootOptimizer(ElementwiseOptimizer):
    """Base class of optimizers that divide by the root of an average of squares.

    The root is kept from vanishing by `epsilon`: sqrt(a) + epsilon, or sqrt(a + epsilon) with
    `epsilon_inside_sqrt`.
    """

    def __init__(self, lr, epsilon, epsilon_inside_sqrt, **kwargs):
        super().__init__(lr, **kwargs)
        self.epsilon = config.epsilon() if epsilon is None else self._limit("epsilon", epsilon)
        self.epsilon_inside_sqrt = bool(epsilon_inside_sqrt)

    def root(self, a, epsilon, out):
        """Return the root of `a`, written into `out`."""
        if self.epsilon_inside_sqrt:
            return np.sqrt(np.add(a, epsilon, out=out), out=out)
        return np.add(np.sqrt(a, out=out), epsilon, out=out)


@registry.register("adagrad")
class Adagrad(RootOptimizer):
    """Adagrad (Duchi, Hazan and Singer, 2011): steps shrink with all gradients so far.

    a = a + g ** 2; x = x - lr * g / (sqrt(a) + epsilon).

    Args:
        lr, learning_rate: default 0.01.
        epsilon: keeps the division finite; default `K.epsilon()`.
        decay: see `Optimizer`.
        initial_accumulator_value: what a starts with; 0 as in Keras 2.1.5 (Keras 3: 0.1).
        epsilon_inside_sqrt: True divides by sqrt(a + epsilon), as Keras 3 does.
        **kwargs: `clipnorm`, `clipvalue` and everything else `Optimizer` accepts.
    """

    default_learning_rate = 0.01
    keras_2_options = ("lr", "epsilon", "decay")
    keras_3_form = {"initial_accumulator_value": 0.1, "epsilon_inside_sqrt": True}
    counts_in_weights = False
    divides = True

    def __init__(
        self,
        lr=None,
        epsilon=None,
        decay=0.0,
        initial_accumulator_value=0.0,
        epsilon_inside_sqrt=False,
        **kwargs,
    ):
        super().__init__(lr, epsilon, epsilon_inside_sqrt, decay=decay, **kwargs)
        self.initial_accumulator_value = self._limit(
            "initial_accumulator_value", initial_accumulator_value
        )

    @property
    def rests(self):
        return self.epsilon > 0

    def slot_names(self):
        return [("accumulator",)]

    def initial_value(self, slot, variable):
        return self.initial_accumulator_value

    def coefficients(self, rate):
        return rate, self.epsilon

    def accumulate(self, g, slots, scratch, k):
        np.add(slots[0], np.multiply(g, g, out=scratch[0]), out=slots[0])

    def move(self, x, g, slots, scratch, k):
        lr, epsilon = k
        step = np.divide(g, self.root(slots[0], epsilon, scratch[0]), out=scratch[0])
        np.subtract(x, np.multiply(step, lr, out=step), out=x)


@registry.register("rmsprop")
class RMSprop(RootOptimizer):
    """RMSprop (Hinton, Coursera lecture 6e): steps divided by a fading average of their size.

    a = rho * a + (1 - rho) * g ** 2; x = x - lr * g / (sqrt(a) + epsilon).

    Keras 3 adds: with `momentum`, s = momentum * s + the step above and x = x - s; with
    `centered`, the average gradient's square is subtracted from a before the root is taken.

    Args:
        lr, learning_rate: default 0.001.
        rho: what the average keeps of itself, from 0 to 1, default 0.9.
        epsilon: keeps the division finite; default `K.epsilon()`.
        decay: see `Optimizer`.
        momentum: from 0, the default, to 1.
        centered: whether to divide by the spread of the gradients rather than their size.
        epsilon_inside_sqrt: True divides by sqrt(a + epsilon), as Keras 3 does. None, the
            default, for only with `momentum` or `centered`, which Keras 2.1.5 lacks.
        **kwargs: `clipnorm`, `clipvalue` and everything else `Optimizer` accepts.
    """

    keras_2_options = ("lr", "rho", "epsilon", "decay")
    keras_3_form = {"epsilon_inside_sqrt": True}
    scratch_buffers = 2
    rho = Hyperparameter(high=1.0)
    momentum = Hyperparameter(high=1.0)

    def __init__(
        self,
        lr=None,
        rho=0.9,
        epsilon=None,
        decay=0.0,
        momentum=0.0,
        centered=False,
        epsilon_inside_sqrt=None,
        **kwargs,
    ):
        if epsilon_inside_sqrt is None:
            epsilon_inside_sqrt = bool(centered or momentum)
        if centered and not epsilon_inside_sqrt:
            raise ValueError(
                "RMSprop: centered=True needs epsilon_inside_sqrt=True. The spread may come out "
                "slightly negative, and its root would not exist."
            )
        super().__init__(lr, epsilon, epsilon_inside_sqrt, decay=decay, **kwargs)
        self.rho = rho
        self.momentum = momentum
        self.centered = bool(centered)

    @property
    def plain(self):
        """Whether neither momentum nor centring is in use."""
        return not self.centered and "momentum" not in self._slots

    @property
    def divides(self):
        return self.plain

    @property
    def fades_away(self):
        return self.epsilon > 0  # without it a step would be divided by what has become 0

    @property
    def rests(self):
        return self.epsilon > 0

    @property
    def counts_in_weights(self):
        return not self.plain

    def slot_names(self):
        names = [("velocity",)]
        if self.momentum.number:
            names.append(("momentum",))
        if self.centered:
            names.append(("average_gradient",))
        return names

    def coefficients(self, rate):
        rho, momentum = self.rho.number, self.momentum.number
        if momentum and "momentum" not in self._slots:
            raise ValueError(
                "RMSprop was built without momentum, which cannot be switched on later. Give "
                "momentum= to the constructor."
            )
        return rate, self.epsilon, rho, 1.0 - rho, momentum

    def fade(self, slots, k):
        np.multiply(slots[0], k[2], out=slots[0])

    def accumulate(self, g, slots, scratch, k):
        square = np.multiply(g, g, out=scratch[0])
        np.add(slots[0], np.multiply(square, k[3], out=square), out=slots[0])

    def move(self, x, g, slots, scratch, k):
        lr, epsilon = k[:2]
        if self.plain:
            step = self.root(slots[0], epsilon, scratch[0])
        else:
            step = self._spread(g, slots, scratch, k)
        np.divide(g, step, out=step)
        np.multiply(step, lr, out=step)
        if "momentum" in self._slots:
            speed = slots[1]
            np.multiply(speed, k[4], out=speed)
            step = np.add(speed, step, out=speed)
        np.subtract(x, step, out=x)

    def _spread(self, g, slots, scratch, k):
        """Return the root of the average square, of the variance where it is to be centred."""
        epsilon, rho, rest = k[1:4]
        if not self.centered:
            return self.root(slots[0], epsilon, scratch[0])
        mean = slots[-1]
        np.multiply(mean, rho, out=mean)
        np.add(mean, np.multiply(g, rest, out=scratch[0]), out=mean)
        square = np.multiply(mean, mean, out=scratch[1])
        return self.root(np.subtract(slots[0], square, out=scratch[0]), epsilon, scratch[0])


@registry.register("adadelta")
class Adadelta(ElementwiseOptimizer):
    """Adadelta (Zeiler, 2012): steps in proportion to the steps before, which need no rate.

    a = rho * a + (1 - rho) * g ** 2; d = g * sqrt(s + epsilon) / sqrt(a + epsilon);
    x = x - lr * d; s = rho * s + (1 - rho) * d ** 2.

    Args:
        lr, learning_rate: default 1.0.
        rho: what the averages keep of themselves, from 0 to 1, default 0.95.
        epsilon: where the first steps come from; default `K.epsilon()`.
        decay: see `Optimizer`.
        **kwargs: `clipnorm`, `clipvalue` and everything else `Optimizer` accepts.
    """

    default_learning_rate = 1.0
    keras_2_options = ("lr", "rho", "epsilon", "decay")
    counts_in_weights = False
    scratch_buffers = 2
    rho = Hyperparameter(high=1.0)

    def __init__(self, lr=None, rho=0.95, epsilon=None, decay=0.0, **kwargs):
        super().__init__(lr, decay=decay, **kwargs)
        self.rho = rho
        self.epsilon = config.epsilon() if epsilon is None else self._limit("epsilon", epsilon)

    @property
    def fades_away(self):
        return self.epsilon > 0  # without it a step would be divided by what has become 0

    def slot_names(self):
        return [("accumulated_grad", "accumulated_delta_var")]

    def coefficients(self, rate):
        rho = self.rho.number
        return rate, self.epsilon, rho, 1.0 - rho

    def apply_single(self, x, g, slots, scratch, k):
        a, s = slots
        lr, epsilon, rho, rest = k
        delta, other = scratch
        np.multiply(a, rho, out=a)
        square = np.multiply(g, g, out=delta)
        np.add(a, np.multiply(square, rest, out=delta), out=a)
        np.sqrt(np.add(s, epsilon, out=delta), out=delta)
        np.multiply(delta, g, out=delta)
        np.divide(delta, np.sqrt(np.add(a, epsilon, out=other), out=other), out=delta)
        np.subtract(x, np.multiply(delta, lr, out=other), out=x)
        np.multiply(s, rho, out=s)
        square = np.multiply(delta, delta, out=delta)
        np.add(s, np.multiply(square, rest, out=delta), out=s)
