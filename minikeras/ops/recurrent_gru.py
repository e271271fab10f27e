"""The steps of a GRU (Cho et al. 2014), the reset gate after or before the recurrent product.

    z = s(x W_z + h R_z + b_z)                        r = s(x W_r + h R_r + b_r)
    after:   m = a(x W_h + b_h + r (h R_h + d))       before:   m = a(x W_h + b_h + (r h) R_h)
    h' = z h + (1 - z) m = m + z (h - m)

with s the recurrent activation and a the activation. Slabs: 0 the candidate m, 1 the update gate
z, 2 the reset gate r, 3 what the kind of GRU needs. Backwards, dh being the gradient of h':

    dz = dh (h - m) s'      dm = dh (1 - z) a'      h gets dh z, and what comes through z, r and m

The factors beside dh are known before the steps begin; they lie in the slabs.
"""

import numpy as np

from .recurrent_parts import Part


class _GRUPart(Part):
    """What both kinds share. Curves: (activation, recurrent activation).

    Attributes:
        passing: (steps, samples, units) of a block, the part of dh that goes to h directly.
    """

    slabs = 4
    input_gates = (2, 0, 1)  # Keras has z, r, h
    input_curves = (0, 1, 1)
    input_slabs = input_gradients = (0, 3)

    def begin(self):
        """Make the memory of a step."""
        units, dtype = self.run.units, self.run.dtype
        self.products = np.empty((4, self.n, units), dtype)
        self.opened = np.empty((2, self.n, units), dtype)
        self.candidate, self.small = np.empty((2, self.n, units), dtype)
        self.dropped = np.empty((3, self.n, units), dtype)

    @staticmethod
    def _stay(h, h_next, last):
        """Take a step that is masked for all: the state stays, and no slab is left undefined."""
        np.copyto(h_next, h)
        last.fill(0)
        return h_next

    def _open(self, gates):
        """Return z and r of a step from their lines."""
        recurrent = self.run.curves[1]
        place = self.opened if recurrent.from_line else gates
        recurrent.apply(gates, place)
        return place

    def _blend(self, line, update, h, h_next, hidden):
        """Write the next state, from the candidate's line, the update gate and the state."""
        activation, small = self.run.curves[0], self.small
        m = self.candidate if activation.from_line else line
        activation.apply(line, m)
        np.subtract(h, m, small)
        np.multiply(small, update, small)
        np.add(m, small, h_next)
        if hidden is not None:
            h_next[hidden] = h[hidden]

    def _values_and_slopes(self, z):
        """Return m, z and r of a block, the slopes of both gates, and the factor beside dm."""
        activation, recurrent = self.run.curves
        m, gates = z[:, 0], z[:, 1:3]
        if activation.from_line:
            m = np.empty(m.shape, m.dtype)
            activation.apply(z[:, 0], m)
        if recurrent.from_line:
            gates = np.empty(gates.shape, gates.dtype)
            recurrent.apply(z[:, 1:3], gates)
        slopes = np.empty(gates.shape, gates.dtype)
        recurrent.slope(gates, z[:, 1:3], slopes)
        candidate = np.empty(m.shape, m.dtype)
        activation.slope(m, z[:, 0], candidate)
        candidate -= gates[:, 0] * candidate
        return m, gates[:, 0], gates[:, 1], slopes, candidate

    def _hide(self, z, t0, t1):
        """Let masked steps pass everything on."""
        if self.hidden is not None:
            hidden = self.hidden[t0:t1]
            z.swapaxes(1, 2)[hidden] = 0
            self.passing[hidden] = 1


class AfterPart(_GRUPart):
    """The reset gate after the product, with a recurrent bias (Keras 3's default, cuDNN).

    Slab 3 holds h R_h + d; backwards, its gradient. The bias is (2, 3 * units): the input's, the
    recurrent products'.
    """

    recurrent_gates = (0, 1, 2)
    recurrent_curves = (1, 1, 0)
    recurrent_gradients = (1, 4)

    @staticmethod
    def input_bias(bias, units):
        """Return the input's bias, with the recurrent one of both gates: they are only added."""
        if bias is None:
            return None
        whole = bias[0].copy()
        whole[: 2 * units] += bias[1, : 2 * units]
        return whole

    @staticmethod
    def bias_gradient(bias, recurrent):
        """Return both rows: they differ for the candidate only."""
        both = np.stack([bias, bias])
        both[1, -len(recurrent[1]) :] = recurrent[1]
        return both

    def forward_block(self, z, t0, t1):
        """Take the steps from t0 to t1."""
        run, mask, small = self.run, self.recurrent_dropout, self.small
        weights, products = run.recurrent_weights, self.products[:3]
        z[:, 3] = 0
        if run.bias is not None:
            z[:, 3] = run.bias[1, 2 * run.units :] * run.dtype.type(run.curves[0].scale)
        h = self.h[t0 % len(self.h)]
        steps = zip(z[:, 0], z[:, 1:], z[:, 1:3], z[:, 3], self.h_after(t0, t1), self.rows[t0:t1])
        for line, recurrent, gates, reset, h_next, hidden in steps:
            if hidden is not None and len(hidden) == self.n:
                h = self._stay(h, h_next, reset)
                continue
            left = h if mask is None else np.multiply(h, mask, self.dropped[: len(mask)])
            np.matmul(left, weights, products)
            np.add(recurrent, products, recurrent)
            gates = self._open(gates)
            np.multiply(gates[1], reset, small)
            np.add(line, small, line)
            self._blend(line, gates[0], h, h_next, hidden)
            h = h_next

    def prepare_block(self, z, t0, t1):
        """Write the factors beside dh into the slabs."""
        m, update, r, slopes, candidate = self._values_and_slopes(z)
        self.passing = update.copy()
        through = z[:, 3] * slopes[:, 1]
        scale = self.run.curves[0].scale
        if scale != 1:  # the slab holds the product in the measure of the line
            through /= z.dtype.type(scale)
        np.multiply(candidate, r, out=z[:, 3])
        np.multiply(candidate, through, out=z[:, 2])
        np.subtract(self.h[t0:t1], m, out=through)
        np.multiply(through, slopes[:, 0], out=z[:, 1])
        z[:, 0] = candidate
        self._hide(z, t0, t1)

    def backward_block(self, z, t0, t1, arrivals):
        """Take the steps back from t1 to t0."""
        (dh,), mask = self.gradients, self.recurrent_dropout
        weights, products, passed = self.run.recurrent_back, self.products[:3], self.products[3]
        steps = zip(z, z[:, 1:], self.passing, arrivals)
        for slab, recurrent, passing, arrived in reversed(list(steps)):
            if arrived is not None:
                np.add(dh, arrived, dh)
            np.multiply(slab, dh, slab)
            np.multiply(passing, dh, passed)
            np.matmul(recurrent, weights, products)
            if mask is not None:
                np.multiply(products, mask, products)
            np.add.reduce(self.products, axis=0, out=dh)

    def new_recurrent_gradients(self):
        """Return zeros for the recurrent kernel and for the bias of the product that is reset."""
        return [*super().new_recurrent_gradients(), np.zeros(self.run.units, self.run.dtype)]

    def add_recurrent_gradients(self, totals, z, t0, t1):
        """Add what some steps contribute."""
        super().add_recurrent_gradients(totals, z, t0, t1)
        totals[1] += np.ones(z.shape[1], z.dtype) @ z[3]


class BeforePart(_GRUPart):
    """The reset gate before the product (Keras 2.1.5's default). Slab 3 holds r h.

    Attributes:
        through: of a block, the factor between the gradients of r h and of h.
    """

    recurrent_gates = (2, 0, 1)
    recurrent_curves = (0, 1, 1)
    recurrent_gradients = (0, 3)

    def forward_block(self, z, t0, t1):
        """Take the steps from t0 to t1."""
        for_candidate, for_gates = self.run.recurrent_weights[0], self.run.recurrent_weights[1:]
        products, small, mask = self.products[:2], self.small, self.recurrent_dropout
        h = self.h[t0 % len(self.h)]
        steps = zip(z[:, 0], z[:, 1:3], z[:, 3], self.h_after(t0, t1), self.rows[t0:t1])
        for line, gates, reset, h_next, hidden in steps:
            if hidden is not None and len(hidden) == self.n:
                h = self._stay(h, h_next, reset)
                continue
            left = first = h
            if mask is not None:
                left = np.multiply(h, mask, self.dropped[: len(mask)])
                first, left = left[0], left[-2:]
            np.matmul(left, for_gates, products)
            np.add(gates, products, gates)
            gates = self._open(gates)
            np.multiply(gates[1], first, reset)
            np.matmul(reset, for_candidate, small)
            np.add(line, small, line)
            self._blend(line, gates[0], h, h_next, hidden)
            h = h_next

    def prepare_block(self, z, t0, t1):
        """Write the factors into the slabs: of m and z beside dh, of r beside that of r h."""
        m, update, r, slopes, candidate = self._values_and_slopes(z)
        before, mask = self.h[t0:t1], self.recurrent_dropout
        self.passing, self.through = update.copy(), r.copy()
        np.multiply(before, slopes[:, 1], out=z[:, 2])
        np.multiply(before - m, slopes[:, 0], out=z[:, 1])
        z[:, 0] = candidate
        if mask is not None:
            z[:, 2] *= mask[0]
            self.through *= mask[0]
        self._hide(z, t0, t1)

    def backward_block(self, z, t0, t1, arrivals):
        """Take the steps back from t1 to t0."""
        (dh,), products = self.gradients, self.products[:2]
        passed, reset = self.products[2:]
        for_candidate, for_gates = self.run.recurrent_back[0], self.run.recurrent_back[1:]
        mask = None if self.recurrent_dropout is None else self.recurrent_dropout[-2:]
        steps = zip(z[:, :2], z[:, 1:3], self.passing, self.through, arrivals)
        for by_dh, gates, passing, through, arrived in reversed(list(steps)):
            if arrived is not None:
                np.add(dh, arrived, dh)
            np.multiply(by_dh, dh, by_dh)
            np.multiply(passing, dh, passed)
            np.matmul(by_dh[0], for_candidate, reset)
            np.multiply(gates[1], reset, gates[1])
            np.multiply(reset, through, reset)
            np.matmul(gates, for_gates, products)
            if mask is not None:
                np.multiply(products, mask, products)
            np.add.reduce(self.products, axis=0, out=dh)

    def add_recurrent_gradients(self, totals, z, t0, t1):
        """Add what some steps contribute; the candidate's product was of r h."""
        (total,), mask = totals, self.recurrent_dropout
        total[0] += z[3].T @ z[0]
        mask = None if mask is None else mask[-2:]
        self.add_products(total[1:], self.h[t0:t1], z[1:3], mask)
