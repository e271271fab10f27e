"""Looking inside a model: what its layers put out for given data."""

import numpy as np

from ..autograd import no_grad
from ..autograd.tensor import wrap
from ..layers.context import forward_pass
from ..utils.nest import flatten
from .graph import Graph


class Inspection:
    """Mixin of `Model`: intermediate outputs, for callbacks that show them."""

    def _calls(self):
        """Return the calls of layers that the model consists of, in running order."""
        return [] if self._graph is None else list(self._graph.nodes)

    def _outputs_inside(self, layers, x, batch_size=None):
        """Yield, batch by batch, a dictionary of layer names and lists of output arrays.

        Args:
            layers: layers of the model; what a layer puts out at its last call counts.
            x: input data, as for `predict`.
            batch_size: samples per batch, 32 if None.
        """
        last = {node.layer: node for node in self._calls()}
        outputs = {layer.name: last[layer].outputs for layer in layers if layer in last}
        if not outputs:
            return
        graph = Graph(self._graph.inputs, flatten(list(outputs.values())))
        for inputs, *_ in self._feeder().input_source(x, batch_size).epoch():
            with no_grad(), forward_pass(False):
                tensors = graph.run([None if a is None else wrap(a) for a in inputs])
            arrays = iter([np.asarray(t.data) for t in tensors])
            yield {name: [next(arrays) for _ in made] for name, made in outputs.items()}
