"""extract_archive: what it unpacks, and the many archives it must refuse without a trace."""

import io
import os
import random
import stat
import tarfile
import zipfile

import pytest

from minikeras.utils.archives import UnsafeArchiveError, archive_formats, extract_archive

CONTENTS = {"top/a.txt": b"first", "top/deep/b.bin": bytes(range(256)) * 50, "c": b""}


def make_tar(path, contents=CONTENTS, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, data in contents.items():
            add(archive, name, data)
    return path


def add(archive, name, data=b"", **fields):
    member = tarfile.TarInfo(name)
    member.size = len(data)
    for field, value in fields.items():
        setattr(member, field, value)
    archive.addfile(member, io.BytesIO(data))


def make_zip(path, contents=CONTENTS):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


def tree(folder):
    """Return {relative path: bytes} of all files below `folder`."""
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder).replace(os.sep, "/")] = file.read()
    return found


@pytest.fixture
def folder(tmp_path):
    """Return a folder to unpack into that does not exist yet."""
    return tmp_path / "room" / "out"


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("archive_format", ["auto", "tar", ["zip", "tar"]])
def test_tar(tmp_path, folder, mode, archive_format):
    path = make_tar(tmp_path / "x.tar", mode=mode)
    assert extract_archive(path, folder, archive_format) is True
    assert tree(folder) == CONTENTS


@pytest.mark.parametrize("archive_format", ["auto", "zip", ("tar", "zip")])
def test_zip(tmp_path, folder, archive_format):
    path = make_zip(tmp_path / "x.zip", {**CONTENTS, "empty/": b""})
    assert extract_archive(str(path), str(folder), archive_format) is True
    assert tree(folder) == CONTENTS
    assert os.listdir(folder / "empty") == []


def test_other_files_are_no_archives(tmp_path, folder):
    path = tmp_path / "plain.txt"
    path.write_bytes(b"just text" * 100)
    assert extract_archive(path, folder) is False
    assert extract_archive(make_tar(tmp_path / "x.tar"), folder, "zip") is False
    assert extract_archive(make_zip(tmp_path / "x.zip"), folder, "tar") is False
    assert extract_archive(tmp_path / "x.tar", folder, None) is False
    assert extract_archive(tmp_path / "x.tar", folder, []) is False
    assert not folder.exists()


def test_formats():
    assert archive_formats("auto") == ["tar", "zip"]
    assert archive_formats(None) == []
    with pytest.raises(ValueError, match="'rar'.*'tar'"):
        archive_formats("rar")
    with pytest.raises(ValueError, match="'rar'"):
        archive_formats(["zip", "rar"])


def test_merges_with_what_is_there(tmp_path, folder):
    (folder / "top" / "deep").mkdir(parents=True)
    (folder / "top" / "a.txt").write_bytes(b"old")
    (folder / "top" / "mine.txt").write_bytes(b"mine")
    extract_archive(make_tar(tmp_path / "x.tar"), folder)
    assert tree(folder) == {**CONTENTS, "top/mine.txt": b"mine"}


@pytest.mark.parametrize("in_the_way", ["c/file", "top"])
def test_file_and_folder_do_not_replace_each_other(tmp_path, folder, in_the_way):
    blocked = folder / in_the_way
    blocked.parent.mkdir(parents=True)
    blocked.write_bytes(b"mine")
    with pytest.raises(ValueError, match="there already and is not of that kind"):
        extract_archive(make_tar(tmp_path / "x.tar"), folder)
    assert blocked.read_bytes() == b"mine"


def test_executable_files_stay_so(tmp_path, folder):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        add(archive, "run", b"#!", mode=0o4777)
        add(archive, "read", b"", mode=0o000)
    extract_archive(tmp_path / "x.tar", folder)
    assert os.stat(folder / "run").st_mode & 0o111
    assert not os.stat(folder / "run").st_mode & stat.S_ISUID
    assert not os.stat(folder / "read").st_mode & 0o111
    assert (folder / "read").read_bytes() == b""


def test_links_become_copies(tmp_path, folder):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        add(archive, "d/file", b"data")
        add(archive, "hard", type=tarfile.LNKTYPE, linkname="d/file")
        add(archive, "d/soft", type=tarfile.SYMTYPE, linkname="../hard")
    extract_archive(tmp_path / "x.tar", folder)
    assert tree(folder) == {"d/file": b"data", "hard": b"data", "d/soft": b"data"}
    assert not os.path.islink(folder / "d" / "soft")
    assert os.stat(folder / "hard").st_nlink == 1


OUTSIDE = ["../evil", "/evil", "top/../../evil", "C:/evil", "..\\evil", "\\evil", "a/..", ""]


def assert_refused(path, folder):
    outside = tree(folder.parent.parent)
    with pytest.raises(UnsafeArchiveError) as caught:
        extract_archive(path, folder)
    assert tree(folder.parent.parent) == outside
    assert os.listdir(folder) == []
    return str(caught.value)


@pytest.mark.parametrize("name", OUTSIDE)
def test_tar_that_leads_out(tmp_path, folder, name):
    path = make_tar(tmp_path / "x.tar", {"good": b"1", name: b"bad"})
    assert repr(name.lstrip("\0")) in assert_refused(path, folder)


@pytest.mark.parametrize("name", [name for name in OUTSIDE if name])
def test_zip_that_leads_out(tmp_path, folder, name):
    assert_refused(make_zip(tmp_path / "x.zip", {"good": b"1", name: b"bad"}), folder)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
@pytest.mark.parametrize("linkname", ["../../secret", "/etc/passwd", "nothing", "link", "folder"])
def test_links_that_lead_out_or_nowhere(tmp_path, folder, kind, linkname):
    (tmp_path / "secret").write_bytes(b"secret")
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        add(archive, "folder", type=tarfile.DIRTYPE)
        add(archive, "link", type=kind, linkname=linkname)
    assert_refused(tmp_path / "x.tar", folder)


def test_writing_through_a_link(tmp_path, folder):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        add(archive, "way", type=tarfile.SYMTYPE, linkname=str(tmp_path))
        add(archive, "way/evil", b"bad")
    assert_refused(tmp_path / "x.tar", folder)


def test_circle_of_links(tmp_path, folder):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        add(archive, "a", type=tarfile.SYMTYPE, linkname="b")
        add(archive, "b", type=tarfile.SYMTYPE, linkname="a")
    assert_refused(tmp_path / "x.tar", folder)


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices(tmp_path, folder, kind):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        add(archive, "device", type=kind)
    assert "device or pipe" in assert_refused(tmp_path / "x.tar", folder)


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_damaged_tar(tmp_path, folder, mode, damage):
    data = random.Random(0).randbytes(50_000)
    path = make_tar(tmp_path / "x.tar", {"good": b"1" * 2000, "noise": data}, mode)
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    else:
        content[len(content) // 2] ^= 255
    path.write_bytes(content)
    # What fails in its first block is not even recognized as a tar archive.
    try:
        assert extract_archive(path, folder) is False
    except ValueError as error:
        assert "cannot be read" in str(error)  # noqa: PT017 - either outcome is right
    assert not folder.exists() or os.listdir(folder) == []


def test_damaged_zip(tmp_path, folder):
    path = make_zip(tmp_path / "x.zip", {"noise": random.Random(0).randbytes(5000)})
    content = bytearray(path.read_bytes())
    content[2500] ^= 255
    path.write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read"):
        extract_archive(path, folder)
    assert os.listdir(folder) == []


def test_encrypted_zip(tmp_path, folder):
    path = make_zip(tmp_path / "x.zip", {"file": b"data"})
    content = bytearray(path.read_bytes())
    content[6] |= 1  # the flag of encryption in the entry's own header
    content[content.index(b"PK\1\2") + 8] |= 1  # and in the directory
    path.write_bytes(content)
    with pytest.raises(ValueError, match="encrypted"):
        extract_archive(path, folder)
