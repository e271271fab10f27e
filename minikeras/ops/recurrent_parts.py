"""Some samples on their way through time: what LSTM, GRU and SimpleRNN have in common.

The samples of a batch have nothing to do with one another. So the batch is cut into parts, one for
each thread, and each part takes all of its steps by itself, with matrix products small enough for
one core. Within a part

- arrays are time-major, (steps, samples, units), and at each step the gates lie one behind the
  other, (steps, slabs, samples, units), so that what is computed at once is contiguous;
- the input is multiplied by its weights many steps at a time, in blocks that stay in the cache; a
  column of ones beside it carries the bias;
- backwards, everything that does not wait for the gradient of a later step is worked out a block
  at a time. The steps themselves then multiply what is there by the gradient, and so leave behind
  the gradients of the gates, in the same memory;
- the gradients of the weights, and of the input, are products over many steps at a time again.

A masked step keeps the states. Its gates have gradient 0, and what comes back passes through.
"""

import numpy as np

from .. import parallel


class Part:
    """Samples `start` to `stop` of a run.

    Subclasses are the kinds of layers. They say which gate lies in which slab, and implement
    `begin`, `forward_block`, `prepare_block` and `backward_block`.

    Args:
        run: the `Run`.

    Attributes:
        slabs: how many slabs there are.
        input_gates, recurrent_gates: Keras's numbers of the gates of both kernels, in the order
            of the slabs.
        input_curves, recurrent_curves: for each of them, which of the run's curves it leads to.
        input_slabs: (first, stop), the slabs that the products of the input go to.
        input_gradients, recurrent_gradients: (first, stop), the slabs that hold the gradients of
            these gates after the steps backwards.
        z: the slabs, (steps, slabs, samples, units).
        h: the states (steps + 1, samples, units), the initial one first.
    """

    def __init__(self, run, start, stop):
        self.run = run
        self.where = slice(start, stop)
        self.n = n = stop - start
        self.states = [
            np.zeros((n, run.units), run.dtype) if s is None else s[start:stop] for s in run.states
        ]
        self.dropout, self.recurrent_dropout = (
            None if mask is None else mask[:, start:stop]
            for mask in (run.dropout, run.recurrent_dropout)
        )
        self.hidden = None
        self.rows = [None] * run.steps
        if run.hidden is not None and run.hidden[start:stop].any():
            self.hidden = np.ascontiguousarray(run.hidden[start:stop].T)
            self.rows = [np.flatnonzero(row) if row.any() else None for row in self.hidden]

    # -----------------------------------------------------------------------------------------
    # What the kinds of layers say
    # -----------------------------------------------------------------------------------------
    @staticmethod
    def input_bias(bias, units):
        """Return the bias of the input's products, (gates * units,), or None."""
        return bias

    @staticmethod
    def bias_gradient(bias, recurrent):
        """Return the bias's gradient, from its input's and from the recurrent gradients."""
        return bias

    def begin(self):
        """Make the memory that the steps need."""
        raise NotImplementedError

    def forward_block(self, z, t0, t1):
        """Take the steps from t0 to t1; `z` are their slabs, filled by the input's products."""
        raise NotImplementedError

    def prepare_block(self, z, t0, t1):
        """Turn slabs of values into the factors of the gradient that later steps will send."""
        raise NotImplementedError

    def backward_block(self, z, t0, t1, arrivals):
        """Take the steps back from t1 to t0.

        Args:
            arrivals: the gradient of the output of each step, (samples, units) or None.
        """
        raise NotImplementedError

    # -----------------------------------------------------------------------------------------
    # Forward
    # -----------------------------------------------------------------------------------------
    def forward(self, sequences, output, finals):
        """Take all steps.

        Args:
            sequences: array (samples, steps, units) to write the outputs to, or None.
            output: array (samples, units) for the last output.
            finals: list of arrays (samples, units) for the last states.
        """
        run = self.run
        # Where nothing is kept, each block takes the memory of the one before.
        length = run.steps if run.keep else min(run.steps, run.block(self.n))
        self.z = np.empty((length, self.slabs, self.n, run.units), run.dtype)
        whole = run.keep or sequences is not None
        self.h = np.empty((run.steps + 1 if whole else 2, self.n, run.units), run.dtype)
        self.h[0] = self.states[0]
        self.begin()
        if run.keep:  # the threads of a run that is one part can help here, if not in the steps
            parallel.run(self._project_steps, run.steps, run.least_steps(run.input_weights))
        for t0, t1 in run.blocks(0, run.steps, self.n):
            z = self.z[t0:t1] if run.keep else self.z[: t1 - t0]
            if not run.keep:
                self._project(z, t0, t1)
            self.forward_block(z, t0, t1)
        last = self.h[run.steps % len(self.h)]
        output[self.where] = last
        if sequences is not None:
            sequences[self.where] = self.h[1:].swapaxes(0, 1)
        for final, state in zip(finals, self.last_states(last)):
            final[self.where] = state

    def last_states(self, h):
        """Return the states after the last step, `h` being the output."""
        return [h]

    def h_after(self, t0, t1):
        """Return the arrays that the states after steps t0 to t1 go to."""
        h = self.h
        return [h[(t + 1) % len(h)] for t in range(t0, t1)]

    def inputs(self, t0, t1):
        """Return the inputs of some steps, time-major, with a last column of ones.

        What is masked is 0: it could be anything, and must not spoil a product.
        """
        run = self.run
        block = np.empty((t1 - t0, self.n, run.features + 1), run.dtype)
        block[..., :-1] = run.x[self.where, t0:t1].swapaxes(0, 1)
        block[..., -1] = 1
        if self.hidden is not None:
            block[self.hidden[t0:t1]] = 0
        return block

    def _dropped(self, block, gate):
        """Return a block of inputs multiplied by the dropout mask of a gate."""
        dropped = np.empty(block.shape, block.dtype)
        np.multiply(block[..., :-1], self.dropout[gate], out=dropped[..., :-1])
        dropped[..., -1] = block[..., -1]
        return dropped

    def _project_steps(self, first, stop):
        for t0, t1 in self.run.blocks(first, stop, self.n):
            self._project(self.z[t0:t1], t0, t1)

    def _project(self, z, t0, t1):
        """Multiply the inputs of some steps by their weights, into the slabs `z`.

        One product for each step and gate: small ones run best on one core.
        """
        z = z[:, slice(*self.input_slabs)].swapaxes(0, 1)
        x, weights = self.inputs(t0, t1), self.run.input_weights
        if self.dropout is not None and len(self.dropout) > 1:
            for gate, out in enumerate(z):
                np.matmul(self._dropped(x, gate), weights[gate], out=out)
            return
        if self.dropout is not None:
            x = self._dropped(x, 0)
        if self.n == 1:
            np.matmul(x[:, 0], weights, out=z[:, :, 0])
        else:
            np.matmul(x, weights[:, None], out=z)

    # -----------------------------------------------------------------------------------------
    # Backward
    # -----------------------------------------------------------------------------------------
    def backward(self, sent, output, finals):
        """Take all steps back; leave the gradients of the gates in `z`.

        Args:
            sent: gradient (samples, steps, units) of all outputs, or None.
            output, finals: gradients of the last output and of the last states, or None.

        Returns:
            List of the gradients of the initial states.
        """
        run = self.run
        self.gradients = [np.zeros((self.n, run.units), run.dtype) for _ in self.states]
        for gradient, final in zip(self.gradients, finals):
            if final is not None:
                gradient += final[self.where]
        if output is not None:
            self.gradients[0] += output[self.where]
        for t0, t1 in reversed(list(run.blocks(0, run.steps, self.n))):
            z = self.z[t0:t1]
            self.prepare_block(z, t0, t1)
            arrivals = [None] * (t1 - t0)
            if sent is not None:
                arrivals = np.ascontiguousarray(sent[self.where, t0:t1].swapaxes(0, 1))
            self.backward_block(z, t0, t1, arrivals)
        return self.gradients

    def product_gradients(self, t0, t1, for_kernel, for_recurrent, dx):
        """Return the gradients of both kernels, gate by gate, from some of the steps.

        Args:
            for_kernel, for_recurrent: whether they are wanted.
            dx: array (samples, steps, features) to write the input's gradient to, or None.

        Returns:
            (gradient (gates, features + 1, units) or None, list of arrays of the kind's own).
        """
        run = self.run
        kernel = np.zeros_like(run.input_weights) if for_kernel else None
        recurrent = self.new_recurrent_gradients() if for_recurrent else []
        for b0, b1 in run.blocks(t0, t1, self.n):
            # Gate by gate: the steps of each gate become the rows of one matrix.
            z = np.ascontiguousarray(self.z[b0:b1].swapaxes(0, 1))
            z = z.reshape(self.slabs, -1, run.units)
            if for_recurrent:
                self.add_recurrent_gradients(recurrent, z, b0, b1)
            gates = z[slice(*self.input_gradients)]
            if for_kernel:
                self._add_kernel_gradient(kernel, gates, b0, b1)
            if dx is not None:
                self._write_input_gradient(dx, gates, b0, b1)
        return kernel, recurrent

    def _add_kernel_gradient(self, total, gates, t0, t1):
        x = self.inputs(t0, t1)
        columns = x.shape[-1]
        if self.dropout is not None and len(self.dropout) > 1:
            for i, gate in enumerate(gates):
                total[i] += self._dropped(x, i).reshape(-1, columns).T @ gate
            return
        if self.dropout is not None:
            x = self._dropped(x, 0)
        total += np.matmul(x.reshape(-1, columns).T, gates)

    def _write_input_gradient(self, dx, gates, t0, t1):
        products = np.matmul(gates, self.run.input_back)
        products = products.reshape(len(gates), t1 - t0, self.n, -1)
        out = dx[self.where, t0:t1].swapaxes(0, 1)
        if self.dropout is not None and len(self.dropout) > 1:
            products *= self.dropout[:, None]
        np.add.reduce(products, axis=0, out=out)
        if self.dropout is not None and len(self.dropout) == 1:
            out *= self.dropout[0]

    def new_recurrent_gradients(self):
        """Return zeros for the gradients of the recurrent weights, a list of arrays."""
        return [np.zeros_like(self.run.recurrent_weights)]

    def add_recurrent_gradients(self, totals, z, t0, t1):
        """Add what some steps contribute; `z` are their slabs, (slabs, steps * n, units)."""
        gates = z[slice(*self.recurrent_gradients)]
        self.add_products(totals[0], self.h[t0:t1], gates, self.recurrent_dropout)

    def add_products(self, total, left, gates, mask):
        """Add to `total` (gates, units, units) the products of states with gates' gradients."""
        units = self.run.units
        if mask is not None and len(mask) > 1:
            for i, gate in enumerate(gates):
                total[i] += (left * mask[i]).reshape(-1, units).T @ gate
            return
        if mask is not None:
            left = left * mask[0]
        total += np.matmul(left.reshape(-1, units).T, gates)
