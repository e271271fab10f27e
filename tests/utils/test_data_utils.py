"""get_file and the checksums: every argument, both eras' places for files, every refusal."""

import hashlib
import inspect
import os
import tarfile
import tempfile
import zipfile

import pytest

from minikeras.utils import data_utils
from minikeras.utils.data_utils import get_file, hash_file, validate_file
from minikeras.utils.download_errors import ChecksumError, DownloadError
from tests.utils.file_server import serving

TEXT = b"Any true copy will do.\n"
MD5 = hashlib.md5(TEXT).hexdigest()
SHA256 = hashlib.sha256(TEXT).hexdigest()


@pytest.fixture
def server(tmp_path):
    (tmp_path / "note.txt").write_bytes(TEXT)
    with tarfile.open(tmp_path / "pack.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "note.txt", "pack/note.txt")
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        archive.write(tmp_path / "note.txt", "pack/note.txt")
    with serving() as script:
        for name in ("note.txt", "pack.tar.gz", "pack.zip"):
            script.files["/" + name] = (tmp_path / name).read_bytes()
        yield script


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    monkeypatch.setenv("KERAS_HOME", str(folder))
    return folder


@pytest.fixture
def note(home):
    """Return the path of a file that is in the cache already, with other contents."""
    (home / "datasets").mkdir(parents=True)
    path = home / "datasets" / "note.txt"
    path.write_bytes(b"other")
    return path


def files_in(folder):
    return sorted(
        os.path.relpath(os.path.join(where, name), folder).replace(os.sep, "/")
        for where, _, names in os.walk(folder)
        for name in names
    )


def test_arguments_are_those_of_keras_in_their_order():
    parameters = inspect.signature(get_file).parameters
    assert {name: p.default for name, p in parameters.items()} == {
        "fname": None,
        "origin": None,
        "untar": False,
        "md5_hash": None,
        "file_hash": None,
        "cache_subdir": "datasets",
        "hash_algorithm": "auto",
        "extract": False,
        "archive_format": "auto",
        "cache_dir": None,
        "force_download": False,
    }
    assert list(parameters)[:2] == ["fname", "origin"]


# What is asked for, what then lies in the cache, and what is returned.
LAYOUTS = [
    ("note.txt", {"fname": "my.txt"}, ["datasets/my.txt"], "datasets/my.txt"),
    ("note.txt", {}, ["datasets/note.txt"], "datasets/note.txt"),
    ("note.txt", {"fname": "sub/my.txt"}, ["datasets/sub/my.txt"], "datasets/sub/my.txt"),
    ("note.txt", {"fname": "x", "cache_subdir": "models"}, ["models/x"], "models/x"),
    (
        "pack.tar.gz",
        {"fname": "pack", "untar": True},
        ["datasets/pack.tar.gz", "datasets/pack/note.txt"],
        "datasets/pack",
    ),
    (
        "pack.tar.gz",
        {"fname": "p.tgz", "extract": True},
        ["datasets/p.tgz", "datasets/pack/note.txt"],
        "datasets/p.tgz",
    ),
    (
        "pack.zip",
        {"fname": "p.zip", "extract": True, "archive_format": "zip"},
        ["datasets/p.zip", "datasets/pack/note.txt"],
        "datasets/p.zip",
    ),
    (
        "pack.zip",
        {"fname": "p.zip", "extract": True, "archive_format": None},
        ["datasets/p.zip"],
        "datasets/p.zip",
    ),
    (
        "pack.zip",
        {"extract": True},
        ["datasets/pack.zip/pack/note.txt", "datasets/pack.zip_archive"],
        "datasets/pack.zip",
    ),
    (
        "pack.tar.gz",
        {"untar": True},
        ["datasets/pack.tar.gz/pack/note.txt", "datasets/pack.tar.gz_archive"],
        "datasets/pack.tar.gz",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "files", "returned"), LAYOUTS)
def test_layout(server, home, name, arguments, files, returned):
    for _ in range(2):  # the second call finds everything in place
        path = get_file(origin=f"{server.url}/{name}", **arguments)
        assert path == str(home / returned)
        assert files_in(home) == files
    assert len(server.requests) == 1


def test_cache_dir_and_absolute_names(server, tmp_path, home):
    origin = server.url + "/note.txt"
    assert get_file("a", origin, cache_dir=tmp_path / "c") == str(tmp_path / "c/datasets/a")
    assert get_file("a", origin, cache_subdir=tmp_path / "s") == str(tmp_path / "s/a")
    assert get_file(tmp_path / "f", origin) == str(tmp_path / "f")
    assert not home.exists()


def test_name_from_an_address_with_extras(server, home):
    server.files["/a%20b.txt?version=2"] = TEXT
    path = get_file(origin=server.url + "/a%20b.txt?version=2")
    assert os.path.basename(path) == "a b.txt"


@pytest.mark.parametrize("end", ["", "/", "/folder/", "/.."])
def test_address_without_a_name(server, home, end):
    with pytest.raises(ValueError, match="give fname="):
        get_file(origin=server.url + end)


@pytest.mark.parametrize(
    "checksum",
    [
        {"md5_hash": MD5},
        {"file_hash": MD5},
        {"file_hash": SHA256},
        {"file_hash": SHA256.upper()},
        {"file_hash": MD5, "hash_algorithm": "md5"},
        {"file_hash": SHA256, "hash_algorithm": "sha256"},
        {"file_hash": SHA256, "md5_hash": MD5},
        {"file_hash": MD5, "md5_hash": MD5},
    ],
)
def test_checksums(server, note, capsys, checksum):
    origin = server.url + "/note.txt"
    path = get_file("note.txt", origin, **checksum)  # other contents: downloaded again
    assert path == str(note)
    assert note.read_bytes() == TEXT
    assert f"{note} is incomplete or outdated" in capsys.readouterr().out
    get_file("note.txt", origin, **checksum)  # now they are right
    assert len(server.requests) == 1
    server.files["/note.txt"] = b"changed"
    with pytest.raises(ChecksumError, match=server.url):
        get_file("note.txt", origin, force_download=True, **checksum)
    assert note.read_bytes() == TEXT


def test_without_checksum_what_is_there_is_taken(server, note):
    get_file("note.txt", server.url + "/note.txt")
    assert server.requests == []
    assert note.read_bytes() == b"other"


def test_force_download(server, note):
    get_file("note.txt", server.url + "/note.txt", force_download=True)
    assert note.read_bytes() == TEXT


def test_fresh_archive_is_unpacked_again(server, home):
    def get(**arguments):
        return get_file("pack", server.url + "/pack.tar.gz", untar=True, **arguments)

    member = os.path.join(get(), "note.txt")
    with open(member, "wb") as file:
        file.write(b"edited")
    get()
    with open(member, "rb") as file:
        assert file.read() == b"edited"  # as in Keras 2: what is unpacked stays
    get(force_download=True)
    with open(member, "rb") as file:
        assert file.read() == TEXT


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fname": "x"}, "origin is missing"),
        ({"origin": "/data/x"}, "as_uri"),
        ({"file_hash": "abc"}, "64 hex digits"),
        ({"file_hash": "z" * 64}, "is no checksum"),
        ({"md5_hash": SHA256}, "32 hex digits"),
        ({"file_hash": MD5, "hash_algorithm": "sha256"}, "64 hex digits"),
        ({"file_hash": MD5, "hash_algorithm": "sha1"}, "'sha1'"),
        ({"hash_algorithm": "crc"}, "'crc'"),
        ({"file_hash": MD5, "md5_hash": "0" * 32}, "two different"),
        ({"archive_format": "rar", "extract": True}, "'rar'"),
    ],
)
def test_bad_arguments(server, home, arguments, message):
    if "fname" not in arguments:
        arguments = {"origin": server.url + "/note.txt", **arguments}
    with pytest.raises(ValueError, match=message):
        get_file(**arguments)
    assert server.requests == []
    assert not home.exists()


def test_missing_file_names_address_and_place(server, home):
    origin = server.url + "/missing.npz"
    with pytest.raises(DownloadError) as caught:
        get_file("m.npz", origin)
    assert origin in str(caught.value)
    assert str(home / "datasets" / "m.npz") in str(caught.value)
    assert isinstance(caught.value, OSError)


def test_no_archive_warns(server, home):
    origin = server.url + "/note.txt"
    with pytest.warns(UserWarning, match="no tar or zip archive"):
        path = get_file("n", origin, extract=True)
    assert path == str(home / "datasets" / "n")
    with pytest.warns(UserWarning, match="no tar archive"):
        get_file("m", origin, untar=True)


def test_archive_with_another_top_folder_warns(server, home):
    with pytest.warns(UserWarning, match="no top folder 'other'"):
        path = get_file("other", server.url + "/pack.tar.gz", untar=True)
    assert path == str(home / "datasets" / "other")
    assert (home / "datasets" / "pack" / "note.txt").read_bytes() == TEXT


def test_cache_that_cannot_be_written(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    for _ in range(2):
        with pytest.warns(UserWarning, match="is used instead"):
            path = get_file("n", server.url + "/note.txt", file_hash=MD5)
        assert path == str(tmp_path / "tmp" / ".keras" / "datasets" / "n")
    assert len(server.requests) == 1


def test_read_only_cache_is_used(note, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert get_file("note.txt", "http://127.0.0.1:9/note.txt") == str(note)


def test_hash_file(note):
    note.write_bytes(TEXT * 10_000)
    for name in ("md5", "sha256"):
        digits = hashlib.new(name, TEXT * 10_000).hexdigest()
        assert hash_file(note, name) == digits
        assert hash_file(str(note), name, chunk_size=7) == digits
        assert hash_file(note, hashlib.new(name)) == digits
        assert validate_file(note, digits)
        assert validate_file(note, digits.upper(), name, 1000)
        assert not validate_file(note, digits[::-1])
    assert hash_file(note) == hash_file(note, "sha256")
    assert hash_file(note, "auto") == hash_file(note, "md5")
    assert not validate_file(note, "too short")
    assert data_utils._hash_file is hash_file
    with pytest.raises(ValueError, match="'sha512'"):
        hash_file(note, "sha512")
    with pytest.raises(ValueError, match="'sha512'"):
        validate_file(note, "0" * 128, "sha512")
