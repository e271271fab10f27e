"""GroupQueryAttention: several heads share the same keys and values."""

import math

from .. import ops
from .base import register
from .conv_base import positive
from .projected_attention import ProjectedAttention, check_pair


@register("GroupQueryAttention")
class GroupedQueryAttention(ProjectedAttention):
    """Attention in which several heads share keys and values (Ainslie et al., 2023).

    Args:
        head_dim: size of each head's queries, keys and values.
        num_query_heads: number of heads.
        num_key_value_heads: number of keys and values for each step; divides num_query_heads. Each
            serves as many heads that follow one another.
        dropout, use_bias, sliding_window, flash_attention, kernel_initializer, bias_initializer,
        kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
        bias_constraint, use_gate, seed: see `ProjectedAttention`.

    Inputs, further arguments, results: as `MultiHeadAttention`, for arrays (batch, steps, size);
    the output has the size of the query.
    """

    def __init__(
        self,
        head_dim,
        num_query_heads,
        num_key_value_heads,
        dropout=0.0,
        use_bias=True,
        **kwargs,
    ):
        super().__init__(dropout=dropout, use_bias=use_bias, **kwargs)
        cls = type(self).__name__
        self.head_dim = positive(head_dim, "numbers in a head (head_dim)", cls)
        self.num_query_heads = positive(num_query_heads, "num_query_heads", cls)
        self.num_key_value_heads = positive(num_key_value_heads, "num_key_value_heads", cls)
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                f"{cls}: num_query_heads ({num_query_heads}) must be a multiple of "
                f"num_key_value_heads ({num_key_value_heads})."
            )
        self._scale = 1 / math.sqrt(self.head_dim)

    def build(self, query_shape, value_shape, key_shape=None):
        """Make the dense layers."""
        key_shape = value_shape if key_shape is None else key_shape
        queries = (self.num_query_heads, self.head_dim)
        keys = (self.num_key_value_heads, self.head_dim)
        self._query_dense = self._dense("query", 3, 1, queries)
        self._query_dense.build(query_shape)
        self._key_dense = self._dense("key", 3, 1, keys)
        self._key_dense.build(key_shape)
        if self.use_gate:
            self._gate_dense = self._dense("gate", 3, 1, queries, activation="sigmoid")
            self._gate_dense.build(query_shape)
        self._value_dense = self._dense("value", 3, 1, keys)
        self._value_dense.build(value_shape)
        self._output_dense = self._dense("attention_output", 4, 2, query_shape[-1:])
        self._output_dense.build((*query_shape[:-1], *queries))

    def _attend(self, query, key, value, mask, empty, training):
        times = self.num_query_heads // self.num_key_value_heads
        if times > 1:
            key, value = (ops.repeat(a, times, axis=2) for a in (key, value))
        return super()._attend(query, key, value, mask, empty, training)

    def compute_output_shape(self, query_shape, value_shape, key_shape=None):
        """Return the query's shape."""
        check_pair(self, value_shape, value_shape if key_shape is None else key_shape)
        return tuple(query_shape)

    def _weights_shape(self, query_shape, value_shape, key_shape):
        return (query_shape[0], self.num_query_heads, query_shape[1], key_shape[1])
