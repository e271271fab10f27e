"""Lambda: any function of tensors as a layer."""

import inspect

from .base import Layer, register
from .inputs import is_shape
from .lambda_config import lambda_config, read_lambda_config, remember
from .symbolic_call import infer_call


@register()
class Lambda(Layer):
    """Wraps a function of tensors as a layer.

    Args:
        function: takes a tensor (or a list of them); also `mask` and `training` where its
            signature names them.
        output_shape: shape of one sample of the result, or a function from input shape to output
            shape; found by running the function on dummies if None.
        mask: mask of the output, or a function (inputs, mask) -> mask.
        arguments: dictionary of further keyword arguments for the function.
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"Lambda needs a function, not {function!r}.")
        if not (output_shape is None or callable(output_shape) or is_shape(_listed(output_shape))):
            raise TypeError(
                f"The output_shape of a Lambda is a tuple of sizes or a function, not "
                f"{output_shape!r}."
            )
        for given in (function, output_shape, mask):
            remember(given)
        self.function = function
        self.output_shape_argument = output_shape
        self.mask = mask
        if mask is not None:
            self.supports_masking = True
        self.arguments = dict(arguments or {})
        self._accepted = _accepted_names(function)

    def call(self, inputs, mask=None, training=None):
        """Return function(inputs, **arguments)."""
        arguments = dict(self.arguments)
        if "mask" in self._accepted and "mask" not in arguments:
            arguments["mask"] = mask
        if "training" in self._accepted and "training" not in arguments:
            arguments["training"] = training
        return self.function(inputs, **arguments)

    def compute_output_shape(self, input_shape):
        """Return the given output shape, or find it by running the function."""
        given = self.output_shape_argument
        if callable(given):
            shape = given(input_shape)
            if not isinstance(shape, (list, tuple)):
                raise ValueError(
                    f"The output_shape function of {self.name!r} returns a tuple, or a list of "
                    f"tuples, but gave {shape!r}."
                )
            return tuple(shape) if is_shape(shape) else shape
        if given is not None:
            several = isinstance(input_shape, list)
            batch = input_shape[0][0] if several else input_shape[0]
            return (batch, *_listed(given))
        return self._try_output_shape(input_shape)

    def compute_output_spec(self, inputs, *args, **kwargs):
        """Return symbolic outputs: of the given shape, or found by running the function."""
        if self.output_shape_argument is None:
            return infer_call(self, (inputs, *args), kwargs)
        return super().compute_output_spec(inputs, *args, **kwargs)

    def compute_mask(self, inputs, mask=None):
        """Return the mask that was given, or what it makes of the input's mask."""
        if callable(self.mask):
            return self.mask(inputs, mask)
        return self.mask

    def get_config(self):
        """Return the arguments, the function by name or as a code object's text."""
        config = super().get_config()
        config.update(lambda_config(self))
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build the layer; a function that was saved as code is refused unless it is allowed."""
        return cls(**read_lambda_config(config, custom_objects))


def _listed(sizes):
    return (sizes,) if isinstance(sizes, int) else sizes


def _accepted_names(function):
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return frozenset()
    return frozenset(p.name for p in parameters)
