"""Gradients of recurrent layers in float64, over the product of masks, states and odd shapes.

One operation and the loop over a cell must give the same gradients, and finite differences must
agree with both. Dropout masks are held fixed.
"""

import itertools

import numpy as np
import pytest

from minikeras import layers
from minikeras.autograd import GradientError, Variable, check_variables, gradients, recording

KINDS = {
    "lstm": lambda n, **k: layers.LSTM(n, **k),
    "lstm, one mask": lambda n, **k: layers.LSTM(n, implementation=2, **k),
    "gru after": lambda n, **k: layers.GRU(n, reset_after=True, **k),
    "gru before": lambda n, **k: layers.GRU(n, **k),
    "simple": lambda n, **k: layers.SimpleRNN(n, **k),
}
# samples, steps, features, units
SHAPES = [(1, 1, 1, 1), (3, 1, 2, 2), (1, 4, 2, 1), (2, 3, 1, 3), (4, 5, 3, 2)]
WAYS = [(True, False), (False, True)]  # return_sequences, go_backwards


def masks(samples, steps):
    """No mask; steps hidden in front, at the end, in the middle; a sample hidden entirely."""
    front, end, middle, whole = np.ones((4, samples, steps), bool)
    front[0, : steps - 1] = False
    end[-1, 1:] = False
    middle[:, 1 : steps - 1] = False
    whole[0] = False
    return [None, front, end, middle, whole]


class Example:
    """A layer with random weights, its sources of gradients, and how it is called."""

    def __init__(self, kind, shape, dropout, **settings):
        samples, steps, features, units = shape
        rng = np.random.default_rng(3)
        if dropout:
            settings.update(dropout=0.4, recurrent_dropout=0.4)
        self.layer = KINDS[kind](units, dtype="float64", return_state=True, **settings)
        self.layer._reset_masks = lambda: None
        self.training = dropout
        self.x = Variable(rng.normal(size=(samples, steps, features)), name="x")
        self.layer(self.x)
        self.layer.set_weights([rng.normal(0, 0.5, w.shape) for w in self.layer.get_weights()])
        self.states = [
            Variable(rng.normal(size=(samples, units)), name=f"state {i}")
            for i in range(len(self.layer.state_size))
        ]

    def run(self, mask, with_states):
        states = self.states if with_states else None
        return self.layer(self.x, initial_state=states, mask=mask, training=self.training)

    def sources(self, with_states):
        return [self.x, *(self.states if with_states else []), *self.layer.trainable_weights]

    def gradients(self, mask, with_states, fused):
        self.layer.fused = fused
        sources = self.sources(with_states)
        with recording(sources):
            out = self.run(mask, with_states)
            sent = [np.linspace(-1, 2, t.size).reshape(t.shape) for t in out]
            return gradients(out, sources, sent)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dropout", [False, True])
def test_one_operation_and_the_loop_agree(kind, shape, dropout):
    for sequences, backwards in WAYS:
        example = Example(kind, shape, dropout, return_sequences=sequences, go_backwards=backwards)
        for mask, with_states in itertools.product(masks(*shape[:2]), [False, True]):
            fused = example.gradients(mask, with_states, True)
            loop = example.gradients(mask, with_states, False)
            # Terms are of the order of 1; where all steps are hidden, weights get no gradient.
            for a, b, source in zip(fused, loop, example.sources(with_states), strict=True):
                a = np.zeros(source.shape) if a is None else a
                b = np.zeros(source.shape) if b is None else b
                np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-11, err_msg=source.name)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fused", [True, False])
def test_finite_differences_agree(kind, shape, fused):
    every = masks(*shape[:2])
    for (sequences, backwards), dropout, mask in zip(WAYS, (False, True), (every[3], every[4])):
        example = Example(kind, shape, dropout, return_sequences=sequences, go_backwards=backwards)
        example.layer.fused = fused
        sources = example.sources(True)
        report = check_variables(lambda e=example, m=mask: e.run(m, True), sources, directions=1)
        assert report.checked


def test_a_planted_error_is_caught():
    example = Example("simple", (2, 3, 1, 3), False)
    honest = example.layer.cell.call

    def wrong(inputs, states, training=None):
        output, states = honest(inputs, states, training)
        return output, [state.data + 0.0 for state in states]  # cuts the way back through time

    example.layer.cell.call, example.layer.fused = wrong, False
    with pytest.raises(GradientError, match="gradient of x"):
        check_variables(lambda: example.run(None, True), example.sources(True))
