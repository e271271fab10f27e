"""A convolution, its rectifier and the max pooling behind it as one operation.

Bias and rectifier commute with taking the maximum: pooled first, they touch a fraction of the
numbers, and the full result of the convolution exists for one block at a time only. What the
gradient needs of it is which position won, one byte for each pooled element.
"""

import dataclasses
import functools

import numpy as np

from .. import config
from ..autograd import Tensor, composite, is_recording, op
from .conv import (
    channels_last,
    check_bias,
    check_rank,
    convolution,
    find_windows,
)
from .conv_blocks import Finish, Gradient, gather_gradients, multiply_blocks
from .conv_core import composed_gradients, computable, convolve
from .conv_plan import Plan
from .pooling import find_pools, largest, max_pool, route
from .shaping import moveaxis
from .types import floating, raw
from .windows import normalize_padding, normalize_tuple

_MOST_MEMBERS = 255  # positions in a pool that a byte can number


class _PooledResult:
    """Takes the products of each block, positions of a pool apart, and keeps the largest.

    Args:
        out: array (n, *pools, filters) for the result.
        winners: array of bytes of the same shape for the position that won, or None.
        members: positions in a pool.
        finish: the `Finish`.
        shape: (images, rows) of the largest block.
    """

    def __init__(self, out, winners, members, finish, shape):
        self.out, self.winners, self.members, self.finish = out, winners, members, finish
        numbers = shape[0] * shape[1] * int(np.prod(out.shape[2:]))
        self.products = np.empty(members * numbers, out.dtype)
        self.larger = np.empty(numbers, bool)

    def place(self, n0, n1, y0, y1):
        size = self.members * self.out[n0:n1, y0:y1].size
        return self.products[:size].reshape(-1, self.out.shape[-1])

    def done(self, matrix, n0, n1, y0, y1):
        candidates = matrix.reshape(self.members, -1)
        best = self.out[n0:n1, y0:y1].reshape(-1)
        if self.winners is None:
            winner = None
        else:
            winner = self.winners[n0:n1, y0:y1].reshape(-1)
            larger = self.larger[: best.size]
            won = larger.view(np.uint8)
        for i in range(1, self.members):
            before = candidates[0] if i == 1 else best
            if winner is not None:
                np.greater(candidates[i], before, out=larger)  # the first of equals stays
                if i == 1:
                    winner[...] = won
                else:
                    np.multiply(won, np.uint8(i), out=won)
                    np.maximum(winner, won, out=winner)
            np.maximum(before, candidates[i], out=best)
        self.finish(best)


class _RoutedGradient(Gradient):
    """Reads the gradient of the pooled result and gives it to the positions that won.

    Args:
        winners: as in `_PooledResult`.
        pool: extent of a pool.
    """

    def __init__(self, g, rectified, winners, pool, shape):
        super().__init__(g, rectified, shape)
        self.winners, self.pool = winners, pool
        self.members = int(np.prod(pool))
        numbers = shape[0] * shape[1] * int(np.prod(g.shape[2:]))
        self.routed = np.empty(self.members * numbers, g.dtype)

    def read(self, n0, n1, y0, y1):
        matrix, _ = super().read(n0, n1, y0, y1)
        winner = self.winners[n0:n1, y0:y1].reshape(matrix.shape)
        routed = self.routed[: self.members * matrix.size].reshape(self.members, *matrix.shape)
        for i, part in enumerate(routed):
            np.multiply(matrix, winner == i, out=part)
        return routed.reshape(-1, matrix.shape[-1]), matrix

    def write(self, place, section):
        rank = len(self.pool)
        n, *positions, filters = place.shape
        pools = [p // m for p, m in zip(positions, self.pool, strict=True)]
        routed = section.reshape(*self.pool, n, *pools, filters)
        # Members of a pool stand beside one another in the image: (n, pools, members, ...).
        order = [rank, *(i for axis in range(rank) for i in (rank + 1 + axis, axis)), 2 * rank + 1]
        pairs = [size for pair in zip(pools, self.pool, strict=True) for size in pair]
        place.reshape(n, *pairs, filters)[...] = routed.transpose(order)


@functools.lru_cache(maxsize=1024)
def _whole_pools(windows, pool):
    """Return `windows` without the positions at the end that fill no pool."""
    out = tuple(o // p * p for o, p in zip(windows.out, pool, strict=True))
    return dataclasses.replace(windows, out=out)


def _one_by_one(x, kernel, bias, windows, pool, relu):
    """Return value and gradient of tensors, made of operations that have gradients in turn."""
    convolved = convolve(x, kernel, bias, windows=windows, relu=relu)
    where = find_pools(windows.out, pool, pool, "valid")

    def vjp(g, needs):
        g = route(convolved, g, where=where)
        if relu:
            g = g * (raw(convolved) > 0).astype(g.dtype)
        return composed_gradients(g, x, kernel, windows, (*needs, False)[:3])

    return largest(convolved, where=where), vjp


@op(register=False)
def _convolve_pool(x, kernel, bias=None, /, windows=None, pool=None, relu=False):
    if any(isinstance(a, Tensor) for a in (x, kernel, bias)):
        return _one_by_one(x, kernel, bias, _whole_pools(windows, pool), pool, relu)
    dtype = floating(x).dtype
    x, kernel, bias = computable(x, kernel, bias)
    windows = _whole_pools(windows, pool)
    members = int(np.prod(pool))
    filters = kernel.shape[-1]
    pools = tuple(o // p for o, p in zip(windows.out, pool, strict=True))
    out = np.empty((len(x), *pools, filters), x.dtype)
    winners = np.empty(out.shape, np.uint8) if is_recording() else None
    plan = Plan(windows, x.shape[-1], filters, pool=pool)
    finish = Finish(bias, relu, pools[-1])
    if out.size:
        multiply_blocks(
            plan, x, kernel, lambda shape: _PooledResult(out, winners, members, finish, shape)
        )

    def vjp(g, needs):
        needs = (*needs, False)[:3]
        rectified = out if relu else None
        (wide_g,) = computable(g)
        return gather_gradients(
            plan,
            len(g),
            wide_g.dtype,
            kernel,
            needs,
            x,
            lambda shape: _RoutedGradient(wide_g, rectified, winners, pool, shape),
        )

    return out.astype(dtype, copy=False), vjp


@composite
def conv_max_pool(
    x,
    kernel,
    bias=None,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
    activation=None,
    pool_size=2,
    pool_strides=None,
    pool_padding="valid",
):
    """Return max pooling of a convolution: `max_pool(convolution(...), pool_size)`, faster.

    The result and the gradients are the same, but for rounding where adding the bias makes
    different numbers equal: there the larger one without bias is the maximum.

    Args:
        x, kernel, bias, strides, padding, data_format, dilation_rate: as in `convolution`.
        activation: None, 'linear' or 'relu'; others are computed step by step.
        pool_size, pool_strides, pool_padding: as in `max_pool`. Pools that overlap, leave gaps or
            reach into padding are computed step by step.

    Raises:
        ValueError: shapes that do not fit, or unknown names.
    """
    rank = check_rank(x, kernel, "convolution")
    pool = normalize_tuple(pool_size, rank, "pool_size")
    steps = pool if pool_strides is None else normalize_tuple(pool_strides, rank, "pool_strides")
    pool_padding = normalize_padding(pool_padding, ("valid", "same"))
    shape, kernel_shape = np.shape(x), np.shape(kernel)
    first = config.normalize_data_format(data_format) == "channels_first"
    channels = shape[1] if first else shape[-1]
    one_operation = (
        activation in (None, "linear", "relu")
        and steps == pool
        and 1 < np.prod(pool) <= _MOST_MEMBERS
        and kernel_shape[-2] == channels
    )
    if one_operation:
        check_bias(bias, kernel_shape[-1], "convolution")
        size = shape[2:] if first else shape[1:-1]
        where = find_windows(size, kernel_shape[:rank], strides, padding, dilation_rate)
        rest = [o % p for o, p in zip(where.out, pool, strict=True)]
        fits = all(o >= p for o, p in zip(where.out, pool, strict=True))
        one_operation = fits and (pool_padding == "valid" or not any(rest))
    if not one_operation:
        y = convolution(x, kernel, bias, strides, padding, data_format, dilation_rate, activation)
        return max_pool(y, pool_size, pool_strides, pool_padding, data_format)
    x, first = channels_last(x, data_format)
    arrays = (x, kernel) if bias is None else (x, kernel, bias)
    y = _convolve_pool(*arrays, windows=where, pool=pool, relu=activation == "relu")
    return moveaxis(y, -1, 1) if first else y
