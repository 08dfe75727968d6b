"""Writing to disk so that nothing is half-written: the few file operations that `write`, `staging` and `journal` share.

Plain strings and `os` instead of `pathlib`: a thousand files are written here, and a Path for each costs as much as the
writing itself.
"""
# ruff: noqa: PTH101, PTH102, PTH116

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from scaffolder.errors import DestinationError

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None  # type: ignore[assignment]

_REASONS = {
    errno.ENOSPC: ("no space left on the device", "make room and run the same command again"),
    errno.EDQUOT: ("the disk quota is used up", "make room and run the same command again"),
    errno.EFBIG: ("a file is larger than the system allows", "raise the limit (ulimit -f) and run it again"),
    errno.EROFS: ("the file system is read-only", "choose another destination"),
    errno.EACCES: ("permission denied", "choose another destination or change its permissions"),
    errno.EPERM: ("not permitted", "choose another destination or change its permissions"),
    errno.ENAMETOOLONG: ("a path is too long", "choose a destination with a shorter path"),
    errno.ELOOP: ("too many symbolic links", "give the real path"),
    errno.ENOTEMPTY: ("somebody else put files there meanwhile", "run the same command again"),
    errno.EEXIST: ("somebody else put files there meanwhile", "run the same command again"),
}


def make_folder(path: str) -> None:
    """Make a directory with mode 0755 whatever the umask; an inherited setgid bit stays."""
    os.mkdir(path, 0o755)
    mode = os.stat(path).st_mode
    if mode & 0o777 != 0o755:
        os.chmod(path, (mode & 0o7000) | 0o755)  # noqa: S103 - what a project's folders have


def write_new(path: str, content: bytes, mode: int) -> None:
    """Write a file that does not exist yet, with exactly this mode, whatever the umask."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(file, view) :]
        os.fchmod(file, mode)
    finally:
        os.close(file)


def sync(folder: str, paths: Sequence[str]) -> None:
    """Bring `paths`, files under `folder`, to the disk before anything is renamed.

    One syncfs(2) for all of them: an fsync for each costs five times the CPU time of writing it (measured on ext4: 85
    against 15 microseconds a file), and sync(2) would wait for other people's disks.
    """
    if not _syncfs(folder):
        for path in paths:
            sync_one(path)


def sync_one(path: str) -> None:
    """Bring one file, or the entries of one directory, to the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _syncfs(folder: str) -> bool:
    import ctypes  # noqa: PLC0415 - only needed when something is written

    call = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if call is None:
        return False
    file = os.open(folder, os.O_RDONLY)
    try:
        if call(file) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), folder)
    finally:
        os.close(file)
    return True


def try_lock(folder: str) -> int | None:
    """Take the lock of a directory: a descriptor to close in the end, or None when a live process has it."""
    file = os.open(folder, os.O_RDONLY)
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        except OSError:
            return file  # this file system has no locks (some network ones): then there is nothing to ask
    return file


def remove_tree(path: str) -> None:
    """Remove a directory and what is in it; no error if it is gone."""
    with suppress(FileNotFoundError):
        shutil.rmtree(path)


@contextmanager
def explained(destination: str, *, consequence: str = "nothing was changed") -> Iterator[None]:
    """Turn an `OSError` into a `DestinationError` that says what happened, what that means and what to do."""
    try:
        yield
    except OSError as error:
        reason, hint = _REASONS.get(error.errno or 0, (error.strerror or str(error), ""))
        at = f" ({error.filename})" if error.filename and os.fspath(error.filename) != destination else ""
        raise DestinationError(f"cannot write to {destination}: {reason}{at}; {consequence}", hint=hint) from error
