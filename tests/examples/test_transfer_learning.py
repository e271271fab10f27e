"""The example of transfer learning: what is frozen, what is shared, what it reaches."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from minikeras import config
from minikeras.datasets import digits

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def example(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return importlib.import_module("transfer_learning")


@pytest.fixture(scope="module")
def drawn():
    return digits.load_data(2400, 1000)


def test_three_acts(example, drawn, monkeypatch, capsys):
    monkeypatch.setattr(example, "load_digit_images", lambda samples: drawn)
    arguments = ["x", "--verbose", "0", "--seed", "1", "--epochs", "5", "--few", "100"]
    monkeypatch.setattr("sys.argv", arguments)
    example.main()
    printed = capsys.readouterr().out
    first, frozen, tuned, scratch = map(float, re.findall(r"accuracy: (\S+)", printed))
    assert first > 0.9
    # Chance is 0.2. How much the history is worth varies from run to run, by a few percent.
    assert frozen > 0.6
    assert tuned > 0.65
    assert scratch > 0.6
    assert re.findall(r"from (\d+)", printed) == ["1200", "100"]


def test_the_new_classifier_sits_on_frozen_layers_of_the_old_network(example, drawn):
    config.set_random_seed(0)
    x, y = example.prepare(*drawn[0], 0, 64)
    old = example.Sequential(example.features(x.shape[1:]) + example.classifier())
    model, base = example.with_new_classifier(old)
    assert model.layers[-1] is not old.layers[-1]
    assert base.layers[1] is old.layers[0]
    example.compile_(model, "adam")
    before = old.get_weights()
    model.train_on_batch(x, y)
    for one, other in zip(before, old.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    base.trainable = True
    example.compile_(model, model.optimizer)
    model.train_on_batch(x, y)
    assert not np.array_equal(old.get_weights()[0], before[0])


@pytest.mark.parametrize("first", [0, 5])
def test_digits_of_one_half(example, drawn, first):
    x, y = example.prepare(*drawn[0], first, 50)
    assert x.shape == (50, 28, 28, 1)
    assert x.dtype == "float32"
    assert x.max() <= 1
    assert set(y) == set(range(5))
