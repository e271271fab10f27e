"""ReduceLROnPlateau: when it lowers the rate, by how much, and what it then waits for."""

import pytest

from minikeras.callbacks import History, ReduceLROnPlateau
from tests.callbacks.fakes import FakeModel, losses, train


def exponents(values, lr=1.0, name="val_loss", **options):
    """Return by how many halvings each epoch's rate lies below the first."""
    history = History()
    options = {"factor": 0.5, **options}
    train([ReduceLROnPlateau(**options), history], losses(*values, name=name), model=FakeModel(lr))
    return [{1.0: 0, 0.5: 1, 0.25: 2, 0.125: 3}[rate] for rate in history.history["lr"]]


@pytest.mark.parametrize(
    "options, values, expected",
    [
        # The log of an epoch has the rate it ran with; a change shows in the next one.
        # patience 2: two epochs without improvement pass, the third lowers it; then every second
        ({"patience": 2}, [1] * 8, [0, 0, 0, 0, 1, 1, 2, 2]),
        # patience 0 lowers it in every such epoch
        ({"patience": 0}, [1, 1, 1], [0, 0, 1]),
        # an improvement by less than 1e-4 is none; one by more resets the waiting
        ({"patience": 1}, [1, 0.99995, 0.99995, 0.9], [0, 0, 0, 1]),
        ({"patience": 1}, [1, 1, 0.9, 0.9, 0.9, 1], [0, 0, 0, 0, 0, 1]),
        ({"patience": 1, "epsilon": 0.5}, [1, 0.8, 0.6, 0.4], [0, 0, 0, 1]),
        ({"patience": 1, "min_delta": 0.5}, [1, 0.8, 0.6, 0.4], [0, 0, 0, 1]),
        # cooldown 2 after the change in the third epoch: the fourth does not count; the fifth ends
        # the cooldown and is waited through; the sixth changes again
        ({"patience": 1, "cooldown": 2}, [1] * 8, [0, 0, 0, 1, 1, 1, 2, 2]),
        ({"patience": 1, "mode": "max"}, [1, 2, 3, 3, 3, 3], [0, 0, 0, 0, 0, 1]),
    ],
)
def test_when_the_rate_falls(options, values, expected):
    assert exponents(values, **options) == expected


@pytest.mark.parametrize("monitor", ["val_acc", "val_accuracy"])
def test_accuracy_is_to_grow(monitor):
    rates = exponents([1, 2, 3, 3, 3, 3], name="val_acc", monitor=monitor, patience=1)
    assert rates == [0, 0, 0, 0, 0, 1]


def test_the_rate_has_a_floor(capsys):
    history = History()
    reducer = ReduceLROnPlateau(factor=0.1, patience=0, min_lr=0.25, verbose=1)
    train([reducer, history], losses(1, 1, 1, 1), model=FakeModel(1.0))
    assert history.history["learning_rate"] == [1.0, 1.0, 0.25, 0.25]
    assert capsys.readouterr().out == (
        "Epoch 00002: ReduceLROnPlateau lowers the learning rate from 1 to 0.25\n"
    )


def test_an_instance_may_be_used_again():
    reducer = ReduceLROnPlateau(factor=0.5, patience=1, cooldown=5)
    for _ in range(2):
        model, _ = train([reducer], losses(1, 1, 1), model=FakeModel(1.0))
        assert model.optimizer.learning_rate == 0.5


def test_positional_arguments_are_those_of_keras_2():
    reducer = ReduceLROnPlateau("loss", 0.5, 3, 1, "max", 0.01, 2, 0.001)
    assert (reducer.monitor, reducer.factor, reducer.patience) == ("loss", 0.5, 3)
    assert (reducer.verbose, reducer.mode, reducer.epsilon) == (1, "max", 0.01)
    assert (reducer.cooldown, reducer.min_lr) == (2, 0.001)


def test_a_missing_quantity_gives_a_warning():
    with pytest.warns(RuntimeWarning, match="watches `val_loss`, which is not available"):
        train([ReduceLROnPlateau()], [{"loss": 1.0}])


def test_both_spellings_at_once_are_refused():
    with pytest.raises(TypeError, match="are one thing"):
        ReduceLROnPlateau(epsilon=1e-4, min_delta=1e-4)


@pytest.mark.parametrize("factor", [1.0, 2, 0, -0.5])
def test_a_factor_that_does_not_lower_is_refused(factor):
    with pytest.raises(ValueError, match="between 0 and 1"):
        ReduceLROnPlateau(factor=factor)
