"""Logs answer to the names of either Keras and store one."""

import copy
import json
import pickle

import pytest

from minikeras.callbacks.logs import Logs, spellings


@pytest.mark.parametrize(
    "stored, asked",
    [
        ("acc", "accuracy"),
        ("val_acc", "val_accuracy"),
        ("out_acc", "out_accuracy"),
        ("val_main_out_acc", "val_main_out_accuracy"),
        ("acc_1", "accuracy_1"),
        ("val_out_acc_2", "val_out_accuracy_2"),
        ("lr", "learning_rate"),
        ("mean_squared_error", "mse"),
        ("val_mean_squared_error", "val_MSE"),
        ("mean_absolute_error", "mae"),
        ("mean_absolute_percentage_error", "mape"),
        ("mean_squared_logarithmic_error", "msle"),
        ("root_mean_squared_error", "rmse"),
        ("kullback_leibler_divergence", "kl_divergence"),
        ("binary_crossentropy", "bce"),
        ("logcosh", "log_cosh"),
    ],
)
def test_both_spellings_find_either(stored, asked):
    for one, other in ((stored, asked), (asked, stored)):
        logs = Logs({one: 0.5})
        assert logs[other] == 0.5
        assert logs.get(other) == 0.5
        assert other in logs
        assert list(logs) == [one]


def test_other_names_stay_apart():
    logs = Logs(acc=0.5, binary_accuracy=0.25, loss=1.0)
    assert "val_acc" not in logs
    assert logs.get("val_accuracy") is None
    assert logs.get("val_accuracy", 7) == 7
    assert logs["binary_accuracy"] == 0.25
    assert spellings("loss") == spellings("account") == spellings(3) == ()


def test_a_name_that_is_stored_comes_first():
    logs = Logs({"acc": 1, "accuracy": 2})
    assert (logs["acc"], logs["accuracy"]) == (1, 2)


def test_a_missing_name_lists_what_there_is():
    with pytest.raises(KeyError, match="no 'val_acc' in these logs, which hold: loss, acc"):
        Logs(loss=1, acc=2)["val_acc"]


def test_writing_under_another_spelling_replaces():
    logs = Logs(acc=1)
    logs["accuracy"] = 2
    assert dict(logs) == {"acc": 2}
    assert logs.setdefault("accuracy", 3) == 2
    assert logs.setdefault("loss", 4) == 4
    assert logs.pop("accuracy") == 2
    assert logs.pop("accuracy", None) is None
    del logs["loss"]
    assert dict(logs) == {}
    with pytest.raises(KeyError):
        logs.pop("acc")
    with pytest.raises(KeyError):
        del logs["acc"]


def test_it_is_a_dictionary():
    logs = Logs(loss=1, acc=2)
    assert isinstance(logs, dict)
    assert logs == {"loss": 1, "acc": 2}
    assert len(logs) == 2
    assert json.loads(json.dumps(logs)) == logs
    for twin in (
        logs.copy(),
        copy.copy(logs),
        copy.deepcopy(logs),
        pickle.loads(pickle.dumps(logs)),
    ):
        assert twin == logs
        assert twin["accuracy"] == 2
    assert "{accuracy:.1f}".format_map(logs) == "2.0"
