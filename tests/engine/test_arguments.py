"""Arguments of fit and its kin: older names, misspelt ones, numbers that must be whole."""

import numpy as np
import pytest

from minikeras.engine.arguments import (
    check_shuffle,
    check_validation_freq,
    older_names,
    validation_due,
    whole_number,
)


def test_older_names_are_taken_with_a_warning():
    with pytest.warns(DeprecationWarning, match=r"fit\(\): nb_epoch is called epochs now"):
        assert older_names("fit", {"nb_epoch": 3}, {"nb_epoch": "epochs"}, []) == {"epochs": 3}


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(TypeError, match=r"fit\(\) takes no argument 'epoch'. Did you.*'epochs'"):
        older_names("fit", {"epoch": 3}, {"nb_epoch": "epochs"}, ["epochs", "batch_size"])


@pytest.mark.parametrize("value", [1, np.int64(7)])
def test_whole_numbers(value):
    whole_number("steps", value, least=1)
    whole_number("steps", None, least=1, optional=True)


@pytest.mark.parametrize(
    ("value", "error"),
    [(0, ValueError), (-1, ValueError), (1.0, TypeError), ("1", TypeError), (True, TypeError)],
)
def test_what_is_no_whole_number(value, error):
    with pytest.raises(error, match="steps must be"):
        whole_number("steps", value, least=1)
    with pytest.raises(TypeError, match="not None"):
        whole_number("steps", None, least=1)


@pytest.mark.parametrize(
    ("frequency", "due"),
    [(1, [1, 2, 3, 4]), (2, [2, 4]), ([1, 4], [1, 4]), ({3}, [3]), (range(2, 4), [2, 3])],
)
def test_when_validation_is_due(frequency, due):
    check_validation_freq(frequency)
    assert [epoch + 1 for epoch in range(4) if validation_due(epoch, frequency)] == due


@pytest.mark.parametrize("frequency", [0, 1.5, "often", None, [0], ["a"]])
def test_frequencies_that_make_no_sense(frequency):
    with pytest.raises((TypeError, ValueError), match="validation_freq"):
        check_validation_freq(frequency)


def test_shuffle():
    for shuffle in (True, False, "batch", 0, 1):
        check_shuffle(shuffle)
    for shuffle in ("batches", 2, None, 0.5):
        with pytest.raises(ValueError, match="True, False or 'batch'"):
            check_shuffle(shuffle)
