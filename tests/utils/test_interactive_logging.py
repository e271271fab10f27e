import io
import logging

import pytest

from minikeras import config, utils
from minikeras.utils.live_line import is_interactive, write_line


@pytest.fixture
def _disabled():
    utils.disable_interactive_logging()
    yield
    utils.enable_interactive_logging()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_lines_are_printed_by_default(capsys):
    assert utils.is_interactive_logging_enabled()
    write_line("loss: 0.5")
    assert capsys.readouterr().out == "loss: 0.5\n"


def test_lines_are_logged_on_request(_disabled, capsys, caplog):
    assert not config.is_interactive_logging_enabled()
    with caplog.at_level(logging.INFO, logger="minikeras"):
        write_line("loss: 0.5")
    assert caplog.record_tuples == [("minikeras", logging.INFO, "loss: 0.5")]
    assert capsys.readouterr().out == ""


def test_progress_is_logged_when_it_is_done(_disabled, capsys, caplog):
    with caplog.at_level(logging.INFO, logger="minikeras"):
        bar = utils.Progbar(3)
        for step in range(1, 4):
            bar.update(step, [("loss", 1.0)])
    assert capsys.readouterr().out == ""
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("3/3 [===")


def test_nothing_is_redrawn_on_a_terminal(_disabled):
    assert not is_interactive(Terminal())
    utils.enable_interactive_logging()
    assert is_interactive(Terminal())
