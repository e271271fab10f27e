"""Film reviews of one sentence each, good and bad, for the examples about sentiment.

The real ones are those of Pang and Lee (2005), "Seeing stars": two files, rt-polarity.pos and
rt-polarity.neg, of 5331 sentences each. Where they are not given, sentences are put together from
a small stock of words; they say nothing about language, but the examples run.
"""

from pathlib import Path

import numpy as np
from common import add_curves_option, data_file

from minikeras.preprocessing.sequence import pad_sequences
from minikeras.preprocessing.text import Tokenizer

FILES = ("rt-polarity.pos", "rt-polarity.neg")

_GOOD = ["wonderful", "clever", "moving", "funny", "tender", "honest", "thrilling", "warm"]
_BAD = ["dull", "stupid", "clumsy", "tedious", "loud", "false", "tired", "shallow"]
_THINGS = ["story", "film", "acting", "plot", "comedy", "drama", "script", "cast"]
_DEGREES = ["really", "so", "truly", "rather", "utterly", "somewhat"]


def add_review_options(made):
    """Add the options that name the files and ask for a picture of the training."""
    add_curves_option(made).add_argument(
        "--data",
        nargs="+",
        metavar="PATH",
        help=f"a folder with {' and '.join(FILES)}, or two files: good and bad, a review a line; "
        "by default the folder that the environment variable MINIKERAS_DATA names",
    )
    return made


def load_reviews(data):
    """Return (texts, labels): a list of strings and an array of 1 for good and 0 for bad.

    Args:
        data: list of paths, one folder or two files. None for the folder MINIKERAS_DATA; where that
            is not set, or holds no reviews, sentences are made up.
    """
    paths = [data_file(name) for name in FILES] if data is None else _named_files(data)
    if None in paths:
        print("No reviews were given (--data); the sentences are made up.")
        texts, labels = made_up_reviews(4000)
    else:
        print(f"Data: {paths[0]} and {paths[1]}")
        good, bad = (path.read_text("utf-8").splitlines() for path in paths)
        texts, labels = good + bad, [1] * len(good) + [0] * len(bad)
    return texts, np.array(labels)


def _named_files(data):
    """Return the two files that the user means by one folder or two files."""
    if len(data) > 2 or (len(data) == 1 and Path(data[0]).is_file()):
        raise SystemExit("--data takes a folder, or two files: good reviews and bad ones.")
    paths = [Path(name) for name in data]
    if len(data) == 1:
        paths = [paths[0] / name for name in FILES]
    for path in paths:
        if not path.is_file():
            raise SystemExit(f"There is no file {path}.")
    return paths


def made_up_reviews(count, seed=0):
    """Return `count` sentences and labels; "not" turns the word behind it into its opposite."""
    rng = np.random.default_rng(seed)
    texts, labels = [], []
    for _ in range(count):
        good = int(rng.integers(2))
        parts = []
        for _ in range(int(rng.integers(1, 4))):
            turned = rng.random() < 0.1
            word = rng.choice(_GOOD if good != turned else _BAD)
            middle = "not" if turned else rng.choice(_DEGREES)
            parts.append(f"the {rng.choice(_THINGS)} is {middle} {word}")
        texts.append(" and ".join(parts))
        labels.append(good)
    return texts, labels


def split(texts, labels, share=0.1, seed=0):
    """Return ((texts, labels) to learn from, those held out), the same ones for the same seed."""
    order = np.random.default_rng(seed).permutation(len(texts))
    held_out = round(share * len(texts))
    parts = order[held_out:], order[:held_out]
    return tuple(([texts[i] for i in part], labels[part]) for part in parts)


def load(data, words, length, padding="pre"):
    """Return reviews as numbers of their words: what to learn from, and a tenth held out.

    Args:
        data: as `load_reviews`.
        words: how many numbers there are: 0 for padding, 1 for words that are rare or unknown, and
            the most frequent words of the reviews to learn from.
        length: of a review, in words; longer ones are cut, shorter ones padded.
        padding: where: 'pre' for the front, 'post' for the end.

    Returns:
        ((x, y) to learn from, (x, y) held out, the Tokenizer): int arrays (n, length) and (n,).
    """
    (train, y_train), (test, y_test) = split(*load_reviews(data))
    tokenizer = Tokenizer(num_words=words, oov_token="<unknown>")
    tokenizer.fit_on_texts(train)
    x_train, x_test = (
        pad_sequences(tokenizer.texts_to_sequences(texts), length, padding=padding)
        for texts in (train, test)
    )
    return (x_train, y_train), (x_test, y_test), tokenizer


def report(model, test):
    """Print how many of the held-out reviews a model with one metric judges rightly."""
    accuracy = model.evaluate(*test, verbose=0)[1]
    print(f"Held-out accuracy: {accuracy:.4f} ({len(test[1])} reviews)")
