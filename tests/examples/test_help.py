"""Every example explains itself."""

import pytest

from tests.examples.conftest import EXAMPLES

SCRIPTS = sorted(p.stem for p in EXAMPLES.glob("*.py") if "def main(" in p.read_text("utf-8"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_help(name, example, run, capsys):
    module = example(name)
    with pytest.raises(SystemExit) as stopped:
        run(module, "--help")
    assert stopped.value.code == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert " ".join(module.__doc__.split())[:60].rsplit(" ", 1)[0] in printed
    assert "--epochs" in printed
