"""A destination that is missing or empty: the whole tree is staged beside it, and one rename makes it appear."""
# Why no pathlib: see files.py.
# ruff: noqa: PTH101, PTH104, PTH112, PTH116, PTH118, PTH120

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from scaffolder.files import make_folder, remove_tree, sync, sync_one, try_lock, write_new
from scaffolder.tree import File

_STAGE = re.compile(r"\..+\.scaffolder-(\d+)-[0-9a-f]{8}\Z", re.DOTALL)


def place_fresh(files: Iterable[File], destination: str) -> None:
    """Make `destination`, which is missing or an empty directory, hold exactly `files`: at once or not at all.

    Folders above it that are missing appear in the same step.

    Raises:
        OSError: it could not be done; nothing is left behind.
    """
    top, below = _first_missing(destination)
    with _stage(top) as stage:
        root = os.path.join(stage, below) if below else stage
        for folder in _chain(stage, below):
            make_folder(folder)
        written = write_below(root, files)
        if os.path.isdir(destination):
            os.chmod(root, os.stat(destination).st_mode & 0o7777)
        sync(stage, written)
        os.rename(stage, top)
        sync_one(os.path.dirname(top))


def write_below(root: str, files: Iterable[File]) -> list[str]:
    """Write files into the new directory `root`; the paths written."""
    made: set[str] = {""}
    written: list[str] = []
    for file in files:
        parent = file.path.rpartition("/")[0]
        if parent not in made:
            for folder in _missing_above(parent, made):
                make_folder(f"{root}/{folder}")
                made.add(folder)
        path = f"{root}/{file.path}"
        write_new(path, file.content, file.mode)
        written.append(path)
    return written


def clean_leftovers(destination: str) -> tuple[str, ...]:
    """Remove the stages that killed runs left beside `destination`: only ours, only of dead processes; their paths."""
    parent = os.path.dirname(_first_missing(destination)[0])
    removed: list[str] = []
    with suppress(PermissionError), os.scandir(parent) as entries:
        for entry in entries:
            found = _STAGE.match(entry.name)
            if found and entry.is_dir(follow_symlinks=False) and _is_abandoned(entry.path, int(found[1])):
                remove_tree(entry.path)
                removed.append(entry.path)
    return tuple(sorted(removed))


def _is_abandoned(stage: str, pid: int) -> bool:
    if os.stat(stage).st_uid != os.getuid() or (pid != os.getpid() and _is_alive(pid)):
        return False
    # A process of another container may have had that number: the lock, unlike the number, is shared with it.
    lock = try_lock(stage)
    if lock is None:
        return False
    os.close(lock)
    return True


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@contextmanager
def _stage(top: str) -> Iterator[str]:
    parent, name = os.path.split(top)
    suffix = f".scaffolder-{os.getpid()}-{os.urandom(4).hex()}"
    stage = os.path.join(parent, f".{name[: 255 - len(suffix) - 16]}{suffix}")
    make_folder(stage)
    lock = try_lock(stage)
    try:
        yield stage
    except BaseException:
        remove_tree(stage)
        raise
    finally:
        if lock is not None:
            os.close(lock)


def _first_missing(destination: str) -> tuple[str, str]:
    """The highest folder of the path that has to appear, and the rest of the path below it."""
    top, below = destination, ""
    while not os.path.lexists(os.path.dirname(top)):
        top, name = os.path.split(top)
        below = f"{name}/{below}" if below else name
    return top, below


def _chain(stage: str, below: str) -> Iterator[str]:
    path = stage
    for part in below.split("/") if below else ():
        path = f"{path}/{part}"
        yield path


def _missing_above(parent: str, made: set[str]) -> list[str]:
    missing: list[str] = []
    while parent not in made:
        missing.append(parent)
        parent = parent.rpartition("/")[0]
    return missing[::-1]
