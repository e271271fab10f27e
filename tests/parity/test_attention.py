"""Attention layers beside real Keras: outputs, weights, gradients, steps, over many settings."""

import numpy as np
import pytest

from tests.parity.harness import (
    TOLERANCE,
    Pair,
    assert_close,
    check_function,
    check_steps,
    mini_vjp,
    real_vjp,
    to_numpy,
)

RNG = np.random.default_rng(0)
B, T, S = 3, 4, 5
QUERY = RNG.normal(size=(B, T, 6)).astype("float32")
VALUE = RNG.normal(size=(B, S, 6)).astype("float32")
KEY = RNG.normal(size=(B, S, 6)).astype("float32")
# Padding at the end, at the front, in the middle; what is padded is 0, for Masking to find.
LENGTHS = np.array([[1, 1, 1, 0], [0, 1, 1, 1], [1, 0, 1, 1]], bool)
PADDED_QUERY = QUERY * LENGTHS[..., None]
PADDED_VALUE = VALUE * np.concatenate([LENGTHS, LENGTHS[:, :1]], axis=1)[..., None]
PADDED_KEY = KEY * np.array([[1, 1, 0, 1, 1]] * B)[..., None]
ALLOWED = RNG.random((B, T, S)) > 0.4
ALLOWED[..., 0] = True
ALLOWED_BY_HEAD = RNG.random((B, 2, T, S)) > 0.4
ALLOWED_BY_HEAD[..., 0] = True


def model(k, layer, masked=False, key=True, mask=None, **call):
    """A model of (query, value, key and mask where wanted) to what the layer gives."""
    inputs = [k.layers.Input(a.shape[1:]) for a in ((QUERY, VALUE, KEY) if key else (QUERY, VALUE))]
    tensors = [k.layers.Masking()(i) for i in inputs] if masked else inputs
    if mask is not None:
        inputs.append(k.layers.Input(mask.shape[1:], dtype="bool"))
        call["attention_mask"] = inputs[-1]
    if isinstance(layer, (k.layers.Attention, k.layers.AdditiveAttention)):
        return k.Model(inputs, layer(tensors, **call))
    if key:
        call["key"] = tensors[2]
    return k.Model(inputs, layer(*tensors[:2], **call))


def arrays(masked=False, key=True, mask=None, **_):
    of = (PADDED_QUERY, PADDED_VALUE, PADDED_KEY) if masked else (QUERY, VALUE, KEY)
    return list(of[: 3 if key else 2]) + ([] if mask is None else [mask])


def compare(make, **settings):
    """Compare outputs and gradients of the layer `make(package)` in such a model."""
    compare_models(lambda k: model(k, make(k), **settings), arrays(**settings))


def compare_models(make, inputs, tolerance=None):
    """Compare outputs and gradients, these by the size of the largest one.

    A softmax does not change if all scores grow by the same number, so the gradient of a key's
    bias is 0, and all that there is to see of it is rounding.
    """
    pair = Pair(make, inputs)
    pair.check_outputs(inputs, tolerance)
    real, mini = real_vjp(pair.real, inputs, 1), mini_vjp(pair.mini, inputs, 1)
    assert_close(mini["output"], real["output"], "output", tolerance)
    expected = to_numpy(real["input gradient"] + real["weight gradient"])
    actual = to_numpy(mini["input gradient"] + mini["weight gradient"])
    assert [a.shape for a in actual] == [e.shape for e in expected]
    assert {a.dtype for a in actual} == {e.dtype for e in expected}
    tolerance = tolerance or TOLERANCE[expected[0].dtype.name]
    allowed = tolerance * max(np.abs(e).max() for e in expected)
    for i, (a, e) in enumerate(zip(actual, expected)):
        np.testing.assert_allclose(a, e, rtol=0, atol=allowed, err_msg=f"gradient {i}")


@pytest.mark.parametrize("key", [False, True], ids=["two", "three"])
@pytest.mark.parametrize("masked", [False, True], ids=["free", "masked"])
@pytest.mark.parametrize("causal", [False, True], ids=["", "causal"])
@pytest.mark.parametrize("scores", [False, True], ids=["", "scores"])
@pytest.mark.parametrize(
    "name, settings",
    [
        ("Attention", {}),
        ("Attention", {"use_scale": True}),
        ("Attention", {"score_mode": "concat"}),
        ("Attention", {"score_mode": "concat", "use_scale": True}),
        ("AdditiveAttention", {}),
        ("AdditiveAttention", {"use_scale": False}),
    ],
    ids=str,
)
def test_one_head(name, settings, key, masked, causal, scores):
    compare(
        lambda k: getattr(k.layers, name)(**settings),
        key=key,
        masked=masked,
        use_causal_mask=causal,
        return_attention_scores=scores,
    )


MASKS = {
    "free": {},
    "masked": {"masked": True},
    "causal": {"use_causal_mask": True},
    "masked causal": {"masked": True, "use_causal_mask": True},
    "allowed": {"mask": ALLOWED},
    "allowed by head": {"mask": ALLOWED_BY_HEAD},
    "all": {"masked": True, "use_causal_mask": True, "mask": ALLOWED},
}
SHAPES = {
    "plain": {},
    "values of another size": {"value_dim": 5},
    "without bias": {"use_bias": False},
    "another output": {"output_shape": 7},
    "two axes out": {"output_shape": (2, 3), "value_dim": 2, "use_bias": False},
    "gate": {"use_gate": True},
    "gate of another size": {"use_gate": True, "value_dim": 5},
    "window": {"sliding_window": 2},
}


@pytest.mark.parametrize("key", [False, True], ids=["two", "three"])
@pytest.mark.parametrize("scores", [False, True], ids=["", "scores"])
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("shape", SHAPES)
def test_several_heads(shape, mask, key, scores):
    if "value_dim" in SHAPES[shape] and not scores:
        pytest.skip("real Keras on JAX can do this only where it returns the weights")
    compare(
        lambda k: k.layers.MultiHeadAttention(2, 3, **SHAPES[shape]),
        key=key,
        return_attention_scores=scores,
        **MASKS[mask],
    )


@pytest.mark.parametrize("heads", [1, 2])
@pytest.mark.parametrize("scores", [False, True], ids=["", "scores"])
@pytest.mark.parametrize("settings", [{}, {"use_gate": True}, {"sliding_window": 2}], ids=str)
@pytest.mark.parametrize("mask", MASKS)
def test_shared_keys(settings, mask, scores, heads):
    compare(
        lambda k: k.layers.GroupQueryAttention(3, 2, heads, **settings),
        return_attention_scores=scores,
        **MASKS[mask],
    )


@pytest.mark.parametrize("axes", [None, 1, 2, -2, (1, 2)], ids=str)
@pytest.mark.parametrize("scores", [False, True], ids=["", "scores"])
def test_attention_along_some_axes(axes, scores):
    x = RNG.normal(size=(2, 3, 4, 5)).astype("float32")

    def make(k):
        i = k.layers.Input((3, 4, 5))
        layer = k.layers.MultiHeadAttention(2, 3, attention_axes=axes)
        return k.Model(i, layer(i, i, return_attention_scores=scores))

    compare_models(make, x)


@pytest.mark.parametrize("name", ["MultiHeadAttention", "GroupQueryAttention"])
def test_float64(name, float64):
    """Rows without any key, with dropout as a setting too: Keras then goes another way.

    Without it, Keras on JAX takes softmaxes in float32.
    """
    for dropout, tolerance in ((0.0, 1e-6), (0.5, 1e-10)):
        x = VALUE.astype("float64")
        sizes = (2, 3) if name == "MultiHeadAttention" else (3, 2, 1)

        def make(k, dropout=dropout, sizes=sizes):
            i = k.layers.Input(VALUE.shape[1:], dtype="float64")
            layer = getattr(k.layers, name)(*sizes, dropout=dropout)
            return k.Model(i, layer(i, i, attention_mask=np.eye(S, k=1, dtype=bool)[None]))

        compare_models(make, x, tolerance)


@pytest.mark.parametrize(
    "equation, output_shape, bias_axes, shape",
    [
        ("ab,bc->ac", 4, None, (6,)),
        ("ab,bc->ac", 4, "c", (6,)),
        ("abc,cd->abd", (None, 4), "d", (3, 6)),
        ("abc,cde->abde", (None, 2, 4), "de", (3, 6)),
        ("abc,cde->abde", (None, 2, 4), "d", (3, 6)),
        ("abcd,cde->abe", (None, 4), "e", (3, 2, 6)),
        ("abc,bcd->abd", (3, 4), "bd", (3, 6)),
        ("abc,bc->ab", (3,), "b", (3, 6)),
        ("abc,cd->adb", (4, None), "d", (3, 6)),
        ("...x,xy->...y", 4, "y", (3, 2, 6)),
        ("...xy,xyz->...z", (4,), "z", (3, 2, 6)),
        ("abc...,cd->abd...", (None, 4), "d", (3, 6, 2)),
    ],
)
@pytest.mark.parametrize("activation", [None, "tanh", "softmax"])
def test_einsum_dense(equation, output_shape, bias_axes, shape, activation):
    x = RNG.normal(size=(5, *shape)).astype("float32")
    compare_models(lambda k: k.layers.EinsumDense(equation, output_shape, activation, bias_axes), x)


@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("axis", [-1, 1, [1, 2], (2,)], ids=str)
def test_layer_normalization(axis, center, scale):
    pair = Pair(lambda k: k.layers.LayerNormalization(axis, 0.01, center, scale), QUERY)
    pair.check_outputs(QUERY)
    pair.check_gradients(QUERY)


@pytest.mark.parametrize("axis", [-1, [1, 2]], ids=str)
def test_rms_normalization(axis):
    pair = Pair(lambda k: k.layers.RMSNormalization(axis, 0.01), QUERY)
    pair.check_outputs(QUERY)
    pair.check_gradients(QUERY)


@pytest.mark.parametrize("mask", [None, ALLOWED[:, None]], ids=["free", "masked"])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("key_heads", [1, 2, 4])
def test_the_operation(mask, causal, bias, key_heads):
    q = RNG.normal(size=(B, T, 4, 3)).astype("float32")
    k, v = RNG.normal(size=(2, B, S, key_heads, 3)).astype("float32")
    more = [RNG.normal(size=(1, 4, T, S)).astype("float32")] if bias else []

    def attend(package, q, k, v, *more):
        return package.ops.dot_product_attention(
            q, k, v, *more, mask=mask, is_causal=causal, scale=0.7
        )

    check_function(attend, q, k, v, *more)


@pytest.mark.parametrize("pooled", [False, True])
def test_training_of_a_transformer_block(pooled):
    x = RNG.integers(0, 12, (8, 6)).astype("int32")
    y = RNG.normal(size=(8, 1)).astype("float32")

    def make(k):
        i = k.layers.Input((6,), dtype="int32")
        words = k.layers.Embedding(12, 6, mask_zero=True)(i)
        attended = k.layers.MultiHeadAttention(2, 3)(words, words)
        h = k.layers.LayerNormalization()(k.layers.Add()([words, attended]))
        inner = k.layers.Dense(6)(k.layers.Dense(8, activation="relu")(h))
        h = k.layers.LayerNormalization()(k.layers.Add()([h, inner]))
        h = k.layers.GlobalAveragePooling1D()(h) if pooled else h[:, 0]
        return k.Model(i, k.layers.Dense(1)(h))

    def compile_(k):
        return {"optimizer": k.optimizers.Adam(0.01), "loss": "mean_squared_error"}

    check_steps(make, compile_, x, y, steps=5, tolerance=3e-4)
