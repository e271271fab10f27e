"""The example of an LSTM that goes on where it stopped: a long memory beats a short one."""

import numpy as np
import pytest


def wrong_by(printed, name):
    return float(printed.split(f"{name} LSTM: wrong by ")[1].split()[0])


def test_pieces_of_a_voyage_come_in_order(example):
    module = example("stateful_lstm")
    boats, steps = module.BOATS, module.STEPS
    signals = np.arange(boats * 3 * steps).reshape(boats, 3 * steps, 1)
    pieces = module.in_pieces(signals)
    assert pieces.shape == (3 * boats, steps, 1)
    np.testing.assert_array_equal(pieces[5::boats].ravel(), signals[5].ravel())


def test_the_speed_follows_the_thrust(example):
    thrust, speed = example("stateful_lstm").voyages(300, np.random.default_rng(0))
    assert thrust.dtype == speed.dtype == np.float32
    np.testing.assert_allclose(
        speed[:, 1:], 0.99 * speed[:, :-1] + 0.03 * thrust[:, 1:], rtol=1e-4, atol=1e-5
    )


def test_one_boat_aboard_has_the_estimates_of_all(example):
    """Step by step with a batch of one: the same as whole signals of all boats."""
    module = example("stateful_lstm")
    model, aboard = module.build(stateful=True), module.build(stateful=True, boats=1)
    aboard.set_weights(model.get_weights())
    thrust, _ = module.voyages(20, np.random.default_rng(0))
    whole = model.predict(thrust, batch_size=module.BOATS, verbose=0)[0]
    steps = [aboard.predict(thrust[:1, t : t + 1], verbose=0)[0, 0] for t in range(20)]
    np.testing.assert_allclose(steps, whole, rtol=1e-4, atol=1e-6)


def test_it_runs(example, run):
    printed = run(example("stateful_lstm"), "--seed", 1, "--epochs", 1, "--steps", 45)
    assert "voyages of 40 steps" in printed
    assert printed.count("really") == 1


@pytest.mark.slow
def test_what_it_reaches(example, run):
    printed = run(example("stateful_lstm"), "--seed", 1)
    assert wrong_by(printed, "Stateful") < 0.4 * wrong_by(printed, "Stateless")
