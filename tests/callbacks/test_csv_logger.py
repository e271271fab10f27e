"""CSVLogger: the file after every epoch, after a crash, and after going on."""

import csv
import os

import numpy as np
import pytest

from minikeras.callbacks import CSVLogger, LambdaCallback
from tests.callbacks.fakes import train

EPOCHS = [{"val_loss": 2.0, "loss": 1.5, "acc": 0.25}, {"val_loss": 1.0, "loss": 0.5, "acc": 0.75}]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.csv"


def rows(path, separator=","):
    with open(path, newline="") as file:
        return list(csv.reader(file, delimiter=separator))


def test_columns_and_rows(path):
    train([CSVLogger(str(path))], EPOCHS)
    assert path.read_bytes() == (b"epoch,acc,loss,val_loss\r\n0,0.25,1.5,2.0\r\n1,0.75,0.5,1.0\r\n")


def test_every_line_is_on_file_when_its_epoch_has_ended(path):
    lengths = []
    watch = LambdaCallback(
        on_train_begin=lambda logs: lengths.append(len(rows(path))),
        on_epoch_end=lambda epoch, logs: lengths.append(len(rows(path))),
    )
    train([CSVLogger(path), watch], EPOCHS)
    assert lengths == [0, 2, 3]


def test_a_new_training_replaces_the_file(path):
    logger = CSVLogger(path)
    train([logger], EPOCHS)
    train([logger], [{"loss": 9.0}])
    assert rows(path) == [["epoch", "loss"], ["0", "9.0"]]


def test_separator(path):
    train([CSVLogger(path, separator="\t")], EPOCHS[:1])
    assert rows(path, "\t") == [["epoch", "acc", "loss", "val_loss"], ["0", "0.25", "1.5", "2.0"]]


def test_appending_continues(path):
    train([CSVLogger(path, append=True)], EPOCHS[:1])
    train([CSVLogger(path, append=True)], EPOCHS[1:], initial_epoch=1)
    assert rows(path) == [
        ["epoch", "acc", "loss", "val_loss"],
        ["0", "0.25", "1.5", "2.0"],
        ["1", "0.75", "0.5", "1.0"],
    ]


def test_appending_removes_a_torn_line(path):
    path.write_bytes(b"epoch,acc,loss\r\n0,0.25,1.5\r\n1,0.")
    train([CSVLogger(path, append=True)], [{"acc": 0.5, "loss": 1.0}], initial_epoch=1)
    assert path.read_bytes() == b"epoch,acc,loss\r\n0,0.25,1.5\r\n1,0.5,1.0\r\n"


@pytest.mark.parametrize("content", [b"", b"epoch,lo"])
def test_appending_to_a_file_without_a_whole_line_begins_anew(path, content):
    path.write_bytes(content)
    train([CSVLogger(path, append=True)], [{"loss": 1.0}])
    assert path.read_bytes() == b"epoch,loss\r\n0,1.0\r\n"


def test_appending_keeps_the_columns_of_the_file(path):
    path.write_bytes(b"epoch,val_loss,accuracy\n0,1,2\n")
    with pytest.warns(RuntimeWarning, match=r"does not write loss: .*no such column") as caught:
        train([CSVLogger(path, append=True)], [{"acc": 0.5, "loss": 1.0}] * 2, initial_epoch=1)
    assert len(caught) == 1
    assert rows(path)[1:] == [["0", "1", "2"], ["1", "NA", "0.5"], ["2", "NA", "0.5"]]


def test_appending_to_something_else_is_refused(path):
    path.write_text("a;b\n1;2\n")
    with pytest.raises(ValueError, match="does not begin with the column `epoch`"):
        train([CSVLogger(path, append=True)], EPOCHS)
    assert path.read_text() == "a;b\n1;2\n"


def test_missing_values(path):
    # an epoch that was stopped has no validation; another validates only in the second epoch
    train([CSVLogger(path)], [EPOCHS[0], {"loss": 1.0, "acc": 0.5}])
    assert rows(path)[2] == ["1", "0.5", "1.0", "NA"]
    train([CSVLogger(path)], [{"loss": 1.0}, {"loss": 1.0, "val_loss": 2.0}])
    assert rows(path) == [["epoch", "loss", "val_loss"], ["0", "1.0", "NA"], ["1", "1.0", "2.0"]]


def test_values_of_all_kinds(path):
    train(
        [CSVLogger(path)],
        [{"a": np.float32(0.5), "b": np.array([1, 2]), "c": "x,y", "d": np.array(3.0), "e": [4]}],
    )
    assert rows(path)[1] == ["0", "0.5", '"[1, 2]"', "x,y", "3.0", '"[4]"']


def test_a_path_that_cannot_be_written_fails_before_training(tmp_path):
    seen = []
    watch = LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(epoch))
    with pytest.raises(OSError, match="nowhere"):
        train([CSVLogger(tmp_path / "nowhere" / "log.csv"), watch], EPOCHS)
    assert seen == []


def test_no_file_stays_open(path):
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
    logger = CSVLogger(path)
    logger.on_train_begin()
    logger.on_epoch_end(0, {"loss": 1.0})
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) == before
    path.rename(path.with_suffix(".moved"))


@pytest.mark.parametrize("append", [False, True])
def test_going_on_from_a_backup(path, append):
    """A run is killed after lines that were not backed up; the next one writes them again."""
    before = b""
    if append:
        train([CSVLogger(path)], EPOCHS)
        before = path.read_bytes()
    whole = path.with_name("whole.csv")
    whole.write_bytes(before)
    train([CSVLogger(whole, append=append)], [*EPOCHS, *EPOCHS])

    killed = CSVLogger(path, append=append)
    states = []
    take = LambdaCallback(on_epoch_end=lambda epoch, logs: states.append(killed.get_state()))
    train([killed, take], EPOCHS)
    resumed = CSVLogger(path, append=append)
    put_back = LambdaCallback(on_train_begin=lambda logs: resumed.set_state(states[0]))
    train([resumed, put_back], [EPOCHS[1], *EPOCHS], initial_epoch=1)
    assert path.read_bytes() == whole.read_bytes()


def test_one_header_where_a_run_was_killed_before_its_first_line(path):
    logger = CSVLogger(path)
    logger.on_train_begin()
    state = logger.get_state()
    resumed = CSVLogger(path)
    resumed.on_train_begin()
    resumed.set_state(state)
    resumed.on_epoch_end(0, EPOCHS[0])
    assert [row[0] for row in rows(path)] == ["epoch", "0"]
