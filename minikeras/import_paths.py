"""Where older scripts look for things: `keras.layers.convolutional`, `keras.engine.topology`, ...

Two needs, two small mechanisms:

- A path of the era that our layout has no file for becomes a module without contents of its own,
  which looks every name up where it is now. Where a file of that path does exist, it is asked
  first. One table, `PATHS`, says which paths there are.
- When `minikeras` is known under another name (`install_as_keras()`, or a script's own
  `sys.modules["keras"] = minikeras`), `import keras.layers` must give the very module
  `minikeras.layers`, not a second copy with a second `Layer` class. A finder sees to it.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
import types

ROOT = __name__.rpartition(".")[0]

# (paths, the modules that have their names), all within the package.
PATHS = (
    (
        "layers.advanced_activations layers.convolutional layers.convolutional_recurrent "
        "layers.core layers.cudnn_recurrent layers.embeddings layers.local layers.merge "
        "layers.noise layers.normalization layers.pooling layers.recurrent layers.wrappers",
        ("layers",),
    ),
    (
        "engine engine.base_layer engine.input_layer engine.input_spec engine.network "
        "engine.sequential engine.topology engine.training",
        ("layers", "models", "layers.symbolic", "utils.layer_utils", "engine.private_names"),
    ),
    ("backend.common backend.tensorflow_backend", ("backend", "backend.session")),
    (
        "config",
        (
            "utils.interactive_logging",
            "utils.function_code",
            "utils.tracebacks",
            "dtype_policies",
        ),
    ),
    ("mixed_precision", ("dtype_policies",)),
    ("legacy legacy.layers", ("layers",)),
    ("objectives", ("losses",)),
    ("ops.numpy", ("ops",)),
    ("optimizers.legacy", ("optimizers",)),
    ("utils.multi_gpu_utils utils.training_utils", ("utils",)),
)

# Classes that have been merged into others since: every model can be nested in another now.
RENAMED = {"Container": ("models", "Model"), "Network": ("models", "Model")}


def add_old_paths():
    """Make every path of `PATHS` importable; the modules named there must be loaded already."""
    for paths, homes in PATHS:
        for path in paths.split():
            _add_path(f"{ROOT}.{path}", [f"{ROOT}.{home}" for home in homes])


def _add_path(path, homes):
    module = sys.modules.get(path)
    if module is None:
        module = types.ModuleType(path, f"Names that have moved to {homes[0]}.")
        module.__spec__ = importlib.machinery.ModuleSpec(path, None, is_package=True)
        module.__path__ = []  # there may be paths below this one
        sys.modules[path] = module
        parent, _, name = path.rpartition(".")
        vars(sys.modules[parent]).setdefault(name, module)

    def look_up(name):
        if name == "__all__":
            found = [module, *map(importlib.import_module, homes)]
            return sorted({n for m in found for n in public_names(m)})
        if name.startswith("__"):
            raise AttributeError(f"module {path!r} has no attribute {name!r}")
        for home in homes:
            try:
                return getattr(importlib.import_module(home), name)
            except AttributeError:
                continue
        if name in RENAMED:
            home, newer = RENAMED[name]
            return getattr(importlib.import_module(f"{ROOT}.{home}"), newer)
        raise AttributeError(f"module {path!r} has no attribute {name!r}")

    module.__getattr__ = look_up


def public_names(module):
    """Return the names in a module that are meant for others and are no modules themselves."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    ]


class _SameModule(importlib.abc.Loader):
    """Loads a module by handing out one that exists."""

    def __init__(self, module):
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec):
        return self._module

    def exec_module(self, module):
        module.__spec__ = self._spec  # the import system has put the other name's in its place


class _OtherNames(importlib.abc.MetaPathFinder):
    """Finds the submodules of a module of ours that is in `sys.modules` under another name."""

    def find_spec(self, fullname, path=None, target=None):
        parent, _, child = fullname.rpartition(".")
        real = getattr(sys.modules.get(parent), "__name__", parent)
        if real == parent or real.partition(".")[0] != ROOT:
            return None
        name = f"{real}.{child}"
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            return None
        return importlib.machinery.ModuleSpec(fullname, _SameModule(module))


def watch_other_names():
    """Let `import keras.x` give `minikeras.x` wherever `keras` stands for this package."""
    if not any(isinstance(finder, _OtherNames) for finder in sys.meta_path):
        sys.meta_path.insert(0, _OtherNames())


class install_as_keras:  # noqa: N801 - used like a function, and in a with statement
    """Make `import keras` import this library, in this process.

    After `minikeras.install_as_keras()` a script may say `import keras`, `from keras.layers import
    Dense` or `import keras.backend as K`, and gets the same modules, classes and settings as under
    the name minikeras. In a `with` statement the name is given back at the end of the block.

    Raises:
        ImportError: another package of that name has been imported before.
    """

    def __init__(self):
        present = sys.modules.get("keras")
        self._was_here = present is sys.modules[ROOT]
        if present is not None and not self._was_here:
            raise ImportError(
                f"Another keras is in use already ({getattr(present, '__file__', present)}). "
                "Call minikeras.install_as_keras() before anything imports keras."
            )
        sys.modules["keras"] = sys.modules[ROOT]

    def __enter__(self):
        return sys.modules[ROOT]

    def __exit__(self, *details):
        if self._was_here:
            return
        for name in list(sys.modules):
            if name == "keras" or name.startswith("keras."):
                del sys.modules[name]
