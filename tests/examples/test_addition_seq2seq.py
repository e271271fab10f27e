"""The example that learns to add: its texts, its separate models for answers, what it reaches."""

import numpy as np
import pytest


@pytest.fixture
def addition(example):
    return example("addition_seq2seq")


def exact(printed):
    return float(printed.split("Exact sums among the 2000 held out: ")[1].split()[0])


def test_texts_run_backwards(addition):
    questions, results = addition.sums(np.array([[535, 61], [999, 999], [0, 0]]))
    assert questions == ["16+535", "999+999", "0+0"]
    assert results == ["695>", "8991>", "0>"]
    numbers = addition.encode(questions, addition.QUESTION)
    assert numbers.shape == (3, 7)
    assert "".join(addition.ALPHABET[i] for i in numbers[2]) == "0+0    "


def test_models_that_answer_agree_with_the_one_that_learns(addition):
    """Told its own answer, the model that learns would write the same again."""
    model, encoder, decoder = addition.build(units=16)
    questions = addition.encode(["1+2", "33+444", "9+99"], addition.QUESTION)
    states = encoder.predict(questions, verbose=0)
    last = told = addition.encode(["<"] * 3, 1)
    for _ in range(addition.ANSWER):
        probabilities, *states = decoder.predict([last, *states], verbose=0)
        whole = model.predict([questions, told], verbose=0)
        np.testing.assert_allclose(probabilities[:, 0], whole[:, -1], rtol=1e-4, atol=1e-6)
        last = whole[:, -1:].argmax(-1)
        told = np.concatenate([told, last], axis=1)
    written = ("".join(addition.ALPHABET[i] for i in row) for row in told[:, 1:])
    own = [text.partition(">")[0] for text in written]
    assert addition.answers(encoder, decoder, questions) == own


def test_it_runs_and_learns(addition, run):
    printed = run(addition, "--seed", 1, "--epochs", 2, "--sums", 2000, "--units", 32)
    assert "Data: 2000 sums" in printed
    assert 0 <= exact(printed) <= 1
    assert printed.count(" = ") == 5


@pytest.mark.slow
def test_what_it_reaches(addition, run):
    assert exact(run(addition, "--seed", 1, "--epochs", 4)) >= 0.99
