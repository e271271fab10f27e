"""Layers that rearrange the numbers of a sample without changing them."""

import numpy as np

from .. import config, ops
from .base import Layer, register
from .input_spec import InputSpec


@register()
class Flatten(Layer):
    """Flattens every sample to one axis; the batch axis stays.

    Args:
        data_format: 'channels_first' moves the channels to the end first, so that weights carry
            over between the two layouts.
    """

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = config.normalize_data_format(data_format or "channels_last")
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        """Return the inputs as (batch, everything else)."""
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = ops.moveaxis(inputs, 1, -1)
        return ops.reshape(inputs, (inputs.shape[0], int(np.prod(inputs.shape[1:]))))

    def compute_output_shape(self, input_shape):
        """Return (batch, product of the other sizes)."""
        rest = input_shape[1:]
        return (input_shape[0], None if None in rest else int(np.prod(rest)))


@register()
class Reshape(Layer):
    """Gives every sample another shape.

    Args:
        target_shape: sizes without the batch axis; one of them may be -1 and is worked out.
    """

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        if isinstance(target_shape, (int, np.integer)):
            target_shape = (target_shape,)
        self.target_shape = tuple(int(d) for d in target_shape)
        if self.target_shape.count(-1) > 1 or any(d < -1 for d in self.target_shape):
            raise ValueError(
                f"target_shape is made of sizes, of which one may be -1, to be worked out: "
                f"{self.target_shape} is not."
            )

    def compute_output_shape(self, input_shape):
        """Return the batch size and the target shape, -1 replaced where it can be."""
        rest = input_shape[1:]
        if None in rest:
            return (input_shape[0], *(None if d == -1 else d for d in self.target_shape))
        total = int(np.prod(rest))
        known = int(np.prod([d for d in self.target_shape if d != -1]))
        free = -1 in self.target_shape
        if (free and (known == 0 or total % known)) or (not free and known != total):
            raise ValueError(
                f"Reshape {self.name!r} cannot turn samples of shape {tuple(rest)} ({total} "
                f"numbers) into {self.target_shape}" + ("." if free else f" ({known} numbers).")
            )
        return (input_shape[0], *(total // known if d == -1 else d for d in self.target_shape))

    def call(self, inputs):
        """Return the inputs as (batch, *target_shape)."""
        return ops.reshape(inputs, self.compute_output_shape(inputs.shape))


@register()
class Permute(Layer):
    """Puts the axes of every sample into another order.

    Args:
        dims: the axes in their new order, counted from 1: the batch axis stays. (2, 1) swaps the
            two axes of a matrix.
    """

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(int(d) for d in dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"dims must name each axis from 1 to {len(self.dims)} once, not {self.dims}."
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def compute_output_shape(self, input_shape):
        """Return the sizes in their new order."""
        return (input_shape[0], *(input_shape[d] for d in self.dims))

    def call(self, inputs):
        """Return the inputs with permuted axes."""
        return ops.transpose(inputs, (0, *self.dims))


@register()
class RepeatVector(Layer):
    """Repeats a vector along a new axis: (batch, features) becomes (batch, n, features).

    Args:
        n: how many times.
    """

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
            raise ValueError(f"RepeatVector needs a positive whole number n, not {n!r}.")
        self.n = int(n)
        self.input_spec = InputSpec(ndim=2)

    def compute_output_shape(self, input_shape):
        """Return (batch, n, features)."""
        return (input_shape[0], self.n, input_shape[1])

    def call(self, inputs):
        """Return the repeated vectors."""
        return ops.repeat(ops.expand_dims(inputs, 1), self.n, axis=1)
