"""Metric: something measured over many batches, with a state that each batch adds to.

State lives in variables. The library's own metrics add up in float64 whatever the type of the
data, so that a million batches lose nothing; what they return are Python floats, or small arrays
where there is one value per class or per threshold.
"""

import contextlib

import numpy as np

from .. import config, initializers
from ..autograd import Variable
from ..configurable import Configurable
from ..registry import Registry
from ..utils.nest import flatten
from .naming import auto_name

registry = Registry("metric")


class Scalar(float):
    """A Python float that also answers to `numpy()` and `item()`, as results did in scripts."""

    __slots__ = ()
    shape = ()

    def numpy(self):
        """Return the number as a NumPy scalar of the default float type."""
        return np.dtype(config.floatx()).type(self)

    def item(self):
        """Return the number as a plain float."""
        return float(self)


class Metric(Configurable):
    """Base class of everything measured over several batches.

    Args:
        dtype: type in which values are computed before they are added up, and type of the
            variables that `add_weight` makes; the default float type if None.
        name: what logs call it; None for one derived from the class (`auc`, `auc_1`, ...).

    A subclass creates its state in `__init__` with `add_weight`, adds to it in
    `update_state(y_true, y_pred, sample_weight=None)`, and computes `result()` from it: one
    number, or a dictionary of numbers. `reset_state` sets every variable to zero.
    `reset_states` is the same under its older name; overriding either one overrides both.
    """

    def __init__(self, dtype=None, name=None):
        self._variables = []
        self._dtype = _dtype_name(dtype)
        self.name = name or auto_name(type(self).__name__)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = vars(cls)
        if "reset_states" in own and "reset_state" not in own:
            cls.reset_state = cls.reset_states
        elif "reset_state" in own and "reset_states" not in own:
            cls.reset_states = cls.reset_state

    @property
    def dtype(self):
        """Name of the type in which values are computed."""
        return self._dtype

    # --- state ---------------------------------------------------------------------------

    def add_variable(self, shape, initializer=None, dtype=None, aggregation="sum", name=None):
        """Create, keep and return a variable.

        Args:
            shape: tuple of ints; () for one number.
            initializer: name, object or function of the initial value; zeros if None.
            dtype: the metric's own type if None.
            aggregation: how workers of a distributed training join their copies: 'sum', 'mean',
                'only_first_replica' or 'none'. Kept as the variable's `aggregation`.
            name: of the variable.
        """
        if not hasattr(self, "_variables"):
            raise RuntimeError(
                f"{type(self).__name__}.__init__ creates a variable before the metric itself is "
                "set up. Call super().__init__() first."
            )
        if aggregation not in ("sum", "mean", "only_first_replica", "none"):
            raise ValueError(
                f"Unknown aggregation {aggregation!r} of a variable of {self.name}; choose "
                "'sum', 'mean', 'only_first_replica' or 'none'."
            )
        shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
        initialize = initializers.get("zeros" if initializer is None else initializer)
        dtype = self.dtype if dtype is None else _dtype_name(dtype)
        variable = Variable(initialize(shape, dtype=dtype), dtype, name=name, trainable=False)
        variable.aggregation = aggregation
        self._variables.append(variable)
        return variable

    def add_weight(self, shape=(), initializer=None, dtype=None, name=None, aggregation="sum"):
        """Create, keep and return a variable (see `add_variable`).

        A first argument that is a string is the name: `add_weight("total", initializer="zeros")`.
        """
        if isinstance(shape, str):
            if name is not None:
                raise ValueError(f"The variable has two names: {shape!r} and {name!r}.")
            shape, name = (), shape
            if isinstance(initializer, (tuple, list)):  # add_weight(name, shape), as layers do
                shape, initializer = initializer, None
        return self.add_variable(shape, initializer, dtype, aggregation, name)

    @property
    def variables(self):
        """The state: own variables in order of creation, then those of metrics held inside."""
        found = list(getattr(self, "_variables", ()))
        known = {id(v) for v in found}
        nested = []
        for value in vars(self).values():
            for part in flatten(value):
                if isinstance(part, Variable) and id(part) not in known:
                    known.add(id(part))
                    found.append(part)
                elif isinstance(part, Metric):
                    nested.append(part)
        for metric in nested:
            found += [v for v in metric.variables if id(v) not in known]
            known.update(id(v) for v in found)
        return found

    def reset_state(self):
        """Set every variable to zero: the beginning of an epoch."""
        for variable in self.variables:
            variable.data[...] = 0

    reset_states = reset_state

    def merge_state(self, metrics):
        """Add the states of other metrics of the same kind to this one's.

        Args:
            metrics: iterable of metrics, each with variables of the same shapes.
        """
        for other in metrics:
            theirs = other.variables
            if len(self.variables) < len(theirs):
                self._build_like(other)
            mine = self.variables
            if [v.shape for v in mine] != [v.shape for v in theirs]:
                raise ValueError(
                    f"Cannot merge {other!r} into {self!r}: their variables have the shapes "
                    f"{[v.shape for v in theirs]} and {[v.shape for v in mine]}."
                )
            for variable, value in zip(mine, theirs):
                variable.data[...] += value.data

    def _build_like(self, other):
        """Create the variables that `other` has; for metrics that wait for their first batch."""

    # --- use -----------------------------------------------------------------------------

    def update_state(self, *args, **kwargs):
        """Add a batch to the state."""
        raise NotImplementedError(
            f"{type(self).__name__} defines no update_state(y_true, y_pred, sample_weight=None)."
        )

    def result(self):
        """Return the value over all batches since the last reset."""
        raise NotImplementedError(f"{type(self).__name__} defines no result().")

    def __call__(self, *args, **kwargs):
        """Add a batch to the state and return the value so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    # --- with a state that is given (Keras 3) ------------------------------------------------

    @contextlib.contextmanager
    def _holding(self, values):
        """Give the variables other values within a `with` block, and their own back after it."""
        variables, values = self.variables, list(values)
        if len(values) != len(variables):
            raise ValueError(
                f"{self.name} has {len(variables)} variables, but was given {len(values)} values. "
                "A metric that learns from its first batch how many it needs must see one first."
            )
        kept = [np.array(v.data) for v in variables]
        try:
            for variable, value in zip(variables, values):
                variable.assign(value)
            yield
        finally:
            for variable, value in zip(variables, kept):
                variable.assign(value)

    def stateless_update_state(self, metric_variables, *args, **kwargs):
        """Add a batch to the values `metric_variables`, not to the metric's own state.

        Args:
            metric_variables: values for `variables`, a list of arrays.
            args, kwargs: as for `update_state`.

        Returns:
            The new values, a list of arrays.

        Raises:
            ValueError: a number or shape of values that does not fit.
        """
        with self._holding(metric_variables):
            self.update_state(*args, **kwargs)
            return [np.array(v.data) for v in self.variables]

    def stateless_result(self, metric_variables):
        """Return the result that the values `metric_variables` stand for."""
        with self._holding(metric_variables):
            return self.result()

    def stateless_reset_state(self):
        """Return the values that the variables have after `reset_state`."""
        with self._holding(self.variables):
            self.reset_state()
            return [np.array(v.data) for v in self.variables]

    def __repr__(self):
        return f"<{type(self).__name__} name={getattr(self, 'name', None)}>"


def read(metric):
    """Return a metric's result in plain Python: a float, a small array, or a dict of them."""
    return plain(metric.result())


def plain(value):
    """Return a number, an array or a dictionary of them without tensors and NumPy scalars."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, float):
        return float(value)
    value = np.asarray(value)
    return value.item() if value.ndim == 0 else value


def _dtype_name(dtype):
    if dtype is None:
        return config.floatx()
    try:
        return np.dtype(dtype).name
    except TypeError:
        raise ValueError(
            f"{dtype!r} is not a data type. Give a NumPy type such as 'float32' as `dtype`; "
            "the name of a metric goes into `name=`."
        ) from None
