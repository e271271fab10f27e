"""The example that forecasts: what it reads, that guesses and targets fit, that it beats them."""

import pytest


def error(printed, name):
    (line,) = (line for line in printed.splitlines() if line.startswith(name))
    return float(line.split()[-1])


def test_a_table_is_read_by_its_last_column(example, tmp_path, capsys):
    module = example("forecasting")
    path = tmp_path / "table.csv"
    path.write_text("when,what\n2020-01-01, 3.5\n\n2020-01-02,-4\n", "utf-8")
    assert module.load(path).tolist() == [3.5, -4.0]
    assert f"Data: {path}, 2 measurements" in capsys.readouterr().out
    path.write_text("when,what\n2020-01-01,cold\n", "utf-8")
    for wrong, message in ((path, "number.*cold"), (tmp_path / "none", "no file")):
        with pytest.raises(SystemExit, match=message):
            module.load(wrong)


def test_guesses_belong_to_the_times_forecast(example, run, tmp_path):
    """A straight line tells which measurement each guess was: 1 is the step between two."""
    path = tmp_path / "line.csv"
    path.write_text("\n".join(["x", *map(str, range(400))]), "utf-8")
    arguments = ("--window", 12, "--ahead", 3, "--period", 10, "--epochs", 1)
    printed = run(example("forecasting"), "--data", path, *arguments)
    assert error(printed, "as it is now") == pytest.approx(3, abs=2e-3)
    assert error(printed, "as it was 10 before") == pytest.approx(10, abs=2e-3)


def test_sizes_that_do_not_fit(example, run, capsys):
    with pytest.raises(SystemExit):
        run(example("forecasting"), "--window", 12, "--period", 24)
    assert "must not fall" in capsys.readouterr().err


def test_it_draws_the_curves(example, run, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    module, picture = example("forecasting"), tmp_path / "curves.png"
    some = module.made_up_temperatures(1000)
    monkeypatch.setattr(module, "made_up_temperatures", lambda: some)
    printed = run(module, "--epochs", 2, "--curves", picture)
    assert "No series was given" in printed
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_it_beats_the_guesses(example, run):
    printed = run(example("forecasting"), "--seed", 1)
    assert error(printed, "GRU") < 0.85 * error(printed, "as it was 24 before")
    assert error(printed, "GRU") < 0.85 * error(printed, "as it is now")
