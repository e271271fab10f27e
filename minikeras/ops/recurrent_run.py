"""One run of a recurrent layer over a batch of sequences: its weights made ready, its parts shared
among threads, and the parts' gradients put together.
"""

import numpy as np

from .. import parallel

_ROWS = 512  # samples times steps in a block: its gates fit into a second-level cache
_PRODUCT = 2**20  # multiplications at one step of a part that repay a thread's own Python
_HAND_OVER = 2**22  # multiplications that repay the handing over to another thread


class Run:
    """What all parts of one run share.

    Args:
        part: the kind of layer, a subclass of `Part`.
        x: array (samples, steps, features).
        states: list of arrays (samples, units), None for zeros.
        kernel: array (features, gates * units).
        recurrent_kernel: array (units, gates * units).
        bias: array, or None.
        curves: tuple of the curves of the part.
        keep: whether a gradient may be wanted.
        return_sequences, go_backwards, mask, zero_output_for_mask, dropout_mask,
            recurrent_dropout_mask: as for the operations in `recurrent`.

    Attributes:
        input_weights: (gates, features + 1, units), scaled for the curves, the bias in the last
            row; gates in the order of the slabs.
        recurrent_weights: (gates, units, units), likewise.
        input_back, recurrent_back: both kernels gate by gate, transposed, not scaled.
        x, hidden: in the order in which the steps are taken; `hidden` is true where a step is
            masked, None where none is.
    """

    def __init__(
        self,
        part,
        x,
        states,
        kernel,
        recurrent_kernel,
        bias,
        curves,
        keep,
        *,
        return_sequences=False,
        go_backwards=False,
        mask=None,
        zero_output_for_mask=False,
        dropout_mask=None,
        recurrent_dropout_mask=None,
    ):
        self.part, self.dtype, self.keep = part, x.dtype, keep
        self.samples, self.steps, self.features = x.shape
        self.units = recurrent_kernel.shape[0]
        self.states, self.bias, self.curves = states, bias, curves
        self.kernel, self.recurrent_kernel = kernel, recurrent_kernel
        self.sequences, self.reverse = return_sequences, go_backwards
        self.x = self._in_order(x)
        hidden = None if mask is None else self._in_order(~np.asarray(mask, bool))
        self.hidden = hidden if hidden is not None and hidden.any() else None
        self.zeros = zero_output_for_mask and self.hidden is not None
        self.dropout = self._by_slab(dropout_mask, part.input_gates)
        self.recurrent_dropout = self._by_slab(recurrent_dropout_mask, part.recurrent_gates)
        self.input_weights = self._make_input_weights(part.input_bias(bias, self.units))
        self.recurrent_weights = self._make_recurrent_weights()
        self.input_back = self.recurrent_back = self.parts = None

    def _in_order(self, array):
        """Return an array (samples, steps, ...) with the steps in the order they are taken in."""
        return array[:, ::-1] if self.reverse else array

    def _by_slab(self, mask, gates):
        """Return a dropout mask as (1 or gates, samples, n), in the order of the slabs."""
        if mask is None:
            return None
        mask = np.asarray(mask, self.dtype)
        return mask[None] if mask.ndim == 2 else mask[list(gates)]

    def _gate(self, kernel, gate):
        """Return the part of a kernel, or bias, that belongs to Keras's gate number `gate`."""
        return kernel[..., gate * self.units : (gate + 1) * self.units]

    def _make_input_weights(self, bias):
        part = self.part
        weights = np.zeros((len(part.input_gates), self.features + 1, self.units), self.dtype)
        for out, gate, number in zip(weights, part.input_gates, part.input_curves):
            curve = self.curves[number]
            scale, shift = self.dtype.type(curve.scale), self.dtype.type(curve.shift)
            np.multiply(self._gate(self.kernel, gate), scale, out=out[:-1])
            if bias is not None:
                np.multiply(self._gate(bias, gate), scale, out=out[-1])
            out[-1] += shift
        return weights

    def _make_recurrent_weights(self):
        part = self.part
        weights = np.empty((len(part.recurrent_gates), self.units, self.units), self.dtype)
        for out, gate, number in zip(weights, part.recurrent_gates, part.recurrent_curves):
            scale = self.dtype.type(self.curves[number].scale)
            np.multiply(self._gate(self.recurrent_kernel, gate), scale, out=out)
        return weights

    def _transposed(self, kernel, gates):
        """Return the parts of a kernel that belong to some gates, each transposed."""
        out = np.empty((len(gates), self.units, len(kernel)), self.dtype)
        for place, gate in zip(out, gates):
            np.copyto(place, self._gate(kernel, gate).T)
        return out

    @staticmethod
    def block(samples):
        """Return how many steps are worked on at a time."""
        return max(2, _ROWS // max(1, samples))

    def blocks(self, start, stop, samples):
        """Yield the ranges of steps, from `start` to `stop`, that are worked on at a time."""
        length = self.block(samples)
        for t in range(start, stop, length):
            yield t, min(t + length, stop)

    def least_steps(self, *weights):
        """Return for how many steps the products with some weights are worth another thread."""
        size = sum(w.size for w in weights) * self.samples
        return -(-_HAND_OVER // max(1, size))

    # -----------------------------------------------------------------------------------------
    # Forward
    # -----------------------------------------------------------------------------------------
    def forward(self):
        """Return the output, of all steps or of the last one, and the last states."""
        shape = (self.samples, self.units)
        output = np.empty(shape, self.dtype)
        finals = [np.empty(shape, self.dtype) for _ in self.states]
        every = None
        if self.sequences:
            every = np.empty((self.samples, self.steps, self.units), self.dtype)

        def work(start, stop):
            part = self.part(self, start, stop)
            part.forward(every, output, finals)
            return part

        least = -(-_PRODUCT // max(1, self.recurrent_weights.size))
        with parallel.blas_in_one_thread:
            parts = parallel.run(work, self.samples, least)
        if self.keep:
            self.parts = parts
        if self.sequences:
            output = every
        if self.zeros:
            output[self._hidden_outputs()] = 0
        return (output, *finals)

    def _hidden_outputs(self):
        """Return where the output is that of a masked step."""
        return self.hidden if self.sequences else self.hidden[:, -1]

    # -----------------------------------------------------------------------------------------
    # Backward
    # -----------------------------------------------------------------------------------------
    def backward(self, g, needs):
        """Return the gradients of x, the states, both kernels and the bias, as `needs` asks.

        The parts' memory is used up: this can be called once, as the engine does.
        """
        if self.parts is None:
            raise ValueError(
                "This recurrent sequence ran where nothing was recorded, or its memory has been "
                "used up by a first walk backwards. Compute it again inside recording()."
            )
        parts, self.parts = self.parts, None
        sent, *finals = g
        if sent is not None and self.zeros:
            sent = sent.copy()
            sent[self._hidden_outputs()] = 0
        sent, output = (sent, None) if self.sequences else (None, sent)
        for_x, *_, for_kernel, for_recurrent, for_bias = needs
        part = self.part
        self.recurrent_back = self._transposed(self.recurrent_kernel, part.recurrent_gates)
        dx = None
        if for_x:
            self.input_back = self._transposed(self.kernel, part.input_gates)
            dx = np.empty((self.samples, self.steps, self.features), self.dtype)
        wanted = (
            for_kernel or for_bias,
            for_recurrent or for_bias,
            None if dx is None else self._in_order(dx),
        )
        with parallel.blas_in_one_thread:
            states, shares = self._work_back(parts, (sent, output, finals), wanted)
        return [dx, *states, *self._weight_gradients(*_sum(shares), needs)]

    def _work_back(self, parts, sent, wanted):
        """Return the gradients of the states, and the shares of the weights' gradients."""
        if len(parts) == 1:  # through time first; then the steps may be shared among threads
            states = parts[0].backward(*sent)
            shares = parallel.run(
                lambda t0, t1: parts[0].product_gradients(t0, t1, *wanted),
                self.steps,
                self.least_steps(self.input_weights, self.recurrent_weights),
            )
            return states, shares

        def work(first, stop):
            found = []
            for part in parts[first:stop]:
                states = part.backward(*sent)
                found.append((states, part.product_gradients(0, self.steps, *wanted)))
            return found

        found = [pair for pairs in parallel.run(work, len(parts)) for pair in pairs]
        states = [np.concatenate(s) for s in zip(*(states for states, _ in found))]
        return states, [share for _, share in found]

    def _weight_gradients(self, inputs, recurrent, needs):
        """Return the gradients of kernel, recurrent kernel and bias in Keras's order of gates."""
        *_, for_kernel, for_recurrent, for_bias = needs
        part = self.part
        kernel = recurrent_kernel = bias = None
        if for_kernel:
            kernel = self._columns(inputs[:, :-1], part.input_gates)
        if for_recurrent:
            recurrent_kernel = self._columns(recurrent[0], part.recurrent_gates)
        if for_bias:
            bias = self._columns(inputs[:, -1:], part.input_gates)[0]
            bias = part.bias_gradient(bias, recurrent)
        return kernel, recurrent_kernel, bias

    def _columns(self, gates, order):
        """Return (gates, rows, units) in the order of the slabs as the columns of a kernel."""
        kernel = np.empty((gates.shape[1], len(order) * self.units), self.dtype)
        for gate, number in zip(gates, order):
            self._gate(kernel, number)[...] = gate
        return kernel


def _sum(shares):
    """Return the sum of the parts' gradients, (inputs, recurrent), in the order of the parts."""
    (inputs, recurrent), *others = shares
    for more, more_recurrent in others:
        if inputs is not None:
            inputs += more
        for total, share in zip(recurrent, more_recurrent):
            total += share
    return inputs, recurrent
