"""Whole recurrent sequences: against their formulas, by finite differences, on threads."""

import itertools

import numpy as np
import pytest

from minikeras import parallel
from minikeras.autograd import Variable, grad, gradients, no_grad, recording
from minikeras.ops import recurrent, recurrent_run
from tests.ops import direct_recurrence
from tests.ops.direct_recurrence import GATES
from tests.ops.gradients import check

OPERATIONS = {
    "lstm": recurrent.lstm,
    "gru_after": recurrent.gru,
    "gru_before": recurrent.gru,
    "simple": recurrent.simple_rnn,
}
KINDS = list(OPERATIONS)
every_kind = pytest.mark.parametrize("kind", KINDS)

# samples, steps, features, units
SHAPES = [(3, 4, 2, 3), (1, 1, 1, 1), (2, 1, 3, 2), (1, 5, 2, 3), (4, 3, 1, 1), (2, 9, 3, 2)]
TWICE = list(itertools.product([False, True], repeat=2))
CURVES = ["hard_sigmoid", "hard_sigmoid_keras3", "linear", "relu", "sigmoid", "tanh"]


class Example:
    """Random arrays for one call, and the call itself."""

    def __init__(self, kind, shape=(3, 4, 2, 3), seed=0, bias=True, states=True, **settings):
        samples, steps, features, units = shape
        rng = np.random.default_rng(seed)
        gates = GATES[kind]
        self.kind, self.settings = kind, dict(settings)
        if kind.startswith("gru"):
            self.settings["reset_after"] = kind == "gru_after"
        self.x = rng.normal(size=(samples, steps, features))
        self.kernel = rng.normal(size=(features, gates * units)) * 0.4
        self.recurrent = rng.normal(size=(units, gates * units)) * 0.4
        self.bias = None
        if bias:
            rows = (2,) if kind == "gru_after" else ()
            self.bias = rng.normal(size=(*rows, gates * units)) * 0.4
        self.states = [rng.normal(size=(samples, units)) for _ in range(1 + (kind == "lstm"))]
        if not states:
            self.states = [None for _ in self.states]

    @property
    def arrays(self):
        return [self.x, *self.states, self.kernel, self.recurrent, self.bias]

    def call(self, *arrays, **changes):
        return OPERATIONS[self.kind](*arrays, **{**self.settings, **changes})

    def expected(self):
        states = [
            np.zeros((len(self.x), len(self.recurrent))) if s is None else s for s in self.states
        ]
        outputs, states = direct_recurrence.run(
            self.kind, self.x, states, self.kernel, self.recurrent, self.bias, **self.settings
        )
        return (outputs if self.settings.get("return_sequences") else outputs[:, -1], *states)

    def check(self):
        """Compare all outputs with the formulas, and all gradients with finite differences."""
        for actual, expected in zip(self.call(*self.arrays), self.expected(), strict=True):
            np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-12)
        given = [a for a in self.arrays if a is not None]

        def function(*tensors):
            tensors = iter(tensors)
            arrays = [None if a is None else next(tensors) for a in self.arrays]
            return list(self.call(*arrays))

        check(function, *given)


def random_mask(shape, seed=1):
    """A mask with holes at the front, in the middle and at the end; one sample hidden entirely."""
    mask = np.random.default_rng(seed).random(shape[:2]) < 0.6
    if shape[0] > 2:
        mask[0] = False
    return mask


def dropout_masks(kind, shape, by_gate, seed=2):
    samples, _, features, units = shape
    rng = np.random.default_rng(seed)
    gates = (GATES[kind],) if by_gate else ()
    return {
        "dropout_mask": (rng.random((*gates, samples, features)) < 0.7) / 0.7,
        "recurrent_dropout_mask": (rng.random((*gates, samples, units)) < 0.7) / 0.7,
    }


# ---------------------------------------------------------------------------------------------
# Values and gradients
# ---------------------------------------------------------------------------------------------
@every_kind
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("return_sequences", [False, True])
def test_shapes(kind, shape, return_sequences):
    Example(kind, shape, return_sequences=return_sequences).check()


@every_kind
@pytest.mark.parametrize("backwards, sequences", TWICE)
def test_masks(kind, backwards, sequences):
    for seed, shape in enumerate(SHAPES):
        for zero in (False, True):
            Example(
                kind,
                shape,
                seed,
                mask=random_mask(shape, seed),
                go_backwards=backwards,
                return_sequences=sequences,
                zero_output_for_mask=zero,
            ).check()


@pytest.mark.parametrize("kind", ["lstm", "gru_after", "gru_before"])
@pytest.mark.parametrize("pair", list(itertools.product(CURVES, CURVES)), ids="-".join)
def test_activations(kind, pair):
    activation, recurrent_activation = pair
    Example(
        kind,
        seed=3,
        activation=activation,
        recurrent_activation=recurrent_activation,
        return_sequences=True,
        mask=random_mask((3, 4)),
    ).check()


@pytest.mark.parametrize("activation", CURVES)
def test_activations_of_the_simple_layer(activation):
    mask = random_mask((3, 4))
    Example("simple", activation=activation, return_sequences=True, mask=mask).check()


@every_kind
@pytest.mark.parametrize("by_gate", [False, True])
@pytest.mark.parametrize("which", ["both", "dropout_mask", "recurrent_dropout_mask"])
def test_dropout_masks_held_fixed(kind, by_gate, which):
    shape = (3, 4, 2, 3)
    masks = dropout_masks(kind, shape, by_gate)
    if which != "both":
        masks = {which: masks[which]}
    for backwards, mask in itertools.product([False, True], [None, random_mask(shape)]):
        Example(
            kind, shape, go_backwards=backwards, mask=mask, return_sequences=True, **masks
        ).check()


@every_kind
@pytest.mark.parametrize("bias, states", TWICE)
def test_without_bias_and_without_states(kind, bias, states):
    Example(kind, bias=bias, states=states, return_sequences=True).check()


@every_kind
def test_many_steps_are_taken_block_by_block(kind, monkeypatch):
    monkeypatch.setattr(recurrent_run, "_ROWS", 6)
    for samples, steps in ((1, 7), (2, 7), (3, 4), (2, 6), (7, 5)):
        shape = (samples, steps, 2, 3)
        mask = random_mask(shape)
        Example(kind, shape, return_sequences=True, mask=mask).check()
        example = Example(kind, shape, mask=mask)
        with no_grad():  # where the blocks share one memory
            found = example.call(*example.arrays)
        for actual, expected in zip(found, example.expected(), strict=True):
            np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-12)


@every_kind
@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("product", [1, 10**9], ids=["many parts", "one part"])
def test_threads(kind, threads, product, monkeypatch):
    monkeypatch.setattr(recurrent_run, "_PRODUCT", product)
    monkeypatch.setattr(recurrent_run, "_HAND_OVER", 1)
    parallel.set_num_threads(threads)
    try:
        shape = (5, 6, 2, 3)
        masks = dropout_masks(kind, shape, by_gate=True)
        Example(kind, shape, return_sequences=True, mask=random_mask(shape), **masks).check()
        Example(kind, shape, go_backwards=True).check()
    finally:
        parallel.set_num_threads(None)


# ---------------------------------------------------------------------------------------------
# Types, memory, what is computed
# ---------------------------------------------------------------------------------------------
@every_kind
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("recurrent_activation", ["sigmoid", "hard_sigmoid", "relu", "linear"])
def test_types_are_kept(kind, dtype, recurrent_activation):
    settings = (
        {"activation": recurrent_activation}
        if kind == "simple"
        else {"recurrent_activation": recurrent_activation}
    )
    masks = dropout_masks(kind, (3, 4, 2, 3), by_gate=True)
    example = Example(kind, return_sequences=True, mask=random_mask((3, 4)), **settings, **masks)
    variables = [Variable(a, dtype) for a in example.arrays]
    with recording(variables):
        out = example.call(*variables)
        found = gradients(list(out), variables)
    assert {o.dtype.name for o in out} == {dtype}
    assert {g.dtype.name for g in found} == {dtype}


@every_kind
def test_float32_is_close_to_float64(kind):
    example = (
        Example(kind, (4, 30, 5, 6), recurrent_activation="sigmoid")
        if kind != "simple"
        else Example(kind, (4, 30, 5, 6))
    )
    single = [a.astype("float32") for a in example.arrays]
    np.testing.assert_allclose(example.call(*single)[0], example.expected()[0], atol=3e-6)


@every_kind
def test_arrays_that_are_not_contiguous(kind):
    example = Example(kind, return_sequences=True)
    arrays = [np.asfortranarray(a) for a in example.arrays]
    for actual, expected in zip(example.call(*arrays), example.expected(), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-12)
    check(lambda *a: list(example.call(*a)), *arrays)


@every_kind
def test_the_arguments_are_left_alone(kind):
    example = Example(kind, return_sequences=True, mask=random_mask((3, 4)))
    before = [a.copy() for a in example.arrays]
    variables = [Variable(a) for a in example.arrays]
    with recording(variables):
        gradients(list(example.call(*variables)), variables)
    for a, v, b in zip(example.arrays, variables, before, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(v.data, b)


@every_kind
def test_what_is_masked_does_not_count_at_all(kind):
    example = Example(kind, return_sequences=True, mask=random_mask((3, 4)))
    variables = [Variable(a) for a in example.arrays]
    variables[0].data[~example.settings["mask"]] = np.nan
    with recording(variables):
        out = example.call(*variables)
        found = gradients(list(out), variables)
    for actual, expected in zip(out, example.expected(), strict=True):
        np.testing.assert_allclose(actual.data, expected, rtol=1e-10, atol=1e-12)
    assert all(np.isfinite(g).all() for g in found)
    np.testing.assert_array_equal(found[0][~example.settings["mask"]], 0)


@every_kind
def test_only_the_gradients_that_are_needed(kind):
    example = Example(kind)
    full = [Variable(a) for a in example.arrays]
    with recording(full):
        expected = gradients(example.call(*full)[0], full)
    for i in range(len(full)):
        arrays = list(example.arrays)
        arrays[i] = Variable(arrays[i])
        with recording([arrays[i]]):
            (found,) = gradients(example.call(*arrays)[0], [arrays[i]])
        np.testing.assert_allclose(found, expected[i], rtol=1e-12, atol=1e-15)


def test_the_slope_at_both_ends_of_the_hard_sigmoid():
    # As `ops.hard_sigmoid`: the ends still let the gradient pass.
    for end in (-2.5, 2.5):
        bias = Variable(np.array([end]))
        with recording([bias]):
            h, _ = recurrent.simple_rnn(
                np.zeros((1, 1, 1)),
                None,
                np.ones((1, 1)),
                np.ones((1, 1)),
                bias,
                activation="hard_sigmoid",
            )
            (found,) = gradients(h, [bias])
        assert found == pytest.approx(0.2)


def test_where_nothing_is_recorded_the_slabs_of_a_block_are_all_there_is():
    run = recurrent_run.Run(
        recurrent.LSTMPart,
        np.zeros((1, 1000, 2)),
        [None, None],
        np.zeros((2, 12)),
        np.zeros((3, 12)),
        None,
        (recurrent.curve_named("tanh", np.dtype(float)),) * 2,
        keep=False,
    )
    part = recurrent.LSTMPart(run, 0, 1)
    part.forward(None, np.empty((1, 3)), [np.empty((1, 3))] * 2)
    assert len(part.z) < 1000
    assert len(part.h) == 2


# ---------------------------------------------------------------------------------------------
# Messages
# ---------------------------------------------------------------------------------------------
def test_shapes_that_do_not_fit_are_named():
    example = Example("lstm")
    x, h, c, kernel, recurrent_kernel, bias = example.arrays
    wrong = {
        "takes x of shape": (x[0], h, c, kernel, recurrent_kernel, bias),
        "kernel of shape": (x, h, c, kernel[:, 1:], recurrent_kernel, bias),
        "recurrent_kernel of shape": (x, h, c, kernel, recurrent_kernel[:, 1:], bias),
        "bias of shape": (x, h, c, kernel, recurrent_kernel, bias[1:]),
        "initial state 1 of shape": (x, h, c[1:], kernel, recurrent_kernel, bias),
        "at least one time step": (x[:, :0], h, c, kernel, recurrent_kernel, bias),
    }
    for message, arrays in wrong.items():
        with pytest.raises(ValueError, match=message):
            recurrent.lstm(*arrays)
    with pytest.raises(ValueError, match="mask of shape"):
        recurrent.lstm(*example.arrays, mask=np.ones((3, 5), bool))
    for name in ("dropout_mask", "recurrent_dropout_mask"):
        with pytest.raises(ValueError, match=f"{name} must have shape"):
            recurrent.lstm(*example.arrays, **{name: np.ones((2, 2))})


def test_an_activation_that_is_not_fused_is_named():
    with pytest.raises(ValueError, match="'softmax': run a cell step by step"):
        recurrent.lstm(*Example("lstm").arrays, activation="softmax")


def test_a_second_derivative_is_refused_by_name():
    example = Example("simple")
    with pytest.raises(NotImplementedError, match="simple_rnn"):
        grad(lambda x: grad(lambda x: example.call(x, *example.arrays[1:])[0].sum())(x).sum())(
            example.x
        )
