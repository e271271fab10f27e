"""Progbar: the documents' line to the letter, in files, on terminals and in notebooks."""

import io
import re
import sys
import types
from time import perf_counter

import numpy as np
import pytest
from tqdm import tqdm

from minikeras.utils import live_line, progbar, tqdm_lines
from minikeras.utils.live_line import is_interactive, resolve_verbose, write_line
from minikeras.utils.progbar import Progbar
from tests.utils.pty_terminal import Terminal, screen

# The first line of training that the documents print, and what gives it: 60000 samples in 18.06 s.
DOCUMENTED = (
    "60000/60000 [==============================] - 18s 301us/step"
    " - loss: 0.2434 - acc: 0.9237 - val_loss: 0.1479 - val_acc: 0.9537"
)
RESULTS = [("loss", 0.24341), ("acc", 0.92374), ("val_loss", 0.14789), ("val_acc", 0.9537)]


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progbar, "perf_counter", clock)
    return clock


def redirect(monkeypatch, stream):
    """Make a stream the standard output of what is tested; pytest keeps the real one for itself."""
    stand_in = types.SimpleNamespace(stdout=stream, modules=sys.modules)
    monkeypatch.setattr(progbar, "sys", stand_in)
    monkeypatch.setattr(live_line, "sys", stand_in)


@pytest.fixture
def output(monkeypatch):
    stream = io.StringIO()
    redirect(monkeypatch, stream)
    return stream


@pytest.fixture
def terminal(monkeypatch):
    with Terminal(columns=140) as terminal:
        redirect(monkeypatch, terminal.stream)
        yield terminal


def documented_epoch(clock, **options):
    bar = Progbar(60000, **options)
    bar.update(12800, [("loss", 0.30434), ("acc", 0.9)], finalize=False)
    clock.now += 2.5
    bar.update(12800, [("loss", 0.30434), ("acc", 0.9)], finalize=False)
    clock.now += 15.56
    bar.update(60000, RESULTS, finalize=True)


def test_a_file_gets_the_documents_line_and_nothing_else(output, clock):
    documented_epoch(clock)
    assert output.getvalue() == DOCUMENTED + "\n"


def test_a_terminal_ends_with_the_documents_line(terminal, clock):
    documented_epoch(clock)
    written = terminal.close()
    # 2.5 s for 12800 samples leave 47200 * 2.5 / 12800 = 9.2 s
    running = "12800/60000 [=====>........................] - ETA: 9s - loss: 0.3043 - acc: 0.9000"
    assert running in written
    assert screen(written, columns=140) == [DOCUMENTED]


def test_a_line_that_does_not_fit_is_cut_while_it_runs_and_whole_when_it_ends(monkeypatch, clock):
    with Terminal(columns=60) as terminal:
        redirect(monkeypatch, terminal.stream)
        documented_epoch(clock)
        written = terminal.close()
    longest = max(len(part) for part in re.split(r"[\r\n]+", written.rsplit("\r60000", 1)[0]))
    assert longest == 59
    # 128 characters on a terminal of 60 columns
    assert screen(written, columns=60) == [DOCUMENTED[:60], DOCUMENTED[60:120], DOCUMENTED[120:]]


def test_a_terminal_of_unknown_size_has_a_running_line(monkeypatch, clock):
    with Terminal(columns=0, lines=0) as terminal:
        redirect(monkeypatch, terminal.stream)
        documented_epoch(clock)
        written = terminal.close()
    assert "ETA: 9s" in written
    assert screen(written, columns=1000) == [DOCUMENTED]


def test_an_outer_bar_of_the_user_stays_below_the_lines(terminal, clock):
    with tqdm(total=3, desc="search", file=terminal.stream, ncols=60, mininterval=0) as outer:
        for _ in range(2):
            documented_epoch(clock)
            outer.update()
        outer.refresh()
        lines = screen(terminal_text(terminal), columns=140)
    assert lines[:2] == [DOCUMENTED, DOCUMENTED]
    assert lines[2].startswith("search:  67%")
    assert len(lines) == 3


def terminal_text(terminal):
    """Return what has arrived, after waiting for a mark at its end."""
    terminal.stream.write("\0")
    terminal.stream.flush()
    start = perf_counter()
    while perf_counter() - start < 5:
        text = b"".join(terminal._chunks).decode()
        if text.endswith("\0"):
            return text[:-1]
    raise AssertionError("the terminal did not show what was written to it")


def test_lines_written_meanwhile_do_not_run_into_the_bar(terminal, clock):
    bar = Progbar(10)
    clock.now += 1
    bar.update(5, [("loss", 0.5)])
    write_line("something happened")
    clock.now += 1
    bar.update(10, [("loss", 0.5)])
    final = "10/10 [==============================] - 2s 200ms/step - loss: 0.5000"
    assert screen(terminal.close()) == ["something happened", final]


def test_an_aborted_line_stays_and_ends(terminal, clock):
    bar = Progbar(10)
    clock.now += 1
    bar.update(5, [("loss", 0.5)])
    bar.abort()
    write_line("Traceback")
    running = " 5/10 [==============>...............] - ETA: 1s - loss: 0.5000"
    assert screen(terminal.close()) == [running, "Traceback"]


def test_drawing_is_throttled(terminal, clock):
    bar = Progbar(1000, interval=0.05)
    for step in range(1, 131):
        clock.now += 0.001
        bar.update(step)
    bar.update(1000)
    # 0.13 s in steps of 1 ms: nothing before the first 50 ms are over, then twice
    assert terminal.close().count("ETA") == 2


def test_bar_grows_as_in_the_documents(terminal, clock):
    bar = Progbar(100, interval=0)
    shown = []
    for current in (0, 3, 4, 50, 99):
        clock.now += 1
        bar.update(current)
    bar.update(100)
    shown = re.findall(r"/100 \[([=>.]*)\]", terminal.close())
    # int(30 * current / 100) characters are filled, the last of them the arrow head
    assert shown == [
        "." * 30,
        "." * 30,
        ">" + "." * 29,
        "=" * 14 + ">" + "." * 15,
        "=" * 28 + ">" + ".",
        "=" * 30,
    ]


@pytest.mark.parametrize(
    "elapsed, current, eta",
    [(10, 50, "10s"), (60, 30, "2:20"), (1, 99, "0s"), (4000, 50, "1:06:40"), (59.5, 1, "1:38:10")],
)
def test_eta(terminal, clock, elapsed, current, eta):
    bar = Progbar(100)
    clock.now += elapsed
    bar.update(current)
    bar.abort()
    assert f" - ETA: {eta}\n" in terminal.close().replace("\r\n", "\n")


@pytest.mark.parametrize(
    "elapsed, shown",
    [
        (150, " - 150s 15s/step"),
        (10, " - 10s 1s/step"),
        (0.5, " - 0s 50ms/step"),
        (0.005, " - 0s 500us/step"),
        (0, " - 0s 0us/step"),
    ],
)
def test_pace_of_a_finished_bar(output, clock, elapsed, shown):
    bar = Progbar(10)
    clock.now += elapsed
    bar.update(10)
    assert output.getvalue() == f"10/10 [{'=' * 30}]{shown}\n"


def test_unit_name_and_width(output, clock):
    bar = Progbar(10, width=5, unit_name="sample")
    bar.update(10)
    assert output.getvalue() == "10/10 [=====] - 0s 0us/sample\n"


def test_values_are_averaged_by_the_count_they_stand_for(output, clock):
    bar = Progbar(10)
    bar.update(8, [("loss", 1.0)])
    bar.add(2, [("loss", np.float32(2.0))])
    # (8 * 1 + 2 * 2) / 10
    assert output.getvalue().endswith(" - loss: 1.2000\n")


def test_a_value_without_progress_is_shown_and_weighs_nothing_if_it_was_there(output, clock):
    bar = Progbar(10)
    bar.update(10, [("loss", 1.0)], finalize=False)
    bar.update(10, [("loss", 9.0), ("val_loss", 3.0)])
    assert output.getvalue().endswith(" - loss: 1.0000 - val_loss: 3.0000\n")


def test_stateful_metrics_are_shown_as_they_are(output, clock):
    bar = Progbar(10, stateful_metrics=["hits", "auc"])
    bar.update(5, [("hits", 3), ("auc", 0.25), ("loss", 1.0)])
    bar.update(10, [("hits", 4), ("auc", np.float32(0.75)), ("loss", 2.0)])
    assert output.getvalue().endswith(" - hits: 4 - auc: 0.7500 - loss: 1.5000\n")


def test_stateless_metrics_name_what_is_averaged(output, clock):
    bar = Progbar(10, stateless_metrics=["loss"])
    bar.update(5, [("auc", 0.25), ("loss", 1.0)])
    bar.update(10, [("auc", 0.75), ("loss", 2.0)])
    assert output.getvalue().endswith(" - auc: 0.7500 - loss: 1.5000\n")


def test_final_values_replace_averages(output, clock):
    bar = Progbar(10)
    bar.update(5, [("loss", 1.0)])
    bar.update(10, [("loss", 7.0)], finalize=True)
    assert output.getvalue().endswith(" - loss: 7.0000\n")


@pytest.mark.parametrize(
    "value, shown",
    [
        (0.5, "0.5000"),
        (-0.5, "-0.5000"),
        (0.001, "1.0000e-03"),
        (0.0, "0.0000e+00"),
        (float("nan"), "nan"),
        (np.array([1.0, 2.0]), "1.5000"),
        (np.array(2.0, np.float32), "2.0000"),
        (3, "3.0000"),
    ],
)
def test_numbers(output, clock, value, shown):
    Progbar(1).update(1, [("x", value)])
    assert output.getvalue().endswith(f" - x: {shown}\n")


def test_a_bar_of_unknown_target(terminal, clock):
    bar = Progbar(None)
    clock.now += 2
    bar.update(4, [("loss", 0.5)])
    clock.now += 2
    bar.update(8, [("loss", 0.5)], finalize=True)
    written = terminal.close()
    assert "      4/Unknown - 2s 500ms/step - loss: 0.5000" in written
    assert screen(written) == ["      8/Unknown - 4s 500ms/step - loss: 0.5000"]


def test_a_bar_that_ends_early_shows_where(output, clock):
    Progbar(100).update(50, [("loss", float("nan"))], finalize=True)
    assert output.getvalue() == f" 50/100 [{'=' * 14}>{'.' * 15}] - 0s 0us/step - loss: nan\n"


def test_nothing_to_do(output, clock):
    Progbar(0).update(0)
    assert output.getvalue() == f"0/0 [{'=' * 30}] - 0s 0us/step\n"


def test_more_than_the_target(output, clock):
    Progbar(10).update(12)
    assert output.getvalue() == f"12/10 [{'=' * 30}] - 0s 0us/step\n"


def test_verbose_2_prints_one_short_line(output, clock):
    documented_epoch(clock, verbose=2)
    assert output.getvalue() == (
        " - 18s - loss: 0.2434 - acc: 0.9237 - val_loss: 0.1479 - val_acc: 0.9537\n"
    )


def test_verbose_0_prints_nothing(output, clock):
    documented_epoch(clock, verbose=0)
    assert output.getvalue() == ""


def test_both_lists_of_metrics_are_refused():
    with pytest.raises(TypeError, match="give one of them"):
        Progbar(1, stateful_metrics=[], stateless_metrics=[])


def test_verbose_is_resolved(terminal):
    assert resolve_verbose("auto", terminal.stream) == 1
    assert resolve_verbose("auto", io.StringIO()) == 2
    assert [resolve_verbose(v) for v in (0, 1, 2, False, True, np.int64(2))] == [0, 1, 2, 0, 1, 2]
    for wrong in ("yes", 3, -1, None, 0.5):
        with pytest.raises(ValueError, match="is not one of 0"):
            resolve_verbose(wrong)


def test_no_output_at_all(monkeypatch):
    redirect(monkeypatch, None)
    assert not is_interactive()
    Progbar(1).update(1)


class OutStream(io.StringIO):
    """Stands for the stream of a notebook's kernel, which is known by its module."""


OutStream.__module__ = "ipykernel.iostream"


@pytest.fixture
def notebook(monkeypatch):
    stream = OutStream()
    redirect(monkeypatch, stream)
    return stream


def test_a_notebook_without_widgets_redraws_text(notebook, clock, monkeypatch):
    monkeypatch.setattr(live_line, "_has_widgets", lambda: False)
    documented_epoch(clock)
    assert "ETA: 9s" in notebook.getvalue()
    assert "\x1b" not in notebook.getvalue()
    assert screen(notebook.getvalue(), columns=1000) == [DOCUMENTED]


def test_a_notebook_with_widgets_has_a_widget_until_the_line_is_final(notebook, clock, monkeypatch):
    events = []

    class FakeWidget(tqdm):
        """tqdm's notebook bar, without the browser."""

        def __init__(self, **options):
            events.append(("open", options["total"], options["leave"]))
            self.n = 0

        def disp(self, msg, check_delay):
            events.append((self.n, msg))

        def close(self):
            events.append("close")

        def __del__(self):
            pass

    monkeypatch.setattr(live_line, "_has_widgets", lambda: True)
    fake = types.ModuleType("tqdm.notebook")
    fake.tqdm_notebook = FakeWidget
    monkeypatch.setitem(sys.modules, "tqdm.notebook", fake)
    tqdm_lines._widget_type.cache_clear()
    try:
        documented_epoch(clock)
    finally:
        tqdm_lines._widget_type.cache_clear()
    assert events == [
        ("open", 60000, False),
        (12800, "12800/60000<bar/> - ETA: 9s - loss: 0.3043 - acc: 0.9000"),
        "close",
    ]
    assert notebook.getvalue() == DOCUMENTED + "\n"


def test_not_drawing_costs_little():
    bar = Progbar(10**9, interval=1e9)
    values = [("loss", 0.5), ("acc", 0.5)]
    best = 1.0
    for _ in range(20):
        start = perf_counter()
        for _ in range(500):
            bar.add(1, values)
        best = min(best, (perf_counter() - start) / 500)
    assert best < 3e-6
