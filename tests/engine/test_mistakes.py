"""Mistakes that users make: each is refused by a message that teaches, and changes nothing.

Every entry of the tables is tried on models that have been trained a little, so that weights,
moving averages and the optimizer's state are all there to be spoilt. The message must say what was
wrong and where, and where it can what was expected and how to mend it.
"""

import copy

import numpy as np
import pytest

from minikeras.layers.names import reset_uids
from tests.engine import mistakes_in_data, mistakes_in_settings
from tests.engine.mistakes_bench import Bench, C, X

MISTAKES = {**mistakes_in_data.MISTAKES, **mistakes_in_settings.MISTAKES}


@pytest.fixture(scope="module")
def trained():
    reset_uids()
    return Bench()


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_teaches_and_changes_nothing(name, trained):
    act, error, message = MISTAKES[name]
    bench = copy.deepcopy(trained)
    before = bench.state()
    assert before == trained.state()
    with pytest.raises(error, match="(?s)" + message):
        act(bench)
    assert bench.state() == before
    for model in bench.models:  # and all goes on
        assert np.isfinite(model.predict([X, X] if model is bench.fork else _some(model))[0]).all()


def _some(model):
    return np.zeros((1, *model.input_shape[1:]))


def test_there_are_enough_mistakes():
    assert len(MISTAKES) >= 100


@pytest.mark.parametrize("name", ["a class too many", "NaN in targets", "fit(epoch=)"])
def test_the_state_would_show_a_change(name, trained):
    bench = copy.deepcopy(trained)
    before = bench.state()
    bench.classes.fit(X, C, verbose=0)
    after = bench.state()
    assert after[0] != before[0]
    assert after[1:] == before[1:]
