"""Activation functions as recurrent sequences need them: in place, with slopes from stored values.

A curve is a function of a line: `curve(scale * z + shift)`. The scale and the shift are worked
into the weights before the steps begin, so that at each step a gate costs a curve and no more. The
sigmoid, for one, is 0.5 tanh(0.5 z) + 0.5: it never overflows, and shares the call of `tanh` with
the other gates.

Slopes at kinks are those of `ops.relu` and `ops.hard_sigmoid`. Constants are arrays without
dimensions: NumPy takes them into a step in two thirds of the time it takes for its own scalars.
"""

import functools

import numpy as np

from .piecewise import rectify


class Linear:
    """The identity, and what all curves can do.

    Args:
        dtype: the type of the arrays.

    Attributes:
        scale, shift: the line `scale * z + shift` that the curve is a function of.
        from_line: whether the slope can be told from the line only, not from the value; the line
            is then what has to be kept.
    """

    scale = 1.0
    shift = 0.0
    from_line = False

    def __init__(self, dtype):
        self.dtype = dtype

    def apply(self, line, out):
        """Write the values of the curve to `out`, which may be `line` itself."""
        if out is not line:
            np.copyto(out, line)

    def slope(self, y, line, out):
        """Write to `out` the slope by `z` where the curve has the values `y`."""
        out.fill(1)

    def line(self, z, out):
        """Return the line `scale * z + shift`: `z` itself, or in the memory of `out`."""
        if self.scale == 1 and self.shift == 0:
            return z
        np.multiply(z, self.dtype.type(self.scale), out=out)
        np.add(out, self.dtype.type(self.shift), out=out)
        return out

    def value(self, z, out):
        """Write the activation of `z`, whose line has not been drawn yet, to `out`."""
        self.apply(self.line(z, out), out)


class Tanh(Linear):
    """The hyperbolic tangent."""

    def __init__(self, dtype):
        super().__init__(dtype)
        self.one = np.array(1, dtype)
        self.apply = self.value = np.tanh  # (line, out)

    def slope(self, y, line, out):
        """Write 1 - y**2 to `out`."""
        np.multiply(y, y, out=out)
        np.subtract(self.one, out, out=out)


class Sigmoid(Linear):
    """0.5 tanh(0.5 z) + 0.5."""

    scale = 0.5

    def __init__(self, dtype):
        super().__init__(dtype)
        self.half = np.array(0.5, dtype)

    def apply(self, line, out):
        """Write 0.5 tanh(line) + 0.5 to `out`."""
        np.tanh(line, out)
        self.finish(out)

    def finish(self, out):
        """Turn tanh(line) into 0.5 tanh(line) + 0.5, in place."""
        np.multiply(out, self.half, out)
        np.add(out, self.half, out)

    def slope(self, y, line, out):
        """Write y - y**2 to `out`."""
        np.multiply(y, y, out=out)
        np.subtract(y, out, out=out)


class HardSigmoid(Linear):
    """0.2 z + 0.5 clipped to [0, 1]. The ends belong to the slope: the value cannot tell."""

    scale = 0.2
    shift = 0.5
    from_line = True

    def __init__(self, dtype):
        super().__init__(dtype)
        self.zero, self.one = np.array(0, dtype), np.array(1, dtype)

    def apply(self, line, out):
        """Write the line, clipped to [0, 1], to `out`."""
        line.clip(self.zero, self.one, out=out)

    def slope(self, y, line, out):
        """Write the scale to `out` where nothing was clipped, and 0 elsewhere."""
        np.multiply(np.equal(y, line), self.dtype.type(self.scale), out=out)


class HardSigmoidKeras3(HardSigmoid):
    """z / 6 + 0.5 clipped to [0, 1]."""

    scale = 1 / 6


class Relu(Linear):
    """The larger of z and 0."""

    def apply(self, line, out):
        """Write the line to `out`, with 0 for what is negative."""
        rectify(line, out=out)

    def slope(self, y, line, out):
        """Write 1 where y is positive, 0 elsewhere."""
        np.copyto(out, y > 0)


CURVES = {
    "hard_sigmoid": HardSigmoid,
    "hard_sigmoid_keras3": HardSigmoidKeras3,
    "linear": Linear,
    "relu": Relu,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
}


@functools.cache
def curve_named(name, dtype):
    """Return the curve called `name` for arrays of `dtype`.

    Raises:
        ValueError: there is none.
    """
    if name not in CURVES:
        raise ValueError(
            f"A whole sequence is computed with the activations {', '.join(CURVES)}, not "
            f"{name!r}: run a cell step by step for others."
        )
    return CURVES[name](dtype)
