"""Three operations that are each other's gradients: all of convolution, channels-last.

The sum over positions of `g * convolve(x, kernel)` is linear in each of x, kernel and g. Its
derivatives by g, x and kernel are the three operations below; so each one's gradient is made of
the other two, and can be differentiated as often as one likes.
"""

from ..autograd import Tensor, op
from . import conv_blocks
from .reduction import sum as total
from .types import floating, raw


def computable(*arrays):
    """Return arrays as floats of at least 32 bits: half precision has no fast products."""
    floats = [None if a is None else floating(a) for a in arrays]
    return [a if a is None or a.dtype.itemsize > 2 else a.astype("float32") for a in floats]


@op(register=False)
def convolve(x, kernel, bias=None, /, windows=None, relu=False):
    """Return the convolution (n, *out, filters) of x (n, *size, channels) with the kernel.

    Args:
        kernel: array (*kernel, channels / groups, filters).
        bias: array (filters,), or None.
        windows: the `Windows`.
        relu: whether to rectify the result.
    """
    arrays = x, kernel, bias
    # Tensors are given where the gradient itself is to be differentiated.
    if any(isinstance(a, Tensor) for a in arrays):
        y = convolve(*arrays, windows=windows, relu=relu)
    else:
        wide_x, wide_kernel, wide_bias = computable(x, kernel, bias)
        y = conv_blocks.forward(wide_x, wide_kernel, windows, wide_bias, relu)
        y = y.astype(floating(x).dtype, copy=False)
    groups = x.shape[-1] // kernel.shape[-2]

    def vjp(g, needs):
        needs = (*needs, False)[:3]
        if not isinstance(g, Tensor):
            wide_g, wide_x, wide_kernel = computable(g, x, kernel)
            rectified = y if relu else None
            return conv_blocks.backward(
                wide_g, wide_kernel, windows, groups, needs, x=wide_x, rectified=rectified
            )
        if relu:
            g = g * (raw(y) > 0).astype(g.dtype)
        return composed_gradients(g, x, kernel, windows, needs)

    return y, vjp


def composed_gradients(g, x, kernel, windows, needs):
    """Return the gradients for x, kernel and bias as tensors that can be differentiated again.

    Args:
        g: gradient of the convolution before any rectifier.
        needs: three bools, which of the gradients to return; None stands for the others.
    """
    groups = x.shape[-1] // kernel.shape[-2]
    return (
        spread(g, kernel, windows=windows, groups=groups) if needs[0] else None,
        correlate(x, g, windows=windows, groups=groups) if needs[1] else None,
        total(g, axis=tuple(range(g.ndim - 1))) if needs[2] else None,
    )


@op(register=False)
def spread(g, kernel, /, windows=None, groups=1):
    """Return the gradient of a convolution for its input: a transposed convolution.

    Args:
        g: array (n, *out, filters).
        kernel: array (*kernel, channels / groups, filters).

    Returns:
        Array (n, *size, channels).
    """
    if isinstance(g, Tensor) or isinstance(kernel, Tensor):
        y = spread(g, kernel, windows=windows, groups=groups)
    else:
        wide_g, wide_kernel = computable(g, kernel)
        y = conv_blocks.backward(wide_g, wide_kernel, windows, groups, (True, False, False))[0]
        y = y.astype(floating(g).dtype, copy=False)
    return y, (
        lambda u: convolve(u, kernel, windows=windows),
        lambda u: correlate(u, g, windows=windows, groups=groups),
    )


@op(register=False)
def correlate(x, g, /, windows=None, groups=1):
    """Return the gradient of a convolution for its kernel.

    Args:
        x: array (n, *size, channels).
        g: array (n, *out, filters).

    Returns:
        Array (*kernel, channels / groups, filters).
    """
    if isinstance(x, Tensor) or isinstance(g, Tensor):
        y = correlate(x, g, windows=windows, groups=groups)
    else:
        wide_g, wide_x = computable(g, x)
        y = conv_blocks.backward(wide_g, None, windows, groups, (False, True, False), x=wide_x)[1]
        y = y.astype(floating(g).dtype, copy=False)
    return y, (
        lambda u: spread(g, u, windows=windows, groups=groups),
        lambda u: convolve(x, u, windows=windows),
    )
