"""Initializers: names, moments, fans, seeds, configs."""

import json
import math

import numpy as np
import pytest

from minikeras import config, initializers
from minikeras.autograd import Tensor
from minikeras.configurable import serialize_value

NAMES_2_1_5 = (
    "zero zeros Zeros one ones Ones constant Constant uniform random_uniform RandomUniform normal "
    "random_normal RandomNormal truncated_normal TruncatedNormal VarianceScaling identity Identity "
    "orthogonal Orthogonal lecun_uniform lecun_normal glorot_uniform glorot_normal he_uniform "
    "he_normal"
)
NAMES_3 = (
    "GlorotUniform GlorotNormal HeUniform HeNormal LecunUniform LecunNormal variance_scaling "
    "IdentityInitializer OrthogonalInitializer"
)
ALL = sorted(f"{NAMES_2_1_5} {NAMES_3}".split())
DRAWING = ["uniform", "normal", "truncated_normal", "VarianceScaling", "orthogonal", "he_normal"]


@pytest.mark.parametrize("name", ALL)
def test_every_name_resolves_and_round_trips(name):
    initializer = initializers.get(name)
    assert isinstance(initializer, getattr(initializers, name))
    for dtype in ("float32", "float64", "float16"):
        value = initializer((4, 4), dtype=dtype)
        assert type(value) is np.ndarray
        assert value.dtype == dtype
        assert value.shape == (4, 4)
    assert initializer((4, 4)).dtype == np.float32
    saved = json.loads(json.dumps(initializers.serialize(initializer)))
    again = initializers.deserialize(saved)
    assert initializers.serialize(again) == saved
    assert initializers.serialize(initializer.clone()) == saved


def test_names_without_a_test():
    assert set(initializers.registry) <= set(ALL)


def test_default_dtype_is_floatx():
    try:
        config.set_floatx("float64")
        assert initializers.get("glorot_uniform")((2, 3)).dtype == np.float64
    finally:
        config.set_floatx("float32")


# --- seeds -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DRAWING)
def test_seeds(name):
    cls = getattr(initializers, name)
    unseeded = cls()
    assert (unseeded((5, 5)) != unseeded((5, 5))).any()
    seeded = cls(seed=3)
    np.testing.assert_array_equal(seeded((5, 5)), seeded((5, 5)))
    np.testing.assert_array_equal(seeded((5, 5)), cls(seed=3)((5, 5)))
    assert (seeded((5, 5)) != cls(seed=4)((5, 5))).any()
    config.set_random_seed(11)
    first = [unseeded((5, 5)), unseeded((5, 5))]
    config.set_random_seed(11)
    np.testing.assert_array_equal([unseeded((5, 5)), unseeded((5, 5))], first)


def test_the_seed_of_numpy_rules_where_no_other_was_set(monkeypatch):
    monkeypatch.setattr(config, "_root_seed", None)
    initializer = initializers.glorot_uniform()
    np.random.seed(7)
    first = initializer((3, 3))
    np.random.seed(7)
    np.testing.assert_array_equal(initializer((3, 3)), first)


def test_a_saved_seed_generator_gives_its_seed():
    saved = {"class_name": "SeedGenerator", "config": {"name": "s", "seed": 5}}
    assert initializers.RandomNormal(seed=saved).seed == 5
    for wrong in ("5", 1.5, True):
        with pytest.raises(ValueError, match="integer or None"):
            initializers.RandomNormal(seed=wrong)


# --- distributions ---------------------------------------------------------------------------

SHAPE = (500, 400)


def moments(x):
    return x.mean(dtype="d"), x.std(dtype="d"), x.min(), x.max()


def test_random_normal():
    mean, stddev, low, high = moments(initializers.RandomNormal(1.0, 0.5, seed=1)(SHAPE))
    assert mean == pytest.approx(1, abs=0.005)
    assert stddev == pytest.approx(0.5, rel=0.01)
    assert low < -0.5
    assert high > 2.5
    assert initializers.RandomNormal().stddev == 0.05


def test_random_uniform():
    mean, stddev, low, high = moments(initializers.RandomUniform(-1.0, 3.0, seed=1)(SHAPE))
    assert mean == pytest.approx(1, abs=0.01)
    assert stddev == pytest.approx(4 / math.sqrt(12), rel=0.01)
    assert -1 <= low < -0.999
    assert 2.999 < high < 3
    whole = initializers.RandomUniform(0, 5, seed=1)(SHAPE, dtype="int32")
    assert whole.dtype == np.int32
    assert set(np.unique(whole)) == {0, 1, 2, 3, 4}


def test_truncated_normal_is_not_corrected():
    mean, stddev, low, high = moments(initializers.TruncatedNormal(0.0, 0.5, seed=1)(SHAPE))
    assert mean == pytest.approx(0, abs=0.005)
    assert stddev == pytest.approx(0.5 * 0.87962566, rel=0.01)
    assert -1 <= low < -0.99
    assert 0.99 < high <= 1


# scale / n of each, for a weight of 3 x 3 kernels from 8 to 32 channels: fans 72 and 288.
VARIANCES = {
    "glorot_uniform": 2 / (72 + 288),
    "glorot_normal": 2 / (72 + 288),
    "he_uniform": 2 / 72,
    "he_normal": 2 / 72,
    "lecun_uniform": 1 / 72,
    "lecun_normal": 1 / 72,
}


@pytest.mark.parametrize("name", VARIANCES)
def test_glorot_he_lecun(name):
    initializer = getattr(initializers, name)(seed=1)
    x = np.stack([initializer((3, 3, 8, 32)), getattr(initializers, name)(2)((3, 3, 8, 32))])
    width = math.sqrt(VARIANCES[name])
    if name.endswith("uniform"):
        assert abs(x).max() <= math.sqrt(3) * width
        assert abs(x).max() > 0.99 * math.sqrt(3) * width
        assert x.std() == pytest.approx(width, rel=0.03)
    else:
        assert abs(x).max() <= 2 * width
        assert x.std() == pytest.approx(0.8796 * width, rel=0.03)
        corrected = getattr(initializers, name)(seed=1, corrected=True)((3, 3, 8, 32))
        np.testing.assert_allclose(corrected, x[0] / 0.87962566, rtol=1e-6)


def test_variance_scaling_modes_and_distributions():
    def stddev(**settings):
        return initializers.VarianceScaling(seed=1, **settings)((200, 800)).std()

    assert stddev(mode="fan_out", distribution="uniform") == pytest.approx(800**-0.5, rel=0.01)
    assert stddev(mode="fan_avg", distribution="uniform") == pytest.approx(500**-0.5, rel=0.01)
    plain = stddev(scale=4.0, distribution="untruncated_normal")
    assert plain == pytest.approx(2 * 200**-0.5, rel=0.01)
    assert stddev() == pytest.approx(0.8796 * 200**-0.5, rel=0.01)
    assert stddev(distribution="truncated_normal") == pytest.approx(200**-0.5, rel=0.01)
    axes = stddev(input_axes=[1], output_axes=[0], distribution="uniform")
    assert axes == pytest.approx(800**-0.5, rel=0.01)


@pytest.mark.parametrize(
    ("shape", "fans"),
    [
        ((4, 5), (4, 5)),
        ((7, 4, 5), (28, 35)),
        ((3, 3, 4, 5), (36, 45)),
        ((2, 3, 3, 4, 5), (72, 90)),
        ((9,), (3, 3)),
        ((), (1, 1)),
    ],
)
def test_fans(shape, fans):
    assert initializers.compute_fans(shape) == fans


def test_fans_of_given_axes():
    assert initializers.compute_fans((2, 3, 4, 5), input_axes=[0, 2], output_axes=[3]) == (8, 5)


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (2, 3, 5), (5,)])
def test_orthogonal(shape):
    matrix = initializers.Orthogonal(gain=2.0, seed=1)(shape).reshape(-1, shape[-1])
    small = matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(small, 4 * np.eye(len(small)), atol=1e-6)


def test_orthogonal_prefers_no_sign():
    corners = [initializers.Orthogonal(seed=s)((3, 3))[0, 0] for s in range(200)]
    assert abs(np.mean(corners)) < 0.15


# --- constants -------------------------------------------------------------------------------


def test_constants():
    np.testing.assert_array_equal(initializers.Constant(3)((2, 2)), np.full((2, 2), 3))
    np.testing.assert_array_equal(
        initializers.Constant([1, 2])((3, 2), "int32"), [[1, 2], [1, 2], [1, 2]]
    )
    np.testing.assert_array_equal(initializers.Identity(2.0)((2, 3)), [[2, 0, 0], [0, 2, 0]])
    with pytest.raises(ValueError, match=r"shape \(3,\), which does not fit.*\(2, 2\)"):
        initializers.Constant([1, 2, 3])((2, 2))
    with pytest.raises(ValueError, match=r"weight has shape \(3,\)"):
        initializers.Identity()((3,))


@pytest.mark.parametrize("wrap", [np.asarray, Tensor])
def test_an_array_is_an_initializer(wrap):
    values = np.array([[1.0, 2.0]])
    initializer = initializers.get(wrap(values))
    np.testing.assert_array_equal(initializer((1, 2)), values)
    assert initializer((1, 2)).dtype == np.float32
    assert initializers.serialize(initializer)["config"] == {"value": [[1.0, 2.0]]}
    with pytest.raises(ValueError, match="does not fit"):
        initializer((2, 3))


# --- configs and refusals --------------------------------------------------------------------


def test_presets_are_saved_as_what_all_versions_know():
    assert serialize_value(initializers.GlorotUniform()) == {
        "class_name": "VarianceScaling",
        "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None},
    }
    again = initializers.deserialize(serialize_value(initializers.he_normal(seed=2)))
    np.testing.assert_array_equal(again((3, 3)), initializers.he_normal(seed=2)((3, 3)))
    corrected = initializers.deserialize(serialize_value(initializers.HeNormal(2, corrected=True)))
    assert corrected.distribution == "truncated_normal"


def test_configs_of_other_versions():
    for saved in (
        {"class_name": "GlorotNormal", "config": {"seed": 3}},
        {"class_name": "HeUniform", "config": {"seed": None, "dtype": "float32"}},
        {
            "module": "keras.initializers",
            "class_name": "LecunNormal",
            "config": {"seed": 1, "input_axes": None, "output_axes": None},
            "registered_name": None,
        },
        {"class_name": "VarianceScaling", "config": {"scale": 2, "distribution": "Normal"}},
    ):
        assert initializers.get(saved)((2, 3)).shape == (2, 3)


def test_functions_and_none():
    def halves(shape, dtype=None):
        return np.full(shape, 0.5, dtype)

    assert initializers.get(halves) is halves
    assert initializers.get(None) is None


def test_refusals():
    with pytest.raises(ValueError, match="Unknown initializer: 'glorot_unifrom'.*glorot_uniform"):
        initializers.get("glorot_unifrom")
    with pytest.raises(ValueError, match="positive scale, not 0"):
        initializers.VarianceScaling(scale=0)
    with pytest.raises(ValueError, match="Unknown mode 'fan_on'; choose one of fan_in"):
        initializers.VarianceScaling(mode="fan_on")
    with pytest.raises(ValueError, match="Unknown distribution 'cauchy'"):
        initializers.VarianceScaling(distribution="cauchy")
    with pytest.raises(ValueError, match="together, or neither"):
        initializers.VarianceScaling(input_axes=[0])
    with pytest.raises(ValueError, match="at least one dimension"):
        initializers.Orthogonal()(())
    with pytest.raises(NotImplementedError, match="draw"):
        initializers.Initializer()((2,))


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: initializers.RandomNormal(stddev=-1), "stddev is a finite number of at least 0"),
        (lambda: initializers.RandomNormal("0"), "mean is a finite number, not '0'"),
        (lambda: initializers.TruncatedNormal(stddev=math.nan), "stddev is a finite number"),
        (lambda: initializers.RandomUniform(0, math.inf), "maxval is a finite number, not inf"),
        (lambda: initializers.Orthogonal("a"), "gain is a finite number"),
        (lambda: initializers.Identity(None), "gain is a finite number, not None"),
        (lambda: initializers.Constant("a"), "a number or an array of numbers, not 'a'"),
        (lambda: initializers.Zeros()(-1), "at least 0, such as .3, 2., not -1"),
        (lambda: initializers.Zeros()((2, -1)), "not .2, -1."),
        (lambda: initializers.Zeros()((None, 2)), "not .None, 2.*wait for it"),
        (lambda: initializers.Zeros()((2,), dtype="float31"), "Unknown dtype 'float31'"),
    ],
)
def test_arguments_that_make_no_sense(mistake, message):
    with pytest.raises(ValueError, match=message):
        mistake()


def test_a_number_is_the_shape_of_a_vector():
    assert initializers.Ones()(3).shape == (3,)


def test_the_name_of_keras_2_for_fans():
    assert initializers._compute_fans((3, 3, 4, 5)) == (36, 45)
