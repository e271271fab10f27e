"""The steps of an LSTM (Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000).

    i, f, o = s(x W_i + h R_i + b_i), ...       g = a(x W_g + h R_g + b_g)
    c' = f c + i g                              h' = o a(c')

with s the recurrent activation and a the activation. Slabs forward: 0 the cell state c, 1 to 4 the
gates g, f, i, o; so the products f c and i g are one. Backwards, dh and dc being the gradients of
h' and c':

    do = dh a(c') s'      dc += dh o a'(c')      dg = dc i a'   df = dc c s'   di = dc g s'

The factors beside dc and dh are known before the steps begin. They lie in the slabs 0 to 2, for
g, f, i, and 3 and 4, for o and c'; times dc and dh they are the gradients.
"""

import numpy as np

from .recurrent_curves import Sigmoid, Tanh
from .recurrent_parts import Part


class LSTMPart(Part):
    """Some samples on their way through an LSTM. Curves: (activation, recurrent activation)."""

    slabs = 5
    input_gates = recurrent_gates = (2, 1, 0, 3)  # Keras has i, f, g, o
    input_curves = recurrent_curves = (0, 1, 1, 1)
    input_slabs = (1, 5)
    input_gradients = recurrent_gradients = (0, 4)

    def begin(self):
        """Make the memory of a step."""
        units, dtype = self.run.units, self.run.dtype
        self.products = np.empty((4, self.n, units), dtype)
        self.pair = np.empty((2, self.n, units), dtype)
        self.opened = np.empty((4, self.n, units), dtype)
        self.dropped = np.empty((4, self.n, units), dtype)
        self.last_c = np.empty((self.n, units), dtype)
        self.z[0, 0] = self.states[1]

    def last_states(self, h):
        """Return the output and the cell state."""
        return [h, self.last_c]

    # -----------------------------------------------------------------------------------------
    # Forward
    # -----------------------------------------------------------------------------------------
    def forward_block(self, z, t0, t1):
        """Take the steps from t0 to t1."""
        run, mask, n = self.run, self.recurrent_dropout, self.n
        weights, products, pair = run.recurrent_weights, self.products, self.pair
        activation, recurrent = run.curves
        together = type(activation) is Tanh and type(recurrent) is Sigmoid
        first, second = pair
        h = self.h[t0 % len(self.h)]
        # Where slopes are computed from the lines, these are kept and the values go elsewhere.
        apart = recurrent.from_line or activation.from_line
        values = [self.opened] * (t1 - t0) if apart else z[:, 1:]
        steps = zip(
            z, z[:, 1:], values, self._c_after(t0, t1), self.h_after(t0, t1), self.rows[t0:t1]
        )
        for slab, lines, gates, c_next, h_next, hidden in steps:
            if hidden is not None and len(hidden) == n:
                np.copyto(h_next, h)
                np.copyto(c_next, slab[0])
                h = h_next
                continue
            left = h if mask is None else np.multiply(h, mask, self.dropped[: len(mask)])
            np.matmul(left, weights, products)
            np.add(lines, products, lines)
            if together:
                np.tanh(lines, lines)
                recurrent.finish(lines[1:])
            else:
                activation.apply(lines[0], gates[0])
                recurrent.apply(lines[1:], gates[1:])
            if apart:
                np.multiply(gates[1], slab[0], first)
                np.multiply(gates[2], gates[0], second)
            else:  # f c and i g at once: their factors lie side by side
                np.multiply(slab[:2], slab[2:4], pair)
            np.add(first, second, c_next)
            if hidden is not None:
                c_next[hidden] = slab[0, hidden]
            activation.value(c_next, h_next)
            np.multiply(gates[3], h_next, h_next)
            if hidden is not None:
                h_next[hidden] = h[hidden]
            h = h_next

    def _c_after(self, t0, t1):
        """Return the arrays that the cell states after steps t0 to t1 go to."""
        places = [self.z[(t + 1) % len(self.z), 0] for t in range(t0, t1)]
        if t1 == self.run.steps:
            places[-1] = self.last_c
        return places

    # -----------------------------------------------------------------------------------------
    # Backward
    # -----------------------------------------------------------------------------------------
    def prepare_block(self, z, t0, t1):
        """Write the factors beside dc and dh into the slabs, and keep f."""
        activation, recurrent = self.run.curves
        before, line = z[:, 0], z[:, 1]
        g, opened = line, z[:, 2:]
        if activation.from_line or recurrent.from_line:
            g, opened = np.empty(g.shape, g.dtype), np.empty(opened.shape, g.dtype)
            activation.apply(line, g)
            recurrent.apply(z[:, 2:], opened)
        f, i, o = opened[:, 0], opened[:, 1], opened[:, 2]
        slopes = np.empty(opened.shape, g.dtype)
        recurrent.slope(opened, z[:, 2:], slopes)

        # The cell states after the steps; those of the last one lie in the next block, or did.
        cells = np.empty(g.shape, g.dtype)
        cells[:-1] = before[1:]
        cells[-1] = self.last_c
        self.last_c = before[0].copy()
        y = np.empty(g.shape, g.dtype)
        activation.value(cells, y)
        slope_c = np.empty(g.shape, g.dtype)
        activation.slope(y, activation.line(cells, cells), slope_c)
        slope_g = np.empty(g.shape, g.dtype)
        activation.slope(g, line, slope_g)

        # Each slab is written when what it held has been used.
        self.forget = f.copy()
        np.multiply(slopes[:, 1], g, out=z[:, 2])
        np.multiply(slopes[:, 0], before, out=z[:, 1])
        np.multiply(slope_g, i, out=z[:, 0])
        np.multiply(slopes[:, 2], y, out=z[:, 3])
        np.multiply(slope_c, o, out=z[:, 4])
        if self.hidden is not None:
            hidden = self.hidden[t0:t1]
            z.swapaxes(1, 2)[hidden] = 0
            self.forget[hidden] = 1

    def backward_block(self, z, t0, t1, arrivals):
        """Take the steps back from t1 to t0."""
        dh, dc = self.gradients
        weights, products, mask = self.run.recurrent_back, self.products, self.recurrent_dropout
        steps = zip(z[:, :4], z[:, :3], z[:, 3:], self.forget, arrivals, self.rows[t0:t1])
        for gates, by_dc, by_dh, f, arrived, hidden in reversed(list(steps)):
            if arrived is not None:
                np.add(dh, arrived, dh)
            kept = None
            if hidden is not None:
                if len(hidden) == self.n:
                    continue
                kept = dh[hidden]
            np.multiply(by_dh, dh, by_dh)
            np.add(dc, by_dh[1], dc)
            np.multiply(by_dc, dc, by_dc)
            np.multiply(dc, f, dc)
            np.matmul(gates, weights, products)
            if mask is not None:
                np.multiply(products, mask, products)
            np.add.reduce(products, axis=0, out=dh)
            if kept is not None:
                dh[hidden] = kept
