"""The matrix products inside one training step, counted by hand: what a step cannot go below.

Every function returns a list of ``(count, m, k, n)``: ``count`` products of an (m, k) by a (k, n)
matrix. Elementwise work, copies, the optimizer and Python itself are left out on purpose.
"""

from __future__ import annotations

Products = list[tuple[int, int, int, int]]


def dense(rows: int, inputs: int, outputs: int, *, first: bool = False) -> Products:
    """Forward, weight gradient and, unless the layer is the first, input gradient."""
    products = [(1, rows, inputs, outputs), (1, inputs, rows, outputs)]
    return products if first else [*products, (1, rows, outputs, inputs)]


def mlp(rows: int, *sizes: int) -> Products:
    """Dense layers one after the other, of ``sizes`` features, the input's first."""
    layers = zip(sizes, sizes[1:])
    return [p for i, (a, b) in enumerate(layers) for p in dense(rows, a, b, first=i == 0)]


def conv(
    batch: int, positions: int, kernel: int, channels: int, filters: int, *, first: bool = False
) -> Products:
    """A convolution as im2col does it: a row for each output position of each image."""
    return dense(batch * positions, kernel * channels, filters, first=first)


def recurrent(
    batch: int, steps: int, inputs: int, units: int, *, gates: int, first: bool = False
) -> Products:
    """All input projections as one product, one small product a time step each way."""
    return [
        *dense(batch * steps, inputs, gates * units, first=first),
        (steps, batch, units, gates * units),
        (steps, batch, gates * units, units),
        (1, units, batch * steps, gates * units),
    ]
