"""Optimizers that treat each number for itself: their update goes over flat memory in blocks.

Such an optimizer says what it remembers (`slot_names`), which numbers a step needs
(`coefficients`), and how a block is updated. All else is done here: variables and slots are laid
side by side, gradients are brought there and clipped, and the work is divided.
"""

from functools import partial

import numpy as np

from .. import parallel
from ..autograd import ProductGradient, RowGradient
from .base import Optimizer
from .memory import home_of, move_alike, move_together
from .plan import Plan

_PLANS_KEPT = 16
_SWEEP_EVERY = 250  # steps
_WORTH_A_THREAD = 1 << 18  # elements
_AHEAD = 1 << 14  # elements that take as long as a hand-over


class ElementwiseOptimizer(Optimizer):
    """Base class of optimizers whose update of a number depends on no other number.

    An update has three parts, which a subclass defines as functions on flat blocks:

    - `fade(slots, k)`: what is remembered fades;
    - `accumulate(g, slots, scratch, k)`: the gradient is added to it;
    - `move(x, g, slots, scratch, k)`: the variables change.

    Where the parts cannot be told apart it defines `apply_single(x, g, slots, scratch, k)`
    instead. The division serves tables of which few rows have a gradient: only these go through
    the second part, and through the third if `rests` says so, and the numbers come out, to the
    bit, as if all other rows had been given gradients of zero.

    In all of them x, g, the slots and the scratch buffers are flat arrays of one length, and k is
    the tuple of `coefficients` as arrays of shape (). g must not be written to.

    Attributes:
        scratch_buffers: how many buffers the functions need, at least 1.
        divides: whether `fade`, `accumulate` and `move` are defined, each needing nothing that
            another has left in the scratch buffers.
        rests: whether a gradient of zero never moves a variable.
        fades_away: whether what is remembered about a variable without gradients becomes ever
            smaller, and might as well be 0 (see `_sweep`).
    """

    scratch_buffers = 1
    divides = False
    rests = False
    fades_away = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._plans = {}

    def __getstate__(self):
        # A copy has memory of its own: its plans are made anew.
        return {**self.__dict__, "_plans": {}}

    def slot_names(self):
        """Return what is remembered about a variable: tuples of names.

        The slots of one tuple are made variable by variable, the tuples one after another; that
        is the order of Keras 3's files.
        """
        return ()

    def initial_value(self, slot, variable):
        """Return what a slot starts with: a number, or an array of the variable's shape."""
        return 0.0

    def coefficients(self, rate):
        """Return the floats that an update needs in this step, called `k` in its functions.

        `rate` is the learning rate. Depends on nothing else that changes but the step counter.
        """
        return (rate,)

    def fade(self, slots, k):
        """First part of an update: what is remembered fades."""

    def accumulate(self, g, slots, scratch, k):
        """Second part: the gradient is added to what is remembered."""

    def move(self, x, g, slots, scratch, k):
        """Third part: the variables change."""
        raise NotImplementedError(f"{type(self).__name__} must define move or apply_single.")

    def apply_single(self, x, g, slots, scratch, k):
        """Update a block: all three parts."""
        self.fade(slots, k)
        self.accumulate(g, slots, scratch, k)
        self.move(x, g, slots, scratch, k)

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable by itself.

        A subclass that overrides this, in the style of Keras 3, is called variable by variable.
        """
        i = self._index[variable]
        x = variable.data.reshape(-1)
        slots = [kind[i].data.reshape(-1) for kind in self._slots.values()]
        scratch = [np.empty_like(x) for _ in range(self.scratch_buffers)]
        k = [np.array(number, x.dtype) for number in self.coefficients(learning_rate)]
        self.apply_single(x, np.asarray(gradient, x.dtype).reshape(-1), slots, scratch, k)

    # -----------------------------------------------------------------------------------------
    # Memory
    # -----------------------------------------------------------------------------------------
    def create_slots(self, variables):
        """Make the slots that are missing, and lay those of `variables` out as they are."""
        move_together(variables)
        for names in self.slot_names():
            for i, v in enumerate(self._trainable_variables):
                for name in names:
                    kind = self._slots.setdefault(name, [])
                    if len(kind) == i:
                        value = self.initial_value(name, v)
                        kind.append(self.add_variable_from_reference(v, name, value))
        move_alike(self._rows(variables))
        self._plans.clear()

    def _rows(self, variables):
        """Return per variable the list of it and its slots."""
        positions = [self._index[v] for v in variables]
        kinds = [self._trainable_variables, *self._slots.values()]
        return [[kind[i] for kind in kinds] for i in positions]

    def _plan(self, variables):
        """Return the plan for `variables`, a new one if they have moved since it was made."""
        index = self._index
        key = self.weight_decay, *[index[v] for v in variables]
        plan = self._plans.get(key)
        if plan is None or not plan.fits():
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            plan = self._plans[key] = self._new_plan(variables)
        return plan

    def _new_plan(self, variables):
        everything = self._rows(self._trainable_variables)
        if any(v.size and home_of(v) is None for row in everything for v in row):  # a copy
            move_together(self._trainable_variables)
            move_alike(everything)
            self._plans.clear()
        decays = [self._weight_decay_of(v) for v in variables]
        return Plan(self._rows(variables), decays, self.scratch_buffers)

    # -----------------------------------------------------------------------------------------
    # The step
    # -----------------------------------------------------------------------------------------
    def takes_products(self):
        """Return whether nothing has to be known of all gradients before the first is used."""
        return type(self).apply is Optimizer.apply and not (
            self.gradient_accumulation_steps
            or self.clipnorm
            or self.global_clipnorm
            or self.loss_scale_factor
            or type(self).update_step is not ElementwiseOptimizer.update_step
        )

    def _update(self, variables, grads, factors, rate):
        if type(self).update_step is not ElementwiseOptimizer.update_step:
            super()._update(variables, grads, factors, rate)
            return
        numbers = self.coefficients(rate)
        plan = self._plan(variables)
        sources = [
            (*piece.collect(grads, factors, self.clipvalue), plan.in_type(piece.x.dtype, numbers))
            for piece in plan.pieces
        ]
        work = partial(self._run, plan, sources, rate)
        if plan.size < 2 * _WORTH_A_THREAD:
            work(0, plan.size)
        else:
            parallel.run(work, plan.size, _WORTH_A_THREAD, ahead=_AHEAD)

    def _run(self, plan, sources, rate, first, last):
        """Update the elements from `first` to before `last`.

        `sources` holds per piece the gradient, a factor for it, and k.
        """
        clip = self.clipvalue
        sweep = self.fades_away and (self._iterations.number + 1) % _SWEEP_EVERY == 0
        room = plan.borrow_room()
        for block in plan.share(first, last):
            g, factor, k = sources[block.source]
            x = block.x
            if sweep:
                _sweep(block.slots)
            buffer, *scratch = [b[: x.size] for b in room[x.dtype]]
            weight_decay = block.piece.weight_decay
            if weight_decay:
                lost = np.multiply(x, weight_decay * rate, out=scratch[0])
                np.subtract(x, lost, out=x)
            if type(g) is RowGradient:
                self._run_rows(block, g, buffer, scratch, k)
                continue
            if type(g) is ProductGradient:
                g = block.product(g, buffer)
            else:
                g = g[block.start : block.stop]
            if factor is not None:
                g = np.multiply(g, factor, out=buffer)
            if clip:
                g = np.clip(g, -clip, clip, out=buffer)
            self.apply_single(x, g, block.slots, scratch, k)
        plan.give_back(room)

    def _run_rows(self, block, g, buffer, scratch, k):
        """Update a block of a table of which some rows have a gradient."""
        width = block.piece.width
        first = block.start // width
        low, high = np.searchsorted(g.rows, (first, block.stop // width))
        rows, values = g.rows[low:high] - first, g.values[low:high]
        if not self.divides:
            buffer.fill(0)
            buffer.reshape(-1, width)[rows] = values
            self.apply_single(block.x, buffer, block.slots, scratch, k)
            return
        self.fade(block.slots, k)
        if len(rows):
            values = values.reshape(-1)
            tables = [s.reshape(-1, width) for s in block.slots]
            picked = [t[rows].reshape(-1) for t in tables]
            room = [s[: values.size] for s in scratch]
            self.accumulate(values, picked, room, k)
            if self.rests:
                table = block.x.reshape(-1, width)
                x = table[rows].reshape(-1)
                self.move(x, values, picked, room, k)
                table[rows] = x.reshape(-1, width)
            for t, p in zip(tables, picked):
                t[rows] = p.reshape(-1, width)
        if not self.rests:
            self.move(block.x, None, block.slots, scratch, k)


def _sweep(slots):
    """Set to 0 what has faded below the smallest normal number.

    It would not get there by itself, because 0.9 times the smallest number is rounded to that
    number again; and processors take many times longer over such numbers. Where a word does not
    occur for a while, or a pixel is dark, they would come to be most of the momentum.
    """
    for a in slots:
        a[np.abs(a) < np.finfo(a.dtype).tiny] = 0
