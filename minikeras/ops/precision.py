"""Keeping an array's own float type through arithmetic with Python numbers.

NumPy before 2.0 promotes an array of no dimensions beside a Python float to float64. A constant
of the array's own type avoids that, and means the same in every version.
"""


def constants(x, *values):
    """Return the numbers `values` as scalars of the dtype of `x`, a list."""
    kind = x.dtype.type
    return [kind(value) for value in values]
