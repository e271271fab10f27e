"""What every loss object is: a function per sample, and how its values become one number."""

import numpy as np

from .. import config, ops
from ..autograd import Tensor
from ..autograd.tensor import Operators
from ..configurable import Configurable, serialize_value
from ..registry import Registry, suggest
from .pairs import as_tensor_like, same_rank

registry = Registry("loss")

REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", "auto")


def standardize_reduction(reduction):
    """Return a reduction's name, 'none' for None; a ValueError for an unknown one."""
    name = "none" if reduction is None else reduction
    if name not in REDUCTIONS:
        raise ValueError(
            f"Unknown reduction {reduction!r}; choose one of {', '.join(REDUCTIONS)}, or None."
        )
    return name


def truth(name, value):
    """Return an argument that has to be True or False.

    Raises:
        ValueError: it is neither: a reduction or a name, say, has come into its place.
    """
    if not isinstance(value, (bool, int, np.bool_)) or value not in (0, 1):
        raise ValueError(
            f"{name} is True or False, not {value!r}. Give what is meant by name, such as "
            "reduction='sum'."
        )
    return bool(value)


def _float_type(dtype):
    """Return the NumPy dtype meant by a name, a dtype or a dtype policy; None for None."""
    return None if dtype is None else np.dtype(getattr(dtype, "compute_dtype", dtype))


class Loss(Configurable):
    """Base class of losses. Subclasses define `call(y_true, y_pred)`: values per sample.

    Args:
        name: for messages and logs; the class's own by default.
        reduction: 'sum_over_batch_size' or 'mean' (the mean over all values, also 'auto'),
            'mean_with_sample_weight' (divided by the sum of the weights), 'sum', or 'none' or
            None for the values themselves.
        dtype: float type to compute in; by default that of a tensor given as prediction, and the
            default float type for arrays and lists.
    """

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        standardize_reduction(reduction)
        self.name = name or type(self).__name__
        self.reduction = reduction
        self.dtype = dtype

    def call(self, y_true, y_pred):
        """Return the loss of each sample (or of each step of each sample)."""
        raise NotImplementedError(f"{type(self).__name__} needs a method call(y_true, y_pred).")

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Return the loss, one number unless the reduction is None.

        Args:
            y_true: labels: array, tensor, nested list; or a list or dictionary of several.
            y_pred: predictions, likewise. If they carry a mask, what is masked does not count.
            sample_weight: array that broadcasts from the left: one weight per sample, per step,
                or per value.
        """
        mask = getattr(y_pred, "mask", None)
        dtype = _float_type(self.dtype)
        y_pred = _convert(y_pred, dtype)
        y_true = _convert(y_true, dtype or getattr(y_pred, "dtype", None))
        values = self.call(y_true, y_pred)
        mask = _both(mask, getattr(values, "mask", None))
        if sample_weight is not None:
            sample_weight = as_tensor_like(sample_weight)
        return reduce_values(values, sample_weight, mask, self.reduction)

    def get_config(self):
        """Return the constructor arguments; `dtype` only where one was given."""
        settings = super().get_config()
        if settings.get("dtype") is None:
            settings.pop("dtype", None)
        return settings


def _convert(value, dtype):
    """Return tensors for arrays and lists of numbers; lists and dictionaries of tensors stay such.

    Args:
        value: see `Loss.__call__`.
        dtype: what floats are brought to; None leaves tensors alone and makes the rest floatx.
    """
    if isinstance(value, dict):
        return {key: _convert(part, dtype) for key, part in value.items()}
    if isinstance(value, (list, tuple)) and any(
        isinstance(part, (Operators, np.ndarray, dict)) for part in value
    ):
        return type(value)(_convert(part, dtype) for part in value)
    if isinstance(value, Operators):
        return as_tensor_like(value, dtype)
    return Tensor(as_tensor_like(value, dtype or config.floatx()))


def _both(a, b):
    """Return the conjunction of two masks of which either may be None."""
    if a is None or b is None:
        return a if b is None else b
    return np.logical_and(a, b)


def _trail(weights, values, what):
    """Give weights the trailing axes of length 1 that align them with values from the left."""
    given, shape = tuple(weights.shape), tuple(values.shape)
    if not all(m == n or 1 in (m, n) or None in (m, n) for m, n in zip(given, shape)):
        raise ValueError(
            f"The {what} of shape {given} does not fit a loss whose values have the shape {shape}. "
            f"Give one number per sample, shape {shape[:1]}, or one per value."
        )
    missing = len(shape) - len(given)
    if missing <= 0:
        return weights
    return ops.reshape(weights, (*given, *(1,) * missing))


def reduce_values(values, sample_weight=None, mask=None, reduction="sum_over_batch_size"):
    """Weight, mask and reduce per-sample losses as Keras 3 does.

    Args:
        values: tensor (samples, ...).
        sample_weight: array that aligns with `values` from the left, or None.
        mask: boolean array of what counts, likewise, or None. The mean is then taken over what
            counts.
        reduction: see `Loss`.
    """
    reduction = standardize_reduction(reduction)
    weights = None
    if mask is not None:
        mask = np.asarray(mask, values.dtype)
        counted = mask.sum(dtype=values.dtype)
        if reduction in ("sum_over_batch_size", "mean", "auto"):
            mask = mask * values.dtype.type(mask.size / counted if counted else 0)
        weights = _trail(mask, values, "mask")
    if sample_weight is not None:
        sample_weight = ops.cast(sample_weight, dtype=values.dtype)
        values, sample_weight = same_rank(values, sample_weight)
        sample_weight = _trail(sample_weight, values, "sample_weight")
        weights = sample_weight if weights is None else ops.multiply(sample_weight, weights)
    if weights is not None:
        values = values * weights
    if reduction == "none" or len(values.shape) == 0 or values.shape == (0,):
        return values
    if reduction == "sum":
        return ops.sum(values)
    if reduction == "mean_with_sample_weight" and weights is not None:
        return ops.divide_no_nan(ops.sum(values), ops.sum(weights))
    return ops.mean(values)


class FunctionLoss(Loss):
    """Base class of losses that only call a function of (y_true, y_pred).

    Args:
        reduction, name, dtype: see `Loss`.
    """

    function = None  # staticmethod(the function)
    default_name = None  # where it is not the function's own

    def __init__(self, reduction="sum_over_batch_size", name=None, dtype=None, **unknown):
        if unknown:
            wrong = next(iter(unknown))
            raise TypeError(
                f"{type(self).__name__} takes no argument {wrong!r}. "
                f"{suggest(wrong, ('reduction', 'name', 'dtype'))}"
            )
        super().__init__(name or self.default_name or self.function.__name__, reduction, dtype)

    def call(self, y_true, y_pred):
        return self.function(y_true, y_pred)


@registry.register()
class LossFunctionWrapper(Loss):
    """A loss object made of a function.

    Args:
        fn: function of (y_true, y_pred, **kwargs) that returns values per sample.
        reduction, name, dtype: see `Loss`; the name is the function's by default.
        kwargs: further arguments of the function.
    """

    def __init__(self, fn, reduction="sum_over_batch_size", name=None, dtype=None, **kwargs):
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true, y_pred):
        if isinstance(y_true, Operators) and isinstance(y_pred, Operators):
            y_true, y_pred = same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self):
        """Return the constructor arguments, the function by name."""
        settings = Loss.get_config(self)
        return {**settings, **{k: serialize_value(v) for k, v in self._fn_kwargs.items()}}

    @classmethod
    def from_config(cls, config):
        """Build it again; a function's name is looked up among the losses and custom objects."""
        fn = config["fn"]
        if not callable(fn):
            fn = registry.lookup(fn) if isinstance(fn, str) else registry.deserialize(fn)
        return cls(**{**config, "fn": fn})
