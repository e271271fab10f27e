"""Where downloaded files are kept: `$KERAS_HOME`, or else `~/.keras`, as in Keras.

The folder and the file names are those of Keras, so that one cache serves both.
"""

import os
import tempfile
import warnings

DATASETS_SUBDIR = "datasets"


def keras_home():
    """Return the folder for Keras's files: `$KERAS_HOME` if that is set, else `~/.keras`.

    The environment is read at every call and nothing is created.
    """
    return os.path.expanduser(os.environ.get("KERAS_HOME") or os.path.join("~", ".keras"))


def cache_path(fname, cache_subdir=DATASETS_SUBDIR, cache_dir=None):
    """Return the path of a cached file, whether it exists or not.

    `cache_dir` defaults to `keras_home()`. An absolute `fname` stands for itself, and an absolute
    `cache_subdir` replaces the folder.
    """
    base = keras_home() if cache_dir is None else os.path.expanduser(os.fspath(cache_dir))
    return os.path.join(base, os.fspath(cache_subdir), os.fspath(fname))


def writable_cache_path(fname, cache_subdir=DATASETS_SUBDIR, cache_dir=None):
    """Return `cache_path` if a file can be written there, else a path in the temporary folder.

    The folder is created. A cache that cannot be written to (a read-only home, say) is replaced
    by `.keras` in the system's temporary folder, with a warning.
    """
    path = cache_path(fname, cache_subdir, cache_dir)
    if _make_writable_folder(os.path.dirname(path)):
        return path
    fallback = cache_path(fname, cache_subdir, os.path.join(tempfile.gettempdir(), ".keras"))
    if fallback == path or not _make_writable_folder(os.path.dirname(fallback)):
        raise PermissionError(
            f"Cannot write to the folder {os.path.dirname(path)!r}. Make it writable, or name "
            "another one by cache_dir= or by the environment variable KERAS_HOME."
        )
    warnings.warn(
        f"Cannot write to the folder {os.path.dirname(path)!r}, so {fallback!r} is used instead. "
        "Set the environment variable KERAS_HOME to choose a folder that lasts.",
        stacklevel=3,
    )
    return fallback


def _make_writable_folder(folder):
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)
