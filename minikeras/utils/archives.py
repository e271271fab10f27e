"""Unpack tar and zip archives that nobody vouches for.

Nothing is written outside the destination, and no link is ever made: a name that leads out of it
refuses the whole archive, and a link becomes a copy of the file it stands for. The contents appear
at the destination only once all of them are unpacked.
"""

import os
import re
import shutil
import tarfile
import tempfile
import zipfile
import zlib

try:
    from lzma import LZMAError
except ImportError:  # a Python built without xz: then there is nothing of it to fail
    LZMAError = EOFError

ARCHIVE_FORMATS = ("tar", "zip")


class UnsafeArchiveError(ValueError):
    """An archive holds an entry that must not be unpacked; nothing of it was."""


def archive_formats(archive_format):
    """Return the formats to try as a list; ValueError for one that is not known.

    'auto' is ['tar', 'zip']; None and an empty list are no format at all.
    """
    if archive_format is None:
        return []
    if isinstance(archive_format, str):
        archive_format = ARCHIVE_FORMATS if archive_format == "auto" else (archive_format,)
    formats = list(archive_format)
    for name in formats:
        if name not in ARCHIVE_FORMATS:
            raise ValueError(
                f"Unknown archive_format {name!r}; choose 'auto', 'tar' (compressed by gzip, "
                "bzip2 or xz, or not at all), 'zip', a list of these, or None."
            )
    return formats


def extract_archive(file_path, path=".", archive_format="auto"):
    """Unpack the archive `file_path` into the folder `path`, over what is there.

    archive_format: 'auto' (try tar, then zip), 'tar', 'zip', a list of these, or None for
        nothing.

    Returns True, or False if the file is of none of these formats. Raises UnsafeArchiveError (a
    ValueError) for an entry that leads out of `path` or is a device, and ValueError for a damaged
    or encrypted archive; nothing is unpacked then.
    """
    for name in archive_formats(archive_format):
        recognizes = tarfile.is_tarfile if name == "tar" else zipfile.is_zipfile
        if not recognizes(file_path):
            continue
        os.makedirs(path, exist_ok=True)
        staging = tempfile.mkdtemp(prefix=".unpacking-", dir=path)
        try:
            unpack = _unpack_tar if name == "tar" else _unpack_zip
            unpack(file_path, staging)
            _move_into(staging, path)
        except (
            tarfile.TarError,
            zipfile.BadZipFile,
            zlib.error,
            LZMAError,
            EOFError,
            RuntimeError,  # what zipfile raises for an encrypted entry
        ) as error:
            raise _damaged(name, file_path, error) from error
        except OSError as error:
            if error.errno is None:  # not the system but gzip or bz2, of damaged data
                raise _damaged(name, file_path, error) from error
            raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return True
    return False


def _damaged(kind, file_path, error):
    return ValueError(f"The {kind} archive {file_path} cannot be read: {error}.")


def _unpack_tar(file_path, folder):
    with tarfile.open(file_path) as archive:
        members = archive.getmembers()
        # A name may occur more than once; the last one counts, as when tar unpacks in order.
        by_name = {_plain_name(member.name): member for member in members}
        for name, member in by_name.items():
            destination = _inside(folder, member.name)
            source = _behind_links(name, member, by_name)
            if source.isdir():
                if source is not member:
                    raise UnsafeArchiveError(
                        f"Entry {member.name!r} is a link to a folder, which is not unpacked."
                    )
                os.makedirs(destination, exist_ok=True)
            elif source.isfile():
                with archive.extractfile(source) as stream:
                    _write(stream, destination, executable=bool(source.mode & 0o100))
            else:
                raise UnsafeArchiveError(
                    f"Entry {member.name!r} is neither a file nor a folder but a device or pipe, "
                    "which is not unpacked."
                )
        # Behind the last entry the compressed stream has its checksum, compared when it is read.
        while archive.fileobj.read(1 << 20):
            pass


def _behind_links(name, member, by_name):
    """Follow hard and symbolic links within the archive to the entry that has the contents."""
    seen = set()
    while member.islnk() or member.issym():
        target = member.linkname
        if member.issym():  # relative to the place of the link; hard links start at the top
            target = os.path.join(os.path.dirname(name), target)
        name = _plain_name(target)
        if name in seen or name not in by_name:
            raise UnsafeArchiveError(
                f"Entry {member.name!r} is a link to {member.linkname!r}, which is no file of "
                "this archive."
            )
        seen.add(name)
        member = by_name[name]
    return member


def _unpack_zip(file_path, folder):
    with zipfile.ZipFile(file_path) as archive:
        for member in archive.infolist():
            destination = _inside(folder, member.filename)
            if member.is_dir():
                os.makedirs(destination, exist_ok=True)
                continue
            with archive.open(member) as stream:
                mode = member.external_attr >> 16
                _write(stream, destination, executable=bool(mode & 0o100))


def _plain_name(name):
    return os.path.normpath(name).replace(os.sep, "/")


def _inside(folder, name):
    """Return the path of entry `name` within `folder`; UnsafeArchiveError if it leads out."""
    parts = re.split(r"[/\\]", name)
    if parts[0] == "" or re.match(r"[A-Za-z]:", name) or ".." in parts or "\0" in name:
        raise UnsafeArchiveError(
            f"Entry {name!r} leads out of the folder to unpack into, so nothing was unpacked. "
            "The archive may be meant to do harm; ask those who made it."
        )
    return os.path.join(folder, os.path.normpath(name))


def _write(stream, destination, executable):
    os.makedirs(os.path.dirname(destination), exist_ok=True)
    with open(destination, "wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)
    if executable:
        os.chmod(destination, os.stat(destination).st_mode | 0o100)


def _move_into(staging, folder):
    """Move everything in `staging` to `folder`; folders that are there already are merged."""
    with os.scandir(staging) as scan:
        entries = list(scan)
    for entry in entries:
        destination = os.path.join(folder, entry.name)
        if entry.is_dir() and os.path.isdir(destination):
            _move_into(entry.path, destination)
        elif os.path.exists(destination) and entry.is_dir() != os.path.isdir(destination):
            raise ValueError(
                f"Cannot unpack the {'folder' if entry.is_dir() else 'file'} {entry.name!r}: "
                f"{destination} is there already and is not of that kind. Remove it, or keep the "
                "archive in another folder."
            )
        else:
            os.replace(entry.path, destination)
