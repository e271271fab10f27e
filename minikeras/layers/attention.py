"""Attention and AdditiveAttention: weighted means of values, by how well keys fit queries."""

import math

import numpy as np

from .. import ops
from ..ops.attention import attend
from ..utils.nest import flatten
from .attention_base import AttentionLayer, both, causal, depth
from .base import register
from .signature import call_signature
from .symbolic import KerasTensor

_MODES = ("dot", "concat")


@register()
class Attention(AttentionLayer):
    """Weighs values by the softmax of scores of query and key (Luong et al., 2015).

    Args:
        use_scale: whether to multiply by a weight, a number that begins at 1.
        score_mode: 'dot' for scores query @ key^T; 'concat' for a weight, which begins at 1,
            times the sum of tanh(query + key) over the features.
        dropout: the part of the weights that is set to zero while training.
        seed: makes the layer's dropout a sequence of its own.

    Call it on [query, value] or [query, value, key], arrays (batch, steps, size), (batch, keys,
    value size) and (batch, keys, size); without a key the value is the key, too. Further arguments:
        mask: list of the masks of query and value (that of the key is not used), by default those
            that come with the data. Masked keys get no weight; masked steps of the output are 0.
        return_attention_scores: whether to return (output, weights) instead of the output.
        use_causal_mask: whether a step may look only at keys of no later step.

    Returns:
        output (batch, steps, value size), and weights (batch, steps, keys). The output has the
        mask of the query.

    Raises:
        ValueError: something else than two or three inputs, or masks that are no list.
    """

    supports_masking = True

    def __init__(self, use_scale=False, score_mode="dot", dropout=0.0, seed=None, **kwargs):
        super().__init__(dropout=dropout, seed=seed, **kwargs)
        if score_mode not in _MODES:
            raise ValueError(
                f"Unknown score_mode {score_mode!r} of {type(self).__name__}; choose 'dot' or "
                "'concat'."
            )
        self.use_scale = bool(use_scale)
        self.score_mode = score_mode

    def build(self, input_shape):
        """Make the weights asked for, single numbers."""
        self._check(input_shape)
        self.scale = self.add_weight("scale", (), initializer="ones") if self.use_scale else None
        self.concat_score_weight = None
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                "concat_score_weight", (), initializer="ones"
            )

    def _check(self, inputs, mask=None):
        """Refuse anything but a list of two or three inputs, and masks that are no list."""
        if not isinstance(inputs, (list, tuple)) or not 2 <= len(inputs) <= 3:
            raise ValueError(
                f"{type(self).__name__} {self.name!r} must be called on a list [query, value] or "
                "[query, value, key]."
            )
        if mask is not None and (not isinstance(mask, (list, tuple)) or not 2 <= len(mask) <= 3):
            raise ValueError(
                f"The mask of {type(self).__name__} {self.name!r} must be a list [mask of the "
                "query, mask of the value], None where there is none."
            )

    # -----------------------------------------------------------------------------------------
    # Computing
    # -----------------------------------------------------------------------------------------
    def call(
        self,
        inputs,
        mask=None,
        training=None,
        return_attention_scores=False,
        use_causal_mask=False,
    ):
        """Return the output, with the weights if asked for."""
        self._check(inputs, mask)
        query, value = inputs[:2]
        key = inputs[2] if len(inputs) > 2 else value
        query_mask, value_mask = mask[:2] if mask is not None else (None, None)
        allowed = None if value_mask is None else value_mask[..., None, :]
        if use_causal_mask:
            allowed = both(allowed, causal(query.shape[-2], key.shape[-2]))
        output, weights = self._weigh(query, key, value, allowed, training)
        if query_mask is not None:
            output = output * query_mask[..., None].astype(output.dtype)
        return (output, weights) if return_attention_scores else output

    def _weigh(self, query, key, value, mask, training):
        """Return output and weights; `mask` broadcasts to (..., steps, keys)."""
        shape = (*query.shape[:-1], key.shape[-2])
        keep = self._keep(shape, query.dtype, training)
        if self._fuses(query):
            if self.scale is not None:
                query = query * self.scale
            return _weigh_fused(query, key, value, mask, keep)
        scores = self._scores(query, key)
        if mask is not None:
            kind = scores.dtype.type
            scores = scores - np.where(mask, kind(0), kind(depth(scores.dtype)))
        weights = ops.softmax(scores, axis=-1)
        return ops.matmul(weights if keep is None else weights * keep, value), weights

    def _fuses(self, query):
        """Return whether scores are products, so that one operation does it all."""
        return self.score_mode == "dot" and query.ndim >= 3

    def _scores(self, query, key):
        """Return how well each key fits each query, (..., steps, keys)."""
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, -1, -2))
            return scores if self.scale is None else scores * self.scale
        sums = query[..., :, None, :] + key[..., None, :, :]
        sums = sums if self.scale is None else sums * self.scale
        return self.concat_score_weight * ops.sum(ops.tanh(sums), axis=-1)

    # -----------------------------------------------------------------------------------------
    # Masks and shapes
    # -----------------------------------------------------------------------------------------
    def compute_mask(self, inputs, mask=None):
        """Return the mask of the query."""
        self._check(inputs, mask)
        return None if mask is None else mask[0]

    def compute_output_shape(self, input_shape):
        """Return the query's shape with the value's last axis."""
        self._check(input_shape)
        return (*input_shape[0][:-1], input_shape[1][-1])

    def compute_output_spec(self, inputs, *args, **kwargs):
        """Return the symbolic output, with the symbolic weights if asked for."""
        self._check(inputs)
        shapes = [tuple(t.shape) for t in flatten(inputs)]
        output = KerasTensor(self.compute_output_shape(shapes), self.compute_dtype)
        given = call_signature(type(self)).by_name(inputs, args, kwargs)
        if not given.get("return_attention_scores"):
            return output
        return output, KerasTensor((*shapes[0][:-1], shapes[-1][-2]), self.compute_dtype)


def _weigh_fused(query, key, value, mask, keep):
    """Do it for scores query @ key^T, as attention with one head over all leading axes."""
    leading = query.shape[:-2]
    batch = math.prod(leading)
    steps, keys = query.shape[-2], key.shape[-2]
    q, k, v = (ops.reshape(a, (batch, a.shape[-2], 1, a.shape[-1])) for a in (query, key, value))
    if mask is not None:
        mask = np.broadcast_to(mask, (*leading, *mask.shape[-2:]))
        mask = mask.reshape(batch, 1, *mask.shape[-2:])
    if keep is not None:
        keep = keep.reshape(batch, 1, steps, keys)
    output, weights = attend(q, k, v, scale=1.0, mask=mask, keep=keep, lowered=depth(query.dtype))
    output = ops.reshape(output, (*leading, steps, value.shape[-1]))
    return output, ops.reshape(weights, (*leading, steps, keys))


@register()
class AdditiveAttention(Attention):
    """Weighs values by the softmax of sum(scale * tanh(query + key)) (Bahdanau et al., 2014).

    Args:
        use_scale: whether `scale` is a weight, one number per feature; otherwise it is 1.
        dropout: the part of the weights that is set to zero while training.
        seed: makes the layer's dropout a sequence of its own.

    Inputs, further arguments, results, errors: as `Attention`; query and key are of one size.
    """

    _not_in_config = ("score_mode",)

    def __init__(self, use_scale=True, dropout=0.0, seed=None, **kwargs):
        super().__init__(use_scale=use_scale, dropout=dropout, seed=seed, **kwargs)

    def build(self, input_shape):
        """Make the weight, one number per feature."""
        self._check(input_shape)
        size = input_shape[0][-1]
        self.scale = None
        if self.use_scale:
            self.scale = self.add_weight("scale", (size,), initializer="glorot_uniform")

    def _fuses(self, query):
        return False

    def _scores(self, query, key):
        curves = ops.tanh(query[..., :, None, :] + key[..., None, :, :])
        if self.scale is None:
            return ops.sum(curves, axis=-1)
        return ops.matmul(curves, self.scale)
