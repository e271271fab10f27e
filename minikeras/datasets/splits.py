"""Shuffle and split data sets that are published in one piece, with the same result as Keras."""

import numpy as np


def check_test_split(test_split, one_allowed=False):
    """Raise ValueError unless `test_split` is a fraction of 1: of the data to keep for testing."""
    if not 0 <= test_split < 1 and not (one_allowed and test_split == 1):
        raise ValueError(
            f"test_split={test_split!r} is no fraction: give the share of the data to test with, "
            "from 0 to below 1 (0.2 keeps a fifth)."
        )


def shuffled_order(count, seed):
    """Return the numbers 0 to count - 1 in the order of Keras's shuffle for this `seed`.

    Keras draws it from the Mersenne Twister; the global generator is left alone.
    """
    order = np.arange(count)
    np.random.RandomState(seed).shuffle(order)
    return order


def shuffle_and_split(x, y, test_split, seed):
    """Return `(x_train, y_train), (x_test, y_test)`: shuffled alike, the last part for testing."""
    order = shuffled_order(len(x), seed)
    x, y = x[order], y[order]
    train = int(len(x) * (1 - test_split))
    return (x[:train].copy(), y[:train].copy()), (x[train:].copy(), y[train:].copy())
