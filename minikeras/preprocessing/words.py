"""Texts as lists of words, and words as numbers without a vocabulary."""

import hashlib

import numpy as np

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(text=None, filters=FILTERS, lower=True, split=" ", *, input_text=None):
    """Return the words of a text, a list of strings.

    Args:
        text: string; later versions of Keras call it `input_text`.
        filters: characters to take out: punctuation by default, but not the apostrophe.
        lower: whether to turn everything into lower case.
        split: what stands between words.
    """
    text = _one_text(text, input_text)
    if not split:
        raise ValueError(
            "split is what stands between words, so it cannot be empty. For characters write "
            "list(text), or give the Tokenizer char_level=True."
        )
    if lower:
        text = text.lower()
    return [w for w in text.translate(dict.fromkeys(map(ord, filters), split)).split(split) if w]


def one_hot(
    text=None, n=None, filters=FILTERS, lower=True, split=" ", analyzer=None, *, input_text=None
):
    """Return the words of a text as ints from 1 to n - 1, by Python's own `hash`.

    Python salts `hash` anew in each process, so that numbers differ from run to run unless the
    environment variable PYTHONHASHSEED is set; `hashing_trick` with 'md5' is the same everywhere.

    Arguments, Raises: as `hashing_trick`.
    """
    text = _one_text(text, input_text)
    return hashing_trick(text, n, hash, filters, lower, split, analyzer)


def hashing_trick(
    text, n, hash_function=None, filters=FILTERS, lower=True, split=" ", analyzer=None
):
    """Return the words of a text as ints from 1 to n - 1; different words may share a number.

    Args:
        text: string.
        n: numbers stay below it; 0 is left free for padding.
        hash_function: from a string to an int; None for Python's `hash`, which changes from run to
            run; 'md5' for one that never does.
        filters, lower, split: as `text_to_word_sequence`.
        analyzer: function from a text to its words that is used in place of these three.

    Raises:
        ValueError: n is below 2, or there is no hash function of that name.
    """
    if not isinstance(n, (int, np.integer)) or n < 2:
        raise ValueError(f"n must be a whole number of at least 2, not {n!r}: 0 is left free.")
    if hash_function == "md5":
        hash_function = _md5
    elif hash_function is None:
        hash_function = hash
    elif not callable(hash_function):
        raise ValueError(
            f"Unknown hash function {hash_function!r}: give 'md5', None or a function."
        )
    words = analyzer(text) if analyzer else text_to_word_sequence(text, filters, lower, split)
    return [hash_function(w) % (n - 1) + 1 for w in words]


def _md5(word):
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


def _one_text(text, input_text):
    if (text is None) == (input_text is None):
        raise TypeError("Give one text, as text or as input_text.")
    text = input_text if text is None else text
    if not isinstance(text, str):
        raise TypeError(f"A text is a string, not {type(text).__name__}: {text!r}.")
    return text
