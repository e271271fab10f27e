"""Counting at many thresholds at once, against comparing everything with everything."""

import numpy as np
import pytest

from minikeras.metrics.thresholds import checked_thresholds, count_at, evenly_spread


def counted_one_by_one(thresholds, y_true, y_pred, weights):
    """The plain definition: a loop over thresholds."""
    counts = []
    for t in thresholds:
        said, true = y_pred > t, y_true != 0
        pairs = ((true, said), (~true, said), (~true, ~said), (true, ~said))
        counts.append([(weights * (a & b)).sum(axis=0) for a, b in pairs])
    return np.moveaxis(np.array(counts, "float64"), 0, 1)


MANY = [[0.5], [0.2, 0.7], [0.9, 0.1, 0.5, 0.5], [i / 10 for i in range(11)]]


@pytest.mark.parametrize("thresholds", MANY)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("per_label", [False, True])
def test_counts(thresholds, weighted, per_label):
    rng = np.random.default_rng(0)
    # predictions on the thresholds themselves too, and one that is not a number
    y_pred = rng.integers(0, 21, (50, 3)).astype("float32") / 20
    y_pred[7, 1] = np.nan
    y_true = rng.integers(0, 2, (50, 3))
    weights = rng.random((50, 3)).astype("float32") if weighted else None
    typed = np.asarray(thresholds, "float32")
    found = count_at(typed, y_true, y_pred, weights, per_label)
    ones = np.ones((50, 3)) if weights is None else weights.astype("float64")
    expected = counted_one_by_one(typed, y_true, y_pred, ones)
    if not per_label:
        expected = expected.sum(axis=-1)
    for a, b in zip(found, expected):
        assert a.shape == b.shape
        assert a.dtype == np.float64
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


def test_a_prediction_on_the_threshold_is_not_above_it():
    # in float64 the float32 number nearest to 0.3 would exceed 0.3
    counts = count_at(np.array([0.3], "float32"), np.ones(1), np.array([0.3], "float32"))
    assert [c.item() for c in counts] == [0, 0, 0, 1]


@pytest.mark.parametrize("wrong", [[0.5, 1.1], -0.1, [None], [], [0.2, np.nan]])
def test_thresholds_lie_between_0_and_1(wrong):
    with pytest.raises(ValueError, match="thresholds must be numbers from 0 to 1"):
        checked_thresholds(wrong, 0.5)


def test_one_threshold_several_or_the_default():
    assert checked_thresholds(0, 0.5) == [0.0]
    assert checked_thresholds((0.1, 1), 0.5) == [0.1, 1.0]
    assert checked_thresholds(np.array([0.25]), 0.5) == [0.25]
    assert checked_thresholds(None, 0.5) == [0.5]


def test_even_steps():
    assert evenly_spread([0, 0.5, 1])
    assert not evenly_spread([0, 1])
    assert not evenly_spread([0, 0.4, 1])
    assert not evenly_spread([0.1, 0.5, 0.9])
