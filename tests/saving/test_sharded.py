"""Weights spread over several files."""

import json
import os

import numpy as np
import pytest

import minikeras as keras


def stack():
    layers = [keras.layers.Dense(30, input_shape=(20,)), keras.layers.Dense(10)]
    return keras.Sequential(layers)


LIMIT = 2600 / 2**30  # the first kernel has 2400 bytes


def test_there_and_back(tmp_path):
    model, other = stack(), stack()
    model.save_weights(tmp_path / "w.weights.json", max_shard_size=LIMIT)
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == ["w.weights.json", "w_00000.weights.h5", "w_00001.weights.h5"]
    weight_map = json.loads((tmp_path / "w.weights.json").read_text())["weight_map"]
    assert weight_map["/layers/dense/vars"] == ["w_00000.weights.h5"]
    other.load_weights(tmp_path / "w.weights.json")
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_weight_that_fits_no_file(tmp_path):
    with pytest.raises(ValueError, match="2400 bytes, more than"):
        stack().save_weights(tmp_path / "w.weights.json", max_shard_size=1e-6)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("weight_map"), "no weight_map"),
        (lambda d: d["weight_map"].update(x="/etc/passwd"), "another folder"),
        (lambda d: d["weight_map"].update(x="../w.h5"), "another folder"),
        (lambda d: d["weight_map"].update(x=3), "names no file"),
        (lambda d: d["weight_map"].update(x="none.weights.h5"), "missing"),
        (lambda d: [d["weight_map"].pop(k) for k in list(d["weight_map"])], "holds 0 for it"),
    ],
)
def test_damaged_maps(tmp_path, change, message):
    model = stack()
    path = tmp_path / "w.weights.json"
    model.save_weights(path, max_shard_size=LIMIT)
    before = [w + 1 for w in model.get_weights()]
    model.set_weights(before)
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(ValueError, match=message):
        model.load_weights(path)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_a_save_that_is_broken_off_leaves_the_last_one(tmp_path, monkeypatch):
    model, path = stack(), tmp_path / "w.weights.json"
    model.save_weights(path, max_shard_size=LIMIT)
    first = model.get_weights()
    model.set_weights([w + 1 for w in first])
    replace, done = os.replace, []

    def until(limit):
        def count(source, target):
            if len(done) == limit:
                raise OSError("no more")
            done.append(target)
            replace(source, target)

        return count

    for limit in range(3):  # two files and the map
        done.clear()
        monkeypatch.setattr(os, "replace", until(limit))
        with pytest.raises(OSError, match="no more"):
            model.save_weights(path, max_shard_size=LIMIT)
        monkeypatch.undo()
        other = stack()
        other.load_weights(path)
        for one, two in zip(first, other.get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)


def test_saved_again_and_again(tmp_path):
    path = tmp_path / "w.weights.json"
    (tmp_path / "w_other.weights.h5").write_text("not ours")
    for number in range(4):
        model = stack()
        model.save_weights(path, max_shard_size=LIMIT)
        other = stack()
        other.load_weights(path)
        np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
        weight_map = json.loads(path.read_text())["weight_map"]
        used = {name for names in weight_map.values() for name in names}
        files = {p.name for p in tmp_path.glob("w_0*")}
        assert files == used | {"w_00000.weights.h5"}, number
    assert (tmp_path / "w_other.weights.h5").read_text() == "not ours"
    path.write_text("no map")
    model.save_weights(path, max_shard_size=LIMIT)
    other.load_weights(path)


@pytest.mark.parametrize("size", [0, -1, float("nan"), "1", True, None])
def test_sizes_that_are_none(tmp_path, size):
    with pytest.raises(ValueError, match="max_shard_size"):
        stack().save_weights(tmp_path / "w.weights.json", max_shard_size=size)
    assert not list(tmp_path.iterdir())


def test_the_suffix_and_the_size_belong_together(tmp_path):
    with pytest.raises(ValueError, match=r"\.weights\.json"):
        stack().save_weights(tmp_path / "w.weights.h5", max_shard_size=1)
    with pytest.raises(ValueError, match="max_shard_size"):
        stack().save_weights(tmp_path / "w.weights.json")
