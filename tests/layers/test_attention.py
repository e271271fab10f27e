"""Attention layers: by hand, gradients, masks, dropout, models, configs, messages."""

import numpy as np
import pytest

from minikeras import autograd, config, layers, regularizers
from minikeras.layers import (
    AdditiveAttention,
    Attention,
    Dense,
    Embedding,
    GroupedQueryAttention,
    GroupQueryAttention,
    Input,
    Masking,
    MultiHeadAttention,
)
from minikeras.models import Model

RNG = np.random.default_rng(0)
B, T, S, N = 3, 4, 5, 6
QUERY, VALUE, KEY = (RNG.normal(size=(B, n, N)).astype("float32") for n in (T, S, S))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# ---------------------------------------------------------------------------------------------
# One head
# ---------------------------------------------------------------------------------------------
def scores_of(layer, q, k):
    """Compute scores one by one, as the formulas are written."""
    scores = np.zeros((len(q), q.shape[1], k.shape[1]))
    for b, i, j in np.ndindex(*scores.shape):
        x, y = q[b, i].astype(float), k[b, j].astype(float)
        if isinstance(layer, AdditiveAttention):
            scale = 1 if layer.scale is None else layer.scale.numpy()
            scores[b, i, j] = (scale * np.tanh(x + y)).sum()
        elif layer.score_mode == "dot":
            scores[b, i, j] = (x * y).sum() * (1 if layer.scale is None else float(layer.scale))
        else:
            scale = 1 if layer.scale is None else float(layer.scale)
            scores[b, i, j] = float(layer.concat_score_weight) * np.tanh(scale * (x + y)).sum()
    return scores


ONE_HEAD = [
    (Attention, {}),
    (Attention, {"use_scale": True}),
    (Attention, {"score_mode": "concat"}),
    (Attention, {"score_mode": "concat", "use_scale": True}),
    (AdditiveAttention, {}),
    (AdditiveAttention, {"use_scale": False}),
]
one_head = pytest.mark.parametrize("cls, settings", ONE_HEAD, ids=str)


def made(cls, settings, **more):
    """Return such a layer with weights that are not 1."""
    layer = cls(**settings, **more)
    layer.build([(None, None, N)] * 3)
    layer.set_weights([w + 0.3 * RNG.normal(size=w.shape) for w in layer.get_weights()])
    return layer


@one_head
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("causal", [False, True])
def test_one_head_by_hand(cls, settings, masked, causal):
    layer = made(cls, settings)
    query_mask, value_mask = np.ones((B, T), bool), np.ones((B, S), bool)
    if masked:
        query_mask[0, 1] = value_mask[1, 3:] = False
    output, weights = layer(
        [QUERY, VALUE, KEY],
        mask=[query_mask, value_mask],
        use_causal_mask=causal,
        return_attention_scores=True,
    )
    allowed = value_mask[:, None] & (np.tri(T, S, dtype=bool) if causal else True)
    expected = softmax(np.where(allowed, scores_of(layer, QUERY, KEY), -1e9))
    np.testing.assert_allclose(weights.numpy(), expected, rtol=1e-4, atol=1e-6)
    expected = (expected @ VALUE) * query_mask[..., None]
    np.testing.assert_allclose(output.numpy(), expected, rtol=1e-4, atol=1e-5)
    assert output.dtype == weights.dtype == np.float32
    np.testing.assert_array_equal(output.mask, query_mask)
    assert weights.mask is None


@one_head
@pytest.mark.parametrize("sizes", [(2, 3, 4), (1, 1, 1), (1, 3, 1)], ids=str)
def test_gradients_of_one_head(cls, settings, sizes):
    steps, keys, size = sizes
    rng = np.random.default_rng(1)
    inputs = [rng.normal(size=(2, n, size)) for n in (steps, keys, keys)]
    layer = cls(**settings, dtype="float64")
    layer.build([a.shape for a in inputs])
    layer.set_weights([w + 0.3 for w in layer.get_weights()])
    autograd.check_layer(layer, inputs)
    variables = [autograd.Variable(a, dtype="float64") for a in inputs]
    mask = [None, rng.random((2, keys)) > 0.3]
    mask[1][:, 0] = True

    def both():
        return layer(
            variables, mask=mask, use_causal_mask=steps <= keys, return_attention_scores=True
        )

    autograd.check_variables(both, variables + layer.trainable_weights)


def test_more_than_one_batch_axis():
    q, v = RNG.normal(size=(2, 3, 4, 5)), RNG.normal(size=(2, 3, 6, 5))
    mask = RNG.random((2, 3, 6)) > 0.3
    mask[..., 0] = True
    for layer in (Attention(dtype="float64"), AdditiveAttention(dtype="float64")):
        whole = layer([q, v], mask=[None, mask]).numpy()
        for i, j in np.ndindex(2, 3):
            part = layer([q[i, j][None], v[i, j][None]], mask=[None, mask[i, j][None]])
            np.testing.assert_allclose(whole[i, j], part.numpy()[0], rtol=1e-10)


@pytest.mark.parametrize("cls", [Attention, AdditiveAttention])
def test_masks_come_with_the_data(cls):
    words = Embedding(9, N, mask_zero=True)
    a, b = words(np.array([[1, 2, 0]])), words(np.array([[3, 0, 4, 0]]))
    layer = cls()
    carried = layer([a, b])
    given = layer(
        [a.numpy(), b.numpy()],
        mask=[np.array([[True, True, False]]), np.array([[True, False, True, False]])],
    )
    np.testing.assert_array_equal(carried.numpy(), given.numpy())
    assert not carried.numpy()[0, 2].any()
    np.testing.assert_array_equal(carried.mask, [[True, True, False]])
    assert layer([a.numpy(), b]).mask is None


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: Attention()(QUERY), "must be called on a list"),
        (lambda: Attention()([QUERY]), "must be called on a list"),
        (lambda: AdditiveAttention()([QUERY] * 4), "must be called on a list"),
        (lambda: Attention()([QUERY, VALUE], mask=np.ones((B, T), bool)), "mask of Attention"),
        (lambda: Attention(score_mode="product"), "Unknown score_mode 'product'"),
        (lambda: Attention(dropout=1.5), "dropout is the part"),
    ],
)
def test_what_one_head_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ---------------------------------------------------------------------------------------------
# Several heads
# ---------------------------------------------------------------------------------------------
def by_hand(layer, query, value, key, allowed, times=1):
    """Attend with one head after the other; `times` heads share a key."""
    weights = {name: d.get_weights() for name, d in dense_layers(layer).items()}
    heads = weights["query"][0].shape[1]
    total, all_weights = 0, []
    for h in range(heads):

        def project(name, x, h):
            kernel, bias = weights[name]
            return x @ kernel[:, h] + bias[h]

        q = project("query", query, h)
        k, v = project("key", key, h // times), project("value", value, h // times)
        scores = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1])
        p = softmax(np.where(allowed, scores, -1e9))
        all_weights.append(p)
        y = p @ v
        if layer.use_gate:
            y = y / (1 + np.exp(-project("gate", query, h)))
        kernel, bias = weights["attention_output"]
        total = total + y @ kernel[h]
    return total + bias, np.stack(all_weights, axis=1)


def dense_layers(layer):
    found = (layer.query_dense, layer.key_dense, layer.value_dense, layer.output_dense)
    found += (layer._gate_dense,) if layer.use_gate else ()
    return {d.name: d for d in found}


def randomized(layer, *shapes):
    layer.build(*shapes)
    layer.set_weights([RNG.normal(size=w.shape) * 0.5 for w in layer.get_weights()])
    return layer


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("window", [None, 2])
@pytest.mark.parametrize("value_dim", [None, 2])
def test_several_heads_by_hand(gate, causal, window, value_dim):
    layer = MultiHeadAttention(
        3, 4, value_dim=value_dim, use_gate=gate, sliding_window=window, output_shape=7
    )
    randomized(layer, QUERY.shape, VALUE.shape, KEY.shape)
    query_mask, value_mask = np.ones((B, T), bool), np.ones((B, S), bool)
    value_mask[1, 3:] = False
    attention_mask = RNG.random((B, T, S)) > 0.3
    allowed = attention_mask & value_mask[:, None]
    if causal:
        allowed = allowed & np.tri(T, S, dtype=bool)
    if window:
        allowed = allowed & (np.abs(np.subtract.outer(range(T), range(S))) < window)
    output, weights = layer(
        QUERY,
        VALUE,
        KEY,
        query_mask=query_mask,
        value_mask=value_mask,
        attention_mask=attention_mask,
        use_causal_mask=causal,
        return_attention_scores=True,
    )
    assert output.dtype == weights.dtype == np.float32
    expected, expected_weights = by_hand(layer, QUERY, VALUE, KEY, allowed)
    some = np.broadcast_to(allowed.any(-1), (B, T))
    np.testing.assert_allclose(output.numpy()[some], expected[some], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        weights.numpy(), expected_weights * some[:, None, :, None], rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_shared_keys_by_hand(heads):
    layer = randomized(GroupQueryAttention(3, 4, heads), QUERY.shape, VALUE.shape)
    output, weights = layer(QUERY, VALUE, return_attention_scores=True)
    expected, expected_weights = by_hand(layer, QUERY, VALUE, VALUE, True, times=4 // heads)
    np.testing.assert_allclose(output.numpy(), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights.numpy(), expected_weights, rtol=1e-4, atol=1e-6)
    assert GroupQueryAttention is GroupedQueryAttention


@pytest.mark.parametrize("axes", [(1,), (2,), (1, 2), None, -2], ids=str)
def test_attention_along_axes(axes):
    """Attention along one of two axes is attention of each slice along the other."""
    x = RNG.normal(size=(2, 3, 4, 5)).astype("float32")
    layer = randomized(MultiHeadAttention(2, 3, attention_axes=axes), x.shape, x.shape)
    output, weights = layer(x, x, return_attention_scores=True)
    plain = MultiHeadAttention(2, 3)
    plain.build((None, None, 5), (None, None, 5))
    plain.set_weights(layer.get_weights())
    if axes in ((2,), -2):
        expected = np.stack([plain(x[:, i], x[:, i]).numpy() for i in range(3)], axis=1)
        assert weights.shape == (2, 3, 2, 4, 4)
    elif axes == (1,):
        expected = np.stack([plain(x[:, :, i], x[:, :, i]).numpy() for i in range(4)], axis=2)
        assert weights.shape == (2, 4, 2, 3, 3)
    else:
        flat = x.reshape(2, 12, 5)
        expected = plain(flat, flat).numpy().reshape(x.shape)
        assert weights.shape == (2, 2, 3, 4, 3, 4)
    np.testing.assert_allclose(output.numpy(), expected, rtol=1e-4, atol=1e-5)
    i = Input((3, 4, 5))
    symbols = layer(i, i, return_attention_scores=True)
    assert symbols[0].shape == (None, 3, 4, 5)
    assert symbols[1].shape == (None, *weights.shape[1:])


def test_a_mask_over_several_axes():
    x = RNG.normal(size=(2, 3, 4, 5)).astype("float32")
    layer = randomized(MultiHeadAttention(2, 3), x.shape, x.shape)
    allowed = RNG.random((2, 3, 4, 3, 4)) > 0.4
    allowed[..., 0, 0] = True
    _, weights = layer(x, x, attention_mask=allowed, return_attention_scores=True)
    assert not weights.numpy()[np.broadcast_to(~allowed[:, None], weights.shape)].any()
    np.testing.assert_allclose(weights.numpy().sum((-2, -1)), 1, rtol=1e-5)


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("sizes", [(2, 3), (1, 1)], ids=str)
@pytest.mark.parametrize(
    "make",
    [
        lambda **k: MultiHeadAttention(2, 3, value_dim=2, **k),
        lambda **k: MultiHeadAttention(1, 1, use_bias=False, output_shape=(2, 2), **k),
        lambda **k: GroupQueryAttention(2, 4, 2, **k),
        lambda **k: GroupQueryAttention(1, 1, 1, sliding_window=1, **k),
    ],
    ids=["heads", "one head", "shared", "one shared"],
)
def test_gradients_of_several_heads(make, sizes, gate):
    steps, keys = sizes
    rng = np.random.default_rng(1)
    layer = make(use_gate=gate, dtype="float64")
    q, v, k = (
        autograd.Variable(rng.normal(size=(2, n, 3)), dtype="float64", name=name)
        for n, name in ((steps, "query"), (keys, "value"), (keys, "key"))
    )
    mask = rng.random((2, steps, keys)) > 0.3
    layer(q, v, k)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])

    def both():
        y, w = layer(q, v, k, attention_mask=mask, return_attention_scores=True)
        return [y, w, layer(q, v, k, attention_mask=mask, use_causal_mask=True)]

    autograd.check_variables(both, [q, v, k, *layer.trainable_weights])


def test_values_of_one_sample_serve_all_queries():
    rng = np.random.default_rng(2)
    layer = MultiHeadAttention(2, 3, dtype="float64")
    q = autograd.Variable(rng.normal(size=(3, 2, 4)), dtype="float64", name="query")
    v = autograd.Variable(rng.normal(size=(1, 5, 4)), dtype="float64", name="value")
    every = np.repeat(v.numpy(), 3, axis=0)
    np.testing.assert_allclose(layer(q, v).numpy(), layer(q, every).numpy(), rtol=1e-10)
    autograd.check_variables(lambda: layer(q, v), [q, v, *layer.trainable_weights])


def test_gradients_with_dropout_held_fixed():
    rng = np.random.default_rng(1)
    x = autograd.Variable(rng.normal(size=(2, 4, 3)), dtype="float64", name="x")
    layer = MultiHeadAttention(2, 2, dropout=0.5, dtype="float64")
    layer(x, x)

    def seeded():
        config.set_random_seed(5)
        return layer(x, x, training=True)

    autograd.check_variables(seeded, [x, *layer.trainable_weights])


def test_self_attention_uses_each_array_once_for_all_its_parts():
    """Query, value and key may be one tensor: the three gradients add up."""
    x = autograd.Variable(RNG.normal(size=(2, 4, 3)), dtype="float64", name="x")
    layer = MultiHeadAttention(2, 2, dtype="float64")
    layer(x, x)
    autograd.check_variables(lambda: layer(x, x, x), [x])


# ---------------------------------------------------------------------------------------------
# Masks that come with the data
# ---------------------------------------------------------------------------------------------
def test_padding_has_no_influence():
    """A padded sequence gives what the sequence itself gives, in a model and called directly."""
    i = Input((None,))
    words = Embedding(9, N, mask_zero=True)(i)
    layer = MultiHeadAttention(2, 3)
    model = Model(i, layer(words, words))
    short = model.predict(np.array([[3, 1, 4]]))
    for padded, part in (
        ([[3, 1, 4, 0, 0]], slice(0, 3)),
        ([[0, 0, 3, 1, 4]], slice(2, 5)),
        ([[3, 0, 1, 0, 4]], slice(0, 5, 2)),
    ):
        found = model.predict(np.array(padded))
        np.testing.assert_allclose(found[:, part], short, rtol=1e-5, atol=1e-6)


def test_the_output_has_the_mask_of_the_query():
    words = Embedding(9, N, mask_zero=True)
    a, b = words(np.array([[1, 2, 0]])), words(np.array([[3, 0]]))
    for layer in (MultiHeadAttention(2, 3), GroupQueryAttention(3, 2, 1)):
        output, weights = layer(a, b, return_attention_scores=True)
        np.testing.assert_array_equal(output.mask, [[True, True, False]])
        assert weights.mask is None
        assert not weights.numpy()[..., 1].any()
        assert layer(a.numpy(), b).mask is None


def test_given_masks_come_before_carried_ones():
    layer = MultiHeadAttention(2, 3)
    padded = Masking()(np.concatenate([VALUE, np.zeros((B, 2, N), "float32")], axis=1))
    free = layer(QUERY, padded, value_mask=np.ones((B, S + 2), bool)).numpy()
    np.testing.assert_array_equal(free, layer(QUERY, padded.numpy()).numpy())
    assert np.abs(layer(QUERY, padded).numpy() - free).max() > 1e-3


# ---------------------------------------------------------------------------------------------
# Dropout
# ---------------------------------------------------------------------------------------------
DROPPING = {
    "one head": lambda **k: (Attention(dropout=0.5, **k), ([np.zeros((1, 50, 4))] * 2,)),
    "additive": lambda **k: (AdditiveAttention(dropout=0.5, **k), ([np.zeros((1, 50, 4))] * 2,)),
    "several": lambda **k: (
        MultiHeadAttention(2, 2, dropout=0.5, **k),
        (np.zeros((1, 50, 4)),) * 2,
    ),
    "shared": lambda **k: (
        GroupQueryAttention(2, 2, 1, dropout=0.5, **k),
        (np.zeros((1, 50, 4)),) * 2,
    ),
}


@pytest.mark.parametrize("make", DROPPING.values(), ids=DROPPING)
def test_dropout_acts_while_training_alone(make):
    layer, inputs = make()
    ones = [np.ones_like(np.asarray(a)) for a in inputs]
    inputs = tuple(list(o) if isinstance(i, list) else o for i, o in zip(inputs, ones))
    still = layer(*inputs).numpy()
    np.testing.assert_array_equal(layer(*inputs, training=False).numpy(), still)
    config.set_random_seed(1)
    first = layer(*inputs, training=True).numpy()
    assert np.abs(first - still).max() > 1e-3
    assert np.abs(layer(*inputs, training=True).numpy() - first).max() > 1e-3
    config.set_random_seed(1)
    np.testing.assert_array_equal(layer(*inputs, training=True).numpy(), first)


@pytest.mark.parametrize("make", DROPPING.values(), ids=DROPPING)
def test_a_seed_of_its_own(make):
    outputs = []
    for seed in (3, 3, 4):
        layer, inputs = make(seed=seed)
        inputs = tuple(
            [np.ones_like(a) for a in i] if isinstance(i, list) else np.ones_like(i) for i in inputs
        )
        layer(*inputs)
        layer.set_weights([np.ones(w.shape) for w in layer.get_weights()])
        outputs.append(layer(*inputs, training=True).numpy())
    np.testing.assert_array_equal(outputs[0], outputs[1])
    assert np.abs(outputs[0] - outputs[2]).max() > 1e-3


def test_dropped_weights_are_half_of_all_and_the_others_double():
    value = np.eye(400, dtype="float32")[None]
    layer = Attention(dropout=0.5)
    output, weights = layer(
        [np.zeros((1, 30, 400), "float32"), value], training=True, return_attention_scores=True
    )
    np.testing.assert_allclose(weights.numpy(), 1 / 400, rtol=1e-5)  # before dropout, as in Keras
    used = output.numpy() * 400
    assert set(np.unique(used.round(4))) == {0, 2}
    assert 0.45 < (used > 0).mean() < 0.55


# ---------------------------------------------------------------------------------------------
# Models and configs
# ---------------------------------------------------------------------------------------------
LAYERS = [
    lambda: Attention(use_scale=True, dropout=0.1, seed=1),
    lambda: Attention(score_mode="concat"),
    lambda: AdditiveAttention(use_scale=False, dropout=0.2),
    lambda: MultiHeadAttention(2, 3),
    lambda: MultiHeadAttention(
        2,
        3,
        value_dim=4,
        dropout=0.1,
        use_bias=False,
        output_shape=(2, 3),
        attention_axes=(1,),
        sliding_window=3,
        kernel_initializer="he_normal",
        kernel_regularizer="l2",
        activity_regularizer="l1",
        kernel_constraint="max_norm",
        use_gate=True,
        seed=3,
    ),
    lambda: GroupQueryAttention(3, 4, 2, dropout=0.1, bias_initializer="ones", use_gate=True),
]


@pytest.mark.parametrize("make", LAYERS)
def test_config_there_and_back(make):
    layer = make()
    settings = layer.get_config()
    again = layers.deserialize(layers.serialize(layer))
    assert type(again) is type(layer)
    assert again.get_config() == settings
    assert not set(settings) & {"flash_attention", "weights"}


@pytest.mark.parametrize("scores", [False, True])
@pytest.mark.parametrize("make", LAYERS)
def test_symbolic_shapes_are_those_of_data(make, scores):
    layer = make()
    inputs = [Input((None, N)), Input((S, N))]
    call = {"return_attention_scores": True} if scores else {}
    one = isinstance(layer, Attention)
    symbols = layer(inputs, **call) if one else layer(*inputs, **call)
    results = Model(inputs, symbols).predict([QUERY, VALUE])
    for symbol, result in zip(symbols if scores else [symbols], results if scores else [results]):
        assert len(symbol.shape) == result.ndim
        assert all(a in (None, b) for a, b in zip(symbol.shape, result.shape))
        assert symbol.dtype == result.dtype == np.float32
    if not scores:
        shapes = [(None, T, N), (None, S, N)]
        shape = layer.compute_output_shape(shapes) if one else layer.compute_output_shape(*shapes)
        assert shape[1:] == results.shape[1:]


@pytest.mark.parametrize(
    "cls, sizes", [(MultiHeadAttention, (2, 3)), (GroupQueryAttention, (3, 2, 1))]
)
def test_a_model_learns_to_look_at_a_marked_step(cls, sizes):
    """The label is a number that stands at the step whose other number is 1."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(256, 6, 2)).astype("float32")
    where = rng.integers(0, 6, 256)
    x[..., 1] = 0
    x[np.arange(256), where, 1] = 1
    y = x[np.arange(256), where, 0]
    config.set_random_seed(0)
    i = Input((6, 2))
    h = cls(*sizes, kernel_initializer="he_uniform")(i, i)
    h = cls(*sizes)(h, i)
    model = Model(i, Dense(1)(layers.GlobalAveragePooling1D()(h)))
    model.compile("adam", "mse")
    model.optimizer.learning_rate = 0.02
    first = model.evaluate(x, y, verbose=0)
    model.fit(x, y, epochs=60, verbose=0)
    assert model.evaluate(x, y, verbose=0) < first / 20


def test_penalties_of_the_dense_layers_count():
    layer = MultiHeadAttention(
        1,
        2,
        kernel_regularizer=regularizers.l2(0.1),
        bias_regularizer=regularizers.l1(0.1),
        activity_regularizer=regularizers.l1(0.1),
    )
    layer(QUERY, VALUE)
    assert len(layer.losses) == 12
    assert layer.activity_regularizer is None


def test_weights_have_the_shapes_and_order_of_keras():
    layer = MultiHeadAttention(2, 3, value_dim=4, use_gate=True)
    layer.build((None, None, 6), (None, None, 7), (None, None, 8))
    assert [w.shape for w in layer.weights] == [
        (6, 2, 3),
        (2, 3),
        (8, 2, 3),
        (2, 3),
        (6, 2, 4),
        (2, 4),
        (7, 2, 4),
        (2, 4),
        (2, 4, 6),
        (6,),
    ]
    config = layer.get_build_config()
    again = MultiHeadAttention(2, 3, value_dim=4, use_gate=True)
    again.build_from_config(config)
    assert [w.shape for w in again.weights] == [w.shape for w in layer.weights]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: MultiHeadAttention(0, 3), "heads"),
        (lambda: MultiHeadAttention(2, 3.5), "key_dim"),
        (lambda: MultiHeadAttention(2, 3, value_dim=-1), "value_dim"),
        (lambda: MultiHeadAttention(2, 3, sliding_window=0), "sliding_window"),
        (lambda: MultiHeadAttention(2, 3, flash_attention=True), "flash_attention"),
        (lambda: MultiHeadAttention(2, 3)(QUERY, VALUE, KEY[:, :2]), "the same steps"),
        (lambda: MultiHeadAttention(2, 3)(QUERY[:1], VALUE), "of 1 samples"),
        (lambda: MultiHeadAttention(2, 3)(QUERY, np.repeat(VALUE, 2, axis=0)), "queries of 3"),
        (lambda: GroupQueryAttention(3, 2, 2)(QUERY, np.repeat(VALUE, 2, axis=0)), "queries of 3"),
        (lambda: GroupQueryAttention(3, 4, 3), "must be a multiple"),
        (lambda: GroupQueryAttention(3, 4, 2, dropout=-1), "dropout"),
    ],
)
def test_what_several_heads_refuse(call, message):
    with pytest.raises(ValueError, match=message):
        call()
