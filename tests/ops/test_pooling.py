"""Pooling: against loops, by finite differences, ties, padding, layouts, blocks."""

import numpy as np
import pytest

from minikeras import ops, parallel
from minikeras.autograd import Variable, grad, gradients, recording
from minikeras.ops import pooling
from tests.ops import direct_windows
from tests.ops.gradients import check

RNG = np.random.default_rng(10)
POOLS = {"max": (ops.max_pool, np.max), "average": (ops.average_pool, np.mean)}

# size, pool, strides
GEOMETRIES = [
    ((6,), (2,), (2,)),
    ((7,), (3,), (1,)),
    ((7,), (2,), (3,)),  # gaps between windows
    ((1,), (1,), (1,)),
    ((6, 6), (2, 2), (2, 2)),
    ((7, 5), (2, 2), (2, 2)),  # a row and a column left over
    ((7, 8), (3, 2), (2, 1)),
    ((5, 6), (1, 3), (2, 3)),
    ((4, 5), (4, 5), (1, 1)),  # a window as large as the image
    ((5, 4), (2, 2), (3, 4)),
    ((4, 5, 6), (2, 2, 2), (2, 2, 2)),
    ((4, 3, 5), (2, 1, 3), (1, 2, 2)),
]


def example(size, channels=3, batch=2):
    """Return images without ties, so that max pooling has a derivative."""
    n = batch * int(np.prod(size)) * channels
    return RNG.permutation(n).reshape(batch, *size, channels) * 0.1


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_values_and_gradients(geometry, kind, padding):
    size, pool, strides = geometry
    op, reduce = POOLS[kind]
    x = example(size)
    expected = direct_windows.pool(x, pool, strides, padding, reduce)
    np.testing.assert_allclose(op(x, pool, strides, padding), expected, rtol=1e-12, atol=1e-12)
    check(lambda x: op(x, pool, strides, padding), x)


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize("geometry", [g for g in GEOMETRIES if len(g[0]) == 2])
def test_channels_first(geometry, kind):
    size, pool, strides = geometry
    op, _ = POOLS[kind]
    x = example(size)
    last = op(x, pool, strides, "same", "channels_last")
    moved = np.moveaxis(x, -1, 1).copy()
    first = op(moved, pool, strides, "same", "channels_first")
    np.testing.assert_allclose(first, np.moveaxis(last, -1, 1))
    check(lambda x: op(x, pool, strides, "same", "channels_first"), moved)


def test_strides_default_to_the_pool_size():
    x = example((6, 6))
    np.testing.assert_array_equal(ops.max_pool(x, (2, 3)), ops.max_pool(x, (2, 3), (2, 3)))
    np.testing.assert_array_equal(
        ops.average_pool(inputs=x, pool_size=3), ops.average_pool(x, 3, 3)
    )


def test_the_first_maximum_gets_the_gradient():
    # Two windows of 2 x 2. The first is all alike, the second has its maximum twice, first in
    # its upper right.
    x = np.array([[5.0, 5, 1, 7], [5, 5, 7, 2]])[None, :, :, None]
    g = grad(lambda x: ops.sum(ops.max_pool(x, 2) * np.array([3.0, 4.0])[:, None]))(x)
    np.testing.assert_array_equal(g[0, :, :, 0], [[3, 0, 0, 4], [0, 0, 0, 0]])


def test_the_first_maximum_of_overlapping_windows():
    # Windows of 2 at 0 1, 1 2, 2 3: the first maximum of each is at 1, 1 and 2.
    x = np.array([0.0, 6, 6, 6])[None, :, None]
    g = grad(lambda x: ops.sum(ops.max_pool(x, 2, 1)))(x)
    np.testing.assert_array_equal(g[0, :, 0], [0, 2, 1, 0])


@pytest.mark.parametrize(
    "pool, strides, padding", [((2, 2), (2, 2), "valid"), ((3, 2), (1, 2), "same")]
)
def test_ties_agree_with_a_search_in_every_window(pool, strides, padding):
    x = RNG.integers(0, 3, size=(3, 6, 7, 2)).astype(float)
    y = ops.max_pool(x, pool, strides, padding)
    sent = RNG.normal(size=y.shape)
    expected = np.zeros_like(x)
    for position, covered in direct_windows.positions_and_elements(
        x.shape[1:-1], pool, strides, padding, (1, 1)
    ):
        values = np.stack([x[(slice(None), *element)] for _, element in covered])
        for n, c in np.ndindex(len(x), x.shape[-1]):
            element = covered[np.argmax(values[:, n, c])][1]
            expected[(n, *element, c)] += sent[(n, *position, c)]
    found = grad(lambda x: ops.sum(ops.max_pool(x, pool, strides, padding) * sent))(x)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_padding_is_never_the_maximum_and_never_counts():
    x = np.full((1, 3, 3, 1), -5.0)
    np.testing.assert_array_equal(ops.max_pool(x, 2, 2, "same"), np.full((1, 2, 2, 1), -5))
    np.testing.assert_array_equal(ops.average_pool(x, 2, 2, "same"), np.full((1, 2, 2, 1), -5))


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("kind", POOLS)
def test_any_blocks_and_threads_give_the_same(monkeypatch, kind, threads):
    op, _ = POOLS[kind]
    x = Variable(example((9, 8), batch=7))

    def value_and_gradient():
        with recording():
            y = op(x, 3, 2, "same")
            sent = np.random.default_rng(1).normal(size=y.shape)
            return y.data, *gradients(y, [x], sent)

    expected = value_and_gradient()
    monkeypatch.setattr(pooling, "BLOCK", 500)
    monkeypatch.setattr(pooling, "_WORTH", 1)
    parallel.set_num_threads(threads)
    try:
        found = value_and_gradient()
    finally:
        parallel.set_num_threads(None)
    for a, e in zip(found, expected):
        np.testing.assert_array_equal(a, e)


@pytest.mark.parametrize("kind", POOLS)
def test_types(kind):
    op, _ = POOLS[kind]
    x = Variable(example((5, 5)).astype("float32"))
    with recording():
        y = op(x, 2, padding="same")
        (g,) = gradients(y, [x])
    assert y.dtype == g.dtype == np.float32
    whole = np.arange(8).reshape(1, 4, 2)
    assert ops.max_pool(whole, 2).dtype == whole.dtype
    np.testing.assert_array_equal(ops.max_pool(whole, 2, padding="same")[0], [[2, 3], [6, 7]])
    assert ops.average_pool(whole, 2).dtype == np.float32


@pytest.mark.parametrize("kind", POOLS)
def test_nothing_in_nothing_out(kind):
    op, _ = POOLS[kind]
    x = Variable(np.zeros((0, 4, 4, 2)))
    with recording():
        y = op(x, 2)
        (g,) = gradients(y, [x])
    assert y.shape == (0, 2, 2, 2)
    assert g.shape == x.shape


@pytest.mark.parametrize("kind", POOLS)
def test_inputs_are_left_alone(kind):
    op, _ = POOLS[kind]
    x = Variable(example((6, 6)))
    before = x.data.copy()
    with recording():
        y = op(x, 3, 1)
        sent = np.ones(y.shape)
        gradients(y, [x], sent)
    np.testing.assert_array_equal(x.data, before)
    np.testing.assert_array_equal(sent, 1)


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize("strides", [1, 2, 3])
def test_the_gradient_can_be_differentiated_again(kind, strides):
    op, _ = POOLS[kind]
    x = example((5, 5)) * 0.1

    def steepness(x):
        return ops.sum(grad(lambda x: ops.sum(op(x, 2, strides, "same") ** 3))(x) ** 2)

    direction = RNG.normal(size=x.shape)
    ahead, behind = (float(steepness(x + t * direction)) for t in (1e-6, -1e-6))
    actual = float(np.sum(grad(steepness)(x) * direction))
    assert actual == pytest.approx((ahead - behind) / 2e-6, rel=1e-6)


@pytest.mark.parametrize(
    "shape, settings, message",
    [
        ((2, 4), {"pool_size": 2}, "three to five axes"),
        ((2, 4, 4, 1), {"pool_size": (2, 2, 2)}, "pool_size must be"),
        ((2, 4, 4, 1), {"pool_size": 0}, "pool_size must be"),
        ((2, 4, 4, 1), {"pool_size": 5}, "does not fit into an input"),
        ((2, 4, 4, 1), {"pool_size": 2, "strides": 0}, "strides must be"),
        ((2, 4, 4, 1), {"pool_size": 2, "padding": "causal"}, "Unknown padding"),
        ((2, 4, 4, 1), {"pool_size": 2, "data_format": "NHWC"}, "Unknown data_format"),
    ],
)
@pytest.mark.parametrize("kind", POOLS)
def test_errors_teach(kind, shape, settings, message):
    with pytest.raises(ValueError, match=message):
        POOLS[kind][0](np.zeros(shape), **settings)
