"""Vocabulary: words and their numbers, counted in texts or given."""

from collections import Counter

import numpy as np

UNKNOWN = "[UNK]"
PADDING = ""


class Vocabulary:
    """Words and their numbers: first those that stand for padding and for unknown words.

    Args:
        padded: whether 0 is padding, and 1 unknown words; else 0 is unknown words.
        max_size: how many numbers there may be, those two included; None for any.

    Attributes:
        words: list of known words, the first number being that behind the special ones.
        idf: float array (len(self),), how rare each is; None where that was neither counted nor
            given.
    """

    def __init__(self, padded, max_size=None):
        self.special = [PADDING, UNKNOWN] if padded else [UNKNOWN]
        self.max_size = max_size
        self.words = []
        self.idf = None
        self._number = {}
        self.start_counting()

    def __len__(self):
        return len(self.special) + len(self.words)

    # -----------------------------------------------------------------------------------------
    # Counting
    # -----------------------------------------------------------------------------------------
    def start_counting(self):
        """Forget all counts; the words stay as they are."""
        self._counts, self._texts_with, self._texts = Counter(), Counter(), 0

    def count(self, texts):
        """Count the words of texts, each a list of words."""
        for words in texts:
            self._counts.update(words)
            self._texts_with.update(set(words))
            self._texts += 1

    def finish_counting(self):
        """Take the most frequent words; those as frequent by falling order, as in Keras 3.

        The rarity of a word is log(1 + texts / (1 + texts with it)); unknown words count as
        average ones.
        """
        counts = {w: n for w, n in self._counts.items() if w not in (PADDING, UNKNOWN)}
        if counts:
            words = sorted(counts, key=lambda word: (counts[word], word), reverse=True)
            if self.max_size is not None:
                words = words[: self.max_size - len(self.special)]
            texts_with = np.array([self._texts_with[w] for w in words], float)
            self._take(words)
            self.idf = self._with_special(np.log(1 + self._texts / (1 + texts_with)))
        self.start_counting()

    # -----------------------------------------------------------------------------------------
    # Giving
    # -----------------------------------------------------------------------------------------
    def set(self, words, idf=None):
        """Take the given words.

        Args:
            words: iterable of strings. It may begin with the special ones.
            idf: list of as many floats: how rare each is.

        Raises:
            ValueError: no words, a repeated one, too many, padding among them, or another number
                of `idf`; nothing has changed then.
        """
        words = [str(w) for w in words]
        begins = words[: len(self.special)] == self.special
        known = words[len(self.special) :] if begins else words
        if not words:
            raise ValueError("A vocabulary needs at least one word.")
        repeated = [w for w, n in Counter(known).items() if n > 1]
        if repeated:
            raise ValueError(f"The vocabulary holds some words twice: {repeated[:10]}.")
        if PADDING in known:
            raise ValueError(
                f"The vocabulary holds the empty word at place {words.index(PADDING, begins)}. It "
                f"may begin with {self.special}, in this order; otherwise leave these out."
            )
        size = len(self.special) + len(known)
        if self.max_size is not None and size > self.max_size:
            raise ValueError(
                f"The vocabulary has {size} words, {self.special} included, but max_tokens is "
                f"{self.max_size}."
            )
        if idf is not None:
            idf = np.asarray(idf, float)
            if idf.shape != (len(words),):
                raise ValueError(
                    f"idf_weights must be one number for each of {len(words)} words, not an array "
                    f"of shape {idf.shape}."
                )
            idf = idf if begins else self._with_special(idf)
        self._take(known)
        self.idf = idf

    def _take(self, words):
        self.words = list(words)
        self._number = {word: i for i, word in enumerate(self.words, len(self.special))}

    def _with_special(self, idf):
        """Return numbers of words with their mean in front, for what is no word."""
        return np.concatenate([np.full(len(self.special), idf.mean()), idf])

    # -----------------------------------------------------------------------------------------
    # Looking up
    # -----------------------------------------------------------------------------------------
    def numbers(self, words):
        """Return the numbers of words as a list; padding has none where it is not part of it."""
        if self.special[0] == PADDING:
            return [0 if w == PADDING else self._number.get(w, 1) for w in words]
        return [self._number.get(w, 0) for w in words if w != PADDING]
