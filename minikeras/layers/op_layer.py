"""OpLayer: an operation called on symbolic tensors, standing in the graph as a layer.

It makes `x + y`, `branch[:, None]` and every function of `minikeras.ops` and `minikeras.backend`
work inside a functional model without a Lambda.
"""

from ..autograd.engine import OPS
from ..registry import suggest
from .base import Layer, register
from .json_values import decode, encode
from .names import unique_name
from .shape_inference import check_sizes, infer_outputs
from .symbolic import KerasTensor


@register()
class OpLayer(Layer):
    """Applies one operation.

    Args:
        operation: name of an operation in `autograd.engine.OPS`, or the operation itself.
        arrays: its array arguments in order; `None` in the place of each symbolic one.
        slots: positions of the symbolic arguments.
        settings: its keyword settings.
    """

    supports_masking = True

    def __init__(self, operation, arrays=(), slots=(0,), settings=None, name=None, **kwargs):
        if isinstance(operation, str):
            if operation not in OPS:
                raise ValueError(f"Unknown operation {operation!r}. {suggest(operation, OPS)}")
            operation = OPS[operation]
        super().__init__(name=name or unique_name(operation.op_name), **kwargs)
        self.operation = operation
        self.arrays = tuple(arrays)
        self.slots = tuple(slots)
        self.settings = dict(settings or {})
        self.autocast = False
        self.built = True

    def call(self, *inputs):
        """Apply the operation, the inputs put where they belong."""
        if len(self.slots) > 1 and len(inputs) == 1:
            inputs = inputs[0]
        arguments = list(self.arrays)
        for slot, value in zip(self.slots, inputs, strict=True):
            arguments[slot] = value
        return self.operation(*arguments, **self.settings)

    def compute_output_spec(self, *args, **kwargs):
        """Work out the result's shape and type by running the operation on dummies."""
        check_sizes(self.call, args, kwargs)
        return infer_outputs(self.call, args, kwargs)

    def compute_mask(self, inputs, mask=None):
        """Return None: an operation knows no steps, so masks end here, as in Keras 3."""

    def get_config(self):
        """Return name, operation and constant arguments."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "operation": self.operation.op_name,
            "arrays": [encode(a) for a in self.arrays],
            "slots": list(self.slots),
            "settings": encode(self.settings),
        }

    @classmethod
    def from_config(cls, config):
        """Build the layer from what `get_config` returned."""
        return cls(**{key: decode(value) for key, value in config.items()})


def record_op(operation, arrays, settings):
    """Put an operation with symbolic arguments into the graph and return its symbolic result."""
    slots = [i for i, a in enumerate(arrays) if isinstance(a, KerasTensor)]
    constants = [None if i in slots else a for i, a in enumerate(arrays)]
    layer = OpLayer(operation, constants, slots, settings)
    inputs = [arrays[i] for i in slots]
    return layer(inputs if len(inputs) > 1 else inputs[0])


KerasTensor.record_op = staticmethod(record_op)
