"""Matrix products whose rows or columns are shared among threads."""

import numpy as np

from .threads import num_threads, run

_WORTH_A_THREAD = 4_000_000  # multiplications that repay the hand-over


def matmul(a, b):
    """Return the product of two matrices, rows or columns of the result shared among threads.

    Small products are left to one thread; so are tensors and arrays of other ranks, to `a @ b`.
    """
    if a.size * b.shape[-1] < 2 * _WORTH_A_THREAD:
        return _alone(a, b)
    return matmuls([(a, b)])[0]


def matmuls(pairs):
    """Return the list of products of several pairs of matrices, all of them shared in one go."""
    multiplications = sum([a.size * b.shape[-1] for a, b in pairs])
    if multiplications < 2 * _WORTH_A_THREAD or num_threads() == 1 or not _fit(pairs):
        return [_alone(a, b) for a, b in pairs]
    results = [np.empty((len(a), b.shape[1]), a.dtype) for a, b in pairs]
    shares = max(max(y.shape) for y in results)

    def work(start, stop):
        for (a, b), y in zip(pairs, results, strict=True):
            m, n = y.shape
            if m >= n:
                rows = slice(m * start // shares, m * stop // shares)
                np.matmul(a[rows], b, out=y[rows])
            else:
                columns = slice(n * start // shares, n * stop // shares)
                np.matmul(a, b[:, columns], out=y[:, columns])

    run(work, shares, -(-_WORTH_A_THREAD * shares // multiplications))
    return results


def _alone(a, b):
    # For two matrices, np.dot takes half a microsecond less than @.
    return np.dot(a, b) if a.ndim == b.ndim == 2 else a @ b


def _fit(pairs):
    """Return whether all are products of two matrices of one type."""
    return all(
        type(a) is type(b) is np.ndarray
        and a.ndim == b.ndim == 2
        and a.shape[1] == len(b)
        and a.dtype == b.dtype
        for a, b in pairs
    )
