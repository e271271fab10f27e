"""EarlyStopping: when it stops, what counts as better, whose weights remain."""

import numpy as np
import pytest

from minikeras import metrics
from minikeras.callbacks import EarlyStopping
from minikeras.callbacks.monitor import grows_better
from minikeras.utils.class_names import keras_2_snake_case
from tests.callbacks.fakes import losses, train

NAN = float("nan")


@pytest.mark.parametrize(
    "options, values, epochs",
    [
        # stops in the first epoch that is not better
        ({}, [3, 2, 2, 1], 3),
        ({"patience": 1}, [3, 2, 2, 1], 3),
        # in the second such epoch in a row: 5 and 4 wait, 1 resets
        ({"patience": 2}, [3, 5, 1, 5, 4, 0], 5),
        ({"patience": 3}, [3, 5, 4, 2, 1], 5),
        # from 3 to 2.5 is less than 1; the best stays 3, so that 1.9 is an improvement of 1.1
        ({"min_delta": 1, "patience": 2}, [3, 2.5, 1.9, 1.5, 1.0, 0], 5),
        ({"min_delta": -1, "patience": 2}, [3, 2.5, 1.9, 1.5, 1.0, 0], 5),
        ({"monitor": "val_acc"}, [1, 2, 3, 2, 9], 4),
        ({"monitor": "val_accuracy"}, [1, 2, 3, 2, 9], 4),
        ({"mode": "max"}, [1, 2, 3, 2, 9], 4),
        ({"monitor": "val_acc", "mode": "min"}, [3, 2, 1, 2, 0], 4),
        # NaN is never better, not even than nothing
        ({}, [NAN, 1], 1),
        ({"patience": 2}, [1, NAN, NAN, 0], 3),
        # never below 1: improvements (5, 4, 3) do not reset the wait of 3, and 3.5 ends it
        ({"baseline": 1, "patience": 3}, [5, 4, 3, 3.5, 0], 4),
        # 0.5 beats the baseline and resets
        ({"baseline": 1, "patience": 3}, [5, 4, 0.5, 3.5, 4, 0.6, 0], 6),
        # nothing before epoch 2 is looked at: 9 is the first and best, 10 ends it
        ({"start_from_epoch": 2}, [1, 2, 9, 10, 0], 4),
    ],
)
def test_when_it_stops(options, values, epochs):
    stopper = EarlyStopping(**options)
    name = "val_acc" if "acc" in stopper.monitor else "val_loss"
    for _ in range(2):  # an instance may be used again
        model, ran = train([stopper], losses(*values, name=name))
        assert len(ran) == epochs
        assert model.stop_training == (epochs < len(values))
        assert stopper.stopped_epoch == (epochs - 1 if epochs < len(values) else 0)


def test_positional_arguments_are_those_of_keras_2():
    stopper = EarlyStopping("loss", 0.5, 3, 1, "max")
    assert (stopper.monitor, stopper.min_delta, stopper.patience) == ("loss", 0.5, 3)
    assert (stopper.verbose, stopper.mode, stopper.monitor_op) == (1, "max", np.greater)


@pytest.mark.parametrize("stops", [True, False])
def test_the_best_weights_come_back(stops, capsys):
    stopper = EarlyStopping(patience=2 if stops else 9, restore_best_weights=True, verbose=1)
    model, _ = train([stopper], losses(3, 1, 2, 4))
    # the fake model's weight is the number of the epoch
    assert model.weight.tolist() == [1.0]
    assert (stopper.best, stopper.best_epoch) == (1.0, 1)
    told = ["The model gets back its weights of epoch 2"]
    if stops:
        told.insert(0, "Epoch 00004: early stopping, best val_loss 1 in epoch 2")
    assert capsys.readouterr().out.splitlines() == told


def test_without_restoring_the_last_weights_stay(capsys):
    stopper = EarlyStopping(patience=2)
    model, _ = train([stopper], losses(3, 1, 2, 4))
    assert model.weight.tolist() == [3.0]
    assert (stopper.best_epoch, stopper.best_weights) == (1, None)
    assert capsys.readouterr().out == ""


def test_if_nothing_was_better_the_first_weights_count_as_the_best():
    model, _ = train([EarlyStopping(patience=2, restore_best_weights=True)], losses(NAN, NAN, NAN))
    assert model.weight.tolist() == [0.0]


def test_a_missing_quantity_gives_a_warning_that_names_the_others():
    with pytest.warns(RuntimeWarning, match=r"`val_loss`.*Available: loss, acc.*validation_data="):
        _, ran = train([EarlyStopping()], [{"loss": 1.0, "acc": 0.5}])
    assert ran == [0]
    with pytest.warns(RuntimeWarning, match=r"`los`.*Available: loss, val_loss\.$"):
        train([EarlyStopping("los")], [{"loss": 1.0, "val_loss": 0.5}])


def test_an_unknown_mode_counts_as_auto():
    with pytest.warns(RuntimeWarning, match="mode='maximum' is not one of"):
        stopper = EarlyStopping("val_acc", mode="maximum")
    assert stopper.monitor_op is np.greater


@pytest.mark.parametrize(
    "name, grows",
    [
        ("val_loss", False),
        ("acc", True),
        ("val_out_accuracy", True),
        ("top_k_categorical_accuracy", True),
        ("val_accent_loss", False),
        ("val_auc_1", True),
        ("precision", True),
        ("recall_2", True),
        ("f1_score", True),
        ("fmeasure", True),
        ("mean_io_u", True),
        ("binary_iou", True),
        ("val_mean_squared_error", False),
        ("cosine_similarity", True),
        ("cosine_proximity", False),
        ("perplexity", False),
        ("val_pearson_correlation", True),
        ("concordance_correlation_1", True),
        ("f_beta_score", True),
        ("true_positives", True),
        ("val_false_positives", False),
    ],
)
def test_which_quantities_grow_better(name, grows):
    assert grows_better(name) is grows


# Metrics that get better as they shrink, or of which that cannot be said.
_SHRINKING = {
    "crossentropy", "hinge", "huber", "kl_divergence", "kullback_leibler", "log_cosh", "logcosh",
    "poisson", "error", "false_negatives", "false_positives", "cosine_proximity",
}  # fmt: skip
_NEITHER = ("mean", "mean_metric_wrapper", "sum")


def test_every_metric_has_a_direction():
    for name, thing in metrics.registry.items():
        plain = keras_2_snake_case(thing.__name__)
        grows = plain not in _NEITHER and not any(part in plain for part in _SHRINKING)
        assert grows_better(plain) is grows, (name, plain)
