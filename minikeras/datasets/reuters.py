"""Reuters: 11,228 newswires of 1987 in 46 topics, as lists of words."""

import numpy as np

from . import indexed_text
from .cached import KERAS_FILES, load_file
from .checks import check_labels
from .pickled_arrays import read_npz
from .splits import check_test_split, shuffled_order

_SHA256 = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
_WORD_INDEX_MD5 = "4d44cc38712099c9e383dc6e5f11a921"
_COUNT = 11228

# Topic names by label.
# fmt: off
_TOPICS = (
    "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply",
    "coffee", "sugar", "trade", "reserves", "ship", "cotton", "carcass", "crude", "nat-gas",
    "cpi", "money-fx", "interest", "gnp", "meal-feed", "alum", "oilseed", "gold", "tin",
    "strategic-metal", "livestock", "retail", "ipi", "iron-steel", "rubber", "heat", "jobs",
    "lei", "bop", "zinc", "orange", "pet-chem", "dlr", "gas", "silver", "wpi", "hog", "lead",
)
# fmt: on


def load_data(
    path="reuters.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    test_split=0.2,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
    **kwargs,
):
    """Return `(x_train, y_train), (x_test, y_test)`, downloading the data at the first call.

    x: object arrays (8982,) and (2246,) of lists of ints, one list a newswire. y: int64 labels of
    the same lengths, 0 to 45 (see `get_label_names`).

    path: the file's name in ~/.keras/datasets ($KERAS_HOME replaces ~/.keras), or an absolute
        path. A file that is there is used if its arrays are those described.
    num_words: numbers from here on become `oov_char`; None keeps all but the largest.
    skip_top: numbers below become `oov_char`.
    maxlen: newswires of this many words and more are left out; None keeps all.
    test_split: the share of the data to test with, from 0 to 1.
    seed: of the shuffle before the split.
    start_char: put before every newswire; None puts nothing there.
    oov_char: stands for words left out; None drops them.
    index_from: added to every word's rank, which leaves 0 for padding.

    Raises DownloadError (an OSError) if there is no such file and it cannot be downloaded,
    ValueError if `maxlen` leaves nothing.
    """
    num_words = indexed_text.legacy_num_words(num_words, kwargs)
    indexed_text.check_encoding(num_words, skip_top, maxlen, start_char, oov_char, index_from)
    check_test_split(test_split, one_allowed=True)
    x, y = load_file(path, KERAS_FILES + "reuters.npz", _read, _SHA256)

    order = shuffled_order(len(x), seed)
    x, y = indexed_text.keep_short(x[order], y[order], maxlen, start_char)
    x = indexed_text.encode(x, num_words, skip_top, start_char, oov_char, index_from)
    train = int(len(x) * (1 - test_split))
    return (x[:train].copy(), y[:train].copy()), (x[train:].copy(), y[train:].copy())


def get_word_index(path="reuters_word_index.json"):
    """Return the dictionary of all words and their ranks by frequency, 1 for the most frequent.

    In the data of `load_data` a word is its rank plus `index_from`. `path` is the file's name in
    ~/.keras/datasets, downloaded at the first call; errors as for `load_data`.
    """
    origin = KERAS_FILES + "reuters_word_index.json"
    return load_file(path, origin, indexed_text.read_word_index, _WORD_INDEX_MD5)


def get_label_names():
    """Return the names of the 46 topics as a tuple; a label is its index."""
    return _TOPICS


def _read(path):
    x, y = read_npz(path, ["x", "y"])
    indexed_text.check_texts("x", x, _COUNT)
    return x, check_labels("y", y, _COUNT, len(_TOPICS), np.int64)
