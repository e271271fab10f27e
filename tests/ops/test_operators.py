"""Tensors behave like arrays: operators, indexing, methods."""

import operator

import numpy as np
import pytest

from minikeras import backend as K
from minikeras import ops
from minikeras.autograd import Tensor, Variable, gradients
from minikeras.layers import Input

X = np.array([[1.5, -2.0, 0.5], [3.0, 4.0, -1.0]])
Y = np.array([[2.0, 1.0, -3.0], [0.5, 2.0, 2.0]])


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "floordiv", "mod"])
@pytest.mark.parametrize("other", [Y, 2, 2.5, np.float64(2.5), [1.0, 2.0, 4.0]])
def test_arithmetic_both_ways(name, other):
    function = getattr(operator, name)
    plain = np.asarray(other)
    for result, expected in [
        (function(Tensor(X), other), function(X, plain)),
        (function(other, Tensor(X)), function(plain, X)),
    ]:
        assert type(result) is Tensor
        assert result.dtype == np.float64
        np.testing.assert_allclose(result.data, expected)
    np.testing.assert_allclose(function(Tensor(X), Tensor(Y)).data, function(X, Y))


def test_powers_and_products():
    np.testing.assert_allclose((Tensor(X) ** 2).data, X**2)
    np.testing.assert_allclose((Tensor(np.abs(X)) ** 0.5).data, np.abs(X) ** 0.5)
    np.testing.assert_allclose((2 ** Tensor(X)).data, 2**X)
    np.testing.assert_allclose((Tensor(np.abs(X)) ** Tensor(Y)).data, np.abs(X) ** Y)
    np.testing.assert_allclose((Tensor(X) @ Y.T).data, X @ Y.T)
    np.testing.assert_allclose((X @ Tensor(Y.T)).data, X @ Y.T)
    quotient, remainder = divmod(Tensor(X), 2.0)
    np.testing.assert_allclose(quotient.data * 2 + remainder.data, X)


@pytest.mark.parametrize("name", ["lt", "le", "gt", "ge", "eq", "ne"])
def test_comparisons_are_element_by_element(name):
    function = getattr(operator, name)
    a, b = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
    for result in (function(Tensor(a), b), function(Tensor(a), Tensor(b)), function(Tensor(a), 2)):
        assert result.dtype == bool
        np.testing.assert_array_equal(result.data, function(a, b))
    np.testing.assert_array_equal(function(b, Tensor(a)).data, function(b, a))


def test_tensors_are_hashed_by_identity():
    a, b = Tensor(1.0), Tensor(1.0)
    assert len({a, b, a}) == 2
    assert {a: "x"}[a] == "x"


def test_unary_operators_and_bits():
    np.testing.assert_array_equal((-Tensor(X)).data, -X)
    np.testing.assert_array_equal((+Tensor(X)).data, X)
    np.testing.assert_array_equal(abs(Tensor(X)).data, abs(X))
    np.testing.assert_array_equal(round(Tensor(X * 1.11), 1).data, np.round(X * 1.11, 1))
    a, b = np.array([True, False, True]), np.array([True, True, False])
    for function in (operator.and_, operator.or_, operator.xor):
        np.testing.assert_array_equal(function(Tensor(a), b).data, function(a, b))
    np.testing.assert_array_equal((~Tensor(a)).data, ~a)
    n = np.array([5, 6])
    np.testing.assert_array_equal((Tensor(n) << 1).data, n << 1)
    np.testing.assert_array_equal((Tensor(n) >> 1).data, n >> 1)


def test_adding_in_place_makes_a_new_tensor():
    a = first = Tensor(X)
    a += 1.0
    assert a is not first
    np.testing.assert_array_equal(first.data, X)


def test_adding_a_tensor_in_place_to_an_array():
    array = np.ones(3)
    array += Tensor([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(array, [2, 3, 4])
    with pytest.raises(TypeError, match="gradient"):
        array += Variable([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "key",
    [
        0,
        -1,
        np.int64(1),
        slice(None, None, 2),
        (0, slice(1, None)),
        (Ellipsis, 0),
        None,
        (slice(None), None, 1),
        [1, 0],
        ([0, 1], [2, 0]),
        np.array([[0, 1]]),
        np.array([True, False]),
        (Tensor(np.array([1, 0])), 0),
        Tensor(np.array([[True, False, True], [False, True, False]])),
    ],
)
def test_indexing(key):
    def plain(k):
        return tuple(map(plain, k)) if isinstance(k, tuple) else getattr(k, "data", k)

    plain_key = plain(key) if not isinstance(key, np.ndarray) else key
    v = Variable(X)
    result = v[key]
    np.testing.assert_array_equal(result.data, X[plain_key])
    (g,) = gradients(ops.sum(result * result), [v])
    expected = np.zeros_like(X)
    np.add.at(expected, plain_key, 2 * X[plain_key])
    np.testing.assert_array_equal(g, expected)


def test_indices_out_of_range():
    with pytest.raises(IndexError):
        Tensor(X)[2]
    assert len(list(Tensor(X))) == 2


METHODS = {
    "sum": [(), (1,), (-1,)],
    "mean": [(), (0,)],
    "max": [(), (1,)],
    "min": [(), (1,)],
    "prod": [(), (1,)],
    "var": [(), (1,)],
    "std": [(), (0,)],
    "argmax": [(), (1,)],
    "argmin": [(), (1,)],
    "all": [(), (0,)],
    "any": [(), (0,)],
    "cumsum": [(), (1,)],
    "cumprod": [(), (1,)],
    "argsort": [(), (0,)],
    "reshape": [(3, 2), ((3, 2),), (-1,), (3, -1)],
    "transpose": [(), (1, 0), ((1, 0),)],
    "swapaxes": [(0, 1)],
    "squeeze": [()],
    "flatten": [()],
    "ravel": [()],
    "copy": [()],
    "clip": [(-1, 1), (0,)],
    "round": [(), (1,)],
    "repeat": [(2,), (2, 1)],
    "take": [([0, 2],), ([0, 2], 1)],
    "dot": [(Y.T,)],
    "diagonal": [(), (1,)],
    "trace": [()],
}


@pytest.mark.parametrize(
    ("name", "args"), [(name, args) for name, calls in METHODS.items() for args in calls]
)
def test_methods_take_the_arguments_of_numpy(name, args):
    result = getattr(Tensor(X), name)(*args)
    assert type(result) is Tensor
    np.testing.assert_allclose(result.data, getattr(X, name)(*args))


def test_methods_by_name():
    x = Tensor(X)
    np.testing.assert_array_equal(x.sum(axis=1, keepdims=True).data, X.sum(1, keepdims=True))
    np.testing.assert_array_equal(x.max(axis=(0, 1)).data, X.max())
    np.testing.assert_array_equal(x.clip(min=0.0).data, X.clip(min=0))
    np.testing.assert_array_equal(x.T.data, X.T)
    assert x.astype("float32").dtype == np.float32
    assert x.sum(dtype="float32").dtype == np.float32
    assert x.mean(dtype="float32").dtype == np.float32


def test_nothing_is_written_in_place():
    for call in (
        lambda: Tensor(X).sum(out=np.zeros(())),
        lambda: Tensor(X).max(out=np.zeros(())),
        lambda: Tensor(X).sort(),
    ):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(TypeError):
        Tensor(X)[0] = 1.0


def test_gradients_flow_through_methods_and_operators():
    v = Variable(X)
    y = ((v.T @ v).reshape(-1)[1:5] ** 2 / 3.0 - v.sum(axis=0).max()).mean()
    (g,) = gradients(y, [v])
    step = 1e-6
    bumped = X.copy()
    bumped[1, 0] += step

    def plain(x):
        return ((x.T @ x).reshape(-1)[1:5] ** 2 / 3.0 - x.sum(axis=0).max()).mean()

    np.testing.assert_allclose(g[1, 0], (plain(bumped) - plain(X)) / step, rtol=1e-4)


def test_symbolic_indices():
    table, rows = Input(batch_shape=(4, 3)), Input(batch_shape=(2,), dtype="int32")
    data = np.arange(12.0, dtype="float32").reshape(4, 3)
    run = K.function([table, rows], [table[rows], Tensor(data)[rows], table[1:, None]])
    for result, expected in zip(
        run([data, np.array([2, 0])]), [data[[2, 0]], data[[2, 0]], data[1:, None]]
    ):
        np.testing.assert_array_equal(result, expected)
    for key in ((rows, 0), table > 0):
        with pytest.raises(TypeError, match=r"ops\.take"):
            table[key]
