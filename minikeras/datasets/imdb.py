"""IMDB: 50,000 film reviews, half of them positive, as lists of words (Maas et al., 2011)."""

import numpy as np

from . import indexed_text
from .cached import KERAS_FILES, load_file
from .checks import check_labels
from .pickled_arrays import read_npz

_SHA256 = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
_WORD_INDEX_MD5 = "bfafd718b763782e994055a2d397834f"
_COUNT = 25000


def load_data(
    path="imdb.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
    **kwargs,
):
    """Return `(x_train, y_train), (x_test, y_test)`, downloading the data at the first call.

    x: object arrays (25000,) of lists of ints, one list a review. y: int64 (25000,), 1 for a
    positive review.

    path: the file's name in ~/.keras/datasets ($KERAS_HOME replaces ~/.keras), or an absolute
        path. A file that is there is used if its arrays are those described.
    num_words: numbers from here on become `oov_char`; None keeps all but the largest.
    skip_top: numbers below become `oov_char`.
    maxlen: reviews of this many words and more are left out, in training and test data alike
        (Keras 2.1.5 moved test reviews to the training data then); None keeps all.
    seed: of the shuffle.
    start_char: put before every review; None puts nothing there.
    oov_char: stands for words left out; None drops them.
    index_from: added to every word's rank, which leaves 0 for padding.

    Raises DownloadError (an OSError) if there is no such file and it cannot be downloaded,
    ValueError if `maxlen` leaves nothing.
    """
    num_words = indexed_text.legacy_num_words(num_words, kwargs)
    indexed_text.check_encoding(num_words, skip_top, maxlen, start_char, oov_char, index_from)
    parts = load_file(path, KERAS_FILES + "imdb.npz", _read, _SHA256)

    random = np.random.RandomState(seed)  # Keras shuffles both parts with one generator in turn
    texts, labels = [], []
    for x, y in parts:
        order = np.arange(len(x))
        random.shuffle(order)
        short = indexed_text.keep_short(x[order], y[order], maxlen, start_char)
        texts.append(short[0])
        labels.append(short[1])
    # Together, so that the largest number is that of both parts.
    x = indexed_text.encode(
        np.concatenate(texts), num_words, skip_top, start_char, oov_char, index_from
    )
    train = len(texts[0])
    return (x[:train].copy(), labels[0]), (x[train:].copy(), labels[1])


def get_word_index(path="imdb_word_index.json"):
    """Return the dictionary of all words and their ranks by frequency, 1 for the most frequent.

    In the data of `load_data` a word is its rank plus `index_from`. `path` is the file's name in
    ~/.keras/datasets, downloaded at the first call; errors as for `load_data`.
    """
    origin = KERAS_FILES + "imdb_word_index.json"
    return load_file(path, origin, indexed_text.read_word_index, _WORD_INDEX_MD5)


def _read(path):
    arrays = read_npz(path, ["x_train", "y_train", "x_test", "y_test"])
    parts = []
    for name, x, y in zip(("train", "test"), arrays[::2], arrays[1::2]):
        indexed_text.check_texts(f"x_{name}", x, _COUNT)
        parts.append((x, check_labels(f"y_{name}", y, _COUNT, 2, np.int64)))
    return parts
