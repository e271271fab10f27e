"""What the K.* functions return: Keras 2.1.5's meaning where Keras 3 means something else."""

import numpy as np
import pytest

import minikeras.backend as K
from minikeras.autograd import Tensor, Variable

X = np.arange(24.0, dtype="float32").reshape(2, 3, 4)


def same(result, expected):
    result = np.asarray(result)
    assert result.shape == np.shape(expected)
    np.testing.assert_allclose(result, expected, rtol=1e-6)


def test_variables():
    v = K.variable([[1, 2], [3, 4]], name="v")
    assert isinstance(v, Variable)
    assert v.name == "v"
    assert K.dtype(v) == "float32"
    assert K.variable([1], dtype="int32").dtype == np.int32
    assert K.int_shape(v) == (2, 2)
    assert K.get_variable_shape(v) == (2, 2)
    assert K.ndim(v) == 2
    assert K.count_params(v) == 4
    for made, expected in [
        (K.zeros((2, 1)), np.zeros((2, 1))),
        (K.ones((2,)), np.ones(2)),
        (K.eye(2), np.eye(2)),
    ]:
        assert isinstance(made, Variable)
        same(K.get_value(made), expected)
    assert K.random_uniform_variable((50,), 2, 3, seed=1).data.min() >= 2
    assert K.random_normal_variable((500,), 5, 0.1, seed=1).data.mean() == pytest.approx(5, abs=0.1)
    limited = K.variable([3.0], constraint=lambda w: w)
    assert limited.constraint is not None


def test_reading_and_changing():
    v = K.variable([1.0, 2.0])
    copy = K.get_value(v)
    K.set_value(v, [3.0, 4.0])
    same(copy, [1, 2])
    same(K.eval(v), [3, 4])
    assert K.update(v, np.array([1.0, 1.0])) is v
    K.update_add(v, 2.0 * np.ones(2))
    same(v, [3, 3])
    K.update_sub(v, np.ones(2))
    same(v, [2, 2])
    K.moving_average_update(v, np.array([12.0, 2.0]), 0.9)
    same(v, [3, 2])
    assert v.dtype == np.float32
    w = K.variable(5)
    K.batch_set_value([(v, [0.0, 1.0]), (w, 7)])
    values = K.batch_get_value([v, w])
    same(values[0], [0, 1])
    assert values[1] == 7
    with pytest.raises(TypeError, match="list"):
        K.set_value([1.0], [2.0])


def test_settings_of_an_optimizer_are_variables_too():
    class Setting:
        value = 0.1

        def assign(self, value):
            self.value = float(value)

    setting = Setting()
    K.set_value(setting, 0.5)
    assert K.get_value(setting) == 0.5


def test_constants_and_likes():
    same(K.constant(3, shape=(2, 2)), np.full((2, 2), 3))
    same(K.constant([1, 2, 3, 4], shape=(2, 2)), [[1, 2], [3, 4]])
    assert isinstance(K.constant([1.0]), Tensor)
    same(K.zeros_like(X), np.zeros_like(X))
    assert K.ones_like(X, dtype="int32").dtype == np.int32
    v = K.variable([1.0])
    assert K.identity(v) is not v
    same(K.identity(v), [1])


@pytest.mark.parametrize(
    ("x", "y"),
    [((2, 3), (3, 4)), ((2, 3), (4, 3, 5)), ((5, 2, 3), (3, 4)), ((5, 2, 3), (4, 3, 6))],
)
def test_dot(x, y):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=x), rng.normal(size=y)
    result = K.dot(K.variable(a), K.variable(b))
    np.testing.assert_allclose(result.data, np.dot(a, b), rtol=1e-5, atol=1e-6)


def test_batch_dot_of_the_manual():
    x, y = K.variable([[1, 2], [3, 4]]), K.variable([[5, 6], [7, 8]])
    same(K.batch_dot(x, y, axes=1), [[17], [53]])
    assert K.int_shape(K.batch_dot(K.ones((32, 20)), K.ones((32, 30, 20)), (1, 2))) == (32, 30)
    assert K.int_shape(K.batch_dot(K.ones((32, 20, 1)), K.ones((32, 30, 20)), [1, 2])) == (
        32,
        1,
        30,
    )
    assert K.int_shape(K.batch_dot(K.ones((3, 4, 5)), K.ones((3, 5, 6)))) == (3, 4, 6)
    assert K.int_shape(K.batch_dot(K.ones((3, 4, 5)), K.ones((3, 6, 5)), axes=-1)) == (3, 4, 6)
    with pytest.raises(ValueError, match="axes=1"):
        K.batch_dot(x, y)
    with pytest.raises(ValueError, match="two axes"):
        K.batch_dot(np.ones(3), np.ones(3))


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (lambda: K.argmax(X), X.argmax(-1)),
        (lambda: K.argmin(X), X.argmin(-1)),
        (lambda: K.cumsum(X), X.cumsum(0)),
        (lambda: K.cumprod(X, axis=1), X.cumprod(1)),
        (lambda: K.max(X, axis=-1, keepdims=True), X.max(-1, keepdims=True)),
        (lambda: K.mean(X > 3, axis=0), (X > 3).mean(0)),
        (lambda: K.logsumexp(X, axis=1), np.log(np.exp(X.astype("d")).sum(1))),
        (lambda: K.any(X, axis=0), X.any(0)),
        (lambda: K.clip(X, 3, 7), X.clip(3, 7)),
        (lambda: K.clip(X, 3, 1), X.clip(3, 3)),
        (lambda: K.pow(X, 2), X**2),
        (lambda: K.concatenate([X, X]), np.concatenate([X, X], -1)),
        (lambda: K.reshape(X, (-1, 4)), X.reshape(-1, 4)),
        (lambda: K.permute_dimensions(X, (2, 0, 1)), X.transpose(2, 0, 1)),
        (lambda: K.repeat_elements(X, 2, axis=1), X.repeat(2, 1)),
        (lambda: K.repeat(X[0], 3), np.repeat(X[0][:, None], 3, 1)),
        (lambda: K.arange(3), np.arange(3)),
        (lambda: K.arange(1, 6, 2), np.arange(1, 6, 2)),
        (lambda: K.tile(X, [1, 2, 1]), np.tile(X, (1, 2, 1))),
        (lambda: K.flatten(X), X.ravel()),
        (lambda: K.batch_flatten(X), X.reshape(2, 12)),
        (lambda: K.expand_dims(X), X[..., None]),
        (lambda: K.squeeze(X[:1], 0), X[0]),
        (lambda: K.stack([X, X], axis=1), np.stack([X, X], 1)),
        (lambda: K.one_hot(np.array([0, 2]), 3), np.eye(3)[[0, 2]]),
        (lambda: K.reverse(X, 1), X[:, ::-1]),
        (lambda: K.reverse(X, (0, 2)), X[::-1, :, ::-1]),
        (lambda: K.gather(X, np.array([1, 1, 0])), X[[1, 1, 0]]),
        (lambda: K.temporal_padding(X, (1, 2)), np.pad(X, ((0, 0), (1, 2), (0, 0)))),
        (
            lambda: K.spatial_2d_padding(X[..., None], ((1, 0), (0, 2))),
            np.pad(X[..., None], ((0, 0), (1, 0), (0, 2), (0, 0))),
        ),
        (
            lambda: K.spatial_2d_padding(X[:, None], ((1, 0), (0, 2)), "channels_first"),
            np.pad(X[:, None], ((0, 0), (0, 0), (1, 0), (0, 2))),
        ),
        (
            lambda: K.spatial_3d_padding(X[None, ..., None], ((1, 1), (0, 0), (2, 0))),
            np.pad(X[None, ..., None], ((0, 0), (1, 1), (0, 0), (2, 0), (0, 0))),
        ),
        (
            lambda: K.resize_images(X[..., None], 2, 3, "channels_last"),
            X[..., None].repeat(2, 1).repeat(3, 2),
        ),
        (
            lambda: K.resize_images(X[:, None], 2, 3, "channels_first"),
            X[:, None].repeat(2, 2).repeat(3, 3),
        ),
        (
            lambda: K.resize_volumes(X[None, ..., None], 2, 1, 2, "channels_last"),
            X[None, ..., None].repeat(2, 1).repeat(2, 3),
        ),
        (lambda: K.bias_add(X, np.arange(4.0)), X + np.arange(4)),
        (
            lambda: K.bias_add(X, np.arange(3.0), "channels_first"),
            X + np.arange(3)[:, None],
        ),
        (lambda: K.bias_add(X, X[0]), X + X[0]),
        (lambda: K.bias_add(X, X[0].T, "channels_first"), X + X[0]),
        (
            lambda: K.relu(X - 9, alpha=0.5, max_value=6),
            np.where(X > 9, (X - 9).clip(max=6), (X - 9) / 2),
        ),
        (lambda: K.hard_sigmoid(X - 12), (0.2 * (X - 12) + 0.5).clip(0, 1)),
        (lambda: K.l2_normalize(X), X / np.linalg.norm(X)),
        (
            lambda: K.l2_normalize(X, axis=-1)[1],
            X[1] / np.linalg.norm(X[1], axis=-1, keepdims=True),
        ),
        (lambda: K.map_fn(lambda x: x.sum(), X), X.sum((1, 2))),
        (lambda: K.map_fn(lambda x: x.sum(), X, dtype="int32"), X.sum((1, 2))),
        (lambda: K.foldl(lambda a, x: a * 2 + x, np.arange(4.0)), 11),
        (lambda: K.foldr(lambda a, x: a * 2 + x, np.arange(4.0)), 34),
        (lambda: K.foldl(lambda a, x: a * 2 + x, np.arange(4.0), 1.0), 27),
        (lambda: K.in_top_k(np.array([[0.1, 0.9]]), np.array([1]), 1), [True]),
        (
            lambda: K.pool2d(X[..., None], (2, 2), pool_mode="avg"),
            (X[:, :-1, :-1] + X[:, 1:, :-1] + X[:, :-1, 1:] + X[:, 1:, 1:])[..., None] / 4,
        ),
    ],
)
def test_functions(result, expected):
    same(result(), expected)


def test_bias_add_and_pool_say_what_is_wrong():
    with pytest.raises(ValueError, match="give 1 or 2"):
        K.bias_add(X, X)
    with pytest.raises(ValueError, match="'min'"):
        K.pool2d(X[..., None], (2, 2), pool_mode="min")
    with pytest.raises(ValueError, match="two axes"):
        K.repeat(X, 2)


def test_transposed_convolution_heeds_the_output_shape():
    kernel = np.ones((3, 3, 2, 1))
    for size in (7, 8):
        y = K.conv2d_transpose(np.ones((1, 4, 4, 1)), kernel, (1, size, size, 2), (2, 2), "same")
        assert y.shape == (1, size, size, 2)


def test_normalizing():
    normed, mean, var = K.normalize_batch_in_training(X, None, None, [0, 1])
    same(mean, X.mean((0, 1)))
    same(var, X.var((0, 1)))
    same(normed, (X - X.mean((0, 1))) / np.sqrt(X.var((0, 1)) + 1e-3))
    same(
        K.batch_normalization(X, mean, var, np.full(4, 2.0, "f"), np.full(4, 3.0, "f")),
        normed * 3 + 2,
    )


def test_switch():
    a, b = np.zeros((2, 3)), np.ones((2, 3))
    same(K.switch(np.array(True), a, b), a)
    same(K.switch(K.variable(0), lambda: a, lambda: b), b)
    same(K.switch(np.array([True, False]), a, b), [[0, 0, 0], [1, 1, 1]])
    same(K.switch(a > -1, a, b), a)
    with pytest.raises(ValueError, match="2 axes, more than the 1"):
        K.switch(a > 0, a[0], b[0])


def test_phases():
    assert K.in_train_phase("train", "test", training=True) == "train"
    assert K.in_train_phase(lambda: "train", lambda: "test") == "test"
    assert K.in_test_phase("test", "train", training=1) == "train"
    K.set_learning_phase(1)
    assert K.in_train_phase("train", "test") == "train"
    K.set_learning_phase(0)


def test_phases_of_symbolic_tensors_follow_the_run():
    x = K.placeholder((None, 2))
    assert K.is_placeholder(x)
    y = K.in_train_phase(lambda: x * 2.0, x)
    assert not K.is_placeholder(y)
    run = K.function([x, K.learning_phase()], [y])
    data = np.ones((1, 2), "f")
    same(run([data, 0])[0], data)
    same(run([data, 1])[0], data * 2)


def test_rnn():
    def step(x, states):
        h = x + states[0] * states[1]
        return h, [h]

    x = np.arange(12.0).reshape(2, 3, 2)
    start, decay = np.ones((2, 2)), np.array(0.5)
    last, outputs, states = K.rnn(step, x, [start], constants=[decay])
    h = start
    for t in range(3):
        h = x[:, t] + h * 0.5
        same(outputs[:, t], h)
    same(last, h)
    same(states[0], h)
    mask = np.array([[True, False, True], [False, True, True]])
    last, outputs, _ = K.rnn(step, x, [start], mask=mask, constants=[decay])
    same(outputs[0, 1], outputs[0, 0])
    same(outputs[1, 0], start[1])
    same(K.rnn(step, x, [start], mask=mask, constants=[decay], unroll=True)[1][1, 0], [0, 0])
    backwards = K.rnn(step, x, [start], go_backwards=True, constants=[decay])[1]
    same(backwards, K.rnn(step, x[:, ::-1], [start], constants=[decay])[1])
    with pytest.raises(ValueError, match="initial states"):
        K.rnn(step, x, [], mask=mask)
    column = K.rnn(step, x, [start], mask=mask[..., None], constants=[decay])[1]
    same(column, outputs)
    with pytest.raises(ValueError, match=r"mask of shape \(2, 3\), .*, not \(2, 4\)"):
        K.rnn(step, x, [start], mask=np.ones((2, 4)), constants=[decay])
    with pytest.raises(ValueError, match="input_length=7"):
        K.rnn(step, x, [start], input_length=7)
    with pytest.raises(ValueError, match="batch, time"):
        K.rnn(step, x[0], [start])


def test_random_numbers():
    assert K.random_normal((2, 3), 5.0, 0.1, seed=1).shape == (2, 3)
    assert K.random_uniform((100,), 2.0, 3.0).min() >= 2
    assert set(K.random_binomial((100,), 0.5, seed=1).tolist()) == {0, 1}
    assert np.abs(K.truncated_normal((1000,), seed=1)).max() <= 2
    assert K.dropout(np.ones((10, 10), "f"), 0.5, seed=1).dtype == np.float32


def test_print_tensor(capsys):
    v = K.variable([1.0])
    same(K.print_tensor(v, "v is "), [1])
    assert capsys.readouterr().out == "v is [1.]\n"


def test_gradients_and_stop_gradient():
    v = K.variable([2.0, 3.0])
    (g,) = K.gradients(K.sum(v * v * K.stop_gradient(v)), [v])
    same(g, [8, 18])
    assert len(K.stop_gradient([v, v])) == 2
