"""The names of `keras.preprocessing.text`."""

from .tokenizer import Tokenizer, tokenizer_from_json
from .words import hashing_trick, one_hot, text_to_word_sequence

__all__ = [
    "Tokenizer",
    "hashing_trick",
    "one_hot",
    "text_to_word_sequence",
    "tokenizer_from_json",
]
