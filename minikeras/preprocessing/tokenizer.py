"""Tokenizer: a vocabulary learned from texts, and texts as numbers by it."""

import json
import warnings
from collections import Counter, OrderedDict

import numpy as np

from .._version import KERAS_VERSION
from .words import FILTERS, text_to_word_sequence

_MODES = ("binary", "count", "freq", "tfidf")
_SETTINGS = (
    "num_words",
    "filters",
    "lower",
    "split",
    "char_level",
    "oov_token",
    "document_count",
)
_TABLES = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")


class Tokenizer:
    """Learns a vocabulary from texts and turns texts into lists of numbers, or into rows.

    Words are numbered from 1 by falling frequency (those seen first come first where it is the
    same); 0 is left free for padding. Lists of strings may stand in place of texts: they are
    words already, and are taken as they are.

    Args:
        num_words: use only words whose number is below this; None for all.
        filters, lower, split: how texts are taken apart, see `text_to_word_sequence`.
        char_level: whether every character is a word. Texts are then taken as they are:
            `lower` does not touch them (as in Keras 2.1.5). A string in place of a list of texts
            counts as that many texts of one character, so that `document_count` is its length.
        oov_token: a word that stands for all unknown ones; without it they are left out. Its
            number is the last one, as in Keras 2.1.5; with `num_words`, which the last number
            would exceed, it is 1, as in later versions, and stands for rare words too.
        document_count: number of texts seen so far.
        analyzer: function from a text to its words, in place of filters, lower and split.

    Attributes:
        word_index: {word: number}, rare words included. index_word: {number: word}.
        word_counts: {word: how often it was seen}, in the order of being seen.
        word_docs: {word: number of texts that hold it}. index_docs: the same by number.
        document_count: number of texts seen.
    """

    def __init__(
        self,
        num_words=None,
        filters=FILTERS,
        lower=True,
        split=" ",
        char_level=False,
        oov_token=None,
        analyzer=None,
        document_count=0,
        **kwargs,
    ):
        if "nb_words" in kwargs:
            if num_words is not None:
                raise TypeError("num_words and nb_words are one thing: give num_words only.")
            warnings.warn("nb_words is now called num_words.", DeprecationWarning, stacklevel=2)
            num_words = kwargs.pop("nb_words")
        if kwargs:
            raise TypeError(f"Tokenizer takes no argument {next(iter(kwargs))!r}.")
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.document_count = document_count
        self.word_counts = OrderedDict()
        self.word_docs = {}
        self.index_docs = {}
        self.word_index = {}
        self.index_word = {}
        self._lower_tokens = False  # what later versions of Keras do, for their own files

    # -----------------------------------------------------------------------------------------
    # Learning a vocabulary
    # -----------------------------------------------------------------------------------------
    def fit_on_texts(self, texts):
        """Count the words of texts and number them anew; what was counted before stays.

        Args:
            texts: list or generator of strings, or of lists of words.
        """
        for words in self._split_all(texts):
            self.document_count += 1
            for word, count in Counter(words).items():
                self.word_counts[word] = self.word_counts.get(word, 0) + count
                self.word_docs[word] = self.word_docs.get(word, 0) + 1
        words = sorted(self.word_counts, key=self.word_counts.get, reverse=True)
        unknown = self.oov_token
        if unknown is not None and self.num_words:
            words = [unknown, *(w for w in words if w != unknown)]
        elif unknown is not None and unknown not in self.word_counts:
            words.append(unknown)
        self.word_index = {word: i for i, word in enumerate(words, 1)}
        self.index_word = {i: word for word, i in self.word_index.items()}
        self.index_docs.update({self.word_index[w]: n for w, n in self.word_docs.items()})

    def fit_on_sequences(self, sequences):
        """Count in how many of `sequences`, lists of numbers, each number occurs."""
        self.document_count += len(sequences)
        for sequence in sequences:
            for i in set(sequence):
                self.index_docs[i] = self.index_docs.get(i, 0) + 1

    def _split_all(self, texts):
        """Yield the words of each text."""
        if isinstance(texts, str) and not self.char_level:
            raise TypeError("A Tokenizer takes a list of texts. For a single one write [text].")
        for i, text in enumerate(texts):
            if text is None:
                raise TypeError(f"A text is a string, but text {i} is None. Leave out what lacks.")
            if self.char_level or isinstance(text, (list, tuple)):
                yield self._lowered(text) if self._lower_tokens and self.lower else text
            elif self.analyzer is not None:
                yield self.analyzer(text)
            else:
                yield text_to_word_sequence(text, self.filters, self.lower, self.split)

    @staticmethod
    def _lowered(text):
        return text.lower() if isinstance(text, str) else [word.lower() for word in text]

    # -----------------------------------------------------------------------------------------
    # Texts to numbers, and back
    # -----------------------------------------------------------------------------------------
    def texts_to_sequences(self, texts):
        """Return texts as a list of lists of numbers."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts):
        """Yield the list of numbers of each text; unknown and rare words become `oov_token`."""
        unknown = self._unknown()
        for words in self._split_all(texts):
            numbers = (self._common(self.word_index.get(word, unknown)) for word in words)
            yield [i for i in numbers if i is not None]

    def _unknown(self):
        """Return the number of `oov_token`, None where there is none."""
        return None if self.oov_token is None else self.word_index.get(self.oov_token)

    def _common(self, number):
        """Return a number as it is where it counts as common, else that of `oov_token` or None."""
        if number is None or not self.num_words or number < self.num_words:
            return number
        unknown = self._unknown()
        rare = unknown is None or (unknown >= self.num_words and number != unknown)
        return None if rare else unknown

    def sequences_to_texts(self, sequences):
        """Return lists of numbers as a list of texts, words joined by spaces."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences):
        """Yield the text of each list of numbers; unknown numbers become `oov_token` or nothing."""
        unknown = self._unknown()
        for sequence in sequences:
            numbers = (self._common(i if i in self.index_word else unknown) for i in sequence)
            yield " ".join(self.index_word[i] for i in numbers if i is not None)

    # -----------------------------------------------------------------------------------------
    # Texts to rows
    # -----------------------------------------------------------------------------------------
    def texts_to_matrix(self, texts, mode="binary"):
        """Return texts as the rows of a matrix, see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode=mode)

    def sequences_to_matrix(self, sequences, mode="binary"):
        """Return lists of numbers as the rows of a matrix with a column for each number.

        Args:
            sequences: list of lists of numbers; those not below the number of columns are left
                out.
            mode: what stands in a row for a number that occurs c times in a list of n:
                'binary': 1. 'count': c. 'freq': c / n.
                'tfidf': (1 + log c) * log(1 + texts seen / (1 + texts seen with that number)).

        Returns:
            float64 array (lists, num_words); (lists, size of the vocabulary + 1) without
            num_words.

        Raises:
            ValueError: an unknown mode; the vocabulary that is needed has not been learned.
        """
        if mode not in _MODES:
            raise ValueError(f"Unknown mode {mode!r}; choose one of {', '.join(_MODES)}.")
        if not self.num_words and not self.word_index:
            raise ValueError(
                "How many columns? Give the Tokenizer num_words, or call fit_on_texts first."
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Mode 'tfidf' needs to have seen texts: call fit_on_texts first.")
        columns = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), columns))
        for row, sequence in zip(matrix, sequences):
            counts = Counter(i for i in sequence if i < columns)
            if not counts:
                continue
            if min(counts) < 0:
                raise ValueError(f"A list of numbers of words holds {min(counts)}.")
            numbers, c = np.array(list(counts)), np.array(list(counts.values()), float)
            if mode == "binary":
                row[numbers] = 1
            elif mode == "count":
                row[numbers] = c
            elif mode == "freq":
                row[numbers] = c / len(sequence)
            else:
                with_it = np.array([self.index_docs.get(i, 0) for i in counts])
                row[numbers] = (1 + np.log(c)) * np.log(1 + self.document_count / (1 + with_it))
        return matrix

    # -----------------------------------------------------------------------------------------
    # Config
    # -----------------------------------------------------------------------------------------
    def get_config(self):
        """Return settings and counts as a dictionary, the counts as JSON text.

        Raises:
            ValueError: there is an `analyzer`, a function, for which JSON has no place.
        """
        if self.analyzer is not None:
            raise ValueError("A Tokenizer with an analyzer cannot be written: it is a function.")
        config = {name: getattr(self, name) for name in _SETTINGS}
        config.update({name: json.dumps(getattr(self, name)) for name in _TABLES})
        return config

    def to_json(self, **kwargs):
        """Return the Tokenizer as JSON text that Keras can read; `kwargs` go to `json.dumps`."""
        described = {"class_name": type(self).__name__, "config": self.get_config()}
        if not self._lower_tokens:
            described["keras_version"] = KERAS_VERSION
        return json.dumps(described, **kwargs)


def tokenizer_from_json(json_string):
    """Return the Tokenizer that `to_json` wrote, here or in a later version of Keras 2.

    One from a later version treats texts as that does: `lower` acts on characters and on lists of
    words too.
    """
    described = json.loads(json_string)
    config = dict(described["config"])
    tables = {name: json.loads(config.pop(name)) for name in _TABLES}
    tokenizer = Tokenizer(**config)
    for name, table in tables.items():
        by_number = name.startswith("index_")
        setattr(tokenizer, name, {int(k): v for k, v in table.items()} if by_number else table)
    tokenizer.word_counts = OrderedDict(tokenizer.word_counts)
    tokenizer._lower_tokens = "keras_version" not in described
    return tokenizer
