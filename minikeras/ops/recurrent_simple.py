"""The steps of a simple recurrent layer (Elman 1990).

    h' = a(x W + h R + b)

One slab: the line that the activation is taken of. Backwards, the gradient of the line is dh a'.
"""

import numpy as np

from .recurrent_parts import Part


class SimplePart(Part):
    """Some samples on their way through a SimpleRNN. Curves: (activation,)."""

    slabs = 1
    input_gates = recurrent_gates = input_curves = recurrent_curves = (0,)
    input_slabs = input_gradients = recurrent_gradients = (0, 1)

    def begin(self):
        """Make the memory of a step."""
        self.product, self.dropped = np.empty((2, self.n, self.run.units), self.run.dtype)

    def forward_block(self, z, t0, t1):
        """Take the steps from t0 to t1."""
        (activation,), (weights,) = self.run.curves, self.run.recurrent_weights
        product, mask = self.product, self.recurrent_dropout
        h = self.h[t0 % len(self.h)]
        for line, h_next, hidden in zip(z[:, 0], self.h_after(t0, t1), self.rows[t0:t1]):
            if hidden is not None and len(hidden) == self.n:
                np.copyto(h_next, h)
                h = h_next
                continue
            left = h if mask is None else np.multiply(h, mask[0], self.dropped)
            np.matmul(left, weights, product)
            np.add(line, product, line)
            activation.apply(line, h_next)
            if hidden is not None:
                h_next[hidden] = h[hidden]
            h = h_next

    def prepare_block(self, z, t0, t1):
        """Write the slopes into the slab."""
        (activation,), lines = self.run.curves, z[:, 0]
        slopes = np.empty(lines.shape, lines.dtype)
        y = self.h[t0 + 1 : t1 + 1]  # where a step is masked, not the value: but there is no slope
        activation.slope(y, lines, slopes)
        np.copyto(lines, slopes)
        if self.hidden is not None:
            lines[self.hidden[t0:t1]] = 0

    def backward_block(self, z, t0, t1, arrivals):
        """Take the steps back from t1 to t0."""
        (dh,), (weights,) = self.gradients, self.run.recurrent_back
        mask = self.recurrent_dropout
        steps = zip(z[:, 0], arrivals, self.rows[t0:t1])
        for line, arrived, hidden in reversed(list(steps)):
            if arrived is not None:
                np.add(dh, arrived, dh)
            kept = None if hidden is None else dh[hidden]
            np.multiply(line, dh, line)
            np.matmul(line, weights, dh)
            if mask is not None:
                np.multiply(dh, mask[0], dh)
            if kept is not None:
                dh[hidden] = kept
