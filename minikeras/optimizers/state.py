"""What an optimizer remembers from step to step, and the forms in which it is saved and restored.

Three forms exist. `variables` is the list that Keras 3 keeps: step counter, learning rate, then
the slots in the order of their making. `get_weights` gives the list of Keras 2.1.5: counter, then
slot by slot. `save_own_variables` fills a dictionary, or a group of a file, as Keras 3 does.
All of them restore bit for bit.
"""

import numbers
import warnings

import numpy as np

from .. import initializers
from ..autograd import Variable
from .scalar import Scalar


def _slot_name(variable, kind):
    """Return what a slot of `variable` is called: "dense_kernel_momentum"."""
    path = str(variable.path or "variable").replace("/", "_").replace(":", "_")
    return f"{path}_{kind}"


class SavedState:
    """Mixin: makes the variables of an optimizer, and gives and takes their values.

    Attributes:
        counts_in_weights: whether the list of Keras 2.1.5 begins with the step counter.
    """

    counts_in_weights = True

    def add_variable(self, shape, initializer="zeros", dtype=None, name=None):
        """Return a new variable that belongs to the optimizer's state.

        Args:
            shape: its dimensions.
            initializer: a number, an array of that shape, or whatever names an initializer.
            dtype: the default float type by default.
            name: how messages call it.
        """
        dtype = np.dtype(dtype or self.decay.dtype)
        if isinstance(initializer, (numbers.Real, np.ndarray)):
            value = np.full(shape, initializer, dtype)
        else:
            value = np.asarray(initializers.get(initializer)(tuple(shape), dtype.name), dtype)
        variable = Variable(value, name=name, trainable=False)
        self._state.append(variable)
        return variable

    def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros"):
        """Return a new variable of the optimizer's state, shaped as `reference_variable`."""
        slot = self.add_variable(
            reference_variable.shape,
            initializer,
            reference_variable.dtype,
            _slot_name(reference_variable, name or "var"),
        )
        self._owners[slot] = reference_variable
        return slot

    def add_optimizer_variables(self, trainable_variables, name, initializer="zeros"):
        """Return one new variable per trainable variable; for a list of names, a list per name."""
        names = [name] if isinstance(name, str) else list(name)
        several = isinstance(initializer, (list, tuple))
        given = initializer if several else [initializer] * len(names)
        if len(given) != len(names):
            raise ValueError(f"{len(names)} names need as many initializers, not {len(given)}.")
        made = [
            [self.add_variable_from_reference(v, n, i) for n, i in zip(names, given)]
            for v in trainable_variables
        ]
        lists = [[row[i] for row in made] for i in range(len(names))]
        return lists[0] if isinstance(name, str) else lists

    @property
    def variables(self):
        """What is remembered, as in Keras 3: [iteration, learning_rate, slots ...].

        A learning rate that follows a schedule is not among them.
        """
        found = [self._iterations]
        if isinstance(self._learning_rate, Scalar):
            found.append(self._learning_rate)
        found.extend(self._state)
        known = {id(v) for v in found}
        # Variables that a user's own optimizer keeps as plain attributes.
        own = [v for v in vars(self).values() if isinstance(v, Variable)]
        return found + [v for v in own if id(v) not in known and not isinstance(v, Scalar)]

    def variables_for(self, trained):
        """Return `variables` as they were if the optimizer had been built for `trained` alone.

        An optimizer that has served several models in turn, or one whose layers were frozen and
        released, remembers more than a file of one model may hold, and in another order.

        Args:
            trained: list of trainable variables. What is not known of them yet is built.
        """
        trained = list({id(v): v for v in trained}.values())
        if list(map(id, trained)) == list(map(id, self._trainable_variables)):
            return self.variables
        if any(v not in self._index for v in trained):
            self.build(trained)
        fresh = type(self).from_config(self.get_config())
        fresh.build(trained)
        # What belongs to one variable was made in the same order here and there.
        made = {}
        for slot in self._state:
            made.setdefault(self._owners.get(slot), []).append(slot)
        remaining = {owner: iter(slots) for owner, slots in made.items()}
        owners = [fresh._owners.get(slot) for slot in fresh._state]
        slots = [next(remaining.get(owner, iter(())), None) for owner in owners]
        if any(slot is None for slot in slots):  # a user's own, that builds in a way of its own
            return self.variables
        known = {id(slot) for slot in self._state}
        others = [v for v in self.variables if id(v) not in known]
        leading = 1 + isinstance(self._learning_rate, Scalar)
        return [*others[:leading], *slots, *others[leading:]]

    @property
    def weights(self):
        """What is remembered, in the order of Keras 2.1.5: [iterations], then slot by slot.

        RMSprop, Adagrad and Adadelta leave the counter out, unless an option that only Keras 3
        has needs it. Moving averages and gathered gradients, which only Keras 3 has, come last.
        """
        slots = self._slots_for_weights()
        extra = [v for group in (self._averages, self._gathered) for v in group.values()]
        counted = self.counts_in_weights or extra
        return [self._iterations] * bool(counted) + slots + extra

    def _slots_for_weights(self):
        """Return the slots, one kind after another."""
        kinds = [v for kind in self._slots.values() for v in kind]
        if kinds or not self._state:
            return kinds
        counted = {id(v) for group in (self._averages, self._gathered) for v in group.values()}
        return [v for v in self._state if id(v) not in counted]

    @staticmethod
    def _unused_slot(variable, kind, shape):
        """Return a slot of zeros that Keras 2.1.5 keeps although it has no effect."""
        zeros = np.zeros(shape, variable.dtype)
        return Variable(zeros, name=_slot_name(variable, kind), trainable=False)

    def get_weights(self):
        """Return copies of the arrays of `weights`."""
        return [np.array(v.data) for v in self.weights]

    def set_weights(self, weights):
        """Restore what `get_weights` returned, or the arrays of `variables`.

        Raises:
            ValueError: the optimizer has not been built, or number and shapes of the arrays fit
                neither list.
        """
        if not self.built:
            raise ValueError(
                f"{type(self).__name__} has no weights to set yet: it learns what it has to "
                "remember from the model. Call build(model.trainable_weights) first."
            )
        arrays = [np.asarray(w) for w in weights]
        shapes = [a.shape for a in arrays]
        for targets in (self.weights, self.variables):
            if [v.shape for v in targets] == shapes:
                for variable, array in zip(targets, arrays):
                    variable.assign(array)
                self._restored(targets)
                return
        expected = [v.shape for v in self.weights]
        raise ValueError(
            f"{type(self).__name__} remembers {len(expected)} arrays of the shapes {expected}, "
            f"but was given {len(shapes)} of the shapes {shapes}. Was the file saved with another "
            "optimizer, or with other layers trainable?"
        )

    def _restored(self, targets):
        """Hook: `targets`, `weights` or `variables`, have been set from outside."""

    def save_own_variables(self, store):
        """Put the arrays of `variables` into `store` under the keys "0", "1", ..."""
        self._save(store, self.variables)

    def save_variables_for(self, trained, store):
        """Do as `save_own_variables`, with what `variables_for(trained)` returns."""
        if type(self).save_own_variables is not SavedState.save_own_variables:
            self.save_own_variables(store)  # a user's own
        else:
            self._save(store, self.variables_for(trained))

    @staticmethod
    def _save(store, variables):
        for i, variable in enumerate(variables):
            store[str(i)] = np.array(variable.data)

    def load_own_variables(self, store):
        """Take back what `save_own_variables`, or Keras 3, has put into `store`.

        Where the number of arrays does not fit, a warning is given and nothing is restored, as
        in Keras 3. A ValueError meets an array of the wrong shape, before anything changes.
        """
        targets = self.variables
        if len(store.keys()) != len(targets):
            reason = "" if self.built else " It has not been built yet."
            warnings.warn(
                f"The optimizer {self.name!r} starts afresh: it remembers {len(targets)} arrays, "
                f"but the saved one has {len(store.keys())}.{reason}",
                stacklevel=2,
            )
            return
        arrays = [np.asarray(store[str(i)]) for i in range(len(targets))]
        for i, (variable, array) in enumerate(zip(targets, arrays)):
            if variable.shape != array.shape:
                raise ValueError(
                    f"Array {i} of the saved optimizer has shape {array.shape}, but "
                    f"{variable.name!r} of {self.name!r} has shape {variable.shape}."
                )
        for variable, array in zip(targets, arrays):
            variable.assign(array)
        self._restored(targets)

    def stateless_apply(self, optimizer_variables, grads, trainable_variables):
        """Take a step on values that are given, and change nothing.

        Args:
            optimizer_variables: values for `variables`.
            grads: one gradient per trainable variable (see `apply`).
            trainable_variables: values for the variables that `build` was given.

        Returns:
            (new values of the trainable variables, new values of `variables`), lists of arrays.

        Raises:
            ValueError: the optimizer has not been built, or a number of values does not fit.
        """
        if not self.built:
            raise ValueError(f"{type(self).__name__} must be built first: call build(variables).")
        ours = self._trainable_variables
        targets = [*ours, *self.variables]
        given = [*trainable_variables, *optimizer_variables]
        if len(trainable_variables) != len(ours) or len(given) != len(targets):
            raise ValueError(
                f"{type(self).__name__} works on {len(ours)} trainable variables and remembers "
                f"{len(targets) - len(ours)}, but was given values of "
                f"{len(trainable_variables)} and {len(optimizer_variables)}."
            )
        kept = [np.array(v.data) for v in targets]
        try:
            for variable, value in zip(targets, given):
                variable.assign(value)
            self.apply(grads)
            found = [np.array(v.data) for v in targets]
        finally:
            for variable, value in zip(targets, kept):
                variable.assign(value)
        return found[: len(ours)], found[len(ours) :]
