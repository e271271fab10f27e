"""Parts of a range side by side: which parts, which results, which errors, and forks."""

import os
import threading
import time

import numpy as np
import pytest

from minikeras import parallel


@pytest.fixture
def threads():
    """Three threads, whatever the machine has."""
    parallel.set_num_threads(3)
    yield 3
    parallel.set_num_threads(None)


def test_parts_cover_the_range_in_order(threads):
    assert parallel.run(lambda start, stop: (start, stop), 10) == [(0, 3), (3, 6), (6, 10)]
    assert parallel.run(lambda start, stop: (start, stop), 10, least=4) == [(0, 5), (5, 10)]
    assert parallel.run(lambda start, stop: (start, stop), 10, least=6) == [(0, 10)]
    assert parallel.run(lambda start, stop: (start, stop), 2) == [(0, 1), (1, 2)]
    assert parallel.run(lambda start, stop: (start, stop), 0) == [(0, 0)]


def test_parts_run_side_by_side(threads):
    """Each part waits for the others: in one thread this would never end."""
    together = threading.Barrier(threads)
    found = parallel.run(
        lambda start, stop: (together.wait(timeout=10), threading.get_ident())[1], 3
    )
    assert len(set(found)) == threads
    assert found[0] == threading.get_ident()


def test_a_section_inside_a_section_runs_its_parts_in_sequence(threads):
    def outer(start, stop):
        return parallel.run(lambda a, b: (a, b, threading.get_ident()), 6)

    for inner in parallel.run(outer, 3):
        assert [part[:2] for part in inner] == [(0, 2), (2, 4), (4, 6)]
        assert len({part[2] for part in inner}) == 1


def test_an_error_in_any_part_is_raised_after_all_have_ended(threads):
    ended = []

    def work(start, stop):
        if start == 3:
            raise ValueError("part 3")
        ended.append(start)

    for _ in range(2):  # the threads survive
        with pytest.raises(ValueError, match="part 3"):
            parallel.run(work, 9)
    assert sorted(ended) == [0, 0, 6, 6]


@pytest.mark.parametrize("culprit", [0, 6])
def test_an_error_waits_for_the_other_parts(threads, culprit):
    release, others = threading.Event(), []

    def work(start, stop):
        if start == culprit:
            release.set()
            raise KeyError(culprit)
        release.wait(timeout=10)
        time.sleep(0.02)
        others.append(start)

    with pytest.raises(KeyError):
        parallel.run(work, 9)
    assert len(others) == 2


def test_floating_point_errors_are_treated_as_in_the_calling_thread(threads):
    zeros = np.zeros(3)

    def work(start, stop):
        return 1 / zeros[start:stop]

    with np.errstate(divide="ignore"):
        assert all(np.isinf(part).all() for part in parallel.run(work, 3))
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        parallel.run(work, 3)


def test_matrix_products_inside_use_one_thread(threads):
    blas = parallel._blas()
    if blas is None:
        pytest.skip("NumPy's BLAS is not OpenBLAS")
    before = blas.get()
    counts = parallel.run(lambda start, stop: blas.get(), 3)
    assert counts == [1, 1, 1]
    assert blas.get() == before


def test_number_of_threads():
    assert parallel.num_threads() >= 1
    parallel.set_num_threads(5)
    try:
        assert parallel.num_threads() == 5
    finally:
        parallel.set_num_threads(None)
    for bad in (0, -1, 1.5, "2"):
        with pytest.raises(ValueError, match="positive integer"):
            parallel.set_num_threads(bad)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_starts_threads_of_its_own(threads):
    parallel.run(lambda start, stop: None, 3)
    child = os.fork()
    if child == 0:
        ok = parallel.run(lambda start, stop: start, 3) == [0, 1, 2]
        os._exit(0 if ok else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
