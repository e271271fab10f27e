"""What imdb and reuters share: texts as lists of word ranks, and the ways to encode them.

In the published files a word is its rank by frequency, 1 for the most frequent. Encoding makes
room for special numbers below the words and leaves out words that are too rare or too common.
"""

import json
import warnings
from itertools import chain

import numpy as np

from .checks import UnfitFileError, check_array

_MOST_WORDS = 10_000_000  # more than any language has


def check_texts(name, texts, count):
    """Raise UnfitFileError unless `texts` are `count` lists of possible ranks of words."""
    check_array(name, texts, (count,), np.dtype(object))
    if {type(text) for text in texts} != {list}:
        raise UnfitFileError(f"{name} holds something else than lists")
    if not set(map(type, chain.from_iterable(texts))) <= {int}:
        raise UnfitFileError(f"{name} holds words that are not whole numbers")
    low = min(min(text, default=0) for text in texts)
    high = max(max(text, default=0) for text in texts)
    if low < 0 or high > _MOST_WORDS:
        raise UnfitFileError(f"{name} holds word ranks from {low} to {high}")


def check_encoding(num_words, skip_top, maxlen, start_char, oov_char, index_from):
    """Raise ValueError or TypeError for settings that encode nothing sensible."""
    settings = {
        "num_words": num_words,
        "skip_top": skip_top,
        "maxlen": maxlen,
        "start_char": start_char,
        "oov_char": oov_char,
        "index_from": index_from,
    }
    for name, value in settings.items():
        if value is None and name != "skip_top":
            continue
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
            raise TypeError(f"{name} should be a whole number, not {value!r}.")
        if value < 0:
            raise ValueError(f"{name} should not be negative, but is {value}.")


def legacy_num_words(num_words, kwargs):
    """Return `num_words`, which Keras 1 called `nb_words`; TypeError for other arguments."""
    if "nb_words" in kwargs:
        if num_words is not None:
            raise TypeError("num_words and nb_words are one thing: give num_words only.")
        warnings.warn("nb_words is now called num_words.", DeprecationWarning, stacklevel=3)
        num_words = kwargs.pop("nb_words")
    if kwargs:
        raise TypeError(f"load_data() got unknown arguments: {', '.join(sorted(kwargs))}.")
    return num_words


def keep_short(texts, labels, maxlen, start_char):
    """Return the texts of fewer than `maxlen` words (their start counts too) and their labels.

    texts: an object array (n,) of lists. 0 and None keep all. Raises ValueError if none is left.
    """
    if not maxlen:
        return texts, labels
    lengths = np.array([len(text) for text in texts]) + (start_char is not None)
    keep = lengths < maxlen
    if not keep.any():
        raise ValueError(
            f"No text is shorter than maxlen={maxlen}; the shortest has {lengths.min()} words. "
            "Increase maxlen."
        )
    return texts[keep], labels[keep]


def encode(texts, num_words, skip_top, start_char, oov_char, index_from):
    """Return lists of ranks as an object array (n,) of lists of the numbers for a network.

    A rank plus `index_from` is its number; each text begins with `start_char`, unless that is
    None. Then `oov_char` stands for each number below `skip_top` and from `num_words` on; None
    drops these. Without `num_words` the limit is the largest number there is, which, as in Keras,
    is thereby left out itself.
    """
    shift = index_from or 0
    top_rank = max((max(text) for text in texts if text), default=0)
    if not num_words:
        num_words = max(top_rank + shift, start_char or 0)

    def final(number):
        return number if skip_top <= number < num_words else oov_char

    # The number of each rank, looked up: the millions of words are never compared one by one.
    numbers = [final(rank + shift) for rank in range(top_rank + 1)]
    start = [] if start_char is None else [final(start_char)]
    encoded = np.empty(len(texts), dtype=object)  # np.array would stack lists of one length
    for index, text in enumerate(texts):
        words = start + list(map(numbers.__getitem__, text))
        encoded[index] = [w for w in words if w is not None] if oov_char is None else words
    return encoded


def read_word_index(path):
    """Return the dictionary word: rank of a JSON file; UnfitFileError if that is not there."""
    try:
        with open(path, encoding="utf-8") as file:
            index = json.load(file)
    except ValueError as error:  # neither JSON nor UTF-8
        raise UnfitFileError(f"it is no JSON: {error}") from error
    if not isinstance(index, dict) or set(map(type, index.values())) != {int}:
        raise UnfitFileError("it is no dictionary of words and their ranks")
    return index
