"""Imports point one way: from the models down to the settings, at the top of each module."""

import ast
from pathlib import Path

import pytest

import minikeras

ROOT = Path(minikeras.__file__).parent

# The floors of the house, the ground first. A module may import from its own room, and from the
# rooms on floors below.
FLOORS = (
    ("_version", "config", "import_paths", "lazy", "memory", "parallel", "registry", "scopes"),
    ("configurable",),
    ("dtype_policies",),
    ("autograd",),
    ("ops",),
    ("constraints", "initializers", "random", "activations", "regularizers"),
    ("losses", "optimizers"),
    ("utils",),
    ("callbacks", "datasets", "metrics", "preprocessing"),
    ("layers",),
    ("engine",),
    ("models",),
    ("saving",),
    ("applications", "backend", "wrappers"),
    ("__init__",),
    ("__main__",),
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}
# Parts of keras.utils that look at layers and models; only users import them.
FOR_USERS = (
    "utils/generic_utils.py",
    "utils/layer_utils.py",
    "utils/serialization.py",
    "utils/test_utils.py",
)
MODULES = sorted(ROOT.rglob("*.py"))


def room(path):
    """Return the top-level module or package that a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_rooms(path, node):
    """Return the rooms that an import statement of ours names."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif node.level == 0:
        names = [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
    else:
        package = ["minikeras", *path.relative_to(ROOT).parts[:-1]]
        base = package[: len(package) - node.level + 1] + ([node.module] if node.module else [])
        names = [".".join([*base, alias.name]) for alias in node.names]
    rooms = {name.split(".")[1] for name in names if name.startswith("minikeras.")}
    return rooms & set(FLOOR)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_point_down(path):
    assert room(path) in FLOOR, f"{room(path)} has no floor yet: put it into FLOORS"
    outside = path.relative_to(ROOT).as_posix() in FOR_USERS
    floor = len(FLOORS) if outside else FLOOR[room(path)]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for target in imported_rooms(path, node) - {room(path)}:
                assert FLOOR[target] < floor, (
                    f"line {node.lineno}: {room(path)} imports {target}, which does not stand below"
                )


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_our_own_modules_are_imported_at_the_top(path):
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for node in ast.walk(function):
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    assert not imported_rooms(path, node), (
                        f"line {node.lineno}: import our own modules at the top of the file"
                    )


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_our_own_modules_are_imported_relatively(path):
    """One style throughout: `from ..ops import dense`, never `from minikeras.ops import dense`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            assert node.module.partition(".")[0] != "minikeras", f"line {node.lineno}"
