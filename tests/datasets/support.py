"""Small stand-ins for the published files, served on the loopback interface."""

import hashlib
import io
import pickle
import tarfile

import numpy as np


def npz(compressed=True, **arrays):
    """Return the bytes of an .npz archive."""
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def ragged(lists):
    """Return lists as an array of objects (n,), also if they are all of one length."""
    array = np.empty(len(lists), dtype=object)
    for index, item in enumerate(lists):
        array[index] = item
    return array


def tar_gz(files):
    """Return the bytes of a .tar.gz archive of {name: bytes}."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def cifar_batch(images, protocol=2, **labels):
    """Return a batch file as the CIFAR archives have it: a dictionary with bytes for keys."""
    batch = {name.encode(): list(map(int, values)) for name, values in labels.items()}
    batch[b"data"] = images
    return pickle.dumps(batch, protocol)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Publisher:
    """Puts files where the data sets look for them: on the test server, with their checksums."""

    def __init__(self, server, monkeypatch):
        self.server = server
        self._patch = monkeypatch.setattr

    def publish(self, module, name, data, checksum="_SHA256", address="KERAS_FILES"):
        """Serve `data` as `name` in place of what `module` would fetch."""
        self.server.files["/" + name] = data
        base = self.server.url + "/"
        self._patch(module, address, base if address == "KERAS_FILES" else base + name)
        if checksum:
            self._patch(module, checksum, sha256(data))
