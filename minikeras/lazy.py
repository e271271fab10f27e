"""Names of a package that are imported when they are first used.

What few scripts need should not cost every script its import; and a package of helpers for all
layers, low and high, must not load the high ones while the low ones are being loaded.
"""

import importlib
import sys


def lazy_names(package, homes):
    """Return the `__getattr__` and `__dir__` of a package some of whose names are lazy.

    Args:
        package: the package's `__name__`.
        homes: {module: names}: names separated by spaces, each to be found in the module of that
            name (relative ones start with a dot, and can be had themselves); an empty string
            names the module itself.
    """
    home_of = {}
    for module, names in homes.items():
        for name in names.split():
            home_of[name] = (module, name)
        if not names:
            home_of[module.rpartition(".")[2]] = (module, None)
    modules = {m[1:]: (m, None) for m in homes if m.startswith(".") and m[1:].isidentifier()}

    def look_up(name):
        if name not in home_of and name not in modules:
            raise AttributeError(
                f"module {package!r} has no attribute {name!r}", name=name, obj=sys.modules[package]
            )
        module, attribute = home_of.get(name) or modules[name]
        value = importlib.import_module(module, package)
        if attribute is not None:
            value = getattr(value, attribute)
        setattr(sys.modules[package], name, value)  # from now on an ordinary attribute
        return value

    def list_names():
        return sorted({*vars(sys.modules[package]), *home_of})

    return look_up, list_names
