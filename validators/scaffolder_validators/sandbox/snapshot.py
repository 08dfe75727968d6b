"""The copy of a project that goes into the sandbox: an archive of plain files, made without following any link."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from scaffolder_validators.sandbox import memory_file
from scaffolder_validators.sandbox.limits import ProjectError

_SKIPPED_FOLDERS = frozenset(
    ".git .hg .venv venv node_modules __pycache__ .mypy_cache .ruff_cache .pytest_cache .hypothesis .nox .tox .cache "
    "htmlcov".split()
)
# What is in them is for the user's own runs: secrets, and settings that tests must not depend on.
_SKIPPED_FILES = frozenset({".env", ".env.local", ".netrc", ".pypirc"})
_BLOCK = 1024  # bytes that a file needs beside its content


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open archive (tar, at its beginning) of the project, and the paths that are not in it on purpose."""

    archive: IO[bytes]
    left_out: tuple[str, ...]


def pack_files(files: Mapping[str, bytes]) -> Snapshot:
    """Pack files that are in memory.

    Raises:
        ProjectError: a path is absolute or leads out of the project.
    """
    for name in files:
        if not name or name.startswith("/") or ".." in PurePosixPath(name).parts:
            raise ProjectError(f"{name!r} is no path inside a project")
    packed = memory_file.new("project")
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return Snapshot(memory_file.seal(packed), ())


def pack_folder(root: Path, limit: int) -> Snapshot:
    """Pack the files of a folder, but for environments, caches, version control and the user's secrets (`.env`).

    Links that stay inside are packed as links. What leads out is left out: other links, and files with a second name
    (a hard link) that belong to somebody else than the project does. So are devices, sockets and pipes.

    Raises:
        ProjectError: it is no folder, cannot be read, or holds more than `limit` bytes.
    """
    packed = memory_file.new("project")
    try:
        owner = root.stat().st_uid
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            left_out = tuple(_pack(root, owner, limit, archive))
    except ProjectError:
        packed.close()
        raise
    except OSError as error:
        packed.close()
        where = os.fsdecode(error.filename) if error.filename else str(root)
        raise ProjectError(f"cannot copy {where}: {error.strerror or error}") from None
    return Snapshot(memory_file.seal(packed), left_out)


def _pack(root: Path, owner: int, limit: int, archive: tarfile.TarFile) -> Iterator[str]:
    """Add the files to the archive; give the names of those that are left out."""
    total = 0
    for folder, names, members, descriptor in os.fwalk(root, onerror=_raise, follow_symlinks=False):
        here = PurePosixPath(Path(folder).relative_to(root).as_posix())
        # `fwalk` counts links to folders among the folders, and does not enter them.
        links = [name for name in names if stat.S_ISLNK(os.lstat(name, dir_fd=descriptor).st_mode)]
        names[:] = sorted(name for name in names if name not in links and not _is_skipped(name, descriptor))
        for name in names:
            folder_member = tarfile.TarInfo(str(here / name))
            folder_member.type, folder_member.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(folder_member)
        for name in sorted([*members, *links]):
            if name in _SKIPPED_FILES:
                continue
            path = here / name
            size = _add(archive, path, name, descriptor, owner, limit - total)
            if size is None:
                yield str(path)
            else:
                total += size + _BLOCK


def _raise(error: OSError) -> None:
    raise error


def _is_skipped(name: str, descriptor: int) -> bool:
    if name in _SKIPPED_FOLDERS:
        return True
    try:
        os.lstat(f"{name}/pyvenv.cfg", dir_fd=descriptor)
    except OSError:
        return False
    return True


def _add(
    archive: tarfile.TarFile, path: PurePosixPath, name: str, descriptor: int, owner: int, room: int
) -> int | None:
    """Add one file or link; give its size in bytes, or `None` when it is left out."""
    member = tarfile.TarInfo(str(path))
    status = os.lstat(name, dir_fd=descriptor)
    if stat.S_ISLNK(status.st_mode):
        target = os.readlink(name, dir_fd=descriptor)
        if not _stays_inside(path, target):
            return None
        member.type, member.linkname = tarfile.SYMTYPE, target
        archive.addfile(member)
        return 0
    if not stat.S_ISREG(status.st_mode):
        return None
    # It may have been replaced since: by a link (refused by O_NOFOLLOW), or by a pipe (O_NONBLOCK does not wait for).
    opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=descriptor)
    with open(opened, "rb") as source:  # noqa: PTH123 - a descriptor, not a path
        status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode) or (status.st_nlink > 1 and status.st_uid != owner):
            return None
        if status.st_size > room:
            raise ProjectError(f"the files of the project are larger than their copy may be, at the latest with {path}")
        member.size, member.mtime = status.st_size, int(status.st_mtime)
        member.mode = 0o755 if status.st_mode & stat.S_IXUSR else 0o644
        archive.addfile(member, source)
    return member.size


def _stays_inside(path: PurePosixPath, target: str) -> bool:
    if target.startswith("/"):
        return False
    depth = len(path.parts) - 1
    for part in PurePosixPath(target).parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return False
    return True
