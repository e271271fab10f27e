"""Files are whole: after errors, and after kills at random moments."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from minikeras.saving.atomic import atomic_path, write_bytes


def test_replaces_the_content_and_leaves_nothing_else(tmp_path):
    target = tmp_path / "deep" / "file.bin"
    write_bytes(target, b"one")
    write_bytes(target, b"two")
    assert target.read_bytes() == b"two"
    assert os.listdir(target.parent) == ["file.bin"]


def test_an_error_leaves_the_old_file(tmp_path):
    target = tmp_path / "file.bin"
    target.write_bytes(b"old")
    with pytest.raises(RuntimeError), atomic_path(target) as part, open(part, "wb") as file:
        file.write(b"half")
        raise RuntimeError
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file.bin"]


def test_permissions_and_links_stay(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_bytes(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_folder_is_no_target(tmp_path):
    with pytest.raises(IsADirectoryError, match="folder of that name"):
        write_bytes(tmp_path, b"")


def test_very_long_names(tmp_path):
    target = tmp_path / ("n" * 250)
    write_bytes(target, b"x")
    assert target.read_bytes() == b"x"


_WRITER = """
import sys
from minikeras.saving.atomic import write_bytes
for number in range(10**9):
    write_bytes(sys.argv[1], bytes([number % 256]) * 100_000)
    if number == 0:
        print("started", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
def test_a_kill_leaves_a_whole_file(tmp_path):
    target = tmp_path / "file.bin"
    moments = random.Random(7)
    for _ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(target)], stdout=subprocess.PIPE
        )
        writer.stdout.readline()
        time.sleep(moments.uniform(0.0, 0.05))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        content = target.read_bytes()
        assert len(content) == 100_000
        assert len(set(content)) == 1
