"""Transposed convolution: against loops, by finite differences, and as a convolution's gradient."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autograd import grad
from tests.ops import direct_windows
from tests.ops.gradients import check

RNG = np.random.default_rng(8)

# size, kernel, strides, dilation
GEOMETRIES = [
    ((4,), (3,), (1,), (1,)),
    ((3,), (2,), (3,), (1,)),  # a stride beyond the kernel leaves zeros between the windows
    ((4,), (3,), (1,), (2,)),
    ((1,), (1,), (1,), (1,)),
    ((3, 4), (3, 2), (1, 1), (1, 1)),
    ((3, 4), (3, 3), (2, 2), (1, 1)),
    ((2, 3), (4, 5), (2, 3), (1, 1)),
    ((3, 3), (2, 3), (1, 1), (3, 2)),
    ((1, 1), (3, 3), (2, 2), (1, 1)),
    ((2, 2, 3), (2, 3, 2), (2, 1, 2), (1, 1, 1)),
]


def example(size, kernel, channels=2, filters=3, batch=2):
    """Return random images, kernel and bias."""
    x = RNG.normal(size=(batch, *size, channels))
    k = RNG.normal(size=(*kernel, filters, channels))
    return x, k, RNG.normal(size=filters)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_values_and_gradients(geometry, padding):
    size, kernel, strides, dilation = geometry
    x, k, b = example(size, kernel)

    def op(x, k, b):
        return ops.transposed_convolution(x, k, b, strides, padding, dilation_rate=dilation)

    reaches = [(n - 1) * d + 1 for n, d in zip(kernel, dilation)]
    if padding == "same":
        output = tuple(n * s for n, s in zip(size, strides))
    else:
        output = tuple(n * s + max(r - s, 0) for n, s, r in zip(size, strides, reaches))
    expected = direct_windows.transpose(x, k, output, strides, padding, dilation) + b
    np.testing.assert_allclose(op(x, k, b), expected, rtol=1e-12, atol=1e-12)
    check(op, x, k, b)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("kernel", [(2, 2), (3, 3), (4, 5)])
def test_is_the_gradient_of_a_convolution(kernel, strides, padding):
    x, k, _ = example((3, 2), kernel)
    y = ops.conv_transpose(x, k, strides, padding)
    image = np.zeros((2, *y.shape[1:-1], 3))
    through = grad(lambda image: ops.sum(ops.conv(image, k, strides, padding) * x))
    np.testing.assert_allclose(y, through(image), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_output_padding_adds_at_the_end(padding):
    x, k, _ = example((3,), (3,))
    plain = ops.conv_transpose(x, k, 3, padding, output_padding=0)
    for extra in (1, 2):
        y = ops.conv_transpose(x, k, 3, padding, output_padding=extra)
        assert y.shape[1] == plain.shape[1] + extra
    check(lambda x, k: ops.conv_transpose(x, k, 3, padding, output_padding=2), x, k)


def test_another_output_size():
    x, k, b = example((3, 2), (3, 3))
    y = ops.transposed_convolution(x, k, b, 2, "same", output_size=(5, 3))
    expected = direct_windows.transpose(x, k, (5, 3), (2, 2), "same", (1, 1)) + b
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    with pytest.raises(ValueError, match="cannot make an output"):
        ops.transposed_convolution(x, k, b, 2, "same", output_size=(8, 3))


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_channels_first_and_activations(activation):
    x, k, b = example((3, 4), (3, 2))
    last = ops.transposed_convolution(x, k, b, 2, "same", activation=activation)
    first = ops.transposed_convolution(
        np.moveaxis(x, -1, 1), k, b, 2, "same", None, "channels_first", activation=activation
    )
    np.testing.assert_allclose(first, np.moveaxis(last, -1, 1), rtol=1e-12, atol=1e-12)
    check(
        lambda x, k, b: ops.transposed_convolution(
            x, k, b, 2, data_format="channels_first", activation=activation
        ),
        np.moveaxis(x, -1, 1).copy(),
        k,
        b,
    )


def test_the_gradient_can_be_differentiated_again():
    x, k, _ = example((3,), (2,))

    def steepness(k):
        return ops.sum(grad(lambda x: ops.sum(ops.conv_transpose(x, k, 2) ** 2))(x) ** 2)

    direction = RNG.normal(size=k.shape)
    ahead, behind = (float(steepness(k + t * direction)) for t in (1e-6, -1e-6))
    actual = float(np.sum(grad(steepness)(k) * direction))
    assert actual == pytest.approx((ahead - behind) / 2e-6, rel=1e-6)


def test_float32_in_and_out():
    x, k, b = (a.astype("float32") for a in example((3, 4), (3, 2)))
    assert ops.transposed_convolution(x, k, b, 2).dtype == np.float32


@pytest.mark.parametrize(
    "kernel, settings, message",
    [
        ((3, 3, 4, 3), {}, "takes 3"),
        ((3, 4, 2), {}, "needs a kernel of 4 axes"),
        ((3, 3, 4, 2), {"padding": "causal"}, "Unknown padding"),
        ((3, 3, 4, 2), {"strides": 2, "output_padding": 2}, "smaller than strides"),
        ((3, 3, 4, 2), {"strides": 2, "output_padding": -1}, "output_padding must be"),
        ((3, 3, 4, 2), {"bias": np.zeros(2)}, r"bias of shape \(4,\)"),
        ((3, 3, 4, 2), {"activation": "rely"}, "not 'rely'"),
    ],
)
def test_errors_teach(kernel, settings, message):
    with pytest.raises(ValueError, match=message):
        ops.transposed_convolution(np.zeros((1, 4, 4, 2)), np.zeros(kernel), **settings)
