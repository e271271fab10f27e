import subprocess
import sys

import pytest

from minikeras.preprocessing.text import hashing_trick, one_hot, text_to_word_sequence


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({}, ["don't", "stop", "me", "now", "2", "times"]),
        ({"lower": False}, ["Don't", "stop", "ME", "now", "2", "times"]),
        ({"filters": "'\n"}, ["don", "t", "stop,", "me\tnow!", "2_times"]),
        ({"filters": "", "split": "o"}, ["d", "n't st", "p, me\tn", "w! 2_times\n"]),
    ],
    ids=str,
)
def test_words(settings, expected):
    assert text_to_word_sequence("Don't stop, ME\tnow! 2_times\n", **settings) == expected


def test_long_separators_and_other_scripts():
    assert text_to_word_sequence("a--b.c", filters=".", split="--") == ["a", "b", "c"]
    assert text_to_word_sequence("Ça va? ПРИВЕТ, 你好") == ["ça", "va", "привет", "你好"]
    assert text_to_word_sequence(input_text="a b") == ["a", "b"]
    assert text_to_word_sequence("") == []


def test_md5_is_the_same_everywhere():
    # int(md5("a").hexdigest(), 16) ends in 0x...2661 (Python's hashlib, any version).
    assert hashing_trick("a b a", 101, "md5") == [
        int("0cc175b9c0f1b6a831c399e269772661", 16) % 100 + 1,
        int("92eb5ffee6ae2fec3ad71c777531578f", 16) % 100 + 1,
        int("0cc175b9c0f1b6a831c399e269772661", 16) % 100 + 1,
    ]


def test_numbers_stay_between_1_and_n():
    text = "the quick brown fox jumps over the lazy dog"
    for n in (2, 3, 7):
        numbers = hashing_trick(text, n, "md5")
        assert len(numbers) == 9
        assert set(numbers) <= set(range(1, n))
        assert numbers[0] == numbers[6]


def test_one_hot_is_pythons_hash():
    code = (
        "from minikeras.preprocessing.text import one_hot, hashing_trick as h\n"
        "print(one_hot('a b c', 50), h('a b c', 50) == one_hot('a b c', 50))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "1", "2")
    }
    assert len(outputs) == 2  # the same salt gives the same numbers
    assert all(output.endswith("True\n") for output in outputs)


def test_a_function_of_ones_own():
    assert hashing_trick("aa b", 10, len) == [3, 2]
    assert hashing_trick("A-b", 10, ord, analyzer=list) == [ord(c) % 9 + 1 for c in "A-b"]
    assert one_hot("x y", 3, analyzer=lambda text: []) == []


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: hashing_trick("a", 1), ValueError, "at least 2"),
        (lambda: one_hot("a"), ValueError, "at least 2, not None"),
        (lambda: hashing_trick("a", 5, "sha1"), ValueError, "Unknown hash function 'sha1'"),
        (lambda: text_to_word_sequence(["a"]), TypeError, "a string, not list"),
        (lambda: text_to_word_sequence("a b", split=""), ValueError, "between words"),
        (lambda: text_to_word_sequence(), TypeError, "one text"),
        (lambda: text_to_word_sequence("a", input_text="a"), TypeError, "one text"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
