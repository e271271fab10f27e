"""Convolution: against loops, by finite differences, in every layout, block by block."""

import itertools

import numpy as np
import pytest

from minikeras import ops, parallel
from minikeras.autograd import Variable, grad, gradients, recording
from minikeras.ops import conv_plan, windows
from tests.ops import direct_windows
from tests.ops.gradients import check

RNG = np.random.default_rng(7)


def example(size, kernel, channels=2, filters=3, batch=2, seen=None):
    """Return random images, kernel and bias."""
    x = RNG.normal(size=(batch, *size, channels))
    k = RNG.normal(size=(*kernel, seen or channels, filters))
    return x, k, RNG.normal(size=filters)


# size, kernel, strides, dilation
GEOMETRIES = [
    ((5,), (3,), (1,), (1,)),
    ((7,), (2,), (3,), (1,)),  # a stride beyond the kernel
    ((9,), (3,), (1,), (3,)),
    ((9,), (3,), (2,), (2,)),
    ((1,), (1,), (1,), (1,)),
    ((5, 6), (3, 2), (1, 1), (1, 1)),
    ((5, 6), (3, 3), (2, 1), (1, 1)),
    ((7, 8), (2, 3), (3, 4), (1, 1)),
    ((7, 7), (3, 3), (1, 1), (2, 3)),
    ((7, 6), (2, 3), (3, 2), (2, 1)),
    ((4, 5), (4, 5), (1, 1), (1, 1)),  # a kernel as large as the image
    ((1, 1), (1, 1), (1, 1), (1, 1)),
    ((4, 3), (1, 1), (1, 1), (1, 1)),
    ((5, 5), (1, 1), (2, 2), (1, 1)),
    ((3, 4, 5), (2, 2, 3), (1, 1, 1), (1, 1, 1)),
    ((4, 4, 5), (2, 1, 2), (2, 3, 1), (1, 1, 2)),
]
PADDINGS = ["valid", "same"]


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_values_and_gradients(geometry, padding):
    size, kernel, strides, dilation = geometry
    x, k, b = example(size, kernel)
    y = ops.convolution(x, k, b, strides, padding, dilation_rate=dilation)
    expected = direct_windows.convolve(x, k, strides, padding, dilation) + b
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    check(lambda *a: ops.convolution(*a, strides, padding, dilation_rate=dilation), x, k, b)


@pytest.mark.parametrize("strides, dilation", [(1, 1), (1, 3), (2, 1), (3, 2)])
def test_causal_padding_does_not_look_ahead(strides, dilation):
    x, k, b = example((8,), (3,))
    y = ops.conv1d(x, k, b, strides, "causal", dilation_rate=dilation)
    expected = direct_windows.convolve(x, k, (strides,), "causal", (dilation,)) + b
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    changed = x.copy()
    changed[:, 5:] += 1
    later = ops.conv1d(changed, k, b, strides, "causal", dilation_rate=dilation)
    before = -(-5 // strides)  # positions that end before element 5
    np.testing.assert_array_equal(later[:, :before], y[:, :before])
    check(lambda *a: ops.conv1d(*a, strides, "causal", dilation_rate=dilation), x, k, b)


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("geometry", [g for g in GEOMETRIES if len(g[0]) < 3])
def test_channels_first_is_the_same_with_axes_moved(geometry, padding):
    size, kernel, strides, dilation = geometry
    x, k, b = example(size, kernel)
    last = ops.convolution(x, k, b, strides, padding, "channels_last", dilation)
    first = ops.convolution(
        np.ascontiguousarray(np.moveaxis(x, -1, 1)),
        k,
        b,
        strides,
        padding,
        "channels_first",
        dilation,
    )
    np.testing.assert_allclose(first, np.moveaxis(last, -1, 1), rtol=1e-12, atol=1e-12)
    check(
        lambda *a: ops.convolution(*a, strides, padding, "channels_first", dilation),
        np.moveaxis(x, -1, 1).copy(),
        k,
        b,
    )


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("groups", [2, 3, 6])
@pytest.mark.parametrize("strides", [1, 2])
def test_groups_see_their_own_channels(groups, strides, padding):
    x, k, b = example((5, 4), (2, 3), channels=6, filters=2 * groups, seen=6 // groups)
    y = ops.conv2d(x, k, b, strides, padding)
    expected = direct_windows.convolve(x, k, (strides, strides), padding, (1, 1)) + b
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    check(lambda *a: ops.conv2d(*a, strides, padding), x, k, b)


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh", "sigmoid", "softmax"])
def test_activations(activation):
    x, k, b = example((4, 5), (2, 2))
    plain = ops.conv2d(x, k, b)
    expected = plain if activation == "linear" else getattr(ops, activation)(plain)
    np.testing.assert_allclose(ops.conv2d(x, k, b, activation=activation), expected, atol=1e-12)
    check(lambda *a: ops.conv2d(*a, activation=activation), x, k, b)


def test_relu_has_slope_zero_at_zero():
    x, k = np.array([[[1.0, 0.0], [0.0, 0.0]]]), np.ones((1, 2, 1))
    k[0, 0] = -1
    g = grad(lambda x: ops.sum(ops.conv1d(x, k, activation="relu")))(x)
    np.testing.assert_array_equal(g, 0)


def test_without_bias():
    x, k, _ = example((5, 5), (3, 3))
    np.testing.assert_array_equal(ops.conv(x, k), ops.conv2d(x, k, np.zeros(3)))
    check(ops.conv, x, k)


def test_spellings_of_keras_ops():
    x, k, _ = example((6, 6), (3, 3))
    y = ops.conv(inputs=x, kernel=k, strides=(2, 1), padding="SAME", dilation_rate=1)
    np.testing.assert_array_equal(y, ops.conv2d(x, k, None, (2, 1), "same"))


@pytest.mark.parametrize("wrt", [[0], [1], [2], [0, 2], [1, 2]])
def test_only_the_gradients_that_are_needed(wrt):
    check(lambda *a: ops.conv2d(*a, activation="relu"), *example((4, 4), (3, 3)), wrt=wrt)


def value_and_gradients(x, k, b, sent, **settings):
    """Return the value of a rectified convolution and the gradients of its three arrays."""
    variables = [Variable(a) for a in (x, k, b)]
    with recording():
        y = ops.conv2d(*variables, activation="relu", **settings)
        return [y.data, *gradients(y, variables, sent[:, : y.shape[1], : y.shape[2]])]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("block", [1, 40, 300])
@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("strides", [1, 2])
def test_any_blocks_and_threads_give_the_same(monkeypatch, threads, block, batch, padding, strides):
    """Large images are cut into rows, small ones gathered, and threads share them."""
    x, k, b = example((9, 8), (3, 2), batch=batch)
    arrays = (x, k, b, RNG.normal(size=(batch, 9, 8, 3)))
    expected = value_and_gradients(*arrays, padding=padding, strides=strides)
    monkeypatch.setattr(conv_plan, "BLOCK", block)
    monkeypatch.setattr(conv_plan, "ROWS_OF_KERNEL", 0)
    monkeypatch.setattr(conv_plan, "_WORTH", 1)
    parallel.set_num_threads(threads)
    try:
        found = value_and_gradients(*arrays, padding=padding, strides=strides)
    finally:
        parallel.set_num_threads(None)
    for a, e in zip(found, expected):
        np.testing.assert_allclose(a, e, rtol=1e-12, atol=1e-12)


def test_blocks_cover_everything_once():
    for count, rows, per_row, target in itertools.product(
        [1, 2, 7], [1, 3, 10], [1, 5, 400], [1, 20, 1000]
    ):
        seen = np.zeros((count + 3, rows), int)
        images, height = windows.block_shape(count, rows, per_row, target)
        for n0, n1, y0, y1 in windows.blocks(3, count + 3, rows, per_row, target):
            assert n1 - n0 <= images
            assert y1 - y0 <= height
            seen[n0:n1, y0:y1] += 1
        np.testing.assert_array_equal(seen[3:], 1)


def test_the_same_bits_in_every_run():
    x, k, b = example((20, 20), (3, 3), 8, 16, batch=8)
    arrays = [a.astype("float32") for a in (x, k, b, RNG.normal(size=(8, 20, 20, 16)))]
    parallel.set_num_threads(2)
    try:
        first, *others = [value_and_gradients(*arrays, padding="same") for _ in range(3)]
    finally:
        parallel.set_num_threads(None)
    for other in others:
        for a, e in zip(other, first):
            np.testing.assert_array_equal(a, e)


@pytest.mark.parametrize("padding", PADDINGS)
def test_float32_in_and_out(padding):
    x, k, b = (Variable(a.astype("float32")) for a in example((5, 5), (3, 3)))
    with recording():
        y = ops.conv2d(x, k, b, padding=padding, activation="relu")
        found = gradients(y, [x, k, b])
    assert y.dtype == np.float32
    assert [g.dtype for g in found] == [np.float32] * 3


def test_inputs_are_left_alone():
    arrays = example((5, 5), (3, 3))
    before = [a.copy() for a in arrays]
    variables = [Variable(a) for a in arrays]
    with recording():
        y = ops.conv2d(*variables, activation="relu")
        sent = np.ones(y.shape)
        gradients(y, variables, sent)
    for a, b, v in zip(arrays, before, variables):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(v.data, b)
    np.testing.assert_array_equal(sent, 1)


def test_arrays_that_are_not_contiguous():
    x, k, b = example((5, 6), (3, 2))
    turned = np.ascontiguousarray(x.transpose(2, 1, 0, 3)).transpose(2, 1, 0, 3)
    wide = np.repeat(k, 2, axis=-1)[..., ::2]
    np.testing.assert_allclose(ops.conv2d(turned, wide, b), ops.conv2d(x, k, b), atol=1e-12)
    check(lambda *a: ops.conv2d(*a, padding="same"), turned, wide, b)
    repeated = np.broadcast_to(x[:1], x.shape)
    np.testing.assert_allclose(ops.conv2d(repeated, k), ops.conv2d(repeated.copy(), k), atol=1e-12)


def test_a_gradient_that_is_not_contiguous():
    x, k, b = example((5, 6), (3, 2))
    check(lambda *a: ops.transpose(ops.conv2d(*a), (3, 1, 0, 2)), x, k, b)
    check(lambda *a: ops.mean(ops.conv2d(*a), axis=(1, 2)), x, k, b)


@pytest.mark.parametrize("shape", [(0, 5, 5, 2), (2, 0, 5, 2)])
def test_nothing_in_nothing_out(shape):
    k = RNG.normal(size=(3, 3, 2, 4))
    x = Variable(np.zeros(shape))
    kernel = Variable(k)
    with recording():
        y = ops.conv2d(x, kernel, padding="same", activation="relu")
        found = gradients(y, [x, kernel])
    assert y.shape == (*shape[:3], 4)
    assert found[0].shape == shape
    np.testing.assert_array_equal(found[1], np.zeros_like(k))


def check_scalar(function, x, tolerance=1e-6, step=1e-6):
    """Assert that `grad(function)` at `x` agrees with central differences in one direction."""
    direction = np.random.default_rng(2).normal(size=x.shape)
    ahead, behind = (float(function(x + t * direction)) for t in (step, -step))
    actual = float(np.sum(grad(function)(x) * direction))
    assert actual == pytest.approx((ahead - behind) / (2 * step), rel=tolerance)


@pytest.mark.parametrize("wrt", [0, 1, 2])
@pytest.mark.parametrize("settings", [{}, {"padding": "same", "strides": 2, "activation": "relu"}])
def test_the_gradient_can_be_differentiated_again(settings, wrt):
    """The penalty of a Wasserstein critic: the norm of a gradient, differentiated by weights."""
    x, k, b = example((5, 5), (3, 3))

    def steepness(x, k, b):
        def value(a):
            arrays = [a if i == wrt else v for i, v in enumerate((x, k, b))]
            return ops.sum(ops.conv2d(*arrays, **settings) ** 2)

        return ops.sum(grad(value)((x, k, b)[wrt]) ** 2)

    check_scalar(lambda x: steepness(x, k, b), x)
    check_scalar(lambda k: steepness(x, k, b), k)
    check_scalar(lambda b: steepness(x, k, b), b)


def test_third_derivatives():
    x, k, _ = example((4,), (2,))

    def twice(x):
        inner = grad(lambda x: ops.sum(ops.conv1d(x, k) ** 3))
        return grad(lambda x: ops.sum(inner(x) ** 2))(x)

    check_scalar(lambda x: ops.sum(twice(x) ** 2), x)


@pytest.mark.parametrize(
    "x, kernel, settings, message",
    [
        ((2, 5), (3, 2, 3), {}, "works on images of shape"),
        ((2, 5, 5, 2), (3, 2, 3), {}, "needs a kernel of 4 axes"),
        ((2, 5, 5, 4), (3, 3, 3, 8), {}, "4 channels but the kernel"),
        ((2, 5, 5, 4), (3, 3, 2, 3), {}, "cannot be divided among 2"),
        ((2, 2, 5, 3), (3, 3, 3, 4), {}, r"\(2, 5\)"),
        ((2, 5, 5, 3), (3, 3, 3, 4), {"dilation_rate": 3}, "dilated by"),
        ((2, 5, 5, 3), (3, 3, 3, 4), {"padding": "causal"}, "Unknown padding"),
        ((2, 5, 5, 3), (3, 3, 3, 4), {"padding": "sane"}, "'same'"),
        ((2, 5, 5, 3), (3, 3, 3, 4), {"strides": 0}, "strides must be a whole number"),
        ((2, 5, 5, 3), (3, 3, 3, 4), {"strides": (1, 2, 3)}, "strides must be"),
        ((2, 5, 5, 3), (3, 3, 3, 4), {"strides": 1.5}, "strides must be"),
        ((2, 5, 5, 3), (3, 3, 3, 4), {"dilation_rate": -1}, "dilation_rate must be"),
        ((2, 5, 5, 3), (3, 3, 3, 4), {"data_format": "NCHW"}, "Unknown data_format"),
        ((2, 5, 5, 3), (3, 3, 3, 4), {"activation": "rely"}, "not 'rely'"),
        ((2, 5, 5, 3), (3, 3, 3, 4), {"bias": np.zeros(3)}, r"bias of shape \(4,\)"),
    ],
)
def test_errors_teach(x, kernel, settings, message):
    with pytest.raises(ValueError, match=message):
        ops.convolution(np.zeros(x), np.zeros(kernel), **settings)


@pytest.mark.parametrize("name, shape", [("conv1d", (2, 5, 5, 2)), ("conv2d", (2, 5, 2))])
def test_each_rank_wants_its_own(name, shape):
    with pytest.raises(ValueError, match=f"{name} works on arrays of shape"):
        getattr(ops, name)(np.zeros(shape), np.zeros((3, 2, 3)))


@pytest.mark.parametrize("strides", [1, 2])
def test_against_transforms_of_whole_images(strides):
    """At sizes that fill many blocks; float32 keeps six digits."""
    x, k, _ = example((40, 37), (5, 4), 16, 24, batch=3)
    y = ops.conv2d(x.astype("float32"), k.astype("float32"), strides=strides)
    shape = (44, 40)
    spectrum = np.einsum(
        "nuvc,uvcf->nuvf",
        np.fft.fft2(x, shape, axes=(1, 2)),
        np.fft.fft2(k[::-1, ::-1], shape, axes=(0, 1)),
    )
    full = np.fft.ifft2(spectrum, axes=(1, 2)).real
    expected = full[:, 4:40:strides, 3:37:strides]
    np.testing.assert_allclose(y, expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("channels", [3, 40])  # the second by Winograd's method
@pytest.mark.parametrize("function", [ops.conv, ops.conv_transpose, ops.conv_max_pool])
def test_other_types(function, channels):
    x = RNG.integers(-4, 5, size=(2, 8, 8, channels))
    k = RNG.integers(-2, 3, size=(3, 3, channels, channels))
    exact = function(x.astype("float64"), k.astype("float64"))
    whole = function(x, k)
    assert whole.dtype == np.float32
    np.testing.assert_allclose(whole, exact, atol=1e-3)
    variables = [Variable(x.astype("float16")), Variable(k.astype("float16"))]
    with recording():
        y = function(*variables)
        found = gradients(y, variables, np.ones(y.shape, "float16"))
    assert [a.dtype for a in (y, *found)] == [np.float16] * 3
    np.testing.assert_allclose(y.data, exact, rtol=2e-3)  # no sum was made in half precision
