"""Turns measurements into text: the lines printed during a run, and the README's table."""

from __future__ import annotations

import statistics

COLUMNS = {
    "floor": "floor",
    "minikeras": "**minikeras**",
    "keras-jax": "Keras on JAX",
    "keras-torch": "Keras on PyTorch",
    "keras-tensorflow": "Keras on TensorFlow",
    "torch": "plain PyTorch loop",
}


def combine(rounds: list[dict]) -> dict:
    """One peer's figures on one workload from those of its separate processes.

    The fastest and the median are over all epochs of all rounds; memory is the largest, import
    time the smallest (the first one also reads the disk).
    """
    failed = [figures for figures in rounds if "error" in figures]
    if failed:
        return failed[0]
    times = [t for figures in rounds for t in figures["times_ms"]]
    combined = {
        "ms_fastest": min(times),
        "ms_median": statistics.median(times),
        "peak_mb": max(figures["peak_mb"] for figures in rounds),
        "import_s": min(figures["import_s"] for figures in rounds),
        "rounds_ms": [figures["times_ms"] for figures in rounds],
        "version": rounds[0]["version"],
    }
    for key in ("loss", "gflops"):
        if rounds[0].get(key) is not None:
            combined[key] = rounds[-1][key]
    return combined


def fastest_keras(figures: dict[str, dict], key: str = "ms_fastest") -> float | None:
    """The best of the real Keras backends: what minikeras is compared with."""
    values = [f[key] for name, f in figures.items() if name.startswith("keras-") and key in f]
    return min(values, default=None)


def ratio(figures: dict[str, dict], peer: str, key: str) -> float | None:
    best = fastest_keras(figures, key)
    return figures[peer][key] / best if best and key in figures.get(peer, {}) else None


def number(value: float) -> str:
    """Three digits are all that a timing is good for."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def workload_lines(entry: dict) -> str:
    """All figures of one workload, as fixed-width text."""
    lines = [
        "",
        entry["title"],
        f"  {'':18}{'median ms':>11}{'fastest ms':>12}{'ratio':>8}{'peak MB':>10}{'import s':>10}",
    ]
    figures = entry["peers"]
    for peer, f in figures.items():
        if "error" in f:
            lines.append(f"  {peer:18} failed: {f['error'].splitlines()[-1][:90]}")
            continue
        against = ratio(figures, peer, "ms_fastest")
        lines.append(
            f"  {peer:18}{number(f['ms_median']):>11}{number(f['ms_fastest']):>12}"
            f"{'' if against is None else f'{against:.2f}':>8}"
            f"{f['peak_mb']:>10.0f}{f['import_s']:>10.2f}"
        )
    return "\n".join(lines)


def markdown_table(results: dict) -> str:
    """The README's table: fastest epoch in ms a step, then memory and import time."""
    workloads = results["workloads"]
    peers = [p for p in COLUMNS if any(p in w["peers"] for w in workloads.values())]
    header = ["milliseconds a step", *(COLUMNS[p] for p in peers)]
    with_ratio = "minikeras" in peers and any(p.startswith("keras-") for p in peers)
    if with_ratio:
        header.append("minikeras / fastest Keras")
    rows = []
    for entry in workloads.values():
        figures = entry["peers"]
        row = [entry["title"]] + [cell(figures.get(p, {}), "ms_fastest") for p in peers]
        if with_ratio:
            against = ratio(figures, "minikeras", "ms_fastest")
            row.append("" if against is None else f"{against:.2f}")
        rows.append(row)
    for entry in workloads.values():
        title = f"peak memory, MB: {entry['label']}"
        rows.append(summary_row(entry["peers"], title, "peak_mb", peers, with_ratio))
    # Every process imports once: the smallest over the whole run.
    imports: dict[str, dict] = {}
    for entry in workloads.values():
        for peer, f in entry["peers"].items():
            if "import_s" in f:
                best = imports.setdefault(peer, dict(f))
                best["import_s"] = min(best["import_s"], f["import_s"])
    rows.append(summary_row(imports, "`import`, seconds", "import_s", peers, with_ratio))
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    table = "\n".join("| " + " | ".join(row) + " |" for row in lines)
    return f"{table}\n\n{caption(results)}"


def cell(figures: dict, key: str) -> str:
    if "error" in figures:
        return "failed"
    return number(figures[key]) if key in figures else ""


def summary_row(figures, title, key, peers, with_ratio) -> list[str]:
    # Importing NumPy and holding a few matrices is no floor of anything.
    row = [title] + ["" if p == "floor" else cell(figures.get(p, {}), key) for p in peers]
    if with_ratio:
        against = ratio(figures, "minikeras", key)
        row.append("" if against is None else f"{against:.2f}")
    return row


def caption(results: dict) -> str:
    machine = results["machine"]
    versions = {
        name: f["version"]
        for entry in results["workloads"].values()
        for name, f in entry["peers"].items()
        if "version" in f
    }
    keras = next((v for name, v in versions.items() if name.startswith("keras-")), None)
    parts = [
        f"{machine['cpu']}, {machine['cores']} cores, {results['date'][:10]}",
        f"NumPy {versions['floor']}" if "floor" in versions else "",
        f"Keras {keras}" if keras else "",
        f"PyTorch {versions['torch']}" if "torch" in versions else "",
    ]
    made = ", ".join(part for part in parts if part)
    return (
        f"Fastest epoch of {results['rounds']} processes each, run in turn ({made}). The floor is "
        "the step's matrix products alone, in NumPy."
    )
