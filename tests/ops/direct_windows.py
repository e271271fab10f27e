"""Convolution and pooling by loops over every position: slow, and plain enough to be trusted."""

import itertools

import numpy as np


def extents(size, kernel, strides, padding, dilation):
    """Return (positions, zeros in front) of one axis."""
    reach = (kernel - 1) * dilation + 1
    if padding == "valid":
        return (size - reach) // strides + 1, 0
    positions = (size + strides - 1) // strides
    if padding == "causal":
        return positions, reach - 1
    return positions, max((positions - 1) * strides + reach - size, 0) // 2


def positions_and_elements(size, kernel, strides, padding, dilation):
    """Yield (position, [(tap, element)]): the elements inside the image that each window covers."""
    rank = len(size)
    found = [extents(*axis) for axis in zip(size, kernel, strides, [padding] * rank, dilation)]
    for position in itertools.product(*(range(n) for n, _ in found)):
        covered = []
        for tap in itertools.product(*map(range, kernel)):
            element = tuple(
                p * s + t * d - front
                for p, s, t, d, (_, front) in zip(position, strides, tap, dilation, found)
            )
            if all(0 <= e < n for e, n in zip(element, size)):
                covered.append((tap, element))
        yield position, covered


def shape_of(size, kernel, strides, padding, dilation):
    """Return the number of positions along each axis."""
    axes = zip(size, kernel, strides, [padding] * len(size), dilation)
    return tuple(extents(*axis)[0] for axis in axes)


def convolve(x, kernel, strides, padding, dilation):
    """Return the channels-last convolution, in groups where the kernel takes fewer channels."""
    size, window = x.shape[1:-1], kernel.shape[:-2]
    seen, filters = kernel.shape[-2:]
    groups = x.shape[-1] // seen
    y = np.zeros((len(x), *shape_of(size, window, strides, padding, dilation), filters))
    for position, covered in positions_and_elements(size, window, strides, padding, dilation):
        for tap, element in covered:
            for f in range(filters):
                group = f // (filters // groups)
                channels = x[(slice(None), *element)][:, group * seen : (group + 1) * seen]
                y[(slice(None), *position, f)] += channels @ kernel[(*tap, slice(None), f)]
    return y


def transpose(x, kernel, output, strides, padding, dilation):
    """Return the transposed convolution, (batch, *output, filters)."""
    window = kernel.shape[:-2]
    y = np.zeros((len(x), *output, kernel.shape[-2]))
    for position, covered in positions_and_elements(output, window, strides, padding, dilation):
        for tap, element in covered:
            y[(slice(None), *element)] += x[(slice(None), *position)] @ kernel[tap].T
    return y


def pool(x, kernel, strides, padding, reduce):
    """Return the channels-last pooling: `reduce` over axis 0 of the elements of each window."""
    size, dilation = x.shape[1:-1], (1,) * len(kernel)
    y = np.zeros((len(x), *shape_of(size, kernel, strides, padding, dilation), x.shape[-1]))
    for position, covered in positions_and_elements(size, kernel, strides, padding, dilation):
        y[(slice(None), *position)] = reduce(
            np.stack([x[(slice(None), *element)] for _, element in covered]), axis=0
        )
    return y
