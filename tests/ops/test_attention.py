"""Attention as one operation: blocks, masked rows, dropout, messages."""

import numpy as np
import pytest

from minikeras import ops, parallel
from minikeras.autograd import Variable, check_gradients, check_second_order, gradients, recording
from minikeras.ops import attention
from minikeras.ops.attention import attend


def arrays(batch=3, steps=4, keys=5, heads=2, size=3, values=4, dtype="float64"):
    rng = np.random.default_rng(0)
    shapes = (batch, steps, heads, size), (batch, keys, heads, size), (batch, keys, heads, values)
    return [rng.normal(size=s).astype(dtype) for s in shapes]


MASK = np.random.default_rng(1).random((3, 1, 4, 5)) > 0.4
MASK[0, 0, 1] = False


@pytest.mark.parametrize("lowered", [None, 3.0])
@pytest.mark.parametrize("mask", [None, MASK], ids=["free", "masked"])
@pytest.mark.parametrize("dropout", [False, True])
def test_gradients(lowered, mask, dropout):
    keep = 2.0 * (np.random.default_rng(2).random((3, 2, 4, 5)) > 0.5) if dropout else None

    def both(q, k, v, b):
        return attend(q, k, v, b, scale=0.7, mask=mask, keep=keep, lowered=lowered)

    bias = np.random.default_rng(3).normal(size=(1, 2, 4, 5))
    check_gradients(both, *arrays(), bias)
    check_second_order(both, *arrays(), bias)
    for only in (0, 1):  # the weights alone, the result alone
        check_gradients(lambda *a, only=only: both(*a)[only], *arrays(), bias)


@pytest.mark.parametrize("shape", [(5, 1, 1, 5), (2, 1, 4, 5), (4, 4), (1, 3, 1, 2, 4, 5)], ids=str)
@pytest.mark.parametrize("what", ["mask", "bias"])
def test_a_mask_or_bias_of_another_shape_is_refused(what, shape):
    array = np.ones(shape, bool if what == "mask" else "float32")
    q, k, v = arrays(dtype="float32")
    with pytest.raises(ValueError, match=rf"(?s)\(3, 2, 4, 5\).*A {what} of shape"):
        ops.dot_product_attention(q, k, v, **{what: array})


def test_every_block_and_every_core_gives_the_same(monkeypatch):
    def outcome():
        sources = [Variable(a) for a in arrays(batch=7, dtype="float32")]
        with recording(sources):
            y = ops.dot_product_attention(*sources, is_causal=True)
            return [y.data, *gradients(y, sources, seed=np.cos(np.arange(y.size)).reshape(y.shape))]

    whole = outcome()
    monkeypatch.setattr(attention, "_CACHE", 1)
    monkeypatch.setattr(attention, "_WORTH", 1)
    single = outcome()
    parallel.set_num_threads(3)
    try:
        threaded = outcome()
    finally:
        parallel.set_num_threads(None)
    for a, b, c in zip(whole, single, threaded, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
        assert b.tobytes() == c.tobytes()


def test_a_row_without_any_key_takes_the_mean_and_sends_no_gradient_to_the_scores():
    q, k, v = arrays(dtype="float32")
    mask = np.ones((4, 5), bool)
    mask[2] = False
    sources = [Variable(a) for a in (q, k, v)]
    with recording(sources):
        y = ops.dot_product_attention(*sources, mask=mask)
        dq, dk, dv = gradients(y[:, 2], sources)
    np.testing.assert_allclose(y.data[:, 2], v.mean(axis=1), rtol=1e-5)
    assert not dq.any()
    assert not dk.any()
    np.testing.assert_allclose(dv, np.full(v.shape, 1 / 5), rtol=1e-5)


def test_a_lowered_row_keeps_its_weights():
    q, k, v = arrays()
    _, plain = attend(q, k, v, scale=1.0)
    mask = np.zeros((1, 1, 4, 5), bool)
    _, lowered = attend(q, k, v, scale=1.0, mask=mask, lowered=100.0)
    np.testing.assert_allclose(lowered, plain, rtol=1e-10)


def test_masked_scores_get_no_weight_at_all():
    q, k, v = arrays(dtype="float32")
    _, weights = attend(1000 * q, k, v, scale=1.0, mask=MASK)
    absent = np.broadcast_to(~MASK & MASK.any(-1, keepdims=True), weights.shape)
    assert (weights[absent] == 0).all()
    np.testing.assert_allclose(weights.sum(-1), 1, rtol=1e-5)


@pytest.mark.parametrize("sizes", [{"keys": 0}, {"steps": 0}, {"batch": 0}], ids=str)
def test_nothing_to_attend_to(sizes):
    sources = [Variable(a) for a in arrays(**sizes)]
    with recording(sources):
        y = ops.dot_product_attention(*sources)
        found = gradients(y, sources)
    assert not y.data.any()
    assert [g.shape for g in found] == [s.shape for s in sources]
    assert not any(g.any() for g in found)


@pytest.mark.parametrize(
    "shapes, message",
    [
        ([(2, 3, 4)] * 3, "four axes"),
        ([(2, 3, 4, 5), (1, 3, 4, 5), (1, 3, 4, 5)], "batch sizes"),
        ([(2, 3, 4, 5), (2, 3, 4, 5), (2, 4, 4, 5)], "batch sizes"),
        ([(2, 3, 4, 5), (2, 3, 4, 6), (2, 3, 4, 6)], "the same size"),
        ([(2, 3, 4, 5), (2, 3, 3, 5), (2, 3, 3, 5)], "multiple"),
    ],
)
def test_shapes_that_do_not_fit(shapes, message):
    with pytest.raises(ValueError, match=message):
        ops.dot_product_attention(*(np.ones(s) for s in shapes))


def test_what_is_for_other_machines_is_refused():
    with pytest.raises(ValueError, match="flash_attention"):
        ops.dot_product_attention(*arrays(), flash_attention=True)
    with pytest.raises(ValueError, match="soft_cap"):
        ops.dot_product_attention(*arrays(), attn_logits_soft_cap=5.0)
