"""Files that appear whole or not at all.

New content is written beside its target, put on disk, and renamed over the target in one step. A
kill at any moment leaves the old file or the new one; at worst a hidden `.part` file remains.
"""

import contextlib
import os
import secrets
import stat


@contextlib.contextmanager
def atomic_path(target):
    """Give the path to write to; move what was written there to `target` when the block ends.

    Where the block raises, the new file is deleted and the target is what it was.

    Args:
        target: path of the file to make or replace. A symbolic link is followed: what it points
            to is replaced. Missing folders are made.

    Raises:
        IsADirectoryError: the target is a folder.
        OSError: the disk is full, the folder cannot be written to, and the like.
    """
    target = os.path.realpath(os.fspath(target))
    if os.path.isdir(target):
        raise IsADirectoryError(f"Cannot write {target!r}: there is a folder of that name.")
    folder, name = os.path.split(target)
    os.makedirs(folder, exist_ok=True)
    # Names of 255 bytes are the longest most systems take.
    short = name.encode("utf-8", "surrogateescape")[:200].decode("utf-8", "ignore")
    part = os.path.join(folder, f".{short}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        yield part
        _keep_mode(target, part)
        sync_file(part)
        os.replace(part, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
        raise
    sync_folder(folder)


def write_bytes(target, content):
    """Make `content` the whole content of the file `target`, in one step."""
    with atomic_path(target) as part, open(part, "wb") as file:
        file.write(content)


def sync_file(path):
    """Wait until the content of a file is on the disk."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder):
    """Wait until the renames in a folder are on the disk, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder or ".", os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # Some network file systems refuse; the rename itself has happened.
    finally:
        os.close(descriptor)


def _keep_mode(target, part):
    """Give the new file the permissions of the one it replaces."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        os.chmod(part, stat.S_IMODE(os.stat(target).st_mode))
