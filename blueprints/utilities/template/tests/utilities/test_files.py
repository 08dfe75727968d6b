"""Atomic writes, and archives that try to escape or explode."""

import io
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.utilities.files import ArchiveLimits, FileRoot, UnsafeFileError, write_atomic, write_zip


@pytest.fixture
def root(tmp_path: Path) -> FileRoot:
    directory = tmp_path / "root"
    directory.mkdir()
    return FileRoot(directory)


def test_a_file_is_written_and_read(root: FileRoot) -> None:
    path = root.write("a/b.txt", b"hello")

    assert root.read("a/b.txt") == b"hello"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/../../x", "/etc/passwd", "a\0b", "a\\b", "c:/x"])
def test_a_name_that_leads_out_is_refused(root: FileRoot, name: str) -> None:
    with pytest.raises(UnsafeFileError):
        root.write(name, b"")


def test_a_link_that_leads_out_is_not_followed(root: FileRoot, tmp_path: Path) -> None:
    (root.path / "link").symlink_to(tmp_path)

    with pytest.raises(UnsafeFileError):
        root.write("link/x", b"")


def test_a_failed_write_leaves_the_old_content(root: FileRoot, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root.write("a.txt", b"old")

    def fail(_self: Path, _target: Path) -> Path:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomic(path, b"new")

    assert path.read_bytes() == b"old"
    assert [file.name for file in root.path.iterdir()] == ["a.txt"]


def test_a_zip_comes_back_as_it_went(root: FileRoot, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    write_zip(archive, [("a.txt", b"1"), ("b/c.txt", b"2")])

    files = root.extract(archive)

    assert [file.relative_to(root.path).as_posix() for file in files] == ["a.txt", "b/c.txt"]
    assert root.read("b/c.txt") == b"2"


def test_equal_files_make_equal_archives(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        write_zip(tmp_path / name, [("a.txt", b"1")])

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def _zip(path: Path, name: str, content: bytes = b"x", mode: int = 0o644) -> None:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry, content, zipfile.ZIP_DEFLATED)


def _tar(path: Path, entry: tarfile.TarInfo, content: bytes = b"") -> None:
    entry.size = len(content)
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(entry, io.BytesIO(content))


def _tar_link(path: Path) -> None:
    entry = tarfile.TarInfo("link")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    _tar(path, entry)


HOSTILE: dict[str, Callable[[Path], None]] = {
    "zip traversal": lambda path: _zip(path, "../out.txt"),
    "zip absolute": lambda path: _zip(path, "/out.txt"),
    "zip link": lambda path: _zip(path, "link", b"/etc/passwd", stat.S_IFLNK | 0o777),
    "zip bomb": lambda path: _zip(path, "zeros", b"\0" * 3_000_000),
    "tar traversal": lambda path: _tar(path, tarfile.TarInfo("../out.txt")),
    "tar link": _tar_link,
    "tar bomb": lambda path: _tar(path, tarfile.TarInfo("zeros"), b"\0" * 3_000_000),
    "not an archive": lambda path: _write(path, b"hello"),
}


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_archive_is_refused_and_leaves_nothing(
    root: FileRoot, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    archive = tmp_path / "archive"
    make(archive)
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(UnsafeFileError):
        root.extract(archive)

    assert sorted(tmp_path.rglob("*")) == before


def test_entries_are_counted(root: FileRoot, tmp_path: Path) -> None:
    write_zip(tmp_path / "a.zip", [(f"{number}.txt", b"") for number in range(4)])

    with pytest.raises(UnsafeFileError, match="more than 3 entries"):
        root.extract(tmp_path / "a.zip", ArchiveLimits(max_entries=3))
