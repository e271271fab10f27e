"""What the examples share: where the picture of a training goes."""

import sys
from pathlib import Path

import pytest

from minikeras.callbacks import History
from tests.examples.conftest import EXAMPLES


def history(**values):
    made = History()
    made.history, made.epoch = values, list(range(2))
    return made


@pytest.mark.parametrize("name", ["mnist_mlp", "mnist_mlp_tanh", "mnist_cnn", "image_cnn"])
def test_examples_with_images_save_their_curves_unless_told_not_to(name, example, monkeypatch):
    common = example("common")
    monkeypatch.setattr(sys, "argv", [f"examples/{name}.py"])
    made = common.add_data_options(common.parser("", 1))
    assert made.parse_args([]).curves == EXAMPLES / "output" / f"{name}.png"
    assert made.parse_args(["--curves", ""]).curves == ""
    assert "if args.curves:" in (EXAMPLES / f"{name}.py").read_text("utf-8")


def test_curves_need_matplotlib_and_say_so(example, monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    example("common").save_curves(history(loss=[2.0, 1.0]), tmp_path / "a.png")
    assert "need matplotlib: pip install 'minikeras[plot]'" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_curves(example, capsys, tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "new folder" / "a.png"
    values = {"loss": [2.0, 1.0], "val_loss": [2.5, 1.5], "acc": [0.5, 0.7]}
    example("common").save_curves(history(**values), path, ["loss"])
    assert path.read_bytes().startswith(b"\x89PNG")
    assert f"Learning curves: {Path(path)}" in capsys.readouterr().out
