"""What the tests of downloads share: a body of bytes, and looks at what has arrived."""

import hashlib
import os

import numpy as np

from minikeras.utils.download import download

BODY = np.random.RandomState(0).bytes(300_000)


def has_digest(body):
    """Return a `verify` for `download`."""
    wanted = hashlib.sha256(body).hexdigest()

    def verify(path):
        with open(path, "rb") as file:
            found = hashlib.sha256(file.read()).hexdigest()
        return None if found == wanted else f"its sha256 is {found}"

    return verify


def fetch(server, target, **kwargs):
    download(server.url + "/data.bin", target, **kwargs)


def content(path):
    with open(path, "rb") as file:
        return file.read()


def assert_complete(target, body=BODY):
    """The target is there, with nothing left beside it."""
    assert content(target) == body
    assert os.listdir(os.path.dirname(target)) == ["data.bin"]
