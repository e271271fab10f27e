"""Numbers that may change while a model trains: learning rate, momentum, the step counter.

In Keras 2.1.5 these are variables of the backend, read with `K.get_value(optimizer.lr)` and
written with `K.set_value(optimizer.lr, 0.1)`; in Keras 3 one writes
`optimizer.learning_rate = 0.1` and `float(optimizer.learning_rate)`. A `Scalar` answers to both,
and compares, prints and formats as the number it is.
"""

import math
import numbers

import numpy as np

from .. import config
from ..autograd import Tensor, Variable


def as_number(value, what):
    """Return `value`, a number or an array or tensor of shape (), as NumPy or Python number.

    Raises:
        TypeError: it is anything else, a boolean included; `what` says whose value it is.
    """
    if isinstance(value, Tensor):
        value = value.data
    if isinstance(value, np.ndarray) and value.shape == ():
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{what} must be a number, not {value!r}.")
    return value


class Scalar(Variable):
    """One number of an optimizer, a variable of shape ().

    A float has the precision of the default float type, as in Keras; read as a Python number it
    is the shortest decimal of that precision: 0.001 and not 0.0010000000474974513.

    Args:
        value: the initial number.
        name: how messages and files call it.
        dtype: None for the default float type, at least float32.
        low, high: the least and the greatest value allowed; `high` may be None.
        open_high: whether `high` itself is forbidden.
        fixed: None, or the reason why this number cannot be assigned.
    """

    __slots__ = ("_dtype", "_fixed", "_high", "_low", "_number", "_open_high")

    def __init__(self, value, name, dtype=None, low=0.0, high=None, open_high=False, fixed=None):
        if dtype is None:
            dtype = np.promote_types(config.floatx(), "float32")
        self._dtype = np.dtype(dtype)
        self._low, self._high, self._open_high = low, high, open_high
        self._name = name
        self._fixed = None
        super().__init__(value, name=name, trainable=False)
        self._fixed = fixed

    def __reduce__(self):
        limits = (self._low, self._high, self._open_high, self._fixed)
        return Scalar, (self._number, self._name, self._dtype, *limits)

    @property
    def number(self):
        """The value as a Python float (int for a counter)."""
        return self._number

    @property
    def data(self):
        """The value as an array of shape (), read-only: write with `assign`."""
        array = np.array(self._number, self._dtype)
        array.flags.writeable = False
        return array

    @data.setter
    def data(self, value):
        self._number = self._checked(value)

    def assign(self, value):
        """Replace the number; a TypeError or ValueError says why it cannot be."""
        if self._fixed is not None:
            raise TypeError(f"{self._name} cannot be set: {self._fixed}")
        self._number = self._checked(value)
        return self

    def increment(self):
        """Count one further."""
        self._number += 1

    def _checked(self, value):
        number = as_number(value, self._name)
        if self._dtype.kind == "i":
            if number != int(number):
                raise ValueError(f"{self._name} must be a whole number, not {value!r}.")
            number = int(number)
        else:
            number = float(str(self._dtype.type(number)))
        high = math.inf if self._high is None else self._high
        above = number >= high if self._open_high else number > high
        if not self._low <= number or above or math.isinf(number):
            raise ValueError(f"{self._name} must be {self._range()}, not {number!r}.")
        return number

    def _range(self):
        if self._high is None:
            return f"a finite number of at least {self._low:g}"
        end = "excluded" if self._open_high else "included"
        return f"between {self._low:g} and {self._high:g} ({end})"

    @property
    def shape(self):
        """(): a single number."""
        return ()

    @property
    def dtype(self):
        """The NumPy dtype of `data`."""
        return self._dtype

    def item(self):
        """Return the value as a Python number."""
        return self._number

    tolist = item

    def __float__(self):
        return float(self._number)

    def __int__(self):
        return int(self._number)

    def __bool__(self):
        return bool(self._number)

    def __format__(self, spec):
        return format(self._number, spec)

    def __str__(self):
        return str(self._number)

    def __repr__(self):
        return f"<{self._name} = {self._number}>"

    __hash__ = Variable.__hash__


def _comparison(name):
    """Return the comparison of a scalar with a number, which says True or False as numbers do."""
    on_numbers = getattr(float, name)

    def compare(self, other):
        if isinstance(other, Scalar):
            other = other._number
        elif isinstance(other, np.floating):
            other = float(str(other))
        if isinstance(other, numbers.Real):
            return on_numbers(float(self._number), float(other))
        if isinstance(other, (Tensor, np.ndarray)):
            return getattr(Variable, name)(self, other)
        return NotImplemented

    return compare


for _name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
    setattr(Scalar, _name, _comparison(_name))


class Hyperparameter:
    """Descriptor of a setting of an optimizer that is a `Scalar`: assigning a number changes it.

    Args:
        low, high, open_high: the range allowed (see `Scalar`).
    """

    def __init__(self, low=0.0, high=None, open_high=False):
        self.low, self.high, self.open_high = low, high, open_high

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, optimizer, owner=None):
        if optimizer is None:
            return self
        try:
            return optimizer.__dict__[self.name]
        except KeyError:
            raise AttributeError(f"{type(optimizer).__name__} has no {self.name!r} yet.") from None

    def __set__(self, optimizer, value):
        scalar = optimizer.__dict__.get(self.name)
        if scalar is None:
            limits = {"low": self.low, "high": self.high, "open_high": self.open_high}
            optimizer.__dict__[self.name] = Scalar(value, self.name, **limits)
        else:
            scalar.assign(value)
