"""Pooling along one axis at a time, on arrays (outer, n, inner).

The largest element of a window is the largest of its rows' largest, so pooling over several axes
is pooling along each in turn, last axis first. The first maximum in row-major order is the first
maximum of the first row that holds it: gradients go back the same way, axis by axis. Sums are the
same with less thought.

`window` is a `Windows` of one axis throughout; `tap_slices` leaves out what lies in the padding,
so padding never counts.
"""

import numpy as np


def _taps(window):
    """Return (positions, elements) of each tap as indices of arrays (outer, n, inner)."""
    everything = slice(None)
    found = []
    for tap in window.taps:
        (positions,), (elements,) = window.tap_slices(tap)
        found.append(((everything, positions), (everything, elements)))
    return found


def _everywhere(window, positions):
    """Return whether a tap lies inside the input at all positions."""
    return positions[1] == slice(0, window.out[0])


def _lowest(dtype):
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _combine(x, window, ufunc, start):
    """Return `ufunc` applied to the taps of each window one after the other."""
    out = np.empty((x.shape[0], window.out[0], x.shape[2]), x.dtype)
    taps = _taps(window)
    if len(taps) > 1 and all(_everywhere(window, positions) for positions, _ in taps[:2]):
        ufunc(x[taps[0][1]], x[taps[1][1]], out=out)
        taps = taps[2:]
    else:
        out[...] = start
    for positions, elements in taps:
        part = out[positions]
        ufunc(part, x[elements], out=part)
    return out


def max_along(x, window):
    """Return the largest element of each window, (outer, positions, inner)."""
    return _combine(x, window, np.maximum, _lowest(x.dtype))


def sum_along(x, window):
    """Return the sum of each window, (outer, positions, inner)."""
    return _combine(x, window, np.add, 0)


def _empty_result(shape, window, dtype):
    """Return an array to write taps into, and whether they are to be added to what is there."""
    (kernel,), (stride,), (size,) = window.kernel, window.strides, window.size
    if stride < kernel:
        return np.zeros(shape, dtype), True
    covered = stride == kernel and window.before == (0,) and window.reach[0] >= size
    return (np.empty if covered else np.zeros)(shape, dtype), False


def spread_along(g, window):
    """Return the gradient of `sum_along`: every window's number given to all its elements."""
    out, adding = _empty_result((g.shape[0], window.size[0], g.shape[2]), window, g.dtype)
    for positions, elements in _taps(window):
        if adding:
            out[elements] += g[positions]
        else:
            out[elements] = g[positions]
    return out


def route_along(x, largest, g, window):
    """Return the gradient of `max_along`: every window's number given to its first maximum.

    Args:
        x: array (outer, n, inner).
        largest: `max_along(x, window)`.
        g: array of the shape of `largest`.
    """
    out, adding = _empty_result(x.shape, window, g.dtype)
    rest = g.copy()  # what has found no maximum yet
    taps = _taps(window)
    for i, (positions, elements) in enumerate(taps):
        left = rest[positions]
        if i < len(taps) - 1:
            share = left * (x[elements] == largest[positions])
            left -= share  # exactly 0 or unchanged
        else:
            share = left
        if adding:
            out[elements] += share
        else:
            out[elements] = share
    return out


def pick_along(x, largest, u, window):
    """Return the element of `u` at the first maximum of `x` in each window.

    Args:
        x, u: arrays (outer, n, inner).
        largest: `max_along(x, window)`.
    """
    out = np.zeros(largest.shape, u.dtype)
    waiting = np.ones(largest.shape, bool)
    for positions, elements in _taps(window):
        found = (x[elements] == largest[positions]) & waiting[positions]
        out[positions] += u[elements] * found
        waiting[positions] &= ~found
    return out
