"""A long text for the example about characters: a file the user names, or sums in words.

A good file is tinyshakespeare.txt, a million characters of Shakespeare's plays, which is known
since Karpathy (2015), "The Unreasonable Effectiveness of Recurrent Neural Networks". Where no file
is given, sums are written out in words; they say little about language, but the example runs.
"""

from pathlib import Path

import numpy as np
from common import data_file

FILE = "tinyshakespeare.txt"

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def add_text_option(made):
    """Add the option that names the file."""
    made.add_argument(
        "--data",
        metavar="FILE",
        help=f"a text in UTF-8; by default {FILE} in the folder that the environment variable "
        "MINIKERAS_DATA names",
    )
    return made


def load_text(data):
    """Return the text of the file `data`, or of the default one, or sums in words."""
    path = data_file(FILE) if data is None else Path(data)
    if path is None:
        print("No text was given (--data); the text is sums in words, put together by chance.")
        return sums_in_words(2000)
    if not path.is_file():
        raise SystemExit(f"There is no file {path}.")
    text = path.read_text("utf-8")
    print(f"Data: {path}, {len(text)} characters.")
    return text


def in_words(number):
    """Return the name of a number from 0 to 99."""
    if number < 20:
        return _ONES.split()[number]
    tens, ones = _TENS.split()[number // 10 - 2], number % 10
    return f"{tens}-{in_words(ones)}" if ones else tens


def sums_in_words(count, seed=0):
    """Return `count` lines such as "Twelve and nine make twenty-one."."""
    pairs = np.random.default_rng(seed).integers(0, 50, (count, 2))
    lines = (f"{in_words(a)} and {in_words(b)} make {in_words(a + b)}." for a, b in pairs)
    return "\n".join(line.capitalize() for line in lines)
