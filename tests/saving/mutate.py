"""Loads damaged copies of a file and reports what went wrong; run as a program of its own.

    python mutate.py model.keras first count

A crash of the HDF5 library, a hang or a lack of memory shows as the end of this program, not of
the test run. The damage follows from its number alone.
"""

import io
import random
import re
import signal
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

import h5py
import numpy as np

import minikeras as keras
from minikeras.saving import load_model

SECONDS = 20  # that one load may take
MEMORY = 2**30  # bytes beyond what the program begins with


def flip(content, source):
    changed = bytearray(content)
    for _ in range(source.choice([1, 1, 2, 8, 64])):
        changed[source.randrange(len(changed))] ^= 1 << source.randrange(8)
    return bytes(changed)


def overwrite(content, source):
    changed = bytearray(content)
    start = source.randrange(len(changed))
    length = source.choice([1, 2, 4, 8, 100])
    changed[start : start + length] = source.choice([b"\0", b"\xff", b"\x7f"]) * length
    return bytes(changed[: len(content)])


def cut(content, source):
    return content[: source.randrange(len(content))]


def remove(content, source):
    start = source.randrange(len(content))
    return content[:start] + content[start + source.randrange(1, 200) :]


def swap(content, source):
    size = source.choice([1, 8, 64, 512])
    a, b = (source.randrange(max(1, len(content) - size)) for _ in range(2))
    changed = bytearray(content)
    changed[a : a + size], changed[b : b + size] = content[b : b + size], content[a : a + size]
    return bytes(changed)


def structure(content, source):
    """Change an attribute, a name, a shape or a number in a text, the container being whole."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        name = source.choice(list(members))
        members[name] = (
            structure(members[name], source)
            if name.endswith(".h5")
            else text(members[name].decode(), source).encode()
        )
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, member in members.items():
                archive.writestr(name, member)
        return buffer.getvalue()
    buffer = io.BytesIO(content)
    with h5py.File(buffer, "r+") as file:
        places = []
        file.visit(places.append)
        holders = [h for h in (file, *(file[p] for p in places)) if len(h.attrs)]
        holder = source.choice(holders)
        key = source.choice(list(holder.attrs))
        value = holder.attrs[key]
        kind = source.randrange(4)
        if kind == 0:
            del holder.attrs[key]
        elif kind == 1 and isinstance(value, str):
            holder.attrs[key] = text(value, source)
        elif kind == 1:
            holder.attrs[key] = np.array([7.0])
        elif kind == 2:
            place = source.choice(places)
            del file[place]
        else:
            place = source.choice([p for p in places if isinstance(file[p], h5py.Dataset)])
            shape = file[place].shape
            del file[place]
            file[place] = np.zeros((*shape, 2)) if source.random() < 0.5 else np.array("text", "S9")
    return buffer.getvalue()


def text(value, source):
    """Change one number, word or bracket of a text."""
    found = list(re.finditer(r"-?\d+|null|true|false|\w+|[\[\]{},:]", value))
    match = source.choice(found)
    new = source.choice(["null", "-1", "0", "99999999999", '"x"', "[]", "{}", "1e999", "", "dense"])
    return value[: match.start()] + new + value[match.end() :]


WAYS = (flip, flip, overwrite, cut, remove, swap, structure, structure)


def limit_memory():
    try:
        import resource
    except ImportError:
        return
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))


def too_slow(*_):
    raise KeyboardInterrupt("too slow")


def main(path, first, count):
    content = Path(path).read_bytes()
    whole_model = not path.endswith(("w.h5", ".weights.h5"))
    warnings.simplefilter("ignore")
    sample = keras.Sequential([keras.layers.Dense(3, input_shape=(4,)), keras.layers.Dense(2)])
    limit_memory()
    signal.signal(signal.SIGALRM, too_slow)
    loaded = refused = 0
    folder = tempfile.mkdtemp()
    target = Path(folder) / Path(path).name
    for number in range(first, first + count):
        source = random.Random(number)
        way = source.choice(WAYS)
        target.write_bytes(way(content, source))
        before = sample.get_weights()
        signal.alarm(SECONDS)
        try:
            if whole_model:
                load_model(target)
            else:
                sample.load_weights(target)
            loaded += 1
        except (ValueError, OSError) as error:
            refused += 1
            if target.name not in str(error) or len(str(error)) > 5000:
                print(f"UNCLEAR {number} {way.__name__}: {type(error).__name__}: {error}")
            same = all(map(np.array_equal, before, sample.get_weights()))
            if not same:
                print(f"CHANGED {number} {way.__name__}")
        except BaseException as error:
            print(f"BAD {number} {way.__name__}: {type(error).__name__}: {error!s:.300}")
        finally:
            signal.alarm(0)
    print(f"DONE {loaded} {refused}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
