"""A progress bar for work that is not training: downloads, drawing digits."""

import sys

from tqdm import tqdm


def progress_bar(total, name, unit, done=0):
    """Return a tqdm bar on standard error, shown only where a person can watch it move.

    That is a terminal or a notebook; a log file stays clean. `total` may be None where it is not
    known; `done` is where to begin; the unit "B" is shown in KiB, MiB and so on.
    """
    watched = sys.stderr.isatty() or "ipykernel" in sys.modules
    return tqdm(
        total=total,
        desc=name,
        unit=unit,
        initial=done,
        unit_scale=unit == "B",
        unit_divisor=1024,
        leave=False,
        disable=not watched,
    )
