"""Times minikeras against real Keras and PyTorch: the same models on the same data.

    python benchmarks/run.py --peer-python PATH_OF_A_PYTHON_WITH_KERAS

Every figure comes from a process of its own, and the packages take turns, so that a machine that
slows down meanwhile slows all of them. Prints milliseconds a step (warm: the first epoch is
dropped), the ratio to the fastest Keras backend, peak memory and import time, and beside them the
floor: the step's matrix products alone, in NumPy, timed in the same run. The figures are saved as
JSON; ``--table FILE`` turns such a file into the README's table.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

from machine import Peer, find_peers, machine_facts
from report import combine, markdown_table, workload_lines
from tqdm import tqdm
from worker import RESULT
from workloads import WORKLOADS, mnist_file

HERE = Path(__file__).resolve().parent


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument(
        "--peer-python",
        action="append",
        default=[],
        metavar="PATH",
        help="another interpreter to look for packages in; may be given several times",
    )
    parser.add_argument(
        "--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS), metavar="NAME"
    )
    parser.add_argument("--only", nargs="+", metavar="PEER", help="leave out all other packages")
    parser.add_argument("--rounds", type=int, default=3, help="processes for each figure")
    parser.add_argument("--timeout", type=int, default=600, help="seconds for one process")
    parser.add_argument("--output", type=Path, help="results/DATE.json unless given")
    parser.add_argument("--table", type=Path, metavar="FILE", help="only print FILE's table")
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    if arguments.table:
        print(markdown_table(json.loads(arguments.table.read_text())))
        return 0
    # Not resolved: the python of a virtual environment is a link out of it.
    pythons = [sys.executable, *(os.path.abspath(path) for path in arguments.peer_python)]
    peers, interpreters = find_peers(pythons)
    if arguments.only:
        unknown = set(arguments.only) - {peer.name for peer in peers}
        if unknown:
            found = ", ".join(peer.name for peer in peers)
            raise SystemExit(f"--only: {', '.join(sorted(unknown))} not found; found: {found}")
        peers = [peer for peer in peers if peer.name in arguments.only]
    now = datetime.now(timezone.utc)
    results = {
        "date": now.isoformat(timespec="seconds"),
        "machine": machine_facts(),
        "interpreters": list(interpreters.values()),
        "rounds": arguments.rounds,
        "mnist": "real" if mnist_file() else "noise",
        "workloads": {},
    }
    output = arguments.output or HERE / "results" / f"{now:%Y-%m-%d-%H%M}.json"
    total = len(arguments.workloads) * len(peers) * arguments.rounds
    with tqdm(total=total, unit="process") as bar:
        for name in arguments.workloads:
            rounds: dict[str, list[dict]] = {peer.name: [] for peer in peers}
            for _ in range(arguments.rounds):
                for peer in peers:
                    bar.set_description(f"{name}, {peer.name}")
                    rounds[peer.name].append(measure(peer, name, arguments.timeout))
                    bar.update()
            figures = {peer: combine(measured) for peer, measured in rounds.items()}
            workload = WORKLOADS[name]
            entry = {"label": workload.label, "title": workload.title, "peers": figures}
            results["workloads"][name] = entry
            tqdm.write(workload_lines(entry))
            # After every workload: an interrupted run keeps what it has.
            results["machine"]["load_average_at_end"] = os.getloadavg()[0]
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(json.dumps(results, indent=1) + "\n")
    print(f"\nsaved to {output}")
    failures = [
        f"{name}, {peer}"
        for name, entry in results["workloads"].items()
        for peer, figures in entry["peers"].items()
        if "error" in figures
    ]
    for failure in failures:
        print(f"failed: {failure}", file=sys.stderr)
    return bool(failures)


def measure(peer: Peer, workload: str, timeout: int) -> dict:
    """The figures of one process, or why there are none."""
    command = [peer.python, str(HERE / "worker.py"), peer.package, workload]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=timeout,
            env=peer.environment(),
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return {"error": f"no result within {timeout} s"}
    for line in reversed(done.stdout.splitlines()):
        if line.startswith(RESULT):
            return json.loads(line[len(RESULT) :])
    return {"error": (done.stderr or f"exit status {done.returncode}").strip()}


if __name__ == "__main__":
    sys.exit(main())
