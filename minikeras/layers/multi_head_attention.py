"""MultiHeadAttention: attention by several heads, each with its own view."""

import math

import numpy as np

from .. import ops
from .base import register
from .conv_base import positive
from .projected_attention import ProjectedAttention, check_pair


@register()
class MultiHeadAttention(ProjectedAttention):
    """Attention by several heads at once (Vaswani et al., 2017).

    Dense layers make a query, key and value for each head; each head weighs its values by
    softmax(query @ key^T / sqrt(key_dim)); another dense layer joins what the heads give.

    Args:
        num_heads: number of heads.
        key_dim: size of each head's queries and keys.
        value_dim: size of each head's values; key_dim if None.
        dropout: the part of the weights that is set to zero while training.
        use_bias: whether the dense layers have a bias.
        output_shape: sizes of the output's last axes, an int or a tuple; that of the query if None.
        attention_axes: the axes that steps and keys lie along; all but the first and the last if
            None. Over other axes attention is repeated.
        sliding_window, flash_attention, kernel_initializer, bias_initializer, kernel_regularizer,
        bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint, use_gate,
        seed: see `ProjectedAttention`.

    Call it on query (batch, steps, ...), value (batch, keys, ...) and, where it differs from the
    value, key (batch, keys, ...). Further arguments:
        query_mask, value_mask, key_mask: bools (batch, steps) and (batch, keys); by default those
            that come with the data.
        attention_mask: bools (batch, steps, keys), or (batch, heads, steps, keys): which keys a
            step may look at.
        return_attention_scores: whether to return (output, weights) instead of the output.
        use_causal_mask: whether a step may look only at keys of no later step.

    Returns:
        output (batch, steps, output_shape), and weights (batch, heads, steps, keys). The output
        has the mask of the query.
    """

    def __init__(
        self,
        num_heads,
        key_dim,
        value_dim=None,
        dropout=0.0,
        use_bias=True,
        output_shape=None,
        attention_axes=None,
        **kwargs,
    ):
        super().__init__(dropout=dropout, use_bias=use_bias, **kwargs)
        cls = type(self).__name__
        self.num_heads = positive(num_heads, "heads (num_heads)", cls)
        self.key_dim = positive(key_dim, "numbers in a key (key_dim)", cls)
        self.value_dim = (
            self.key_dim if value_dim is None else positive(value_dim, "value_dim", cls)
        )
        self._made = (output_shape,) if isinstance(output_shape, int) else output_shape
        self._made = None if self._made is None else tuple(self._made)
        axes = (attention_axes,) if isinstance(attention_axes, int) else attention_axes
        self.attention_axes = None if axes is None else tuple(axes)
        self._scale = 1 / math.sqrt(self.key_dim)

    def build(self, query_shape, value_shape, key_shape=None):
        """Make the dense layers."""
        key_shape = value_shape if key_shape is None else key_shape
        check_pair(self, value_shape, key_shape)
        rank = len(query_shape)
        keys, values = (self.num_heads, self.key_dim), (self.num_heads, self.value_dim)
        self._query_dense = self._dense("query", rank, 1, keys)
        self._query_dense.build(query_shape)
        self._key_dense = self._dense("key", len(key_shape), 1, keys)
        self._key_dense.build(key_shape)
        if self.use_gate:
            self._gate_dense = self._dense("gate", rank, 1, values, activation="sigmoid")
            self._gate_dense.build(query_shape)
        self._value_dense = self._dense("value", len(value_shape), 1, values)
        self._value_dense.build(value_shape)
        made = query_shape[-1:] if self._made is None else self._made
        self._output_dense = self._dense("attention_output", rank + 1, 2, made)
        self._output_dense.build((*query_shape[:-1], *values))

    def _axes(self, rank):
        """Return the attention axes of inputs of `rank` axes, counted from the front."""
        if self.attention_axes is None:
            return tuple(range(1, rank - 1))
        return tuple(a if a >= 0 else a + rank for a in self.attention_axes)

    def _attend(self, query, key, value, mask, empty, training):
        """Bring attention axes together, the other ones to the batch, and put them back."""
        axes = self._axes(query.ndim - 1)
        if query.ndim == 4 and axes == (1,):
            return super()._attend(query, key, value, mask, empty, training)
        others = tuple(a for a in range(query.ndim - 2) if a not in axes)
        order = (*others, *axes, query.ndim - 2, query.ndim - 1)

        def gather(a):
            a = ops.transpose(a, order)
            n = len(others)
            return ops.reshape(a, (math.prod(a.shape[:n]), math.prod(a.shape[n:-2]), *a.shape[-2:]))

        kept = tuple(query.shape[a] for a in others)
        steps, keys = (tuple(x.shape[a] for a in axes) for x in (query, key))
        if mask is not None:
            while mask.ndim < query.ndim - 1 + len(axes):  # the same for heads and other axes
                mask = np.expand_dims(mask, -2 * len(axes) - 1)
            mask = np.broadcast_to(mask, (*kept, mask.shape[len(others)], *steps, *keys))
            mask = mask.reshape(
                math.prod(kept), mask.shape[len(others)], math.prod(steps), math.prod(keys)
            )
        output, weights = super()._attend(*map(gather, (query, key, value)), mask, empty, training)
        output = ops.reshape(output, (*kept, *steps, *output.shape[-2:]))
        output = ops.transpose(output, tuple(np.argsort(order)))
        return output, ops.reshape(weights, (*kept, self.num_heads, *steps, *keys))

    def compute_output_shape(self, query_shape, value_shape, key_shape=None):
        """Return the query's shape, its last axis replaced by `output_shape` if given."""
        check_pair(self, value_shape, value_shape if key_shape is None else key_shape)
        return (*query_shape[:-1], *(query_shape[-1:] if self._made is None else self._made))

    def _weights_shape(self, query_shape, value_shape, key_shape):
        axes = self._axes(len(query_shape))
        others = (query_shape[a] for a in range(len(query_shape) - 1) if a not in axes)
        steps, keys = ([shape[a] for a in axes] for shape in (query_shape, key_shape))
        return (*others, self.num_heads, *steps, *keys)

    def get_config(self):
        """Return the constructor arguments."""
        return {**super().get_config(), "output_shape": self._made}
