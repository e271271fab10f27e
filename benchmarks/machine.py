"""What the figures were measured on, and what each interpreter has to measure."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

BACKENDS = ("jax", "torch", "tensorflow")

PROBE = """
import importlib.metadata as metadata, importlib.util as util, json, platform
found = {}
for name in ("minikeras", "keras", "jax", "torch", "tensorflow", "numpy"):
    if util.find_spec(name) is not None:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "unknown"
blas = None
if "numpy" in found:
    import numpy
    if hasattr(numpy, "show_config"):
        config = numpy.show_config(mode="dicts") or {}
        blas = config.get("Build Dependencies", {}).get("blas", {})
        blas = {key: blas.get(key) for key in ("name", "version", "openblas configuration")}
print(json.dumps({"python": platform.python_version(), "packages": found, "blas": blas}))
"""


@dataclass(frozen=True)
class Peer:
    """A package to measure: in which interpreter, and on which Keras backend."""

    name: str
    package: str
    python: str
    backend: str | None = None

    def environment(self) -> dict[str, str]:
        variables = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3")
        # Packages import from compiled files, as they do for users; the first round makes them.
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        if self.backend:
            variables["KERAS_BACKEND"] = self.backend
        return variables


def probe(python: str) -> dict:
    """Version, packages and BLAS of an interpreter."""
    # Run from this folder: from the project's, `-c` would find a minikeras that is not installed.
    done = subprocess.run(
        [python, "-c", PROBE],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parent,
    )
    if done.returncode:
        raise SystemExit(f"{python} cannot be asked what it has installed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def find_peers(pythons: list[str]) -> tuple[list[Peer], dict[str, dict]]:
    """Every package to measure, each in the first interpreter that has it."""
    peers: dict[str, Peer] = {}
    interpreters = {python: probe(python) for python in pythons}
    for python, facts in interpreters.items():
        packages = facts["packages"]
        if "numpy" in packages:
            peers.setdefault("floor", Peer("floor", "floor", python))
        if "minikeras" in packages:
            peers.setdefault("minikeras", Peer("minikeras", "minikeras", python))
        if "keras" in packages:
            for backend in BACKENDS:
                if backend in packages:
                    name = f"keras-{backend}"
                    peers.setdefault(name, Peer(name, "keras", python, backend))
        if "torch" in packages:
            peers.setdefault("torch", Peer("torch", "torch", python))
    return list(peers.values()), interpreters


def machine_facts() -> dict:
    """The machine, without its name: processor, cores, memory, system, thread settings, load."""
    return {
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "threads": {
            key: value for key, value in os.environ.items() if key.endswith("_NUM_THREADS")
        },
        "load_average": os.getloadavg()[0],
    }


def cpu_model() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
