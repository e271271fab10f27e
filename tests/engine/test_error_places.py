"""Errors say where they happened."""

from minikeras.engine.error_places import located


def test_the_place_is_added():
    error = located(ValueError("too short"), "in the loss 'mse'")
    assert type(error) is ValueError
    assert str(error) == "too short\n  in the loss 'mse'"


def test_errors_with_a_signature_of_their_own_stay_as_they_are():
    class CodedError(ValueError):
        def __init__(self, code, text):
            super().__init__(text)

    error = CodedError(3, "bad")
    assert located(error, "somewhere") is error
