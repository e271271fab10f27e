"""Where windows lie on an image: the arithmetic that convolution and pooling share.

A window is a kernel or a pooling area. Along each spatial axis it covers `kernel` elements,
`dilation` apart, and moves by `strides`; `before` zeros stand in front of the input.
"""

import dataclasses
import functools
import itertools
import math

import numpy as np

from ..registry import suggest

PADDINGS = ("valid", "same", "causal")


def normalize_tuple(value, n, name, allow_zero=False):
    """Return `value`, an int or a sequence of `n` ints, as a tuple of `n` ints.

    Args:
        name: how messages call it, e.g. "strides".
        allow_zero: whether 0 is as good as a positive number.

    Raises:
        ValueError: another number of values, or values that are not positive whole numbers.
    """
    least = 0 if allow_zero else 1
    given = (value,) * n if isinstance(value, (int, np.integer)) else value
    if isinstance(given, np.ndarray):
        given = given.tolist()
    good = isinstance(given, (tuple, list)) and len(given) == n
    good = good and all(
        isinstance(v, (int, np.integer)) and not isinstance(v, bool) and v >= least for v in given
    )
    if not good:
        kind = "not negative" if allow_zero else "positive"
        several = f" or {n} of them," if n > 1 else ""
        raise ValueError(f"{name} must be a whole number, {kind},{several} not {value!r}.")
    return tuple(int(v) for v in given)


def normalize_padding(value, allowed=PADDINGS):
    """Return `value` in lower case if it is among `allowed`, else raise a ValueError."""
    lowered = value.lower() if isinstance(value, str) else value
    if lowered not in allowed:
        raise ValueError(f"Unknown padding {value!r}. {suggest(value, allowed)}")
    return lowered


def conv_output_length(input_length, filter_size, padding, stride, dilation=1):
    """Return the number of positions of a window along one axis; None where it is unknown.

    Args:
        input_length: number of elements of the axis, or None.
        filter_size: number of elements the window covers.
        padding: 'valid', 'same', 'causal' or 'full'.
        stride: step from one position to the next.
        dilation: distance of the elements that the window covers.

    A 'valid' window that is larger than the input has no position: 0.
    """
    if input_length is None:
        return None
    padding = normalize_padding(padding, (*PADDINGS, "full"))
    reach = (filter_size - 1) * dilation + 1
    if padding == "valid":
        input_length = input_length - reach + 1
    elif padding == "full":
        input_length = input_length + reach - 1
    return max(0, -(-input_length // stride))


def conv_input_length(output_length, filter_size, padding, stride):
    """Return the shortest input for which a window has `output_length` positions, or None."""
    if output_length is None:
        return None
    padding = normalize_padding(padding, ("valid", "same", "full"))
    pad = {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}[padding]
    return (output_length - 1) * stride - 2 * pad + filter_size


def deconv_output_length(
    input_length, filter_size, padding, output_padding=None, stride=1, dilation=1
):
    """Return the length that a transposed convolution makes of `input_length`, or None.

    Args:
        output_padding: by how much the longer of the possible outputs is chosen; None for the
            output that Keras takes by default: `input_length * stride` for 'same', and enough to
            hold every window for 'valid'.
    """
    if input_length is None:
        return None
    padding = normalize_padding(padding, ("valid", "same", "full"))
    reach = (filter_size - 1) * dilation + 1
    if output_padding is None:
        if padding == "valid":
            return input_length * stride + max(reach - stride, 0)
        if padding == "full":
            return input_length * stride - (stride + reach - 2)
        return input_length * stride
    pad = {"same": reach // 2, "valid": 0, "full": reach - 1}[padding]
    return (input_length - 1) * stride + reach - 2 * pad + output_padding


def deconv_length(dim_size, stride_size, kernel_size, padding, output_padding=None):
    """Return `deconv_output_length` with the argument order of Keras 2."""
    return deconv_output_length(dim_size, kernel_size, padding, output_padding, stride_size)


@dataclasses.dataclass(frozen=True)
class Windows:
    """All positions of a window on the spatial axes of an image.

    Attributes (tuples, one number for each spatial axis):
        size: extent of the input.
        kernel: number of elements that a window covers.
        strides: step from one position to the next.
        dilation: distance of the elements that a window covers.
        before: zeros in front of the input.
        out: number of positions.
    """

    size: tuple
    kernel: tuple
    strides: tuple
    dilation: tuple
    before: tuple
    out: tuple

    @functools.cached_property
    def reach(self):
        """Extent from the first element of the first window to the last of the last."""
        return tuple(
            (o - 1) * s + (k - 1) * d + 1 if o else 0
            for o, s, k, d in zip(self.out, self.strides, self.kernel, self.dilation, strict=True)
        )

    @functools.cached_property
    def padded(self):
        """Whether some window covers elements outside the input."""
        return any(self.before) or any(r > n for r, n in zip(self.reach, self.size, strict=True))

    @functools.cached_property
    def pointwise(self):
        """Whether every element of the input is a window of its own."""
        return set(self.kernel) == set(self.strides) == {1} and not self.padded

    @functools.cached_property
    def taps(self):
        """The places within a window, in order: a list of index tuples."""
        return list(itertools.product(*map(range, self.kernel)))

    def tap_slices(self, tap):
        """Return where `tap` meets the input: (slices of positions, slices of the input).

        The first are the positions at which the tap lies inside the input.
        """
        positions, elements = [], []
        for i, n, s, d, b, o in zip(
            tap, self.size, self.strides, self.dilation, self.before, self.out, strict=True
        ):
            offset = i * d - b  # of the tap at position 0
            first = max(0, -(offset // s))
            last = min(o - 1, (n - 1 - offset) // s)
            if last < first:
                positions.append(slice(0, 0))
                elements.append(slice(0, 0))
            else:
                positions.append(slice(first, last + 1))
                elements.append(slice(offset + first * s, offset + last * s + 1, s))
        return tuple(positions), tuple(elements)


@functools.lru_cache(maxsize=1024)
def windows(size, kernel, strides, padding, dilation):
    """Return the `Windows` for `padding` 'valid', 'same' or 'causal'; arguments are tuples.

    'same' puts the zeros at both ends, the odd one behind, and has ceil(size / stride)
    positions; 'causal' puts all of them in front.

    Raises:
        ValueError: a 'valid' window is larger than the input.
    """
    out, before = [], []
    for n, k, s, d in zip(size, kernel, strides, dilation, strict=True):
        positions = conv_output_length(n, k, padding, s, d)
        reach = (k - 1) * d + 1
        if padding == "valid" and positions == 0:
            covers = f", dilated by {dilation}," if max(dilation) > 1 else ""
            raise ValueError(
                f"A window of {kernel}{covers} does not fit into an input of spatial shape "
                f"{size} without padding. Use padding='same', a smaller window, or a larger input."
            )
        total = max(0, (positions - 1) * s + reach - n)
        out.append(positions)
        before.append({"valid": 0, "same": total // 2, "causal": reach - 1}[padding])
    return Windows(size, kernel, strides, dilation, tuple(before), tuple(out))


# ---------------------------------------------------------------------------------------------
# Blocks that stay in the processor's cache
# ---------------------------------------------------------------------------------------------
# Numbers worked on at a time: 2 MB of float32. Smaller blocks stay in the cache of one core, larger
# ones need fewer calls of NumPy; from 1 to 4 MB all is within a tenth of the best.
BLOCK = 1 << 19


def blocks(start, stop, rows, numbers_per_row, target=BLOCK):
    """Yield (n0, n1, y0, y1): images n0 to n1, their rows y0 to y1, about `target` numbers each.

    A block holds several whole images, or rows of one image where that is much larger than a
    block. `block_shape` tells the largest.
    """
    images, height = block_shape(stop - start, rows, numbers_per_row, target)
    for n in range(start, stop, images):
        for y in range(0, rows, height):
            yield n, min(n + images, stop), y, min(y + height, rows)


def block_shape(count, rows, numbers_per_row, target=BLOCK):
    """Return (images, rows) of the largest of `blocks`, for `count` images of `rows` rows."""
    numbers = max(1, rows * numbers_per_row)
    if numbers > 2 * target:
        return 1, max(1, min(rows, target // numbers_per_row))
    images = max(1, min(count, target // numbers))
    if images > 1:  # blocks of the same size, without a small one at the end
        images = math.ceil(count / math.ceil(count / images))
    return images, max(1, rows)
