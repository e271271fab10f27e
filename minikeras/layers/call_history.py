"""Where a layer stands in functional graphs: the symbolic tensors it was called on, and gave."""

from ..utils.nest import unpack_single


class CallHistory:
    """Base of `Layer`: the nodes of its calls on symbolic tensors, and questions to them."""

    name = None

    def __init__(self):
        self._inbound_nodes = []
        self._outbound_nodes = []

    @property
    def inbound_nodes(self):
        """The calls of this layer on symbolic tensors."""
        return self._inbound_nodes

    @property
    def outbound_nodes(self):
        """The calls that use an output of this layer; scripts of Keras 2 clear the list."""
        return self._outbound_nodes

    @outbound_nodes.setter
    def outbound_nodes(self, nodes):
        self._outbound_nodes = list(nodes)

    def _at_node(self, index, attribute, what):
        """Return an attribute of the call number `index`, the only element of a list by itself."""
        nodes = self._inbound_nodes
        if not nodes:
            raise RuntimeError(
                f"Layer {self.name!r} has never been called on a symbolic tensor, so it has no "
                f"{what}."
            )
        if not -len(nodes) <= index < len(nodes):
            raise ValueError(
                f"Layer {self.name!r} has no {what} at node {index}: it was called "
                f"{len(nodes)} times, nodes are counted from 0."
            )
        return unpack_single(getattr(nodes[index], attribute))

    def _only(self, attribute, what, method):
        """Return an attribute that all calls agree in; tensors agree only where there is one."""
        values = [unpack_single(getattr(n, attribute)) for n in self._inbound_nodes]
        if not values:
            raise AttributeError(
                f"Layer {self.name!r} has never been called on a symbolic tensor, so it has no "
                f"{what}."
            )
        if len(values) > 1 and ("shapes" not in attribute or len({str(v) for v in values}) > 1):
            raise AttributeError(
                f"Layer {self.name!r} was called {len(values)} times, so it has no one {what}. "
                f"Use {method}(node_index), with a number from 0 to {len(values) - 1}."
            )
        return values[0]

    def get_input_at(self, node_index):
        """Return the input of the call number `node_index`, counted from 0."""
        return self._at_node(node_index, "inputs", "input")

    def get_output_at(self, node_index):
        """Return the output of the call number `node_index`, counted from 0."""
        return self._at_node(node_index, "outputs", "output")

    def get_input_shape_at(self, node_index):
        """Return the input's shape at the call number `node_index`, counted from 0."""
        return self._at_node(node_index, "input_shapes", "input shape")

    def get_output_shape_at(self, node_index):
        """Return the output's shape at the call number `node_index`, counted from 0."""
        return self._at_node(node_index, "output_shapes", "output shape")

    @property
    def input(self):
        """The symbolic input, where the layer was called exactly once."""
        return self._only("inputs", "input", "get_input_at")

    @property
    def output(self):
        """The symbolic output, where the layer was called exactly once."""
        return self._only("outputs", "output", "get_output_at")

    @property
    def input_shape(self):
        """The shape of the input, where all calls agree."""
        return self._only("input_shapes", "input shape", "get_input_shape_at")

    @property
    def output_shape(self):
        """The shape of the output, where all calls agree."""
        return self._only("output_shapes", "output shape", "get_output_shape_at")
