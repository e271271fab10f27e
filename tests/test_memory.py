"""Freed memory stays with the process where the C library can be told so."""

import subprocess
import sys

from minikeras.memory import keep_freed_memory

_FAULTS = """
import resource
import sys

import numpy as np

from minikeras.memory import keep_freed_memory

if sys.argv[1] == "keep" and not keep_freed_memory():
    print(-1)
    raise SystemExit


def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(50):
        parts = [np.ones(500_000, "float32") for _ in range(4)]
        del parts
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


faults()
print(faults())
"""


def _faults(mode):
    result = subprocess.run(
        [sys.executable, "-c", _FAULTS, mode], capture_output=True, text=True, check=True
    )
    return int(result.stdout)


def test_blocks_of_megabytes_are_used_again_without_new_pages():
    kept = _faults("keep")
    if kept < 0:
        assert keep_freed_memory() is False  # not glibc: nothing is promised
        return
    # Four blocks of 2 MB, fifty times: 100,000 pages where each block is fetched anew.
    assert kept < 2_000 < _faults("release")


def test_asking_twice_is_asking_once():
    assert keep_freed_memory() is keep_freed_memory()
