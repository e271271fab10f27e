"""Measures one workload on one package in this process, and prints the figures as one JSON line.

Started by run.py, once for each measurement, so that import time and peak memory are the
package's own. ``python benchmarks/worker.py PACKAGE WORKLOAD``, where PACKAGE is an importable
name (``minikeras``, ``keras``, ``torch``) or ``floor``.
"""

import importlib
import json
import sys
import time

RESULT = "RESULT "


def main() -> None:
    package_name, workload_name = sys.argv[1:]
    # Before anything else: NumPy, when it is not loaded yet, is part of what a package costs.
    begin = time.perf_counter()
    package = importlib.import_module("numpy" if package_name == "floor" else package_name)
    import_seconds = time.perf_counter() - begin

    import numpy as np
    from workloads import WORKLOADS

    workload = WORKLOADS[workload_name]
    if package_name == "floor":
        figures = floor(workload)
    else:
        x, y = workload.data(np.random.default_rng(0))
        if package_name == "torch":
            from torch_loop import run

            ends, loss = run(workload_name, workload, x, y)
        else:
            ends, loss = run_keras(package, workload, x, y)
        marks = ends[workload.block - 1 :: workload.block]
        unit = workload.block * workload.steps
        times = [1e3 * (b - a) / unit for a, b in zip(marks, marks[1:])]
        figures = {"times_ms": times, "loss": loss}
    figures |= {
        "import_s": import_seconds,
        "peak_mb": peak_megabytes(),
        "version": getattr(package, "__version__", "unknown"),
    }
    print(RESULT + json.dumps(figures), flush=True)


def run_keras(keras, workload, x, y) -> tuple[list[float], float | None]:
    """Through ``fit`` or ``predict``, as a user would; the time at the end of each epoch."""
    model = workload.build(keras)
    ends: list[float] = []
    if workload.predict:
        for call in range(workload.epochs):
            i = call % len(x)
            model.predict(x[i : i + 1], verbose=0)
            ends.append(time.perf_counter())
        return ends, None

    class Clock(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            ends.append(time.perf_counter())

    history = model.fit(
        x, y, batch_size=workload.batch, epochs=workload.epochs, verbose=0, callbacks=[Clock()]
    )
    return ends, float(history.history["loss"][-1])


def floor(workload) -> dict:
    """Milliseconds for the step's matrix products alone: the sum of each one's fastest time."""
    import numpy as np

    rng = np.random.default_rng(0)
    total_ms = flops = 0.0
    for count, m, k, n in workload.products:
        a, b = rng.random((m, k), dtype="float32"), rng.random((k, n), dtype="float32")
        out = np.empty((m, n), dtype="float32")
        np.matmul(a, b, out=out)
        # Small products are timed many at a time, so that the clock's own cost does not show.
        inner = max(1, int(2e6 / (m * k * n)))
        fastest = float("inf")
        for _ in range(15):
            begin = time.perf_counter()
            for _ in range(inner):
                np.matmul(a, b, out=out)
            fastest = min(fastest, (time.perf_counter() - begin) / inner)
        total_ms += 1e3 * count * fastest
        flops += 2.0 * count * m * k * n
    return {"times_ms": [total_ms], "gflops": flops / total_ms / 1e6}


def peak_megabytes() -> float:
    """The most memory this process has held, in MB (10**6 bytes)."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


if __name__ == "__main__":
    main()
