"""A progress bar for work that is not training: downloads, drawing digits."""

import sys

from .live_line import is_interactive


def progress_bar(total, name, unit, done=0):
    """Return a tqdm bar on standard error, shown only where someone may watch it move.

    A log file stays clean. `total` may be None where it is not known; `done` is where to begin;
    the unit "B" is shown in KiB, MiB and so on.
    """
    # Loading tqdm takes a tenth of the time of `import minikeras`; only those who wait need it.
    from tqdm import tqdm

    return tqdm(
        total=total,
        desc=name,
        unit=unit,
        initial=done,
        unit_scale=unit == "B",
        unit_divisor=1024,
        leave=False,
        disable=not is_interactive(sys.stderr),
    )
