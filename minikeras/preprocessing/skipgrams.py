"""Pairs of words that do or do not stand near one another: what word2vec learns from.

Mikolov et al. 2013, "Efficient Estimation of Word Representations in Vector Space".
"""

import random

import numpy as np


def make_sampling_table(size, sampling_factor=1e-5):
    """Return the probabilities with which to keep words, so that common ones do not drown others.

    Args:
        size: number of words, ranked by frequency: word i is the i-th most frequent one.
        sampling_factor: the smaller, the fewer common words are kept.

    Returns:
        float64 array (size,): min(1, sqrt(sampling_factor / frequency)). The frequencies are
        those of Zipf's law, of which rank * (log(rank) + gamma) + 1/2 - 1 / (12 rank) is the
        inverse, with Euler's gamma as 0.577. Index 0, which is no word, is given as rank 1.
    """
    rank = np.arange(size)
    rank[:1] = 1
    inverse = rank * (np.log(rank) + 0.577) + 0.5 - 1.0 / (12.0 * rank)
    return np.minimum(1.0, np.sqrt(sampling_factor * inverse))


def skipgrams(
    sequence,
    vocabulary_size,
    window_size=4,
    negative_samples=1.0,
    shuffle=True,
    categorical=False,
    sampling_table=None,
    seed=None,
):
    """Return pairs of words, labelled 1 if they stand near one another, 0 if drawn at random.

    Args:
        sequence: list of words, as ints from 1; 0 is no word and is skipped. With a
            `sampling_table` they are ranks by frequency.
        vocabulary_size: largest word plus 1.
        window_size: how many words to the left and to the right are near.
        negative_samples: how many random pairs for each near one; 0 for none.
        shuffle: whether to mix the pairs.
        categorical: whether labels are [0, 1] and [1, 0] instead of 1 and 0.
        sampling_table: probability with which each word is used, see `make_sampling_table`.
        seed: int that decides everything random here, whatever has been drawn before; None draws
            from Python's own `random`.

    Returns:
        (couples, labels): lists of [word, other word] and of their labels.

    Raises:
        ValueError: there are no words to draw from.
    """
    draw = random if seed is None else random.Random(seed)
    couples = []
    for i, word in enumerate(sequence):
        if not word:
            continue
        if sampling_table is not None and sampling_table[word] < draw.random():
            continue
        for j in range(max(0, i - window_size), min(len(sequence), i + window_size + 1)):
            if j != i and sequence[j]:
                couples.append([word, sequence[j]])
    near, far = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels = [near] * len(couples)
    negatives = int(len(couples) * negative_samples)
    if negatives > 0:
        if vocabulary_size < 2:
            raise ValueError(
                f"vocabulary_size is the largest word plus 1, at least 2, not {vocabulary_size}: "
                "there is no word to draw random pairs from."
            )
        words = [word for word, _ in couples]
        draw.shuffle(words)
        others = (draw.randint(1, vocabulary_size - 1) for _ in range(negatives))
        couples += [[words[i % len(words)], other] for i, other in enumerate(others)]
        labels += [far] * negatives
    if categorical:
        labels = [list(label) for label in labels]
    if shuffle:
        order_seed = draw.randint(0, 10_000_000) if seed is None else seed
        for values in (couples, labels):  # the same order for both
            random.Random(order_seed).shuffle(values)
    return couples, labels
