"""InputSpec: what a layer demands of its inputs, checked before anything is computed."""

import numpy as np


class InputSpec:
    """Rank, sizes and type that an input must have; whatever is None is free.

    Args:
        dtype: name of the element type.
        shape: tuple of sizes, None where free.
        ndim: exact rank.
        max_ndim, min_ndim: bounds of the rank.
        axes: dictionary from axis (may be negative) to size.
    """

    def __init__(
        self,
        dtype=None,
        shape=None,
        ndim=None,
        max_ndim=None,
        min_ndim=None,
        axes=None,
        allow_last_axis_squeeze=False,
        name=None,
        optional=False,
    ):
        self.dtype = dtype
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(k): v for k, v in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def __repr__(self):
        parts = [
            f"{name}={value}"
            for name, value in vars(self).items()
            if value not in (None, {}, False)
        ]
        return f"InputSpec({', '.join(parts)})"

    def problem(self, shape, dtype):
        """Return None if an input fits, else what was expected, as a phrase."""
        ndim = len(shape)
        if self.allow_last_axis_squeeze and self.shape is not None and ndim == self.ndim - 1:
            return None
        if self.ndim is not None and ndim != self.ndim:
            return f"{self.ndim} dimensions"
        if self.max_ndim is not None and ndim > self.max_ndim:
            return f"at most {self.max_ndim} dimensions"
        if self.min_ndim is not None and ndim < self.min_ndim:
            return f"at least {self.min_ndim} dimensions"
        if self.dtype is not None and np.dtype(dtype) != np.dtype(self.dtype):
            return f"type {self.dtype}"
        for axis, size in self.axes.items():
            if size is not None and -ndim <= axis < ndim and shape[axis] not in (size, None):
                return f"size {size} on axis {axis}"
        if self.shape is not None:
            for wanted, given in zip(self.shape, shape, strict=True):
                if wanted is not None and given not in (wanted, None):
                    return f"shape {self.shape}"
        return None
