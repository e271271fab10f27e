"""BaseLogger averages by sample, History records by epoch."""

import numpy as np

from minikeras.callbacks import BaseLogger, CallbackList, History, Logs
from tests.callbacks.fakes import FakeModel, train


def test_history_records_and_answers_to_both_spellings():
    history = History()
    model, _ = train(
        [history], [{"loss": 1.0, "acc": 0.5, "val_acc": 0.25}, {"loss": 0.5, "acc": 0.75}]
    )
    assert history.epoch == [0, 1]
    assert history.history == {"loss": [1.0, 0.5], "acc": [0.5, 0.75], "val_acc": [0.25]}
    assert history.history["accuracy"] == [0.5, 0.75]
    assert history.history["val_accuracy"] == [0.25]
    assert list(history.history) == ["loss", "acc", "val_acc"]
    assert history.params["epochs"] == 2
    assert model.history is history


def test_history_starts_afresh():
    history = History()
    train([history], [{"loss": 1.0}])
    train([history], [{"loss": 2.0}], initial_epoch=5)
    assert (history.epoch, history.history) == ([5], {"loss": [2.0]})


def test_history_before_training_is_empty():
    assert (History().epoch, History().history) == ([], {})


def test_base_logger_averages_by_sample():
    logger = BaseLogger(stateful_metrics=["auc"])
    callbacks = CallbackList([logger], FakeModel(), {"metrics": ["loss", "auc", "val_loss"]})
    for _ in range(2):  # every epoch starts afresh
        callbacks.on_epoch_begin(0)
        first = np.array([1.0, 2.0])
        for size, loss, auc in ((3, first, 0.1), (1, np.array([5.0, 2.0]), 0.9)):
            callbacks.on_train_batch_end(0, Logs(batch=0, size=size, loss=loss, auc=auc))
        logs = Logs(val_loss=7.0)
        callbacks.on_epoch_end(0, logs)
        # (3 * [1, 2] + 1 * [5, 2]) / 4; the last auc; the rest untouched
        np.testing.assert_array_equal(logs["loss"], [2.0, 2.0])
        assert logs["auc"] == 0.9
        assert logs["val_loss"] == 7.0
        assert set(logs) == {"loss", "auc", "val_loss"}
        np.testing.assert_array_equal(first, [1.0, 2.0])


def test_base_logger_without_batches_adds_nothing():
    logger = BaseLogger()
    logger.set_params({"metrics": ["loss"]})
    logger.on_epoch_begin(0)
    logger.on_epoch_end(0)
    logs = {}
    logger.on_epoch_end(0, logs)
    assert logs == {}
