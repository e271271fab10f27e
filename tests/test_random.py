"""keras.random: seeds, streams, and the distributions' shapes and moments."""

import numpy as np
import pytest

from minikeras import config, random
from minikeras.autograd import Tensor, Variable, gradients

N = (200, 100)


@pytest.mark.parametrize(
    ("draw", "mean", "deviation"),
    [
        (lambda **k: random.normal(N, 2.0, 3.0, **k), 2, 3),
        (lambda **k: random.uniform(N, -1.0, 5.0, **k), 2, 6 / 12**0.5),
        (lambda **k: random.truncated_normal(N, 1.0, 2.0, **k), 1, 2 * 0.8796),
        (lambda **k: random.gamma(N, 4.0, **k), 4, 2),
        (lambda **k: random.beta(N, 2.0, 3.0, **k), 0.4, 0.2),
        (lambda **k: random.binomial(N, 10, 0.3, **k), 3, 2.1**0.5),
        (lambda **k: random.randint(N, 0, 10, **k), 4.5, 8.25**0.5),
        (lambda **k: random.categorical(np.log([[1.0, 2.0, 1.0]] * 200), 100, **k), 1, 0.5**0.5),
    ],
)
def test_moments_and_seeds(draw, mean, deviation):
    first = draw(seed=1)
    assert type(first) is np.ndarray
    assert first.shape == N
    assert first.mean() == pytest.approx(mean, abs=5 * deviation / 20000**0.5)
    assert first.std() == pytest.approx(deviation, rel=0.03)
    np.testing.assert_array_equal(first, draw(seed=1))
    assert (first != draw(seed=2)).any()
    assert (draw() != draw()).any()
    config.set_random_seed(5)
    before = draw()
    config.set_random_seed(5)
    np.testing.assert_array_equal(before, draw())


@pytest.mark.parametrize("name", ["normal", "uniform", "truncated_normal"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(), 3, (2, 0), [2, 3]])
def test_types_and_shapes(name, dtype, shape):
    drawn = getattr(random, name)(shape, dtype=dtype)
    assert drawn.dtype == dtype
    assert drawn.shape == np.zeros(shape).shape
    assert getattr(random, name)(shape).dtype == np.float32


def test_bounds():
    assert np.abs(random.truncated_normal((10000,), 0.0, 1.0, seed=0)).max() <= 2
    drawn = random.uniform((10000,), 3.0, 4.0, seed=0)
    assert drawn.min() >= 3
    assert drawn.max() <= 4
    whole = random.randint((1000,), 3, 6, seed=0)
    assert whole.dtype == np.int32
    assert set(whole.tolist()) == {3, 4, 5}
    assert random.randint((2,), 0, 5, dtype="uint8").dtype == np.uint8


def test_seed_generators():
    a, b = random.SeedGenerator(3), random.SeedGenerator(3)
    first, second = random.normal((4,), seed=a), random.normal((4,), seed=a)
    assert (first != second).any()
    np.testing.assert_array_equal(first, random.normal((4,), seed=b))
    np.testing.assert_array_equal(a.state.data, [3, 2])
    again = random.SeedGenerator.from_config(a.get_config())
    again.state.assign(b.state.data)
    np.testing.assert_array_equal(random.normal((4,), seed=again), second)
    config.set_random_seed(1)
    chosen = random.SeedGenerator().seed
    config.set_random_seed(1)
    assert random.SeedGenerator().seed == chosen


def test_shuffle():
    x = np.arange(12).reshape(4, 3)
    shuffled = random.shuffle(x, seed=1)
    assert sorted(shuffled.tolist()) == x.tolist()
    columns = random.shuffle(x, axis=1, seed=1)
    assert sorted(columns.T.tolist()) == x.T.tolist()
    v = Variable(np.ones(3))
    np.testing.assert_array_equal(gradients(random.shuffle(v) * 2.0, [v])[0], [2, 2, 2])


def test_dropout():
    x = np.ones((100, 100), "float32")
    dropped = random.dropout(x, 0.25, seed=1)
    kept = dropped != 0
    assert kept.mean() == pytest.approx(0.75, abs=0.02)
    np.testing.assert_allclose(dropped[kept], 1 / 0.75, rtol=1e-6)
    np.testing.assert_array_equal(dropped, random.dropout(x, 0.25, seed=1))
    rows = random.dropout(Tensor(x), 0.5, noise_shape=(100, 1), seed=1).data
    assert (rows == rows[:, :1]).all()


@pytest.mark.parametrize(
    ("mistake", "error", "message"),
    [
        (lambda: random.normal((2,), seed="x"), ValueError, "seed"),
        (lambda: random.normal((2,), seed=-1), ValueError, "seed"),
        (lambda: random.normal((2,), dtype="int32"), ValueError, "'int32'"),
        (lambda: random.randint((2,), 0, 5, dtype="float32"), ValueError, "'float32'"),
        (lambda: random.categorical(np.zeros(3), 2), ValueError, "batch, classes"),
        (lambda: random.normal((-1,)), ValueError, "at least 0, such as"),
        (lambda: random.uniform(None), ValueError, "not None"),
        (lambda: random.randint((2,), 3, 3), ValueError, "nothing between 3 and 3"),
        (lambda: random.binomial((2,), 3, 1.5), ValueError, "probabilities must be from 0 to 1"),
        (lambda: random.binomial((2,), -3, 0.5), ValueError, "counts must be at least 0"),
        (lambda: random.gamma((2,), -1.0), ValueError, "alpha must be at least 0, but is -1"),
        (lambda: random.beta((2,), 1.0, np.nan), ValueError, "beta must be at least 0"),
        (lambda: random.gamma((2,), np.ones(3)), ValueError, r"\(3,\) cannot be broadcast.*\(2,\)"),
        (lambda: random.shuffle(np.ones(3), axis=2), ValueError, "no axis 2"),
        (lambda: random.SeedGenerator(-1), ValueError, "at least 0"),
        (lambda: random.SeedGenerator(1, colour=2), TypeError, "colour"),
    ],
)
def test_messages(mistake, error, message):
    with pytest.raises(error, match=message):
        mistake()
