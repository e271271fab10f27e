"""Layers beside real Keras: outputs, gradients, shapes, masks, and ten steps of training.

Convolution, pooling, embedding, attention and recurrent layers have files of their own. Where
Keras 2.1.5, whose numbers minikeras gives, differs from Keras 3, a test says by how much:

- BatchNormalization averages the unbiased variance, pays no heed to masks that come with the data,
  and normalizes by the batch when frozen;
- a penalty on the output is a sum over the batch, which Keras 3 divides by the batch size;
- merging layers carry a mask that only some of their inputs have, which Keras 3 drops;
- a Lambda layer drops the mask, which Keras 3 carries.
"""

import keras
import numpy as np
import pytest

import minikeras
from tests.parity.harness import Pair, assert_close, check_steps, copy_weights, randomize, to_numpy

RNG = np.random.default_rng(7)


def data(*shape):
    """Numbers away from the kinks of rectifiers, none of them tied."""
    x = RNG.uniform(0.05, 2, shape) * RNG.choice([-1, 1], shape)
    return x.astype("float32")


VECTORS, SEQUENCES, IMAGES = data(6, 5), data(6, 4, 5), data(4, 4, 3, 2)
WEIGHTS = {
    "kernel_regularizer": "l2",
    "bias_constraint": "non_neg",
    "kernel_constraint": "max_norm",
}


def layer(name, inputs, **settings):
    text = ",".join(f"{k}={v}" for k, v in settings.items())
    shape = [x.shape for x in inputs] if isinstance(inputs, list) else inputs.shape
    return pytest.param(name, settings, inputs, id=f"{name}({text})-{shape}")


ACTIVATIONS = ("relu", "elu", "selu", "softplus", "softsign", "tanh", "sigmoid", "exponential")
LAYERS = [
    *(
        layer("Dense", x, units=3, activation=activation, use_bias=use_bias)
        for x in (VECTORS, SEQUENCES)
        for activation in (None, "relu", "tanh", "softmax", "elu")
        for use_bias in (True, False)
    ),
    layer("Dense", VECTORS, units=3, **WEIGHTS),
    *(layer("Activation", VECTORS, activation=a) for a in (*ACTIVATIONS, "softmax", "linear")),
    layer("Identity", VECTORS),
    layer("Masking", SEQUENCES, mask_value=0.0),
    layer("Flatten", IMAGES),
    layer("Flatten", IMAGES, data_format="channels_first"),
    *(layer("Reshape", IMAGES, target_shape=s) for s in ((24,), (-1, 4), (2, 3, 4))),
    *(layer("Permute", IMAGES, dims=d) for d in ((2, 1, 3), (3, 1, 2))),
    layer("RepeatVector", VECTORS, n=3),
    *(layer("LeakyReLU", VECTORS, negative_slope=s) for s in (0.0, 0.1, 0.3)),
    *(layer("ELU", VECTORS, alpha=a) for a in (1.0, 0.3)),
    *(
        layer("ReLU", VECTORS, max_value=m, negative_slope=s, threshold=t)
        for m in (None, 1.0)
        for s in (0.0, 0.2)
        for t in (0.0, 0.5)
    ),
    *(layer("PReLU", IMAGES, shared_axes=axes) for axes in (None, [1, 2], [3])),
    *(layer("Softmax", SEQUENCES, axis=axis) for axis in (-1, 1, [1, 2])),
    *(
        layer(name, [data(6, 5) for _ in range(count)])
        for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")
        for count in (2, 3)
    ),
    *(
        layer(name, [data(6, 4, 5), data(6, 1, 5)])
        for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
    ),
    layer("Add", [data(6, 4, 5), data(6, 5)]),
    layer("Subtract", [data(6, 5), data(6, 5)]),
    *(
        layer("Concatenate", [data(6, *a), data(6, *b)], axis=axis)
        for a, b, axis in (((5,), (3,), -1), ((4, 5), (2, 5), 1), ((4, 5), (4, 2), 2))
    ),
    *(
        layer("Dot", [data(6, *a), data(6, *b)], axes=axes, normalize=normalize)
        for a, b, axes in (
            ((5,), (5,), 1),
            ((4, 5), (3, 5), 2),
            ((4, 5), (5, 3), (2, 1)),
            ((4, 5), (5,), (2, 1)),
        )
        for normalize in (False, True)
    ),
    *(
        layer("LayerNormalization", IMAGES, axis=axis, center=center, scale=scale, epsilon=1e-2)
        for axis in (-1, 1, [1, 2, 3])
        for center, scale in ((True, True), (False, True), (False, False))
    ),
    # Keras 3 fails for another axis than the last, though its documentation offers it.
    *(layer("RMSNormalization", SEQUENCES, axis=-1, epsilon=e) for e in (1e-6, 1e-2)),
    *(layer("UnitNormalization", SEQUENCES, axis=axis) for axis in (-1, 1)),
    *(
        layer("GroupNormalization", data(3, 4, 3, 6), groups=g, axis=a, center=c, scale=c)
        for g, a in ((1, -1), (2, -1), (3, 3), (-1, -1), (2, 1))
        for c in (True, False)
    ),
    *(layer("Rescaling", VECTORS, scale=0.5, offset=o) for o in (0.0, -1.0)),
    layer("Normalization", VECTORS, mean=[1.0] * 5, variance=[4.0] * 5),
    layer("Normalization", VECTORS, mean=2.0, variance=0.25, invert=True),
]
every_layer = pytest.mark.parametrize(("name", "settings", "inputs"), LAYERS)


def made(name, settings):
    return lambda k: getattr(k.layers, name)(**settings)


@every_layer
def test_outputs_and_gradients(name, settings, inputs):
    pair = Pair(made(name, settings), inputs)
    pair.check_outputs(inputs)
    pair.check_gradients(inputs)


@every_layer
def test_shapes(name, settings, inputs):
    several = isinstance(inputs, list)
    shapes = [x.shape for x in (inputs if several else [inputs])]
    for batch in (None, shapes[0][0]):
        given = [(batch, *s[1:]) for s in shapes]
        given = given if several else given[0]
        real, mini = (
            made(name, settings)(k).compute_output_shape(given) for k in (keras, minikeras)
        )
        assert tuple(mini) == tuple(real)


STEPPED = (
    "Dense",
    "PReLU",
    "LayerNormalization",
    "RMSNormalization",
    "GroupNormalization",
    "ReLU",
    "Concatenate",
    "Dot",
    "Multiply",
    "Softmax",
    "Flatten",
    "Permute",
)


@pytest.mark.parametrize(
    ("name", "settings", "inputs"), [p for p in LAYERS if p.values[0] in STEPPED][::2]
)
def test_ten_steps(name, settings, inputs, float64):
    several = isinstance(inputs, list)

    def model(k):
        ends = [k.Input(x.shape[1:]) for x in (inputs if several else [inputs])]
        before = [
            k.layers.Dense(x.shape[-1])(e) for e, x in zip(ends, inputs if several else [inputs])
        ]
        value = made(name, settings)(k)(before if several else before[0])
        out = k.layers.Dense(2)(k.layers.Flatten()(value))
        return k.Model(ends if several else ends[0], out)

    batch = len(inputs[0]) if several else len(inputs)
    y = np.random.default_rng(3).normal(size=(batch, 2))
    # In float64, so that ten steps do not add up roundings; real Keras reports a float32 loss.
    check_steps(
        model,
        lambda k: {"optimizer": k.optimizers.SGD(0.001), "loss": "mse"},
        [x.astype("float64") for x in inputs] if several else inputs.astype("float64"),
        y,
        tolerance=1e-6,
    )


# ---------------------------------------------------------------------------------------------
# Batch normalization
# ---------------------------------------------------------------------------------------------
NORMS = [
    pytest.param({"axis": axis, "center": c, "scale": s, "momentum": m, "epsilon": 1e-2}, id=str(i))
    for i, (axis, c, s, m) in enumerate(
        [
            (-1, True, True, 0.9),
            (1, True, True, 0.5),
            (-1, False, True, 0.9),
            (2, True, False, 0.99),
            (-1, False, False, 0.0),
        ]
    )
]


@pytest.mark.parametrize("settings", NORMS)
@pytest.mark.parametrize("x", [VECTORS, SEQUENCES, IMAGES], ids=["2d", "3d", "4d"])
def test_batch_normalization(settings, x):
    if settings["axis"] >= x.ndim:
        return
    pair = Pair(made("BatchNormalization", settings), x)
    pair.check_outputs(x)
    pair.check_gradients(x)
    pair.check_gradients(x, training=True)
    copy_weights(pair.real, pair.mini)  # taking gradients has moved the averages of one
    before = to_numpy(pair.real.moving_variance)
    pair.real(x, training=True), pair.mini(x, training=True)
    assert_close(pair.mini.moving_mean, pair.real.moving_mean, "moving mean")
    # Keras 3 averages the variance itself, Keras 2.1.5 its unbiased estimate.
    n = x.size // before.size
    keep = settings["momentum"]
    biased = to_numpy(pair.real.moving_variance) - keep * before
    expected = keep * before + biased * n / (n - 1 - settings["epsilon"])
    assert_close(pair.mini.moving_variance, expected.astype("float32"), "moving variance")


def test_batch_normalization_with_a_mask_in_the_call():
    x = SEQUENCES
    mask = np.random.default_rng(0).random(x.shape[:2]) > 0.3
    pair = Pair(made("BatchNormalization", {}), x)
    expected = pair.real(x, training=True, mask=keras.ops.convert_to_tensor(mask))
    assert_close(pair.mini(x, training=True, mask=mask), expected, "output", 1e-4)
    assert_close(pair.mini.moving_mean, pair.real.moving_mean, "moving mean")
    assert_close(pair.mini.moving_variance, pair.real.moving_variance, "moving variance")


def test_ten_steps_of_a_network_with_batch_normalization():
    def model(k):
        x = k.Input((5,))
        hidden = k.layers.BatchNormalization()(k.layers.Dense(4, activation="tanh")(x))
        return k.Model(x, k.layers.Dense(1)(hidden))

    real, mini = model(keras), model(minikeras)
    randomize(real)
    copy_weights(real, mini)
    y = data(6, 1)
    for m, k in ((real, keras), (mini, minikeras)):
        m.compile(k.optimizers.SGD(0.05), "mse")
    for _ in range(10):
        real.train_on_batch(VECTORS, y)
        mini.train_on_batch(VECTORS, y)
    for i, (a, b) in enumerate(zip(mini.get_weights(), real.get_weights())):
        if i != 5:  # the moving variance, see above
            assert_close(a, b, f"weight {i}")


def test_a_frozen_layer_still_normalizes_by_the_batch():
    pair = Pair(made("BatchNormalization", {}), VECTORS)
    normal = to_numpy(pair.real(VECTORS, training=True))
    copy_weights(pair.real, pair.mini)
    pair.real.trainable = pair.mini.trainable = False
    assert_close(pair.mini(VECTORS, training=True), normal, "frozen, in minikeras")
    assert np.abs(to_numpy(pair.real(VECTORS, training=True)) - normal).max() > 0.1


# ---------------------------------------------------------------------------------------------
# Penalties, masks, noise
# ---------------------------------------------------------------------------------------------
def test_penalties_on_the_output_are_not_divided_by_the_batch_size():
    for name, settings in (
        ("Dense", {"units": 3, "activity_regularizer": "l2"}),
        ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}),
    ):
        pair = Pair(made(name, settings), VECTORS)
        pair.real(VECTORS), pair.mini(VECTORS)
        (real,), (mini,) = pair.real.losses, pair.mini.losses
        assert_close(mini, to_numpy(real) * len(VECTORS), "penalty")


def test_penalties_on_weights():
    settings = {"units": 3, "kernel_regularizer": "l2", "bias_regularizer": "l1"}
    pair = Pair(made("Dense", settings), VECTORS)
    for mini, real in zip(pair.mini.losses, pair.real.losses, strict=True):
        assert_close(mini, real, "penalty")


def masked_pair(make):
    """Masks that a model gives, in both packages, for sequences some of whose steps are zeros."""
    x = SEQUENCES.copy()
    x[0, 1] = x[2, 3] = x[4, :2] = 0
    found = []
    for k in (keras, minikeras):
        seen = []

        class See(k.layers.Layer):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                self.supports_masking = True

            def call(self, inputs, mask=None, seen=seen):
                seen.append(mask)
                return inputs

        inputs = k.Input((4, 5))
        model = k.Model(inputs, See()(make(k, k.layers.Masking()(inputs), inputs)))
        seen.clear()
        model(x)
        found.append(None if seen[-1] is None else np.asarray(seen[-1]))
    return found


@pytest.mark.parametrize(
    "make",
    [
        lambda k, m, x: k.layers.Dense(2)(m),
        lambda k, m, x: k.layers.Activation("tanh")(m),
        lambda k, m, x: k.layers.Dropout(0.5)(m),
        lambda k, m, x: k.layers.BatchNormalization()(m),
        lambda k, m, x: k.layers.LayerNormalization()(m),
        lambda k, m, x: k.layers.LeakyReLU()(m),
        lambda k, m, x: k.layers.Add()([m, k.layers.Masking()(x * 1.0)]),
        lambda k, m, x: k.layers.Concatenate()([m, m]),
        lambda k, m, x: k.layers.Concatenate(axis=1)([m, m]),
        lambda k, m, x: k.Sequential([k.layers.Dense(3), k.layers.Activation("relu")])(m),
        lambda k, m, x: m * 2.0,
        lambda k, m, x: m[:, ::-1],
    ],
)
def test_masks_go_where_they_go_in_keras(make):
    real, mini = masked_pair(make)
    if real is None:
        assert mini is None
    else:
        np.testing.assert_array_equal(mini, real)


def test_a_merging_layer_carries_the_mask_of_one_input():
    real, mini = masked_pair(lambda k, m, x: k.layers.Add()([m, x]))
    assert real is None
    assert mini.sum() == mini.size - 4


def test_a_lambda_layer_drops_the_mask():
    real, mini = masked_pair(lambda k, m, x: k.layers.Lambda(lambda t: t)(m))
    assert real is not None
    assert mini is None


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("Dropout", {"rate": 0.4}),
        ("AlphaDropout", {"rate": 0.4}),
        ("GaussianDropout", {"rate": 0.4}),
        ("GaussianNoise", {"stddev": 0.4}),
        ("SpatialDropout1D", {"rate": 0.4}),
    ],
)
def test_noise_has_the_same_distribution(name, settings):
    x = np.full((200, 50, 20), 1.5, "float32")
    pair = Pair(made(name, settings), x)
    pair.check_outputs(x)
    pair.check_outputs(x, training=False)
    real, mini = (to_numpy(la(x, training=True)) for la in (pair.real, pair.mini))
    for statistic in (np.mean, np.std):
        assert statistic(mini) == pytest.approx(statistic(real), rel=0.03)
    if name in ("Dropout", "AlphaDropout", "SpatialDropout1D"):
        np.testing.assert_allclose(np.unique(mini), np.unique(real), rtol=1e-5)
