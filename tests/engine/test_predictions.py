"""Predictions of batches, joined."""

import numpy as np
import pytest

from minikeras.engine.predictions import Predictions


def joined(samples, *batches):
    results = Predictions(samples)
    for outputs in batches:
        results.add([np.asarray(o) for o in outputs], len(np.atleast_1d(outputs[0])))
    return results.joined()


A, B = np.arange(6.0).reshape(3, 2), np.arange(4.0).reshape(2, 2)


@pytest.mark.parametrize("samples", [5, None])
def test_rows_are_joined(samples):
    one, two = joined(samples, [A, A[:, :1]], [B, B[:, :1]])
    np.testing.assert_array_equal(one, np.concatenate([A, B]))
    np.testing.assert_array_equal(two, np.concatenate([A, B])[:, :1])
    assert one.dtype == A.dtype


def test_one_batch_is_taken_as_it_is():
    assert joined(3, [A])[0] is A


@pytest.mark.parametrize("samples", [5, None])
def test_outputs_of_other_lengths_than_the_inputs(samples):
    results = Predictions(samples)
    results.add([A], 2)
    results.add([B], 3)
    np.testing.assert_array_equal(results.joined()[0], np.concatenate([A, B]))


def test_single_numbers_are_stacked():
    results = Predictions(5)
    results.add([np.array(1.0)], 3)
    results.add([np.array(2.0)], 2)
    np.testing.assert_array_equal(results.joined()[0], [1, 2])


@pytest.mark.parametrize("samples", [5, None])
def test_shapes_that_cannot_be_joined(samples):
    with pytest.raises(ValueError, match=r"different shapes.*\(2,\), \(3,\)"):
        joined(samples, [A], [np.zeros((2, 3))])
