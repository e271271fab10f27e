"""Library-wide settings: float type, fuzz factor, image data format, and the random streams.

Everything that draws random numbers asks this module for a named stream, so that initializers,
dropout and shuffling never disturb one another and the same seed gives the same bits whatever
callbacks or progress bars are on.
"""

import random as _python_random
import zlib

import numpy as np

_FLOAT_TYPES = ("float16", "float32", "float64")
_DATA_FORMATS = ("channels_last", "channels_first")

_floatx = "float32"
_epsilon = 1e-7
_image_data_format = "channels_last"


def backend():
    """Return what computes: always 'numpy'."""
    return "numpy"


def set_backend(backend):
    """Accept 'numpy', which is all there is; a ValueError for anything else."""
    if backend != "numpy":
        raise ValueError(f"minikeras computes with 'numpy'; there is no backend {backend!r}.")


def floatx():
    """Return the default float type, a string: 'float32' unless `set_floatx` changed it."""
    return _floatx


def set_floatx(value):
    """Set the default float type to 'float16', 'float32' or 'float64'; else a ValueError."""
    global _floatx
    if value not in _FLOAT_TYPES:
        raise ValueError(f"Unknown float type {value!r}; choose one of {', '.join(_FLOAT_TYPES)}.")
    _floatx = str(value)


def epsilon():
    """Return the fuzz factor that keeps divisions and logarithms finite (default 1e-7)."""
    return _epsilon


def set_epsilon(value):
    """Set the fuzz factor to a small positive float; else a ValueError."""
    global _epsilon
    number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not number or not 0 < value < float("inf"):
        raise ValueError(f"epsilon must be a positive number, not {value!r}.")
    _epsilon = float(value)


def image_data_format():
    """Return 'channels_last' (the default) or 'channels_first'."""
    return _image_data_format


def set_image_data_format(data_format):
    """Set the default layout of images: 'channels_last' or 'channels_first'."""
    global _image_data_format
    if data_format not in _DATA_FORMATS:
        raise ValueError(
            f"Unknown data_format {data_format!r}; choose one of {', '.join(_DATA_FORMATS)}."
        )
    _image_data_format = str(data_format)


def normalize_data_format(value):
    """Return `value` checked and in lower case, or the default layout for None."""
    if value is None:
        return _image_data_format
    lowered = value.lower() if isinstance(value, str) else value
    if lowered not in _DATA_FORMATS:
        raise ValueError(
            f"Unknown data_format {value!r}; choose one of {', '.join(_DATA_FORMATS)}."
        )
    return lowered


# ---------------------------------------------------------------------------------------------
# Random streams
# ---------------------------------------------------------------------------------------------
_root_seed = None  # None: follow NumPy's global generator, as scripts of the Keras 2 era expect
_draws = {}  # stream name -> how many generators were made from it under _root_seed
_streams = {}  # stream name -> its long-lived generator


def set_random_seed(seed):
    """Seed everything: Python's `random`, NumPy's global generator and every stream of ours.

    Two runs that call it with the same integer, and do the same things afterwards, give the same
    bits.
    """
    global _root_seed
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be an integer from 0 to 2**32 - 1, not {seed!r}.")
    _python_random.seed(int(seed))
    np.random.seed(int(seed))
    _root_seed = int(seed)
    _draws.clear()
    _streams.clear()


def new_generator(name, seed=None):
    """Return a fresh `numpy.random.Generator` for the purpose `name`.

    With `seed` given the result depends on it alone. Otherwise it follows from `set_random_seed`
    and from how many generators of that name were asked for since; and where `set_random_seed`
    was never called, from NumPy's global generator, so that `np.random.seed(7)` at the top of a
    script makes the script repeatable.
    """
    key = zlib.crc32(name.encode())
    if seed is not None:
        entropy, spawn_key = int(seed), ()
    elif _root_seed is not None:
        _draws[name] = _draws.get(name, 0) + 1
        entropy, spawn_key = _root_seed, (key, _draws[name])
    else:
        entropy, spawn_key = int(np.random.randint(0, 2**31 - 1)), (key,)
    sequence = np.random.SeedSequence(entropy, spawn_key=spawn_key)
    return np.random.Generator(np.random.SFC64(sequence))


def stream(name):
    """Return the long-lived generator `name` (such as 'dropout'), made at its first use."""
    generator = _streams.get(name)
    if generator is None:
        generator = _streams[name] = new_generator(name)
    return generator


def restart_streams():
    """Begin new streams from NumPy's global generator, unless `set_random_seed` rules them.

    A training run calls this when it starts: a script that calls `np.random.seed` before `fit`
    then repeats its dropout masks and its batch order too.
    """
    if _root_seed is None:
        _streams.clear()


def stream_states():
    """Return the state of every stream as a plain, picklable dictionary (see `restore_streams`)."""
    states = {name: generator.bit_generator.state for name, generator in _streams.items()}
    return {"root_seed": _root_seed, "draws": dict(_draws), "streams": states}


def restore_streams(saved):
    """Put back what `stream_states` returned: the streams go on as if never interrupted."""
    global _root_seed
    _root_seed = saved["root_seed"]
    _draws.clear()
    _draws.update(saved["draws"])
    _streams.clear()
    for name, state in saved["streams"].items():
        generator = np.random.Generator(np.random.SFC64())
        generator.bit_generator.state = state
        _streams[name] = generator
