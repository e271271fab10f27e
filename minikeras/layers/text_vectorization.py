"""TextVectorization: texts to numbers, by a vocabulary that is learned or given."""

import re
from pathlib import Path

import numpy as np

from .. import config
from ..autograd import Tensor
from ..registry import get_registered_object
from ..utils.function_code import unsafe_code_allowed
from .base import Layer, register
from .symbolic import is_symbolic
from .vocabulary import Vocabulary

_STANDARDS = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
_SPLITS = ("whitespace", "character")
_MODES = ("int", "multi_hot", "count", "tf_idf")
_OLD_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}
# Keras goes by ASCII here: accented capitals stay, other scripts' spaces and marks, too.
_LOWER = str.maketrans({chr(c): chr(c + 32) for c in range(ord("A"), ord("Z") + 1)})
_PUNCTUATION = str.maketrans("", "", "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'")
_SPACES = re.compile(r"[ \t\n\r\f\v]+")


@register()
class TextVectorization(Layer):
    """Turns texts into numbers of words, or into rows of a matrix (Keras 3).

    Texts are standardized, split into words, put together to n-grams if wanted, and looked up. Use
    it in front of a model, on lists or arrays of strings; strings do not enter models.

    Args:
        max_tokens: how many numbers there may be; the most frequent words have them. Unknown words
            share one of them, padding has another one in the mode 'int'.
        standardize: 'lower_and_strip_punctuation', 'lower' (the letters A to Z),
            'strip_punctuation', None, or a function of an array of strings.
        split: 'whitespace', 'character', None for texts that are one word each, or a function from
            an array (n,) of strings to n lists of words.
        ngrams: also take groups of up to so many neighbouring words as words, joined by a space; a
            tuple for groups of just these sizes.
        output_mode: what a text becomes. 'int': the numbers of its words, 0 for padding at the end
            and 1 for unknown ones. 'multi_hot': a row with 1 for every word that it holds.
            'count': how often it holds each. 'tf_idf': that, times how rare the word is.
        output_sequence_length: with 'int', the length that all texts are padded or cut to; that
            of the longest one if None.
        pad_to_max_tokens: whether rows have max_tokens columns, however few words are known.
        vocabulary: list of words, or path of a text file with one a line; `adapt` is then refused.
        idf_weights: with 'tf_idf' and a vocabulary: how rare each word is.
        sparse, ragged: only False.
        encoding: how to read texts given as bytes.

    Call it on a text, or on texts in an array (n,) or (n, 1): it returns int64 arrays (n, length)
    or (n, columns), and floats for 'tf_idf'.

    Raises:
        ValueError: unknown or contradictory arguments; no vocabulary yet; symbolic inputs.
        TypeError: something else than strings.
    """

    def __init__(
        self,
        max_tokens=None,
        standardize="lower_and_strip_punctuation",
        split="whitespace",
        ngrams=None,
        output_mode="int",
        output_sequence_length=None,
        pad_to_max_tokens=False,
        vocabulary=None,
        idf_weights=None,
        sparse=False,
        ragged=False,
        encoding="utf-8",
        name=None,
        has_input_vocabulary=None,
        vocabulary_size=None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        if sparse or ragged:
            raise ValueError("TextVectorization makes dense arrays: leave sparse and ragged out.")
        self.max_tokens = max_tokens
        self.standardize = self._one_of("standardize", standardize, _STANDARDS)
        self.split = self._one_of("split", split, _SPLITS)
        self.ngrams = tuple(ngrams) if isinstance(ngrams, list) else ngrams
        self.output_mode = _OLD_MODES.get(output_mode, output_mode)
        self.output_sequence_length = output_sequence_length
        self.pad_to_max_tokens = bool(pad_to_max_tokens)
        self.sparse = self.ragged = False
        self.encoding = encoding
        self._check_arguments(vocabulary, idf_weights)
        # An adapted vocabulary is part of the config, but may be adapted again.
        given = vocabulary is not None
        self._fixed = given if has_input_vocabulary is None else bool(has_input_vocabulary)
        self._vocabulary = Vocabulary(self.output_mode == "int", max_tokens)
        if given:
            self.set_vocabulary(vocabulary, idf_weights)
        self.built = True

    def _one_of(self, argument, value, known):
        """Return a setting that may be a function, also by the name it is registered under."""
        if value is None or callable(value) or value in known:
            return value
        name = value.get("registered_name") if isinstance(value, dict) else value
        function = get_registered_object(name)
        if function is not None:
            return function
        raise ValueError(
            f"Unknown {argument} {value!r} of TextVectorization; choose one of {', '.join(known)}, "
            "None, or a function; one that a file names must be registered first."
        )

    def _check_arguments(self, vocabulary, idf_weights):
        mode, length, ngrams = self.output_mode, self.output_sequence_length, self.ngrams
        if mode not in _MODES:
            raise ValueError(f"Unknown output_mode {mode!r}; choose one of {', '.join(_MODES)}.")
        if self.max_tokens is not None and self.max_tokens < 2:
            raise ValueError(f"max_tokens must be at least 2, not {self.max_tokens}.")
        if self.pad_to_max_tokens and self.max_tokens is None:
            raise ValueError("pad_to_max_tokens needs max_tokens.")
        sizes = ngrams if isinstance(ngrams, tuple) else () if ngrams is None else (ngrams,)
        if any(not isinstance(n, int) or n < 1 for n in sizes):
            raise ValueError(f"ngrams must be a positive int or a tuple of them, not {ngrams!r}.")
        if length is not None and (mode != "int" or not isinstance(length, int) or length < 1):
            raise ValueError(
                f"output_sequence_length is a positive int and belongs to output_mode='int'; given "
                f"are {length!r} and {mode!r}."
            )
        if idf_weights is not None and mode != "tf_idf":
            raise ValueError(f"idf_weights belong to output_mode='tf_idf', not to {mode!r}.")

    # -----------------------------------------------------------------------------------------
    # The vocabulary
    # -----------------------------------------------------------------------------------------
    def adapt(self, data, batch_size=None, steps=None):
        """Learn the vocabulary from texts; what was learned before is forgotten.

        Args:
            data: list or array of strings, or an iterable of such batches.
            batch_size: of no effect: texts are counted one by one.
            steps: how many batches to take from an iterable; all if None.

        Raises:
            ValueError: the vocabulary was given to the constructor.
        """
        if isinstance(data, str):
            raise TypeError("adapt() takes a list of texts. For a single one write [text].")
        self.reset_state()
        if isinstance(data, (list, tuple, np.ndarray, Tensor)):
            self.update_state(data)
        else:
            for i, batch in enumerate(data):
                if steps is not None and i >= steps:
                    break
                self.update_state(batch)
        self.finalize_state()

    def reset_state(self):
        """Begin to count words anew."""
        self._vocabulary.start_counting()

    def update_state(self, data):
        """Count the words of some more texts."""
        if self._fixed:
            raise ValueError(
                f"TextVectorization {self.name!r} was given its vocabulary, so it cannot adapt to "
                "data. Leave vocabulary= out to learn it."
            )
        texts = self._as_array(data)
        if self.split is None and texts.ndim == 1:
            texts = texts[:, None]
        self._vocabulary.count(self._words(texts)[0])

    def finalize_state(self):
        """Make the vocabulary from what was counted."""
        self._vocabulary.finish_counting()

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Replace the vocabulary.

        Args:
            vocabulary: list of words, or path of a text file with one a line. It may begin with
                the words for padding and unknown ones, '' and '[UNK]'.
            idf_weights: with output_mode='tf_idf', how rare each word is.
        """
        if (self.output_mode == "tf_idf") != (idf_weights is not None):
            raise ValueError(
                "idf_weights belong to a vocabulary in output_mode='tf_idf', and to no other mode."
            )
        if isinstance(vocabulary, (str, Path)):
            vocabulary = Path(vocabulary).read_text(self.encoding).splitlines()
        self._vocabulary.set(vocabulary, idf_weights)

    def get_vocabulary(self, include_special_tokens=True):
        """Return the words in the order of their numbers, a list of strings.

        Args:
            include_special_tokens: whether '' (padding, in the mode 'int') and '[UNK]' (unknown
                words) come first, so that the place of a word is its number.
        """
        special = self._vocabulary.special if include_special_tokens else []
        return [*special, *self._vocabulary.words]

    def vocabulary_size(self):
        """Return how many numbers there are, those for padding and unknown words included."""
        return len(self._vocabulary)

    # -----------------------------------------------------------------------------------------
    # Texts to words
    # -----------------------------------------------------------------------------------------
    def _as_array(self, data):
        """Return texts as an object array of str."""
        data = data.data if isinstance(data, Tensor) else data
        texts = np.array(data, dtype=object)
        flat = texts.reshape(-1)
        for i, text in enumerate(flat):
            if isinstance(text, bytes):
                flat[i] = text.decode(self.encoding)
            elif not isinstance(text, str):
                raise TypeError(
                    f"TextVectorization {self.name!r} takes strings, but got {text!r}, of type "
                    f"{type(text).__name__}."
                )
        return texts

    def _words(self, texts):
        """Return (list of the words of each row, shape of the rows)."""
        texts = self._standardized(texts)
        if self.split is None:
            rows = texts.reshape(-1, texts.shape[-1]) if texts.ndim else texts.reshape(1, 1)
            shape = texts.shape[:-1]
            words = rows.tolist()
        else:
            if texts.ndim > 1 and texts.shape[-1] != 1:
                raise ValueError(
                    f"TextVectorization {self.name!r} splits texts in an array (n,) or (n, 1), but "
                    f"got one of shape {texts.shape}."
                )
            shape = texts.shape[:-1] if texts.ndim > 1 else texts.shape
            words = self._split(texts.reshape(-1).tolist())
        if self.ngrams is not None:
            sizes = range(1, self.ngrams + 1) if isinstance(self.ngrams, int) else self.ngrams
            words = [[g for n in sizes for g in _groups(w, n)] for w in words]
        return words, shape

    def _standardized(self, texts):
        if callable(self.standardize):
            given = texts.astype(str) if texts.size else texts
            return self._as_array(np.asarray(self.standardize(given)).reshape(texts.shape))
        if self.standardize is None:
            return texts
        flat = texts.reshape(-1).tolist()
        if "lower" in self.standardize:
            flat = [text.translate(_LOWER) for text in flat]
        if "strip" in self.standardize:
            flat = [text.translate(_PUNCTUATION) for text in flat]
        result = np.empty(len(flat), object)
        result[:] = flat
        return result.reshape(texts.shape)

    def _split(self, texts):
        if callable(self.split):
            return [list(map(str, words)) for words in self.split(np.array(texts, dtype=str))]
        if self.split == "character":
            return [list(text) for text in texts]
        return [[w for w in _SPACES.split(text) if w] for text in texts]

    # -----------------------------------------------------------------------------------------
    # Words to numbers
    # -----------------------------------------------------------------------------------------
    def __call__(self, inputs, *args, **kwargs):
        """Return texts as a tensor of numbers."""
        if is_symbolic(inputs):
            raise ValueError(
                f"TextVectorization {self.name!r} works on strings, which do not enter models. "
                "Apply it to the texts first, and give the model its numbers: "
                "model.fit(vectorize(texts), labels)."
            )
        return self.run(inputs)

    def run(self, inputs, args=(), kwargs=None):
        """Do what calling does; there is neither a phase nor a mask to pass on."""
        return Tensor(self.call(inputs))

    def call(self, inputs):
        """Return texts as an array of numbers."""
        if not self._vocabulary.words:
            raise ValueError(
                f"TextVectorization {self.name!r} knows no words yet: call adapt(texts), or give "
                "it a vocabulary."
            )
        words, shape = self._words(self._as_array(inputs))
        numbers = [self._vocabulary.numbers(w) for w in words]
        if self.output_mode == "int":
            whole = self.split is None and np.ndim(inputs) == 0  # one word is one number
            return self._padded(numbers, shape)[..., 0] if whole else self._padded(numbers, shape)
        columns = self._columns()
        counts = np.zeros((len(numbers), columns), "int64")
        for row, found in zip(counts, numbers):
            np.add.at(row, np.array(found, int), 1)
        counts = counts.reshape(*shape, columns)
        if self.output_mode == "multi_hot":
            return np.minimum(counts, 1)
        if self.output_mode == "count":
            return counts
        return counts.astype(config.floatx()) * self._rarity()

    def _columns(self):
        return self.max_tokens if self.pad_to_max_tokens else len(self._vocabulary)

    def _rarity(self):
        """Return how rare each column's word is, 0 for columns without one."""
        rarity = np.zeros(self._columns(), config.floatx())
        rarity[: len(self._vocabulary)] = self._vocabulary.idf[: len(self._vocabulary)]
        return rarity

    def _padded(self, numbers, shape):
        length = self.output_sequence_length
        if length is None:
            length = max(map(len, numbers), default=0)
        padded = np.zeros((len(numbers), length), "int64")
        for row, found in zip(padded, numbers):
            row[: len(found)] = found[:length]
        return padded.reshape(*shape, length)

    def compute_output_shape(self, input_shape):
        """Return the shape of the numbers for texts of `input_shape`."""
        shape = tuple(input_shape)
        rows = shape[:-1] if self.split is None or len(shape) > 1 else shape
        if self.output_mode == "int":
            free = shape[-1] if self.split is None else None
            return (*rows, self.output_sequence_length or free)
        return (*rows, self._columns())

    # -----------------------------------------------------------------------------------------
    # Config and files
    # -----------------------------------------------------------------------------------------
    def get_config(self):
        """Return the constructor arguments, a learned vocabulary among them."""
        known, special = self._vocabulary, len(self._vocabulary.special)
        settings = super().get_config()
        settings["vocabulary"] = list(known.words) or None
        settings["idf_weights"] = None
        if known.words and self.output_mode == "tf_idf":
            settings["idf_weights"] = known.idf[special:].tolist()
        settings["has_input_vocabulary"] = self._fixed
        settings["vocabulary_size"] = len(known)
        return settings

    # The methods by which Keras 3 writes and reads what is in no config.
    @classmethod
    def from_config(cls, config):
        """Build the layer; the path of a vocabulary, which `get_config` never writes, is refused.

        Whoever made a model file could have any file here read into the model by it.
        """
        path = config.get("vocabulary")
        if isinstance(path, str) and not unsafe_code_allowed():
            raise ValueError(
                f"The config of TextVectorization names the file {path!r} as vocabulary: put the "
                "words themselves there, or pass safe_mode=False to load_model if you trust it."
            )
        return super().from_config(config)

    def save_assets(self, dir_path):
        """Write the vocabulary to the file vocabulary.txt in a folder, one word a line."""
        if not self._fixed:
            text = "\n".join(self.get_vocabulary())
            (Path(dir_path) / "vocabulary.txt").write_text(text, "utf-8")

    def load_assets(self, dir_path):
        """Read the vocabulary that `save_assets` wrote."""
        if self._fixed:
            return
        text = (Path(dir_path) / "vocabulary.txt").read_text("utf-8").rstrip("\n")
        words = text.split("\n")
        if len(words) > len(self._vocabulary.special):
            self._vocabulary.set(words, self._idf_of(words))

    def _idf_of(self, words):
        """Return how rare words are, as read before them; filled up columns are left out."""
        if self.output_mode != "tf_idf":
            return None
        return self._vocabulary.idf[: len(words)]

    def save_own_variables(self, store):
        """Put how rare the words are into a dictionary, in the mode 'tf_idf'."""
        if self.output_mode == "tf_idf" and self._vocabulary.idf is not None:
            store["idf_weights"] = self._rarity()

    def load_own_variables(self, store):
        """Take from a dictionary how rare the words are."""
        if self.output_mode == "tf_idf" and "idf_weights" in store:
            self._vocabulary.idf = np.asarray(store["idf_weights"], float)


def _groups(words, n):
    """Return the groups of `n` neighbouring words, joined by spaces."""
    return [" ".join(words[i : i + n]) for i in range(len(words) - n + 1)]
