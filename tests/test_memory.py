"""Freed memory is kept: the same arrays again cost no new pages."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
import numpy as np
from minikeras.memory import keep_freed_memory

kept = keep_freed_memory()

def step():
    arrays = [np.ones(1_000_000) for _ in range(5)]  # 40 MB
    return sum(a[0] for a in arrays)

step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    step()
print(kept, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(**environment):
    """Return whether memory was kept, and how many pages five steps asked the system for."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MALLOC_", "GLIBC_"))}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    kept, count = done.stdout.split()
    return kept == "True", int(count)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a setting of glibc")
def test_the_same_arrays_again_need_no_new_pages():
    kept, count = faults()
    if not kept:
        pytest.skip("the C library is not glibc")
    assert count < 200  # of about 10,000 pages a step


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a setting of glibc")
def test_settings_in_the_environment_are_left_alone():
    kept, _ = faults(MALLOC_MMAP_THRESHOLD_="100000")
    assert not kept
