"""NumPy's functions on tensors: answered with a gradient, or refused where it would be lost."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import Tensor, Variable, gradients
from minikeras.layers.symbolic import KerasTensor
from minikeras.ops.numpy_functions import FUNCTIONS

X = np.array([[0.5, 0.2, 0.9], [0.3, 0.8, 0.1]])
S = np.array([[2.0, 0.5], [0.5, 1.0]])

CALLS = {
    "sum": lambda x: (np.sum(x), np.sum(x, 1), np.sum(x, axis=0, keepdims=True)),
    "mean": lambda x: (np.mean(x), np.mean(x, axis=(0, 1))),
    "prod": lambda x: np.prod(x, axis=1),
    "var": lambda x: (np.var(x), np.var(x, axis=1, ddof=0)),
    "std": lambda x: np.std(x, 1),
    "max": lambda x: (np.max(x), np.amax(x, axis=1), np.max(x, axis=1, initial=0.6)),
    "amax": lambda x: np.amax(x, axis=0),
    "amin": lambda x: np.amin(x, axis=0),
    "min": lambda x: (np.min(x), np.amin(x, axis=1)),
    "all": lambda x: np.all(x > 0.2, axis=1),
    "any": lambda x: np.any(x > 0.8, axis=1),
    "argmax": lambda x: np.argmax(x, axis=1),
    "argmin": lambda x: np.argmin(x),
    "count_nonzero": lambda x: np.count_nonzero(x > 0.3, axis=0),
    "cumsum": lambda x: np.cumsum(x, axis=1),
    "cumprod": lambda x: np.cumprod(x),
    "concatenate": lambda x: np.concatenate([x, x * 2, X], axis=1),
    "stack": lambda x: np.stack((x, X), axis=-1),
    "vstack": lambda x: np.vstack([x, x[0]]),
    "hstack": lambda x: (np.hstack([x, X]), np.hstack([x[0], x[1]])),
    "dstack": lambda x: np.dstack([x, X]),
    "append": lambda x: (np.append(x, X), np.append(x, X, axis=0)),
    "split": lambda x: np.split(x, 3, axis=1),
    "array_split": lambda x: np.array_split(x, 2, axis=1),
    "vsplit": lambda x: np.vsplit(x, 2),
    "hsplit": lambda x: np.hsplit(x, 3),
    "dsplit": lambda x: np.dsplit(x[None], 3),
    "where": lambda x: (np.where(x > 0.4, x, 0.0), np.where(x > 0.4, 1.0, x)),
    "clip": lambda x: (np.clip(x, 0.2, 0.8), np.clip(x, a_min=None, a_max=0.5)),
    "reshape": lambda x: np.reshape(x, (3, 2)),
    "ravel": lambda x: np.ravel(x),
    "transpose": lambda x: (np.transpose(x), np.transpose(x, (1, 0))),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "moveaxis": lambda x: np.moveaxis(x, 0, -1),
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "squeeze": lambda x: np.squeeze(x[None], axis=0),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 2, 3)),
    "flip": lambda x: (np.flip(x), np.flip(x, 1)),
    "rot90": lambda x: np.rot90(x),
    "roll": lambda x: np.roll(x, 1, axis=0),
    "tile": lambda x: np.tile(x, (1, 2)),
    "repeat": lambda x: np.repeat(x, 2, axis=1),
    "pad": lambda x: (np.pad(x, 1), np.pad(x, 1, mode="reflect")),
    "take": lambda x: np.take(x, [0, 1], axis=1),
    "take_along_axis": lambda x: np.take_along_axis(x, np.array([[1], [0]]), axis=1),
    "nonzero": lambda x: np.nonzero(x > 0.4),
    "sort": lambda x: (np.sort(x), np.sort(x, axis=0)),
    "argsort": lambda x: np.argsort(x, axis=0),
    "real": lambda x: np.real(x),
    "imag": lambda x: np.imag(x),
    "angle": lambda x: np.angle(x),
    "searchsorted": lambda x: np.searchsorted(np.array([0.0, 0.4, 1.0]), x),
    "digitize": lambda x: np.digitize(x, np.array([0.0, 0.4, 1.0])),
    "isin": lambda x: np.isin(x, [0.5, 0.8]),
    "dot": lambda x: (np.dot(x, X.T), np.dot(X.T, x)),
    "tensordot": lambda x: np.tensordot(x, X, axes=([1], [1])),
    "outer": lambda x: np.outer(x, X[0]),
    "inner": lambda x: np.inner(x, X),
    "vdot": lambda x: np.vdot(x, X),
    "kron": lambda x: np.kron(x, X),
    "cross": lambda x: np.cross(x, X[0]),
    "einsum": lambda x: (np.einsum("ij,kj->ik", x, X), np.einsum("ij->j", x)),
    "diagonal": lambda x: np.diagonal(x, 1),
    "trace": lambda x: np.trace(x),
    "diag": lambda x: np.diag(x[0]),
    "diagflat": lambda x: np.diagflat(x),
    "tril": lambda x: np.tril(x, 1),
    "triu": lambda x: np.triu(x),
    "round": lambda x: np.round(x, 1),
    "nan_to_num": lambda x: np.nan_to_num(x),
    "sinc": lambda x: np.sinc(x),
    "copy": lambda x: np.copy(x),
    "isclose": lambda x: np.isclose(x, X + 1e-9),
    "allclose": lambda x: np.allclose(x, X),
    "zeros_like": lambda x: np.zeros_like(x),
    "ones_like": lambda x: np.ones_like(x),
    "full_like": lambda x: np.full_like(x, 3),
    "shape": lambda x: np.zeros(np.shape(x)),
    "ndim": lambda x: np.zeros(np.ndim(x)),
    "size": lambda x: np.zeros(np.size(x)),
    "average": lambda x: (np.average(x), np.average(x, axis=1, weights=X[0])),
    "median": lambda x: np.median(x, axis=1),
    "quantile": lambda x: np.quantile(x, 0.3, axis=1),
    "percentile": lambda x: np.percentile(x, [20, 70]),
    "nanquantile": lambda x: np.nanquantile(x, 0.3),
    "nanpercentile": lambda x: np.nanpercentile(x, 30, axis=0),
    "nansum": lambda x: np.nansum(x, axis=0),
    "nanmean": lambda x: np.nanmean(x, axis=0),
    "nanprod": lambda x: np.nanprod(x),
    "nanmax": lambda x: np.nanmax(x, axis=1),
    "nanmin": lambda x: np.nanmin(x),
    "ptp": lambda x: np.ptp(x, axis=1),
    "diff": lambda x: (np.diff(x), np.diff(x, n=1, axis=0)),
    "linalg.norm": lambda x: (np.linalg.norm(x), np.linalg.norm(x, axis=1)),
    "linalg.inv": lambda x: np.linalg.inv(x @ X.T + S),
    "linalg.pinv": lambda x: np.linalg.pinv(x),
    "linalg.det": lambda x: np.linalg.det(x @ X.T),
    "linalg.slogdet": lambda x: tuple(np.linalg.slogdet(x @ X.T)),
    "linalg.solve": lambda x: np.linalg.solve(x @ X.T + S, S),
    "linalg.cholesky": lambda x: np.linalg.cholesky(x @ np.transpose(x) + S),
    "linalg.qr": lambda x: tuple(np.linalg.qr(x @ X.T)),
    "linalg.svd": lambda x: np.linalg.svd(x, compute_uv=False),
    "linalg.eigh": lambda x: np.linalg.eigh(x @ np.transpose(x))[0],
}


def function_of(name):
    found = np
    for part in name.split("."):
        found = getattr(found, part)
    return found


def test_every_answer_is_tried():
    assert set(FUNCTIONS) - {function_of(name) for name in CALLS} == set()


@pytest.mark.parametrize("name", CALLS)
def test_functions(name):
    expected, result = CALLS[name](X), CALLS[name](Tensor(X))
    if not isinstance(expected, (tuple, list)):
        expected, result = [expected], [result]
    assert len(expected) == len(result)
    for e, r in zip(expected, result):
        if name not in ("shape", "ndim", "size"):
            assert isinstance(r, Tensor)
        np.testing.assert_allclose(np.asarray(r), e, rtol=1e-10)


@pytest.mark.parametrize(
    "ufunc",
    [np.exp, np.log, np.tanh, np.sqrt, np.negative, np.reciprocal, np.abs, np.isnan, np.conj],
)
def test_ufuncs_of_one_array(ufunc):
    result = ufunc(Tensor(X))
    assert isinstance(result, Tensor)
    np.testing.assert_allclose(result.data, ufunc(X))


@pytest.mark.parametrize(
    "ufunc", [np.add, np.multiply, np.divide, np.power, np.maximum, np.arctan2, np.less, np.mod]
)
def test_ufuncs_of_two_arrays(ufunc):
    for result in (ufunc(Tensor(X), X[0]), ufunc(X, Tensor(X[0])), ufunc(Tensor(X), Tensor(X[0]))):
        assert isinstance(result, Tensor)
        np.testing.assert_allclose(result.data, ufunc(X, X[0]))


def test_reductions_of_ufuncs():
    v = Variable(X)
    for result, expected in [
        (np.add.reduce(v), np.add.reduce(X)),
        (np.add.reduce(v, axis=None), np.add.reduce(X, axis=None)),
        (np.maximum.reduce(v, axis=1, keepdims=True), np.maximum.reduce(X, axis=1, keepdims=True)),
        (np.multiply.reduce(v, axis=1), np.multiply.reduce(X, axis=1)),
    ]:
        assert result.requires_grad
        np.testing.assert_allclose(result.data, expected)


def test_gradients_flow():
    v = Variable(X)
    (g,) = gradients(np.mean(np.exp(np.concatenate([v, v * 2.0]))), [v])
    np.testing.assert_allclose(g, (np.exp(X) + 2 * np.exp(2 * X)) / 12)


def test_float32_stays():
    x = Tensor(X.astype("float32"))
    for name in ("sum", "mean", "var", "median", "linalg.norm", "where", "clip", "concatenate"):
        results = CALLS[name](x)
        for r in results if isinstance(results, tuple) else [results]:
            assert r.dtype == np.float32, name


def test_dtype_is_heeded():
    x = Tensor(X.astype("float32"))
    assert np.sum(x, dtype="float64").dtype == np.float64
    assert np.mean(x, dtype="float64").dtype == np.float64


UNKNOWN = [
    lambda x: np.sum(x, where=X > 0.3),
    lambda x: np.add(x, 1.0, out=np.zeros_like(X)),
    lambda x: np.var(x, ddof=1),
    lambda x: np.add.accumulate(x),
    lambda x: np.spacing(x),
    lambda x: np.convolve(x[0], X[0]),
    lambda x: np.take(x, [7], axis=1, mode="clip"),
]


@pytest.mark.parametrize("call", UNKNOWN)
def test_unknown_functions_go_to_numpy_without_a_gradient(call):
    np.testing.assert_allclose(call(Tensor(X)), call(X))


@pytest.mark.parametrize("call", UNKNOWN)
def test_unknown_functions_are_refused_where_a_gradient_would_be_lost(call):
    with pytest.raises(TypeError, match="gradient"):
        call(Variable(X))
    np.testing.assert_allclose(call(ops.stop_gradient(Variable(X))), call(X))


def test_unknown_functions_of_symbolic_tensors_are_refused():
    with pytest.raises(TypeError, match="Lambda"):
        np.spacing(KerasTensor((None, 3)))


def test_asarray_gives_the_data():
    t = Tensor(X)
    assert np.asarray(t) is t.data
    assert np.array(t) is not t.data
    assert np.asarray(t, "float32").dtype == np.float32
