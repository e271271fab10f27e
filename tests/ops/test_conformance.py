"""One standard for every operation: values, gradients, types, memory layouts.

What is registered in `OPS` without a case in `tests.ops.cases` fails here.
"""

import numpy as np
import pytest

import minikeras.backend  # noqa: F401 (it registers operations too)
from minikeras import ops
from minikeras.autograd import (
    RowGradient,
    Tensor,
    Variable,
    check_gradients,
    check_second_order,
    gradients,
    recording,
)
from minikeras.autograd.engine import OPS
from minikeras.backend import function
from minikeras.layers import Input
from tests.ops.cases import all_cases

CASES = all_cases()
every = pytest.mark.parametrize("case", CASES, ids=[c.label for c in CASES])


def pick(condition):
    chosen = [c for c in CASES if condition(c)]
    return pytest.mark.parametrize("case", chosen, ids=[c.label for c in chosen])


def is_float(a):
    return isinstance(a, np.ndarray) and a.dtype.kind == "f"


def convert(value, function):
    """Apply `function` to the float arrays of an argument, lists of them searched too."""
    if isinstance(value, list) and all(is_float(v) for v in value):
        return [function(v) for v in value]
    return function(value) if is_float(value) else value


def arguments(case, function=lambda a: a):
    """Return the case's arguments with `function` applied to its float arrays."""
    return [convert(a, function) for a in case.arrays]


def call(case, args, operation=None):
    if case.prepare is not None:
        args = [case.prepare(a) for a in args]
    return (operation or OPS[case.op])(*args, **case.settings)


def as_list(result):
    return list(result) if isinstance(result, (tuple, list)) else [result]


def floats(result):
    """Return the floating outputs, nested lists searched too."""
    found = []
    for part in as_list(result):
        if isinstance(part, (tuple, list)):
            found += floats(part)
        elif part.dtype.kind in "fc":
            found.append(part)
    return found


def flat(result):
    return [leaf for part in as_list(result) for leaf in as_list(part)]


def compare(actual, expected, tolerance, scale=None):
    """Hold arrays to a relative tolerance, and to `scale` where terms cancel.

    `scale` is the size of the terms that an element may be a sum of; by default the largest
    element of the array.
    """
    actual, expected = flat(actual), flat(expected)
    assert len(actual) == len(expected)
    for a, e in zip(actual, expected, strict=True):
        a, e = np.asarray(a), np.asarray(e)
        assert a.shape == e.shape
        if e.dtype.kind in "fc":
            size = scale or np.abs(e[np.isfinite(e)]).max(initial=1e-30)
            np.testing.assert_allclose(a, e, rtol=tolerance, atol=tolerance * size)
        else:
            np.testing.assert_array_equal(a, e)


def test_every_operation_has_a_case():
    # Losses and metrics register functions too; they have tests of their own.
    here = ("minikeras.ops.", "minikeras.backend", "minikeras.random")
    registered = {name for name, op in OPS.items() if op.raw.__module__.startswith(here)}
    assert registered - {c.op for c in CASES} == set()
    assert {c.op for c in CASES} - set(OPS) == set()


@every
def test_values(case, capsys):
    args = arguments(case)
    prepared = args if case.prepare is None else [case.prepare(a) for a in args]
    expected = case.reference(*prepared, **case.settings)
    result = call(case, args)
    compare(result, expected, case.tolerance)
    assert not any(isinstance(part, Tensor) for part in flat(result))
    wrapped = call(case, [convert(a, Tensor) for a in args])
    if any(is_float(a) for a in args):
        assert all(isinstance(part, Tensor) for part in flat(wrapped))
    compare(wrapped, expected, case.tolerance)


@pick(lambda c: c.gradient is True)
def test_gradient(case):
    check(check_gradients, case)


@pick(lambda c: c.gradient is True and c.second and OPS[c.op].twice)
def test_second_gradient(case):
    check(check_second_order, case, rtol=1e-5, atol=1e-8)


def check(checker, case, **options):
    positions = [i for i, a in enumerate(case.arrays) if convert(a, lambda x: None) is not a]
    given = [case.arrays[i] for i in positions]
    given = [a[0] if isinstance(a, list) else a for a in given]  # a list of one state

    def function(*tensors):
        args = list(case.arrays)
        for i, t in zip(positions, tensors, strict=True):
            args[i] = [t] if isinstance(args[i], list) else t
        return flat(call(case, args))

    report = checker(function, *given, **options)
    assert report.checked > 0
    assert report.skipped == 0


@pick(lambda c: c.gradient is False)
def test_no_gradient(case):
    with recording():
        result = call(case, [convert(a, Variable) for a in arguments(case)])
    assert not any(t.requires_grad for t in flat(result) if isinstance(t, Tensor))


@pick(lambda c: c.gradient == "refused")
def test_gradient_is_refused(case):
    sources = []

    def source(a):
        sources.append(Variable(a))
        return sources[-1]

    with recording():
        outputs = floats(call(case, arguments(case, source)))
        with pytest.raises(NotImplementedError, match="no gradient"):
            gradients(outputs, sources)


@pick(lambda c: any(is_float(a) for a in c.arrays) and c.keeps)
def test_float32_stays(case):
    sources = []

    def single(a):
        sources.append(Variable(a.astype("float32")))
        return sources[-1]

    with recording():
        args = arguments(case, single)
        result = call(case, args)
        for part in flat(result):
            assert part.dtype != np.float64
        prepared = arguments(case)
        if case.prepare is not None:
            prepared = [case.prepare(a) for a in prepared]
        compare(result, case.reference(*prepared, **case.settings), case.single)
        for part in flat(call(case, arguments(case, lambda a: a.astype("float32")))):
            assert part.dtype != np.float64
        outputs = [o for o in floats(result) if o.requires_grad]
        if case.gradient is True and outputs:
            for g in gradients(outputs, sources):
                assert g is None or g.dtype == np.float32


@pick(lambda c: c.elementwise)
@pytest.mark.parametrize("shape", [(), (1,), (0, 3)])
def test_any_shape(case, shape):
    sources = [Variable(np.resize(a, shape).astype("float32")) for a in case.arrays]
    with recording():
        result = OPS[case.op](*sources, **case.settings)
        expected = case.reference(*(s.data.astype("float64") for s in sources), **case.settings)
        assert result.shape == shape
        assert result.dtype == np.float32
        compare(result, expected, 1e-4)
        assert OPS[case.op](*(s.data for s in sources), **case.settings).dtype == np.float32
        if case.gradient is True:
            for s, g in zip(sources, gradients(result, sources), strict=True):
                assert (g.shape, g.dtype) == (s.shape, np.float32)


@pick(lambda c: c.gradient is True and any(is_float(a) and a.ndim > 1 for a in c.arrays))
def test_strided_memory(case):
    """Transposed, reversed and stretched memory gives the same values and gradients."""

    def outcome(layout):
        sources = []

        def source(a):
            sources.append(Variable(a))
            sources[-1].data = layout(a)
            return sources[-1]

        with recording():
            result = call(case, arguments(case, source))
            outputs = [o for o in floats(result) if o.requires_grad]
            found = gradients(outputs, sources)
            return floats(result), [g.dense() if isinstance(g, RowGradient) else g for g in found]

    def fortran(a):
        return np.asfortranarray(a)

    def gaps(a):
        return np.repeat(a, 2, axis=-1)[..., ::2] if a.ndim else a

    plain, plain_gradients = outcome(lambda a: a)
    # A gradient that is zero in exact arithmetic (of a softmax over one element, say) leaves the
    # rounding of its terms, which are as large as the other gradients are.
    scale = max((np.abs(a).max(initial=1) for a in plain_gradients if a is not None), default=1)
    for layout in (fortran, gaps):
        values, found = outcome(layout)
        compare(values, plain, case.tolerance)
        for a, b in zip(found, plain_gradients, strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                compare(a, b, case.tolerance, scale)


# Of an array and itself these have a kink everywhere.
_TIED = {"maximum", "minimum", "fmax", "fmin", "mod", "fmod"}


@pick(lambda c: c.elementwise and len(c.arrays) == 2 and c.op not in _TIED)
def test_one_array_used_twice(case):
    a = case.arrays[0] if case.op != "power" else np.abs(case.arrays[0])
    check_gradients(lambda x: OPS[case.op](x, x, **case.settings), a)


# NumPy subtracts no booleans, and gives them no sign; nor do we.
_NOT_OF_BOOLEANS = {"log_sigmoid", "negative", "sign", "squared_difference", "subtract"}


@pick(lambda c: c.elementwise)
@pytest.mark.parametrize("kind", ["int32", "bool", "uint8"])
def test_whole_numbers_never_become_float64(case, kind):
    arrays = [np.array([1, 1, 1], kind) for _ in case.arrays]
    if kind == "bool" and case.op in _NOT_OF_BOOLEANS:
        with pytest.raises(TypeError):
            OPS[case.op](*arrays)
        return
    with np.errstate(all="ignore"):
        result = OPS[case.op](*arrays, **case.settings)
    assert result.dtype != np.float64


def test_integer_inputs_of_reductions():
    x = np.arange(6, dtype="int32").reshape(2, 3)
    for name in ("mean", "var", "std", "logsumexp", "euclidean_norm"):
        assert OPS[name](x, axis=1).dtype == np.float32
    for name in ("sum", "prod", "max", "min", "cumsum", "cumprod"):
        assert OPS[name](x, axis=1).dtype == np.int32
    assert ops.sum(x > 2).dtype == np.int32
    assert ops.mean(x > 2) == np.float32(0.5)


def symbolic(a):
    """Return an Input of the array's own shape; its values come later."""
    return Input(batch_shape=a.shape, dtype=a.dtype.name)


@pick(lambda c: any(is_float(a) and a.ndim for a in c.arrays))
def test_symbolic(case):
    """A symbolic tensor gives the shape and type at once, and the values when the graph is run."""
    inputs, data = [], []

    def source(a):
        if a.ndim == 0:
            return a
        inputs.append(symbolic(a))
        data.append(a)
        return inputs[-1]

    args = [a if isinstance(a, list) else convert(a, source) for a in arguments(case)]
    promised = flat(call(case, args))
    expected = flat(call(case, arguments(case)))
    assert [p.shape for p in promised] == [e.shape for e in expected]
    assert [p.dtype for p in promised] == [e.dtype for e in expected]
    compare(function(inputs, promised)(data), expected, case.tolerance)
