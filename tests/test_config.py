"""Settings and random streams: what is taken, what is refused, what repeats."""

import random as python_random

import numpy as np
import pytest

from minikeras import config


@pytest.mark.parametrize(
    ("set_it", "get_it", "value"),
    [
        (config.set_floatx, config.floatx, "float64"),
        (config.set_epsilon, config.epsilon, 1e-3),
        (config.set_image_data_format, config.image_data_format, "channels_first"),
        (config.set_backend, config.backend, "numpy"),
    ],
)
def test_settings(set_it, get_it, value):
    set_it(value)
    assert get_it() == value


@pytest.mark.parametrize(
    ("set_it", "get_it", "wrong", "message"),
    [
        (config.set_floatx, config.floatx, "float31", "'float31'; choose one of float16, float32"),
        (config.set_epsilon, config.epsilon, 0, "positive number, not 0"),
        (config.set_epsilon, config.epsilon, "tiny", "positive number, not 'tiny'"),
        (config.set_epsilon, config.epsilon, float("nan"), "positive number, not nan"),
        (config.set_epsilon, config.epsilon, float("inf"), "positive number, not inf"),
        (config.set_image_data_format, config.image_data_format, "last", "'last'; choose one of"),
        (config.set_backend, config.backend, "torch", "no backend 'torch'"),
    ],
)
def test_what_is_refused_changes_nothing(set_it, get_it, wrong, message):
    before = get_it()
    with pytest.raises(ValueError, match=message):
        set_it(wrong)
    assert get_it() == before


def test_data_formats_are_read_in_any_case():
    assert config.normalize_data_format(None) == "channels_last"
    assert config.normalize_data_format("Channels_First") == "channels_first"
    for wrong in ("first", 1):
        with pytest.raises(ValueError, match="Unknown data_format"):
            config.normalize_data_format(wrong)


def draws():
    return [config.new_generator("a").random(), config.stream("b").random(), np.random.rand()]


def test_one_seed_repeats_everything():
    config.set_random_seed(7)
    first = [*draws(), *draws(), python_random.random()]
    config.set_random_seed(7)
    assert [*draws(), *draws(), python_random.random()] == first
    assert len(set(first)) == len(first)
    config.set_random_seed(8)
    assert not set(first) & set(draws())


def test_without_a_seed_the_streams_follow_numpy():
    np.random.seed(3)
    config.restart_streams()
    first = draws()
    np.random.seed(3)
    config.restart_streams()
    assert draws() == first


def test_a_seed_of_its_own_decides_alone():
    first = config.new_generator("a", seed=5).random(3)
    np.random.seed(0)
    config.set_random_seed(1)
    np.testing.assert_array_equal(config.new_generator("b", seed=5).random(3), first)


def test_streams_do_not_disturb_one_another():
    config.set_random_seed(7)
    alone = config.stream("dropout").random(3)
    config.set_random_seed(7)
    config.stream("shuffle").random(100)
    config.new_generator("initializers").random(100)
    np.testing.assert_array_equal(config.stream("dropout").random(3), alone)


def test_streams_go_on_where_they_were():
    config.set_random_seed(7)
    config.stream("dropout").random()
    saved = config.stream_states()
    rest = config.stream("dropout").random(3), config.new_generator("a").random()
    config.stream("other")
    config.restore_streams(saved)
    np.testing.assert_array_equal(config.stream("dropout").random(3), rest[0])
    assert config.new_generator("a").random() == rest[1]


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, True, "7", None])
def test_seeds_are_whole_numbers(seed):
    with pytest.raises(ValueError, match="seed must be an integer from 0"):
        config.set_random_seed(seed)
