"""Arrays from nothing, conversions, and what can be asked about arrays."""

import numpy as np
import pytest

from minikeras import config, ops
from minikeras.autograd import Tensor, Variable


@pytest.fixture
def float64():
    config.set_floatx("float64")
    yield
    config.set_floatx("float32")


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (lambda: ops.zeros((2, 3)), np.zeros((2, 3), "f")),
        (lambda: ops.ones(2), np.ones(2, "f")),
        (lambda: ops.empty((2, 1)), np.zeros((2, 1), "f")),
        (lambda: ops.full((2,), 3), np.full(2, 3, "f")),
        (lambda: ops.full((2, 2), [1.5, 2.5]), np.array([[1.5, 2.5]] * 2, "f")),
        (lambda: ops.full((2,), 3, dtype="int32"), np.full(2, 3, "i")),
        (lambda: ops.eye(2, 3, k=1), np.eye(2, 3, 1, "f")),
        (lambda: ops.identity(2), np.eye(2, dtype="f")),
        (lambda: ops.tri(3, k=-1), np.tri(3, k=-1, dtype="f")),
        (lambda: ops.arange(3), np.arange(3, dtype="i")),
        (lambda: ops.arange(1, 7, 2), np.array([1, 3, 5], "i")),
        (lambda: ops.arange(1, 2, 0.25), np.arange(1, 2, 0.25, "f")),
        (lambda: ops.arange(3.0), np.arange(3, dtype="f")),
        (lambda: ops.arange(Tensor(3)), np.arange(3, dtype="i")),
        (lambda: ops.arange(3, dtype="float64"), np.arange(3.0)),
        (lambda: ops.linspace(0, 1, 3), np.array([0, 0.5, 1], "f")),
        (lambda: ops.linspace(0, 1, 4, endpoint=False), np.array([0, 0.25, 0.5, 0.75], "f")),
        (lambda: ops.linspace([0, 1], 2, 3, axis=1), np.array([[0, 1, 2], [1, 1.5, 2]], "f")),
        (lambda: ops.linspace(0, 1, 3, retstep=True)[1], np.array(0.5)),
        (lambda: ops.logspace(0, 2, 3), np.array([1, 10, 100], "f")),
        (lambda: ops.geomspace(1, 8, 4), np.array([1, 2, 4, 8], "f")),
        (lambda: ops.zeros_like(np.ones((2, 1), "i")), np.zeros((2, 1), "i")),
        (lambda: ops.empty_like(np.ones(2), dtype="int8"), np.zeros(2, "int8")),
        (lambda: ops.full_like(np.ones(2, "f"), 7), np.full(2, 7, "f")),
        (lambda: ops.hanning(5), np.hanning(5).astype("f")),
        (lambda: ops.hamming(5), np.hamming(5).astype("f")),
        (lambda: ops.blackman(5), np.blackman(5).astype("f")),
        (lambda: ops.bartlett(5), np.bartlett(5).astype("f")),
        (lambda: ops.kaiser(5, 2.5), np.kaiser(5, 2.5).astype("f")),
    ],
)
def test_creation(result, expected):
    found = np.asarray(result())
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_floatx_rules(float64):
    for made in (ops.zeros(2), ops.ones(2), ops.eye(2), ops.linspace(0, 1), ops.full((1,), 2)):
        assert made.dtype == np.float64
    assert ops.convert_to_tensor(0.1).item() == 0.1
    assert ops.exp([0.1]).dtype == np.float64
    assert ops.mean(np.arange(3)).dtype == np.float64


def test_conversions():
    t = ops.convert_to_tensor([1, 2])
    assert isinstance(t, Tensor)
    assert t.dtype == np.int32
    assert ops.convert_to_tensor([1.5]).dtype == np.float32
    assert ops.convert_to_tensor(np.ones(2)).dtype == np.float64
    assert ops.convert_to_tensor([1, 2], dtype="float32").dtype == np.float32
    assert ops.convert_to_tensor(t) is t
    v = Variable(np.ones(2))
    assert ops.convert_to_tensor(v) is v
    assert ops.convert_to_tensor(v, dtype="float32").requires_grad
    assert ops.convert_to_numpy(t) is t.data
    assert type(ops.convert_to_numpy([1, 2])) is np.ndarray
    assert ops.array([1.0]).dtype == np.float32
    with pytest.raises(ValueError, match="dense"):
        ops.convert_to_tensor([1], sparse=True)


def test_questions():
    assert ops.is_tensor(Tensor(1.0))
    assert not ops.is_tensor(np.ones(2))
    assert ops.shape(Tensor(np.ones((2, 3)))) == ops.shape([[1, 2, 3], [4, 5, 6]]) == (2, 3)
    assert ops.ndim(3.0) == 0
    assert ops.ndim(np.ones((2, 3))) == 2
    assert ops.size(np.ones((2, 3))) == 6
    assert ops.dtype(np.ones(2)) == "float64"
    assert ops.dtype([1]) == "int32"
    assert ops.dtype(1.5) == "float32"


@pytest.mark.parametrize("ends", [(None,), (None, None), (None, 3)])
def test_arange_needs_its_ends(ends):
    with pytest.raises(TypeError, match="inside a layer's `call`"):
        ops.arange(*ends)


def test_meshgrid():
    for indexing in ("xy", "ij"):
        for vectors in ([[1, 2, 3]], [[1, 2, 3], [4, 5]], [[1, 2], [3, 4, 5], [6, 7]]):
            expected = np.meshgrid(*vectors, indexing=indexing)
            result = ops.meshgrid(*map(np.array, vectors), indexing=indexing)
            assert len(result) == len(expected)
            for r, e in zip(result, expected):
                np.testing.assert_array_equal(r, e)
    with pytest.raises(ValueError, match="indexing"):
        ops.meshgrid([1], indexing="zz")
