"""The optimizer that all others are made of: what it accepts, and the order of a step.

A step pairs gradients with variables, gathers them where several batches make one update, clips
them, decays the weights, updates (the part that differs from one optimizer to another), follows
the variables with a moving average, applies their constraints, and counts. The counter moves
last: a step that was broken off has not been taken.
"""

import numpy as np

from ..autograd import RowGradient, Variable, gradients, no_grad
from ..configurable import init_parameters
from ..registry import Registry, suggest
from .clipping import clip_factors
from .configuration import OptimizerConfigs
from .learning_rate import HasLearningRate
from .moving_average import MovingAverage
from .pairing import Pairing, as_gradient
from .pending import PendingUpdate
from .scalar import Hyperparameter, Scalar, as_number
from .state import SavedState
from .weight_decay import WeightDecay

registry = Registry("optimizer")


class Optimizer(OptimizerConfigs, HasLearningRate, WeightDecay, MovingAverage, Pairing, SavedState):
    """Base class of all optimizers.

    A subclass of yours defines, as in Keras 3, `build(variables)`, which makes what it remembers
    with `add_variable_from_reference`, and `update_step(gradient, variable, learning_rate)`,
    which is given an ndarray and a float, and writes with `self.assign(variable, value)`.

    Args:
        lr, learning_rate: two names of one thing: a number of at least 0, a
            `LearningRateSchedule`, or a function of the step (or of nothing) that returns a
            number. None for the default of the subclass.
        decay: the rate of update t, counted from 0, is lr / (1 + decay * t). Default 0.
        name: what files and messages call the optimizer; the class's name by default.
        weight_decay: before an update every variable loses this fraction, times the learning
            rate, of itself (Loshchilov and Hutter, 2017). None, the default, for none.
        clipnorm: where the norm of all gradients together exceeds this, they are scaled down to
            it, as in Keras 2.1.5.
        clipvalue: gradients are cut off at plus and minus this, after `clipnorm` has acted.
        global_clipnorm: Keras 3's name of clipping by the norm of all gradients. A norm that is
            not finite makes all gradients NaN.
        clipnorm_per_variable: True lets `clipnorm` look at each variable's gradient for itself,
            as in Keras 3.
        use_ema: whether to follow the variables with an exponential moving average.
        ema_momentum: what the average keeps of itself in a step, 0.99 by default.
        ema_overwrite_frequency: after each so many updates the variables take the value of
            their average; None for only at the end of training (`finalize_variable_values`).
        loss_scale_factor: the training loop multiplies the loss by this (`scale_loss`), and the
            optimizer divides the gradients by it. None for neither.
        gradient_accumulation_steps: update only every so many steps, at least 2, with the mean
            of their gradients. None for an update every step.

    Raises:
        TypeError: an unknown argument.
        ValueError: an argument out of range, or two that exclude each other.
    """

    default_learning_rate = 0.001
    decay = Hyperparameter()

    def __init__(
        self,
        lr=None,
        *,
        learning_rate=None,
        decay=0.0,
        name=None,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        clipnorm_per_variable=False,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        **unknown,
    ):
        if unknown:
            wrong = next(iter(unknown))
            raise TypeError(
                f"{type(self).__name__} takes no argument {wrong!r}. "
                f"{suggest(wrong, init_parameters(type(self)))}"
            )
        self.name = type(self).__name__.lower() if name is None else name
        self._iterations = Scalar(0, "iteration", dtype="int64")
        self._start_learning_rate(lr, learning_rate)
        self.decay = decay
        self.weight_decay = self._limit("weight_decay", weight_decay)
        self.clipnorm = self._limit("clipnorm", clipnorm)
        self.clipvalue = self._limit("clipvalue", clipvalue)
        self.global_clipnorm = self._limit("global_clipnorm", global_clipnorm)
        self.clipnorm_per_variable = bool(clipnorm_per_variable)
        if clipnorm and global_clipnorm:
            raise ValueError(
                f"clipnorm={clipnorm} and global_clipnorm={global_clipnorm} limit the same norm. "
                "Give one of them."
            )
        self.use_ema = bool(use_ema)
        self.ema_momentum = self._limit("ema_momentum", ema_momentum)
        if not 0 <= self.ema_momentum <= 1:
            raise ValueError(f"ema_momentum must be between 0 and 1, not {ema_momentum!r}.")
        self.ema_overwrite_frequency = self._count(
            "ema_overwrite_frequency", ema_overwrite_frequency, least=1
        )
        self.loss_scale_factor = self._limit("loss_scale_factor", loss_scale_factor)
        if self.loss_scale_factor == 0:
            raise ValueError("loss_scale_factor must be greater than 0.")
        self.gradient_accumulation_steps = self._count(
            "gradient_accumulation_steps", gradient_accumulation_steps, least=2
        )
        self.built = False
        self._trainable_variables = []
        self._index = {}  # variable -> its position in _trainable_variables
        self._state = []  # what is remembered beside counter and learning rate, as it was made
        self._owners = {}  # what of that belongs to which variable
        self._slots = {}  # kind -> list of variables parallel to _trainable_variables
        self._averages = {}  # position -> moving average
        self._gathered = {}  # position -> sum of the gradients of unfinished updates
        self._start_weight_decay()
        self._start_pairing()

    def _limit(self, name, value):
        """Return an optional number of at least 0, checked."""
        if value is None:
            return None
        number = as_number(value, f"{name} of {type(self).__name__}")
        if not number >= 0:
            raise ValueError(f"{name} of {type(self).__name__} must not be negative: {value!r}.")
        return number.item() if isinstance(number, np.generic) else number

    def _count(self, name, value, least):
        """Return an optional whole number of at least `least`, checked."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise ValueError(
                f"{name} of {type(self).__name__} must be a whole number of at least {least}, "
                f"or None, not {value!r}."
            )
        return int(value)

    # -----------------------------------------------------------------------------------------
    # Counting
    # -----------------------------------------------------------------------------------------
    @property
    def iterations(self):
        """The number of updates made so far; with gradient accumulation it can only be read."""
        if self.gradient_accumulation_steps:
            why = "with gradient_accumulation_steps it is counted from the batches."
            return Scalar(self._updates_done(), "iterations", dtype="int64", fixed=why)
        return self._iterations

    @iterations.setter
    def iterations(self, value):
        self.iterations.assign(value)

    def _updates_done(self):
        return self._iterations.number // (self.gradient_accumulation_steps or 1)

    # -----------------------------------------------------------------------------------------
    # Building
    # -----------------------------------------------------------------------------------------
    def build(self, variables):
        """Make what is remembered about `variables`, a list of trainable variables.

        Variables that are known already keep what is remembered about them, new ones are added:
        one optimizer may serve several models in turn.

        Raises:
            TypeError: an element is no Variable, or its numbers are no floats.
            ValueError: a variable is frozen (`trainable=False`).
        """
        checked = dict.fromkeys(self._checked(v) for v in variables)
        new = [v for v in checked if v not in self._index]
        self.built = True
        for variable in new:
            self._index[variable] = len(self._trainable_variables)
            self._trainable_variables.append(variable)
        if self.use_ema:
            for v in new:
                # From its value on: it may join when the others' averages are old already.
                average = self.add_variable_from_reference(v, "average", v.data)
                self._averages[self._index[v]] = average
        if self.gradient_accumulation_steps:
            for v in new:
                self._gathered[self._index[v]] = self.add_variable_from_reference(
                    v, "gradient_accumulator"
                )
        if new:
            self.create_slots(new)

    def _checked(self, variable):
        if not isinstance(variable, Variable):
            raise TypeError(
                f"An optimizer updates variables, not {type(variable).__name__}: {variable!r}."
            )
        if variable in self._index:
            return variable
        if not variable.trainable:
            raise ValueError(
                f"The variable {variable.name!r} is frozen (trainable=False). Give the optimizer "
                "the trainable weights only, or set trainable=True on the layer."
            )
        if variable.dtype.kind != "f":
            raise TypeError(
                f"The variable {variable.name!r} holds {variable.dtype} numbers; only floats can "
                "be trained."
            )
        return variable

    def create_slots(self, variables):
        """Hook: make what is remembered about each of `variables`, which are new."""

    def _get_variable_index(self, variable):
        return self._index[variable]

    # -----------------------------------------------------------------------------------------
    # One step
    # -----------------------------------------------------------------------------------------
    def apply_gradients(self, grads_and_vars):
        """Take one step for an iterable of (gradient, variable) pairs; return the step counter."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def apply(self, grads, trainable_variables=None):
        """Take one step.

        Args:
            grads: one gradient per variable: an array or tensor of its shape, a `RowGradient`,
                or None for a variable that took no part, which is left as it is.
            trainable_variables: the variables, in the order of `grads`; those that `build` was
                given by default. Unknown ones are built first.

        Raises:
            ValueError: number or shape of the gradients does not fit; every gradient is None; no
                variables were given and none are known. Nothing has changed then.
        """
        variables, gradients = self._pair(grads, trainable_variables)
        if not variables:
            return
        with np.errstate(all="ignore"):  # an overflow shows in the numbers, as in Keras
            due = gradients
            if self.gradient_accumulation_steps:
                due = self._gather(variables, gradients)
            if due is not None:
                self._update(variables, due, self._clip_factors(due), self._rate_now())
            if self._gathered and due is not None:
                for total in self._gathered.values():
                    total.data.fill(0)
            overwritten = self.use_ema and self._follow(variables)
        if due is not None or overwritten:
            self._constrain(variables)
        self._iterations.increment()

    def _gather(self, variables, grads):
        """Add to the gradients gathered so far; return their means in the step that updates."""
        totals = [self._gathered[self._index[v]].data for v in variables]
        for total, g in zip(totals, grads):
            if isinstance(g, RowGradient):
                total[g.rows] += g.values
            else:
                np.add(total, g, out=total)
        steps = self.gradient_accumulation_steps
        if (self._iterations.number + 1) % steps:
            return None
        for total in totals:
            np.divide(total, steps, out=total)
        return totals

    def _clip_factors(self, grads):
        if self.clipnorm or self.global_clipnorm or self.loss_scale_factor:
            return clip_factors(
                grads,
                self.clipnorm,
                self.clipnorm_per_variable,
                self.global_clipnorm,
                1.0 / (self.loss_scale_factor or 1.0),
            )
        return None

    def _update(self, variables, grads, factors, rate):
        """Update `variables` one by one through `update_step`.

        Args:
            variables, grads: lists; the gradients are arrays or merged RowGradients.
            factors: what to multiply each gradient by, or None.
            rate: the learning rate, a float.
        """
        with no_grad():
            for i, (variable, g) in enumerate(zip(variables, grads)):
                if not variable.size:  # a mean over nothing is no number
                    continue
                if isinstance(g, RowGradient):
                    g = g.dense()
                if factors is not None:
                    g = g * factors[i]
                if self.clipvalue:
                    g = np.clip(g, -self.clipvalue, self.clipvalue)
                weight_decay = self._weight_decay_of(variable)
                if weight_decay:
                    variable.data -= variable.data * (weight_decay * rate)
                self.update_step(g, variable, rate)

    def update_step(self, gradient, variable, learning_rate):
        """Hook: update `variable` by its `gradient`, an ndarray; `learning_rate` is a float."""
        raise NotImplementedError(
            f"{type(self).__name__} must define update_step(gradient, variable, learning_rate). "
            "(An optimizer in the style of Keras 2, with get_updates, has to be rewritten so.)"
        )

    def assign(self, variable, value):
        """Give `variable` a new value."""
        variable.assign(value)

    def assign_add(self, variable, value):
        """Add `value` to `variable`."""
        variable.assign_add(value)

    def assign_sub(self, variable, value):
        """Subtract `value` from `variable`."""
        variable.assign_sub(value)

    def _constrain(self, variables):
        for variable in variables:
            if variable.constraint is not None:
                with no_grad():
                    value = variable.constraint(variable.data)
                if value is not variable.data:  # one of our own has written to it
                    variable.assign(value)

    # -----------------------------------------------------------------------------------------
    # Gradients
    # -----------------------------------------------------------------------------------------
    def scale_loss(self, loss):
        """Return the loss times `loss_scale_factor`; a training loop differentiates this."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def get_gradients(self, loss, params):
        """Return the gradients of `loss`, a recorded tensor, by `params`, clipped, as arrays.

        Raises:
            ValueError: the loss does not depend on one of them.
        """
        found = gradients(loss, params)
        for variable, g in zip(params, found):
            if g is None:
                raise ValueError(
                    f"The loss does not depend on {variable.name!r}, or only through an operation "
                    "without a gradient (argmax, round, a comparison)."
                )
        found = [as_gradient(g) if isinstance(g, RowGradient) else g for g in found]
        limits = self.clipnorm, self.clipnorm_per_variable, self.global_clipnorm
        factors = clip_factors(found, *limits)
        found = [g.dense() if isinstance(g, RowGradient) else g for g in found]
        if factors is not None:
            found = [g * factor for g, factor in zip(found, factors)]
        if self.clipvalue:
            found = [np.clip(g, -self.clipvalue, self.clipvalue) for g in found]
        return found

    def get_updates(self, loss=None, params=None, constraints=None):
        """Return the list that makes a `K.function` take a step at each call (Keras 2).

        Args:
            loss: symbolic tensor.
            params: list of the variables to be moved.
            constraints: nothing, as an empty list of older scripts is; those of Keras 2.0 and
                before put params first.

        Raises:
            TypeError: the loss has been computed already, or something is missing.
        """
        return [PendingUpdate.from_arguments(self, loss, params, constraints)]
