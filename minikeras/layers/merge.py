"""Layers that make one tensor out of several."""

import functools

import numpy as np

from .. import ops
from .base import Layer, register
from .inputs import shapes_of


class _Merge(Layer):
    """What merging layers share: a list of inputs, element by element with broadcasting.

    Inputs of lower rank get axes of size 1 behind the batch axis.
    """

    supports_masking = True
    _count = None  # how many inputs there must be; None for any number from one

    def build(self, input_shape):
        """Check the number of inputs and that their shapes agree."""
        self.compute_output_shape(input_shape)

    def _check_list(self, input_shape):
        """Refuse what is no list of the right number of shapes."""
        several = isinstance(input_shape, (list, tuple)) and all(
            isinstance(s, (tuple, list)) for s in input_shape
        )
        if not several or not input_shape:
            raise ValueError(
                f"{type(self).__name__} {self.name!r} must be called on a list of inputs, not on "
                f"{'none' if several else 'a single one'}."
            )
        if self._count not in (None, len(input_shape)):
            raise ValueError(
                f"{type(self).__name__} {self.name!r} takes exactly {self._count} inputs, but got "
                f"{len(input_shape)}."
            )

    def compute_output_shape(self, input_shape):
        """Return the shape that the inputs broadcast to."""
        self._check_list(input_shape)
        batch_sizes = {s[0] for s in input_shape if s[0] is not None}
        if len(batch_sizes) > 1:
            raise ValueError(
                f"{type(self).__name__} {self.name!r} got inputs of different batch sizes: "
                f"{input_shape}."
            )
        rest = functools.reduce(self._broadcast, (tuple(s[1:]) for s in input_shape))
        return (batch_sizes.pop() if batch_sizes else None, *rest)

    def _broadcast(self, a, b):
        if len(a) < len(b):
            a, b = b, a
        b = (1,) * (len(a) - len(b)) + b
        sizes = []
        for m, n in zip(a, b, strict=True):
            if None in (m, n):
                other = n if m is None else m
                sizes.append(other if other not in (None, 1) else None)
            elif 1 in (m, n):
                sizes.append(max(m, n) if 0 not in (m, n) else 0)
            elif m == n:
                sizes.append(m)
            else:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r} cannot merge inputs of shapes "
                    f"{a} and {b} (batch axis left out): the sizes {m} and {n} differ and neither "
                    "is 1."
                )
        return tuple(sizes)

    def call(self, inputs):
        """Merge the inputs."""
        self._check_list(shapes_of(inputs))
        rank = max(x.ndim for x in inputs)
        aligned = [
            x
            if x.ndim == rank
            else ops.reshape(x, (x.shape[0], *(1,) * (rank - x.ndim), *x.shape[1:]))
            for x in inputs
        ]
        return self._merge(aligned)

    def _merge(self, inputs):
        return self._merge_function(inputs)

    def _merge_function(self, inputs):
        """Merge tensors of one rank: what a user's own merging layer overrides in Keras 2."""
        raise NotImplementedError(
            f"{type(self).__name__} does not say how it merges: define _merge_function(inputs)."
        )

    def compute_mask(self, inputs, mask=None):
        """Return the positions that are present in every input."""
        masks = [m for m in self._check_masks(inputs, mask) if m is not None]
        return functools.reduce(np.logical_and, masks) if masks else None

    def _check_masks(self, inputs, mask):
        """Return the list of masks; a ValueError unless there is one (or None) for each input."""
        if mask is None:
            return []
        lists = isinstance(inputs, (list, tuple)) and isinstance(mask, (list, tuple))
        if not lists or len(inputs) != len(mask):
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: compute_mask takes a list of inputs and a "
                "list of as many masks (or None), one for each input."
            )
        return mask


@register()
class Add(_Merge):
    """Adds its inputs."""

    def _merge(self, inputs):
        return functools.reduce(ops.add, inputs)


@register()
class Subtract(_Merge):
    """Subtracts the second of two inputs from the first."""

    _count = 2

    def _merge(self, inputs):
        return ops.subtract(*inputs)


@register()
class Multiply(_Merge):
    """Multiplies its inputs element by element."""

    def _merge(self, inputs):
        return functools.reduce(ops.multiply, inputs)


@register()
class Average(_Merge):
    """Averages its inputs element by element."""

    def _merge(self, inputs):
        return ops.divide(functools.reduce(ops.add, inputs), len(inputs))


@register()
class Maximum(_Merge):
    """Takes the greatest of its inputs element by element."""

    def _merge(self, inputs):
        return functools.reduce(ops.maximum, inputs)


@register()
class Minimum(_Merge):
    """Takes the least of its inputs element by element."""

    def _merge(self, inputs):
        return functools.reduce(ops.minimum, inputs)


@register()
class Concatenate(_Merge):
    """Joins its inputs along an axis.

    Args:
        axis: the axis along which sizes may differ; the batch axis counts as 0.
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def compute_output_shape(self, input_shape):
        """Return the common shape with the sizes along the axis added up."""
        self._check_list(input_shape)
        first = list(input_shape[0])
        axis = self.axis + len(first) if self.axis < 0 else self.axis
        for shape in input_shape:
            fits = (
                len(shape) == len(first)
                and 0 <= axis < len(first)
                and all(
                    i == axis or m == n or None in (m, n)
                    for i, (m, n) in enumerate(zip(first, shape, strict=True))
                )
            )
            if not fits:
                raise ValueError(
                    f"Concatenate {self.name!r} needs inputs whose shapes agree but for axis "
                    f"{self.axis}; it got {list(map(tuple, input_shape))}."
                )
        sizes = [shape[axis] for shape in input_shape]
        merged = [
            next((s[i] for s in input_shape if s[i] is not None), None) for i in range(len(first))
        ]
        merged[0] = first[0]
        merged[axis] = None if None in sizes else sum(sizes)
        return tuple(merged)

    def call(self, inputs):
        """Join the inputs."""
        self._check_list(shapes_of(inputs))
        return ops.concatenate(list(inputs), axis=self.axis)

    def compute_mask(self, inputs, mask=None):
        """Return the masks joined likewise; an input without a mask counts as present."""
        mask = self._check_masks(inputs, mask)
        if all(m is None for m in mask):
            return None
        rank = inputs[0].ndim
        axis = self.axis % rank
        parts = []
        for x, m in zip(inputs, mask, strict=True):
            if m is None:
                parts.append(np.ones(x.shape, bool))
            else:
                m = np.asarray(m)
                m = m.reshape(m.shape + (1,) * (rank - m.ndim))
                sizes = [b if a is None else a for a, b in zip(x.shape, m.shape, strict=True)]
                parts.append(np.broadcast_to(m, sizes))
        return np.concatenate(parts, axis=axis).all(axis=-1)


@register()
class Dot(_Merge):
    """Scalar products of two inputs along given axes, sample by sample.

    Args:
        axes: int, or two ints, the axis of each input to sum over.
        normalize: whether to scale both inputs to length 1 along it, which gives the cosine.
    """

    _count = 2

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(axes, (int, np.integer)) and (
            not isinstance(axes, (list, tuple))
            or len(axes) != 2
            or not all(isinstance(a, (int, np.integer)) for a in axes)
        ):
            raise TypeError(f"axes must be an int or two ints, not {axes!r}.")
        self.axes = axes
        self.normalize = normalize

    def _axes(self, shapes):
        """Return the axis of each input, counted from the front."""
        axes = (self.axes, self.axes) if isinstance(self.axes, (int, np.integer)) else self.axes
        for axis, shape in zip(axes, shapes, strict=True):
            if not -len(shape) < axis < len(shape) or axis == 0:
                raise ValueError(
                    f"Dot {self.name!r} cannot sum over axis {axis} of an input of shape {shape}: "
                    f"choose from 1 (0 is the batch axis) to {len(shape) - 1}."
                )
        return [axis % len(shape) for axis, shape in zip(axes, shapes, strict=True)]

    def compute_output_shape(self, input_shape):
        """Return the batch size and the sizes of both inputs without the summed axes."""
        self._check_list(input_shape)
        a, b = map(tuple, input_shape)
        i, j = self._axes((a, b))
        if None not in (a[i], b[j]) and a[i] != b[j]:
            raise ValueError(
                f"Dot {self.name!r} sums over axis {i} of {a} and axis {j} of {b}, whose sizes "
                f"{a[i]} and {b[j]} differ."
            )
        rest = a[1:i] + a[i + 1 :] + b[1:j] + b[j + 1 :]
        return (a[0], *(rest or (1,)))

    def call(self, inputs):
        """Return the products."""
        self._check_list(shapes_of(inputs))
        a, b = inputs
        i, j = self._axes((a.shape, b.shape))
        if self.normalize:
            a, b = ops.l2_normalize(a, axis=i), ops.l2_normalize(b, axis=j)
        shape = self.compute_output_shape([a.shape, b.shape])
        a = ops.moveaxis(a, i, -1)
        b = ops.moveaxis(b, j, 1)
        n = a.shape[-1]
        rows = int(np.prod(a.shape[1:-1]))
        columns = int(np.prod(b.shape[2:]))
        batch = a.shape[0]
        product = ops.matmul(ops.reshape(a, (batch, rows, n)), ops.reshape(b, (batch, n, columns)))
        return ops.reshape(product, (batch, *shape[1:]))

    def compute_mask(self, inputs, mask=None):
        """Return None: the summed axis takes the mask with it."""


# ---------------------------------------------------------------------------------------------
# The functional forms
# ---------------------------------------------------------------------------------------------
def add(inputs, **kwargs):
    """Return the sum of a list of tensors: `Add(**kwargs)(inputs)`."""
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    """Return the difference of two tensors: `Subtract(**kwargs)(inputs)`."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    """Return the product of a list of tensors: `Multiply(**kwargs)(inputs)`."""
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    """Return the average of a list of tensors: `Average(**kwargs)(inputs)`."""
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    """Return the greatest of a list of tensors: `Maximum(**kwargs)(inputs)`."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    """Return the least of a list of tensors: `Minimum(**kwargs)(inputs)`."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    """Return a list of tensors joined along an axis: `Concatenate(axis, **kwargs)(inputs)`."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes, normalize=False, **kwargs):
    """Return the scalar products of two tensors: `Dot(axes, normalize, **kwargs)(inputs)`."""
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
