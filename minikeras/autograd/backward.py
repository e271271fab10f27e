"""The walk backwards: from a result to the gradients of what it was computed from.

Nodes are visited in the reverse order of their making, which a heap keeps: whatever uses a node
was made after it, so when a node's turn comes its gradient is complete.
"""

import functools
from heapq import heappop, heappush

import numpy as np

from .engine import SecondDerivativeError, no_grad, recording
from .product_gradient import ProductGradient
from .row_gradient import RowGradient
from .tensor import Tensor


def unbroadcast(g, shape):
    """Sum `g` over the axes along which an array of `shape` was broadcast."""
    if g.shape == shape:
        return g
    extra = g.ndim - len(shape)
    if extra > 0:
        g = g.sum(axis=tuple(range(extra)))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    if axes:
        g = g.sum(axis=axes, keepdims=True)
    return g.reshape(shape)


_UNFINISHED = frozenset({ProductGradient, RowGradient})


class _Walk:
    """The gradients gathered so far, and the nodes still to visit.

    The first gradient of a node is stored as it comes; a second one is added into a fresh array,
    which later ones are added to in place. A node with several outputs has a list of gradients.

    Args:
        differentiable: whether gradients are tensors that are recorded in turn.
        defers: whether the gradient of a leaf may be given back as a `ProductGradient`.
    """

    def __init__(self, differentiable, defers=False):
        self.found = {}
        self.owned = set()
        self.heap = []
        self.differentiable = differentiable
        self.defers = defers
        self.deferred = False  # whether that has been done

    def add(self, node, index, g):
        """Add `g` to the gradient of output `index` of `node`."""
        if type(node.dtype) is tuple:
            self._add_to_one_of_several(node, index, g)
            return
        if type(g) is not np.ndarray and type(g) in _UNFINISHED:
            g = self._finished(g, node)
        if type(g) not in _UNFINISHED:
            if g.shape != node.shape:
                g = unbroadcast(g, node.shape)
            if g.dtype is not node.dtype and g.dtype != node.dtype:
                g = g.astype(node.dtype)
        old = self.found.get(node)
        if old is None:
            self.found[node] = g
            if not node.leaf:
                heappush(self.heap, (-node.order, node))
        else:
            self.found[node] = self._sum(old, g, node)

    def _finished(self, g, node):
        """Return a gradient as an array, unless it may stay what it is."""
        if not node.leaf:  # what was itself computed: the walk goes on with arrays
            return g.dense()
        if type(g) is ProductGradient:
            if not self.defers or g.shape != node.shape or g.dtype != node.dtype:
                return g.dense()
            self.deferred = True
        return g

    def _sum(self, old, g, key):
        """Return old + g, in place where the memory is ours."""
        if key in self.owned and type(g) is np.ndarray:
            old += g
            return old
        total = old + g
        if not self.differentiable and type(total) is np.ndarray:
            self.owned.add(key)
        return total

    def _add_to_one_of_several(self, node, index, g):
        if type(g) in _UNFINISHED:
            g = g.dense()
        if g.shape != node.shape[index]:
            g = unbroadcast(g, node.shape[index])
        if g.dtype != node.dtype[index]:
            g = g.astype(node.dtype[index])
        parts = self.found.get(node)
        if parts is None:
            parts = self.found[node] = [None] * len(node.dtype)
            heappush(self.heap, (-node.order, node))
        old = parts[index]
        parts[index] = g if old is None else self._sum(old, g, (node, index))

    def run(self, kept, useful):
        """Visit all nodes; gradients of nodes in `kept` stay in `found`, others are given back.

        Args:
            kept: set of nodes whose gradients are wanted.
            useful: set of nodes that lead to one of them; None where all do.
        """
        heap, found = self.heap, self.found
        while heap:
            node = heappop(heap)[1]
            g = found[node] if node in kept else found.pop(node)
            self._propagate(node, tuple(g) if type(g) is list else g, useful)

    def _propagate(self, node, g, useful):
        """Send the gradient of one node to its parents, and free what it held."""
        vjp = node.vjp
        if vjp is None:
            raise ValueError(
                "This graph has been differentiated already and its memory given back. Compute "
                "the value again, or pass create_graph=True to the first differentiation."
            )
        parents = node.parents
        if useful is None:
            needs = [p is not None for p in parents]
        else:
            needs = [p is not None and p[0] in useful for p in parents]
        if self.differentiable:
            vjp = _differentiable_vjp(node)
        if isinstance(vjp, tuple):
            parts = [part(g) if part and need else None for part, need in zip(vjp, needs)]
        else:
            parts = vjp(g, needs)
        if not self.differentiable:
            node.vjp = node.recipe = None
        for parent, part, need in zip(parents, parts, needs):  # noqa: B905 - in the hot loop
            if need and part is not None:
                self.add(parent[0], parent[1], part)


def _useful(roots, wanted):
    """Return the set of nodes on a path from `roots` to `wanted`."""
    seen, stack = set(roots), list(roots)
    while stack:
        for parent in stack.pop().parents:
            if parent is not None and parent[0] not in seen:
                seen.add(parent[0])
                stack.append(parent[0])
    useful = set()
    for node in sorted(seen, key=lambda node: node.order):
        if node in wanted or any(p is not None and p[0] in useful for p in node.parents):
            useful.add(node)
    return useful


def gradients(output, sources, seed=None, create_graph=False):
    """Return the gradients of `output` with respect to each of `sources`.

    Args:
        output: a tensor, or a list of them whose gradients are added up.
        sources: list of tensors or variables that were recorded on the way to `output`.
        seed: the gradient to start from, shaped as `output`; ones by default.
        create_graph: True records the walk itself, so that the result can be differentiated
            (higher-order gradients). What the walk used is then kept.

    Returns:
        A list of arrays (tensors with `create_graph`), None where `output` does not depend on
        the source. The gradient of a table of embeddings may be a `RowGradient`.

    Raises:
        ValueError: `output` was not recorded, or its graph has been used up already.
        SecondDerivativeError: `create_graph` met an operation that is fused.
    """
    several = isinstance(output, (list, tuple))
    outputs = list(output) if several else [output]
    seeds = seed if several and seed is not None else [seed] * len(outputs)
    wanted = {s._node for s in sources if s._node is not None}
    walk = _Walk(create_graph)
    roots = []
    for out, start in zip(outputs, seeds, strict=True):
        node = getattr(out, "_node", None)
        if node is None:
            raise ValueError(
                "This value has no history to differentiate: it was computed inside no_grad(), "
                "or from no tensor that requires a gradient."
            )
        if start is None:
            start = np.ones(out.shape, out.dtype)
        walk.add(node, out._index, Tensor(start) if create_graph else np.asarray(start))
        roots.append(node)
    useful = _useful(roots, wanted)
    with recording() if create_graph else no_grad():
        walk.run(wanted, useful)
    return [_gradient_of(source, walk.found) for source in sources]


def leaf_gradients(output, variables, defer=False):
    """Return the gradients of a scalar with respect to all the leaves it was recorded for.

    The quick way for a training step: inside `recording(variables)` every node leads to one of
    them, so nothing has to be worked out before the walk.

    Args:
        output: the scalar, a tensor.
        variables: list of leaves.
        defer: whether gradients may be given as `ProductGradient`.

    Returns:
        List of arrays, `RowGradient`s and, with `defer`, `ProductGradient`s; None where the
        scalar does not depend on a leaf.
    """
    walk = _Walk(False, defer)
    walk.add(output._node, output._index, _one(output.data.dtype))
    with no_grad():
        walk.run((), None)
    found = walk.found
    grads = [found.get(v._node) for v in variables]
    if walk.deferred:
        _compute_what_reads_variables(grads, variables)
    return grads


def _compute_what_reads_variables(grads, variables):
    """Compute the products with a variable's own memory, which is about to be written to."""
    memory = {id(_owner(v.data)) for v in variables}
    for i, g in enumerate(grads):
        if type(g) is ProductGradient and id(_owner(g.left)) in memory:
            grads[i] = g.dense()


def _owner(array):
    while array.base is not None:
        array = array.base
    return array


@functools.cache
def _one(dtype):
    one = np.ones((), dtype)
    one.flags.writeable = False
    return one


def _gradient_of(source, found):
    g = found.get(source._node)
    return g[source._index] if type(g) is list else g


def _differentiable_vjp(node):
    """Run a node's body again on tensors, so that its vjp computes with tensors too."""
    if node.recipe is None:
        raise ValueError(
            "The graph was recorded with keep=False: its gradient cannot be differentiated again."
        )
    operation, arrays, raw, settings = node.recipe
    if not operation.twice:
        raise SecondDerivativeError(
            f"The fused operation {operation.op_name!r} has a gradient, but not the gradient of "
            "its gradient. Compose it from elementary operations for higher-order gradients."
        )
    # Only what carries a gradient is given as a tensor again; the rest is constant.
    again = [
        r if parent is None else a for a, r, parent in zip(arrays, raw, node.parents, strict=True)
    ]
    return operation.raw(*again, **settings)[1]
