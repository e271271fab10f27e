"""`python -m minikeras SCRIPT`: scripts that say `import keras` run as they are."""

import os
import subprocess
import sys
from pathlib import Path

import minikeras

ROOT = Path(minikeras.__file__).parents[1]


def run(*arguments, cwd):
    command = [sys.executable, "-m", "minikeras", *arguments]
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=cwd, env=settings, capture_output=True, text=True, timeout=120
    )


def test_a_script_runs_unchanged(tmp_path):
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "helper.py").write_text("UNITS = 3\n")
    (folder / "script.py").write_text(
        "import sys\n"
        "import keras\n"
        "from helper import UNITS\n"
        "from keras.layers.core import Dense\n"
        "from keras.models import Sequential\n"
        "if __name__ == '__main__':\n"
        "    print(Sequential([Dense(UNITS, input_dim=2)]).count_params(), sys.argv)\n"
        "    sys.exit(5)\n"
    )
    done = run("scripts/script.py", "--epochs", "2", cwd=tmp_path)
    assert done.stdout.strip() == "9 ['scripts/script.py', '--epochs', '2']", done.stderr
    assert done.returncode == 5


def test_an_error_names_the_line_of_the_script(tmp_path):
    (tmp_path / "script.py").write_text("import keras\nkeras.layers.Dense(-1)\n")
    done = run("script.py", cwd=tmp_path)
    assert 'script.py", line 2' in done.stderr
    assert "positive whole number of units" in done.stderr
    assert done.returncode == 1


def test_usage(tmp_path):
    assert run(cwd=tmp_path).returncode == 2
    assert "usage: python -m minikeras SCRIPT" in run("--help", cwd=tmp_path).stdout
    missing = run("missing.py", cwd=tmp_path)
    assert missing.returncode == 2
    assert "There is no script 'missing.py'" in missing.stderr
