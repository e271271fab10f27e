"""What imdb and reuters share: texts as lists of word ranks, and the ways to encode them.

In the published files a word is its rank by frequency, 1 for the most frequent. Encoding makes
room for special numbers below the words and leaves out words that are too rare or too common.
"""

import json
import warnings
from itertools import chain

import numpy as np

from minikeras.datasets.checks import UnfitFileError, check_array


def check_texts(name, texts, count):
    """Raise UnfitFileError unless `texts` are `count` lists of whole numbers, none negative."""
    check_array(name, texts, (count,), np.dtype(object))
    if {type(text) for text in texts} != {list}:
        raise UnfitFileError(f"{name} holds something else than lists")
    words = chain.from_iterable(texts)
    if set(map(type, words)) != {int}:
        raise UnfitFileError(f"{name} holds words that are not whole numbers")
    if min(min(text, default=0) for text in texts) < 0:
        raise UnfitFileError(f"{name} holds negative word ranks")


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


def mark_starts(texts, start_char, index_from):
    """Return the texts with `index_from` added to each rank and `start_char` put before each.

    None for `start_char` puts nothing there.
    """
    shift = index_from or 0
    start = [] if start_char is None else [start_char]
    return [start + [word + shift for word in text] for text in texts]


def keep_short(texts, labels, maxlen):
    """Return the texts of fewer than `maxlen` words (its start counts) and their labels.

    0 and None keep all. Raises ValueError if none is left.
    """
    if not maxlen:
        return texts, labels
    keep = np.array([len(text) < maxlen for text in texts], dtype=bool)
    if not keep.any():
        raise ValueError(
            f"No text is shorter than maxlen={maxlen}; the shortest has "
            f"{min(map(len, texts), default=0)} words. Increase maxlen."
        )
    return [text for text, kept in zip(texts, keep) if kept], labels[keep]


def leave_out(texts, num_words, skip_top, oov_char):
    """Put `oov_char` for numbers below `skip_top` and from `num_words` on; None drops them.

    Without `num_words` the limit is the largest number there is, which, as in Keras, is thereby
    left out itself.
    """
    if not num_words:
        num_words = max((max(text) for text in texts if text), default=0)
    known = range(skip_top, num_words)
    if oov_char is None:
        return [[word for word in text if word in known] for text in texts]
    return [[word if word in known else oov_char for word in text] for text in texts]


def as_array(texts):
    """Return lists as an object array (n,), also if they happen to be of one length."""
    array = np.empty(len(texts), dtype=object)
    for index, text in enumerate(texts):
        array[index] = text
    return array


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
