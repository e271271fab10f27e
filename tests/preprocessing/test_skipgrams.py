import math
import random

import numpy as np
import pytest

from minikeras.preprocessing.sequence import make_sampling_table, skipgrams


def test_sampling_table():
    table = make_sampling_table(100, sampling_factor=1e-3)
    for rank in (1, 2, 50, 99):
        inverse = rank * (math.log(rank) + 0.577) + 0.5 - 1 / (12 * rank)
        assert table[rank] == pytest.approx(min(1, math.sqrt(1e-3 * inverse)), rel=1e-12)
    assert table[0] == table[1]
    assert (np.diff(table[1:]) > 0).all()
    assert make_sampling_table(10, sampling_factor=100.0).tolist() == [1.0] * 10
    assert make_sampling_table(0).shape == (0,)


def test_near_pairs_in_order():
    couples, labels = skipgrams([1, 0, 2, 3], 4, window_size=1, negative_samples=0, shuffle=False)
    assert couples == [[2, 3], [3, 2]]  # 0 is no word, but keeps 1 and 2 apart
    assert labels == [1, 1]
    couples, _ = skipgrams([1, 2, 3], 4, window_size=2, negative_samples=0, shuffle=False)
    assert couples == [[1, 2], [1, 3], [2, 1], [2, 3], [3, 1], [3, 2]]


def test_negative_pairs():
    couples, labels = skipgrams(list(range(1, 6)), 6, window_size=1, negative_samples=1.5, seed=1)
    assert sum(labels) == 8
    assert len(couples) == len(labels) == 20
    assert all(1 <= word <= 5 and 1 <= other <= 5 for word, other in couples)
    near = [c for c, label in zip(couples, labels) if label]
    assert all(abs(a - b) == 1 for a, b in near)


def test_categorical_labels():
    _, labels = skipgrams([1, 2, 3], 4, categorical=True, seed=3)
    assert sorted(map(tuple, labels)) == [(0, 1)] * 6 + [(1, 0)] * 6
    labels[0].append("own")
    assert sum(len(label) == 3 for label in labels) == 1


def test_the_seed_decides_everything():
    settings = {"window_size": 2, "sampling_table": make_sampling_table(60, 0.005), "seed": 4}
    text = list(range(1, 60))
    first = skipgrams(text, 60, **settings)
    random.random()
    assert skipgrams(text, 60, **settings) == first
    assert skipgrams(text, 60, **{**settings, "seed": 5}) != first
    assert 0 < sum(first[1]) < 4 * 59 - 6  # the table has left words out


def test_without_a_seed_pythons_random_decides():
    random.seed(9)
    first = skipgrams(list(range(1, 20)), 20)
    random.seed(9)
    assert skipgrams(list(range(1, 20)), 20) == first


def test_a_seed_leaves_pythons_random_alone():
    random.seed(1)
    state = random.getstate()
    skipgrams([1, 2, 3], 4, seed=5)
    assert random.getstate() == state


def test_no_words():
    assert skipgrams([], 5) == ([], [])
    assert skipgrams([0, 0], 5) == ([], [])


def test_no_word_to_draw_from():
    with pytest.raises(ValueError, match="vocabulary_size .* not 1"):
        skipgrams([1, 1], 1)
    assert skipgrams([1, 1], 1, negative_samples=0, shuffle=False)[0] == [[1, 1], [1, 1]]
