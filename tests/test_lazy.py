import sys
import types

import pytest

from minikeras.lazy import lazy_names


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package on disk with two modules that note when they are loaded."""
    folder = tmp_path / "lazy_package"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from minikeras.lazy import lazy_names\n"
        "homes = {'.first': 'one two', '.second': '', 'math': 'tau'}\n"
        "__getattr__, __dir__ = lazy_names(__name__, homes)\n"
        "present = 1\n"
    )
    (folder / "first.py").write_text("one, two = 1, 2\n")
    (folder / "second.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    import lazy_package

    yield lazy_package
    for name in [n for n in sys.modules if n.partition(".")[0] == "lazy_package"]:
        del sys.modules[name]


def test_modules_are_loaded_at_first_use(package):
    assert "lazy_package.first" not in sys.modules
    assert package.two == 2
    assert "lazy_package.first" in sys.modules
    assert vars(package)["two"] == 2
    assert "one" not in vars(package)


def test_a_module_itself_and_names_from_elsewhere(package):
    assert isinstance(package.second, types.ModuleType)
    assert 6.28 < package.tau < 6.29


def test_dir_lists_what_is_there_and_what_is_to_come(package):
    assert {"one", "two", "second", "tau", "present"} <= set(dir(package))


def test_other_names_are_attribute_errors(package):
    with pytest.raises(AttributeError, match="'lazy_package' has no attribute 'three'") as caught:
        _ = package.three
    # With these Python suggests another name.
    assert (caught.value.name, caught.value.obj) == ("three", package)


def test_a_table_needs_no_package_to_be_made():
    look_up, names = lazy_names(__name__, {"math": "pi"})
    assert 3.14 < look_up("pi") < 3.15
    assert "pi" in names()


def test_modules_that_hold_names_can_be_had_themselves(package):
    assert package.first.one == 1
