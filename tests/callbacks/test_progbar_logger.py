"""ProgbarLogger: the documents' output of fit, and the bars of evaluate and predict."""

import re
import sys

import pytest

from minikeras.callbacks import CallbackList, History, Logs, ProgbarLogger
from tests.callbacks.fakes import FakeModel
from tests.utils.pty_terminal import Terminal, screen

BAR = "[" + "=" * 30 + "]"


def fit(
    logger, epochs=2, batches=((4, 1.0), (4, 3.0), (2, 5.0)), validate=True, stop=None, **params
):
    """Run the protocol of fit; each batch is (samples, loss)."""
    names = ["loss", "val_loss"] if validate else ["loss"]
    sizes = [size for size, _ in batches]
    settings = {
        "epochs": epochs,
        "samples": sum(sizes),
        "steps": None,
        "batch_size": sizes[0],
        "verbose": 1,
        "metrics": names,
        **params,
    }
    callbacks = CallbackList([logger, History()], FakeModel(), settings)
    callbacks.on_train_begin()
    for epoch in range(epochs):
        callbacks.on_epoch_begin(epoch)
        total = seen = 0
        for batch, (size, loss) in enumerate(batches):
            callbacks.on_train_batch_begin(batch, Logs(batch=batch, size=size))
            callbacks.on_train_batch_end(batch, Logs(batch=batch, size=size, loss=loss))
            total, seen = total + size * loss, seen + size
            if batch == stop:
                break
        logs = Logs(loss=total / seen)
        if validate:
            callbacks.on_test_begin()
            callbacks.on_test_batch_end(0, Logs(batch=0, size=4, loss=9.0))
            callbacks.on_test_end(Logs(loss=9.0))
            logs["val_loss"] = 9.0
        callbacks.on_epoch_end(epoch, logs)
    callbacks.on_train_end()
    return callbacks


def timeless(text):
    """Replace the times, which differ from run to run."""
    return re.sub(r" - \d+s \d+(us|ms|s)/step", " - TIME", text)


def test_fit_prints_the_documents_lines(capsys):
    fit(ProgbarLogger())
    # (4 * 1 + 4 * 3 + 2 * 5) / 10
    line = f"10/10 {BAR} - TIME - loss: 2.6000 - val_loss: 9.0000"
    assert timeless(capsys.readouterr().out) == f"Epoch 1/2\n{line}\nEpoch 2/2\n{line}\n"


def test_the_same_on_a_terminal(monkeypatch):
    with Terminal() as terminal:
        monkeypatch.setattr(sys, "stdout", terminal.stream)
        fit(ProgbarLogger())
        monkeypatch.undo()
        lines = screen(terminal.close())
    line = f"10/10 {BAR} - TIME - loss: 2.6000 - val_loss: 9.0000"
    assert [timeless(shown) for shown in lines] == ["Epoch 1/2", line, "Epoch 2/2", line]


@pytest.mark.parametrize("verbose, lines", [(2, 1), ("auto", 1)])
def test_one_short_line_an_epoch(capsys, verbose, lines):
    fit(ProgbarLogger(), verbose=verbose)
    line = " - 0s - loss: 2.6000 - val_loss: 9.0000\n"
    assert capsys.readouterr().out == f"Epoch 1/2\n{line}Epoch 2/2\n{line}"


def test_auto_is_a_bar_on_a_terminal(monkeypatch):
    with Terminal() as terminal:
        monkeypatch.setattr(sys, "stdout", terminal.stream)
        fit(ProgbarLogger(), epochs=1, verbose="auto")
        monkeypatch.undo()
        assert BAR in terminal.close()


def test_silence(capsys):
    fit(ProgbarLogger(), verbose=0)
    assert capsys.readouterr().out == ""


def test_steps(capsys):
    fit(ProgbarLogger("steps"), epochs=1, validate=False, samples=None, steps=3)
    assert timeless(capsys.readouterr().out) == (f"Epoch 1/1\n3/3 {BAR} - TIME - loss: 2.6000\n")


def test_without_a_number_of_samples_steps_are_counted(capsys):
    fit(ProgbarLogger(), epochs=1, validate=False, samples=None, steps=3)
    assert f"3/3 {BAR}" in capsys.readouterr().out


def test_data_of_unknown_length(capsys, monkeypatch):
    """The first epoch counts what comes, the second expects as much."""
    targets = []

    class Watched(ProgbarLogger):
        def _start(self, verbose):
            super()._start(verbose)
            targets.append(self.progbar.target)

    fit(Watched("steps"), validate=False, samples=None)
    assert targets == [None, 3]
    line = f"3/3 {BAR} - TIME - loss: 2.6000\n"
    assert timeless(capsys.readouterr().out) == f"Epoch 1/2\n{line}Epoch 2/2\n{line}"


def test_an_epoch_that_was_stopped(capsys):
    fit(ProgbarLogger(), epochs=1, validate=False, stop=1)
    # (4 * 1 + 4 * 3) / 8 after 8 of 10 samples
    assert timeless(capsys.readouterr().out) == (
        f"Epoch 1/1\n 8/10 [{'=' * 23}>{'.' * 6}] - TIME - loss: 2.0000\n"
    )


def test_batches_are_averaged_where_the_epoch_has_no_result(capsys):
    logger = ProgbarLogger(stateful_metrics=["auc"])
    params = {"epochs": 1, "samples": 10, "verbose": 1, "metrics": ["loss", "auc"]}
    callbacks = CallbackList(logger, FakeModel(), params)
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(0)
    callbacks.on_train_batch_end(0, {"batch": 0, "size": 8, "loss": 1.0, "auc": 0.25, "extra": 1})
    callbacks.on_train_batch_end(1, {"batch": 1, "size": 2, "loss": 2.0, "auc": 0.5})
    callbacks.on_epoch_end(0, {"lr": 0.1})
    assert capsys.readouterr().out.endswith(" - loss: 1.2000 - auc: 0.5000\n")


def test_a_loop_that_tells_neither_names_nor_sizes(capsys):
    params = {"epochs": 1, "samples": 10, "batch_size": 4, "verbose": 1}
    callbacks = CallbackList(ProgbarLogger(), FakeModel(), params)
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(0)
    for batch in range(3):
        callbacks.on_train_batch_end(batch, {"loss": 1.0})
    callbacks.on_epoch_end(0, {"loss": 1.0})
    assert timeless(capsys.readouterr().out).endswith(f"10/10 {BAR} - TIME - loss: 1.0000\n")


@pytest.mark.parametrize(
    "moment, verbose, shown",
    [
        ("test", 1, f"10/10 {BAR} - TIME\n"),
        ("test", 2, " - 0s - loss: 0.5000\n"),
        ("test", 0, ""),
        ("predict", 1, f"10/10 {BAR} - TIME\n"),
        ("predict", 2, " - 0s\n"),
        ("predict", 0, ""),
    ],
)
def test_evaluate_and_predict(capsys, moment, verbose, shown):
    params = {"samples": 10, "steps": None, "verbose": verbose, "metrics": ["loss"]}
    callbacks = CallbackList(ProgbarLogger(), FakeModel(), params)
    getattr(callbacks, f"on_{moment}_begin")()
    for batch in range(2):
        getattr(callbacks, f"on_{moment}_batch_end")(batch, {"size": 5, "outputs": None})
    getattr(callbacks, f"on_{moment}_end")({"loss": 0.5})
    assert timeless(capsys.readouterr().out) == shown


def test_evaluate_after_fit_is_shown_again(capsys):
    callbacks = fit(ProgbarLogger(), epochs=1)
    capsys.readouterr()
    callbacks.on_test_begin()
    callbacks.on_test_batch_end(0, {"size": 10})
    callbacks.on_test_end({"loss": 1.0})
    assert timeless(capsys.readouterr().out) == f"10/10 {BAR} - TIME\n"


def test_abort_leaves_a_readable_line(monkeypatch):
    with Terminal() as terminal:
        monkeypatch.setattr(sys, "stdout", terminal.stream)
        params = {"epochs": 1, "samples": 10, "verbose": 1, "metrics": ["loss"]}
        callbacks = CallbackList(ProgbarLogger(), FakeModel(), params)
        callbacks.on_train_begin()
        callbacks.on_epoch_begin(0)
        callbacks.callbacks[0].progbar._next_draw = 0  # draw now
        callbacks.on_train_batch_end(0, {"size": 5, "loss": 0.5})
        callbacks.abort()
        callbacks.abort()
        terminal.stream.write("Traceback\n")
        monkeypatch.undo()
        lines = screen(terminal.close())
    assert lines[0] == "Epoch 1/1"
    assert lines[1].startswith(" 5/10 [==============>...............] - ETA: ")
    assert lines[2:] == ["Traceback"]


def test_unknown_count_mode():
    with pytest.raises(ValueError, match="count_mode='batches' is neither"):
        ProgbarLogger("batches")
