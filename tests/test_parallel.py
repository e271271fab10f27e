"""Parts of a range side by side: which parts, which results, which errors, and forks."""

import os
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from minikeras import parallel
from minikeras.parallel import blas, products
from minikeras.parallel import threads as thread_module


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
    assert parallel.run(lambda start, stop: (start, stop), 160, 40) == [
        (0, 60),
        (60, 110),
        (110, 160),
    ]
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


def test_a_part_that_no_thread_has_begun_is_done_by_the_one_that_waits(threads):
    """Both workers are held up; the section ends nevertheless."""
    held, release = threading.Barrier(3), threading.Event()

    def hold():
        held.wait(timeout=10)
        release.wait(timeout=10)

    parallel.run(lambda start, stop: None, 3)  # the workers exist
    for worker in thread_module._workers:
        worker.put(SimpleNamespace(begin=hold))
    held.wait(timeout=10)
    try:
        found = parallel.run(lambda start, stop: (start, threading.get_ident()), 3)
    finally:
        release.set()
    assert found == [(i, threading.get_ident()) for i in range(3)]


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
    library = blas.openblas()
    if library is None:
        pytest.skip("NumPy's BLAS is not OpenBLAS")
    before = library.get()
    counts = parallel.run(lambda start, stop: library.get(), 3)
    assert counts == [1, 1, 1]
    assert library.get() == before


def test_products_in_one_thread_until_the_outermost_context_ends():
    library = blas.openblas()
    if library is None:
        pytest.skip("NumPy's BLAS is not OpenBLAS")
    before = library.get()
    try:
        library.set(2)
        with parallel.blas_in_one_thread:
            assert library.get() == 1
            with parallel.blas_in_one_thread:
                pass
            parallel.run(lambda start, stop: None, 2)
            assert library.get() == 1
        assert library.get() == 2
        with pytest.raises(KeyError), parallel.blas_in_one_thread:
            raise KeyError
        assert library.get() == 2
    finally:
        library.set(before)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "m, k, n", [(3, 4, 5), (300, 200, 200), (200, 200, 301), (1, 2, 1), (0, 3, 2), (400, 400, 100)]
)
@pytest.mark.parametrize("turned", [False, True])
def test_matrix_products(threads, m, k, n, dtype, turned):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(m, k)).astype(dtype), rng.normal(size=(k, n)).astype(dtype)
    if turned:
        a, b = np.asfortranarray(a), np.asfortranarray(b)
    y = parallel.matmul(a, b)
    assert y.dtype == dtype
    exact = a.astype("float64") @ b.astype("float64")
    np.testing.assert_allclose(y, exact, atol=1e-4 if dtype == "float32" else 1e-11)
    np.testing.assert_array_equal(parallel.matmul(a, b), y)


def test_large_products_are_shared(threads, monkeypatch):
    counts = []
    original = products.run
    monkeypatch.setattr(
        products,
        "run",
        lambda work, count, least: counts.append((count, least)) or original(work, count, least),
    )
    parallel.matmul(np.ones((300, 200)), np.ones((200, 200)))
    parallel.matmul(np.ones((200, 200)), np.ones((200, 300)))
    parallel.matmul(np.ones((20, 20)), np.ones((20, 30)))
    # 40000 multiplications for each row: a hundred repay another thread.
    assert counts == [(300, 100), (300, 100)]


def test_products_of_other_ranks():
    a, b = np.ones((2, 3, 4)), np.ones((4, 2))
    np.testing.assert_array_equal(parallel.matmul(a, b), a @ b)
    for large in (b, np.ones((3000, 3000))):
        with pytest.raises(ValueError, match="not aligned"):
            parallel.matmul(large, large[1:])


def test_number_of_threads():
    assert parallel.num_threads() >= 1
    parallel.set_num_threads(5)
    try:
        assert parallel.num_threads() == 5
    finally:
        parallel.set_num_threads(None)
    for bad in (0, -1, 1.5, "2", True):
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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_forked_while_another_thread_changes_the_threads_of_blas():
    context = parallel.blas_in_one_thread
    with context._lock:
        child = os.fork()
        if child == 0:
            os._exit(0 if context._lock.acquire(timeout=5) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
