"""`name_scope` and `device`: contexts that mean something to graphs and GPUs.

There is one device here, the CPU, and operations have no names.
"""

import re


class name_scope:  # noqa: N801 - Keras spells it like a function
    """A context that groups operations under a name; of no effect on anything computed.

    Args:
        name: string without '/'.
        deduplicate, override_parent: as in Keras 3, how the names of groups are put together.
    """

    def __init__(self, name, deduplicate=True, override_parent=None):
        if not isinstance(name, str) or "/" in name:
            raise ValueError(f"A name scope needs a string without '/', not {name!r}.")
        self.name = name
        self.deduplicate = deduplicate
        self.override_parent = override_parent

    def __enter__(self):
        return self

    def __exit__(self, *details):
        return None


class device:  # noqa: N801 - Keras spells it like a function
    """A context within which everything runs on the named device, which has to be the CPU.

    Args:
        device_name: 'cpu', 'cpu:0' or '/device:CPU:0', in capital or small letters.

    Raises:
        ValueError: another device; there is none.
    """

    def __init__(self, device_name):
        if not isinstance(device_name, str) or not re.fullmatch(
            r"/?(device:)?cpu(:\d+)?", device_name, re.IGNORECASE
        ):
            raise ValueError(
                f"There is no device {device_name!r} here: minikeras computes on the CPU. Leave "
                "the device scope out, or name it 'cpu:0'."
            )
        self.name = device_name

    def __enter__(self):
        return self

    def __exit__(self, *details):
        return None
