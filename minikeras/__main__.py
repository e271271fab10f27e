"""`python -m minikeras SCRIPT [ARGUMENTS]` runs a script that says `import keras`, unchanged."""

import os
import runpy
import sys

from . import install_as_keras

USAGE = "usage: python -m minikeras SCRIPT [ARGUMENTS]"


def main(arguments):
    """Run a script in which `keras` is this library.

    Args:
        arguments: list of strings: the path of the script, then what it finds in `sys.argv`.

    Returns:
        The exit status: 0, or 2 where there is no such script.
    """
    if not arguments or arguments[0] in ("-h", "--help"):
        print(f"{USAGE}\n\nRun a script in which `import keras` imports minikeras.")
        return 0 if arguments else 2
    script = arguments[0]
    if not os.path.isfile(script):
        print(f"{USAGE}\nThere is no script {script!r}.", file=sys.stderr)
        return 2
    install_as_keras()
    sys.argv = list(arguments)
    sys.path[0] = os.path.dirname(os.path.abspath(script))  # where the script's own modules are
    runpy.run_path(script, run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
