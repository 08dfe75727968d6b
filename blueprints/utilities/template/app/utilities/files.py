"""File operations inside one directory: atomic writes, and archives that cannot escape, link out or explode."""

import os
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

_CHUNK_BYTES = 64 * 1024
# No entry of an archive is given a date, so equal files make equal archives.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


class UnsafeFileError(ValueError):
    """A path or an archive that is refused, and why."""


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may hold: entries, unpacked bytes in all, and unpacked bytes per packed byte."""

    max_entries: int = 10_000
    max_bytes: int = 500_000_000
    max_ratio: int = 200


@dataclass(frozen=True)
class FileRoot:
    """A directory that nothing done through this object can leave."""

    path: Path

    def resolve(self, name: str) -> Path:
        """Return the absolute path of `name` below the root; raise `UnsafeFileError` if it would lead out."""
        _check_name(name)
        root = self.path.resolve()
        target = (root / name).resolve()
        if target == root or not target.is_relative_to(root):
            raise UnsafeFileError("the path leads out of its directory")
        return target

    def read(self, name: str) -> bytes:
        """Return the content of a file. Raises `UnsafeFileError` or `OSError`."""
        return self.resolve(name).read_bytes()

    def write(self, name: str, content: bytes, *, mode: int = 0o600) -> Path:
        """Write a file so that readers see the old content or the new, and never half of it."""
        target = self.resolve(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, content, mode=mode)
        return target

    def extract(self, archive: Path, limits: ArchiveLimits = ArchiveLimits()) -> list[Path]:
        """Unpack a zip or tar file below the root and return the files.

        Refuses links, devices, names that lead out, and archives beyond `limits`: `UnsafeFileError`, and then nothing
        is left behind. Files that are there already are replaced.
        The sizes are counted while unpacking, because an archive may lie about them.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".extract-", dir=self.path) as directory:
            staging = FileRoot(Path(directory))
            names = staging._unpack(archive, limits)
            return [self._adopt(staging.resolve(name), name) for name in names]

    def _unpack(self, archive: Path, limits: ArchiveLimits) -> list[str]:
        budget = _Budget(limits, packed_bytes=archive.stat().st_size)
        reader = _read_zip if zipfile.is_zipfile(archive) else _read_tar
        try:
            return [self._store(name, stream, budget) for name, stream in reader(archive)]
        except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
            raise UnsafeFileError("not a zip or tar archive") from error

    def _store(self, name: str, stream: IO[bytes], budget: "_Budget") -> str:
        budget.add_entry()
        target = self.resolve(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with stream, target.open("xb") as file:
            while chunk := stream.read(_CHUNK_BYTES):
                budget.add_bytes(len(chunk))
                file.write(chunk)
        return name

    def _adopt(self, source: Path, name: str) -> Path:
        target = self.resolve(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        return source.replace(target)


@dataclass
class _Budget:
    limits: ArchiveLimits
    packed_bytes: int
    entries: int = 0
    unpacked_bytes: int = 0

    def add_entry(self) -> None:
        self.entries += 1
        if self.entries > self.limits.max_entries:
            raise UnsafeFileError(f"more than {self.limits.max_entries} entries")

    def add_bytes(self, count: int) -> None:
        self.unpacked_bytes += count
        allowed = min(self.limits.max_bytes, max(self.packed_bytes, 1024) * self.limits.max_ratio)
        if self.unpacked_bytes > allowed:
            raise UnsafeFileError(f"unpacks to more than {allowed} bytes")


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    drive = ":" in name.partition("/")[0]
    if not path.parts or drive or "\0" in name or "\\" in name or path.is_absolute() or ".." in path.parts:
        raise UnsafeFileError("not a relative path")


def write_atomic(target: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write `content` beside `target`, flush it to disk, and rename it into place. Raises `OSError`."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_zip(target: Path, entries: Iterable[tuple[str, bytes]]) -> None:
    """Write a zip file of `(name, content)` atomically. Raises `UnsafeFileError` or `OSError`."""
    with tempfile.TemporaryFile() as buffer:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries:
                _check_name(name)
                archive.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), content, zipfile.ZIP_DEFLATED)
        buffer.seek(0)
        write_atomic(target, buffer.read())


def _read_zip(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise UnsafeFileError("the archive holds a link")
            if not entry.is_dir():
                yield entry.filename, archive.open(entry)


def _read_tar(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(path) as archive:
        for entry in archive:
            if entry.isdir():
                continue
            stream = archive.extractfile(entry) if entry.isfile() else None
            if stream is None:
                raise UnsafeFileError("the archive holds a link or a device")
            yield entry.name, stream
