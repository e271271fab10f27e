import builtins

import pytest

from minikeras.utils.io_utils import ask_to_proceed_with_overwrite


def _answer(monkeypatch, *answers):
    questions, waiting = [], list(answers)

    def ask(question):
        questions.append(question)
        return waiting.pop(0)

    monkeypatch.setattr(builtins, "input", ask)
    return questions


@pytest.mark.parametrize(("answer", "expected"), [("y", True), (" Y ", True), ("n", False)])
def test_yes_and_no(monkeypatch, answer, expected):
    questions = _answer(monkeypatch, answer)
    assert ask_to_proceed_with_overwrite("model.h5") is expected
    assert "model.h5" in questions[0]


def test_anything_else_is_asked_again(monkeypatch):
    questions = _answer(monkeypatch, "", "maybe", "n")
    assert ask_to_proceed_with_overwrite("model.h5") is False
    assert len(questions) == 3


def test_without_a_terminal_the_error_says_what_to_do(monkeypatch):
    def nobody(question):
        raise EOFError

    monkeypatch.setattr(builtins, "input", nobody)
    with pytest.raises(EOFError, match="overwrite=True"):
        ask_to_proceed_with_overwrite("model.h5")
