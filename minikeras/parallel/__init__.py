"""Work on several cores: fixed parts, one thread each, matrix products single-threaded inside.

NumPy lets go of Python's lock while it computes, so threads that each take their share of a
batch keep all cores busy, with copies and elementwise passes as well as with products. The
threads that BLAS would start for a single product are switched off meanwhile: two threads with
their own halves are faster than two on one product, and where the machine is busy, BLAS threads
that wait for one another are slower by orders of magnitude.

    def work(start, stop):                       # images, rows, elements: any range
        np.multiply(x[start:stop], 2, out=y[start:stop])

    parallel.run(work, len(x), least=1000)       # two calls on two cores, at least 1000 each

    y = parallel.matmul(a, b)                    # one product, shared

Parts depend on the number of threads and of items alone, never on timing, and results come back
in the order of the parts: a sum over them has the same bits in every run.
"""

from .blas import blas_in_one_thread
from .products import matmul
from .threads import num_threads, run, set_num_threads

__all__ = [
    "blas_in_one_thread",
    "matmul",
    "num_threads",
    "run",
    "set_num_threads",
]
