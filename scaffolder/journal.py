"""A destination with content: new files are staged in `.scaffold/journal/`, marked complete, then renamed into place.

    .scaffold/journal/manifest.json   what goes where, what stood there before, what is deleted, which folders are made
    .scaffold/journal/0, 1, …         the staged files
    .scaffold/journal/commit          empty; once it is there, the run is finished by whoever comes next

A run that is killed before the mark leaves the project as it was, and one that is killed after it is completed by the
next command (`recover`). The technique is that of write-ahead logs: redo from a log that was complete before the first
change.
"""
# Why no pathlib: see files.py.
# ruff: noqa: PTH104, PTH106, PTH108, PTH110, PTH112, PTH114, PTH115, PTH123, PTH208

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from scaffolder.errors import DestinationError
from scaffolder.files import make_folder, remove_tree, sync, sync_one, try_lock, write_new
from scaffolder.tree import File, unsafe_path

STATE_FOLDER = ".scaffold"
_EFFECTIVE = os.access in os.supports_effective_ids
JOURNAL = f"{STATE_FOLDER}/journal"
VERSION = 2
"""Raised when a key of the manifest is removed or changes its meaning."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was done about a run that was killed: `kept` are files that were edited since, new ones beside them."""

    action: Literal["completed", "rolled back"]
    kept: tuple[str, ...] = ()


def place_into(
    files: Sequence[File], previous: Mapping[str, bytes], destination: str, deletes: Sequence[str] = ()
) -> None:
    """Put `files` into the existing directory `destination` and take `deletes` away, as one step.

    `previous` holds the content of those that it replaces or deletes, as it was when this was decided. A folder that
    has nothing left in it goes, and so does one whose place a file takes.

    Raises:
        OSError: it could not be done; the destination is as before.
        DestinationError: another process is writing there, or somebody changed one of these files meanwhile: the
            destination is as before. Or the last renames failed: the next command repeats them.
    """
    with suppress(FileExistsError):
        make_folder(f"{destination}/{STATE_FOLDER}")
    journal = f"{destination}/{JOURNAL}"
    lock: int | None = None
    try:
        make_folder(journal)
        lock = try_lock(journal)
        _check_permissions([file.path for file in files] + list(deletes), destination)
        manifest = _manifest(files, previous, destination, deletes)
        write_new(f"{journal}/manifest.json", json.dumps(manifest).encode(), 0o644)
        sync_one(f"{journal}/manifest.json")
        for folder in manifest["folders"]:
            if not _is_below(folder, deletes):  # else a file stands there still
                make_folder(f"{destination}/{folder}")
        staged = [f"{journal}/{number}" for number in range(len(files))]
        for path, file in zip(staged, files, strict=True):
            write_new(path, file.content, file.mode)
        sync(journal, staged)
        _check_unchanged(destination, manifest)
        write_new(f"{journal}/commit", b"", 0o644)
        sync_one(journal)
    except FileExistsError as error:
        if error.filename == journal:
            raise DestinationError(f"another run is writing to {destination}", hint="wait for it to end") from error
        _roll_back(destination, journal)
        raise
    except BaseException:
        _roll_back(destination, journal)
        raise
    else:
        try:
            _roll_forward(destination, journal, manifest, careful=False)
        except OSError as error:
            raise DestinationError(
                f"the new files of {destination} are complete but not all are in place: {error.strerror}",
                hint="run the same command again to finish this",
            ) from error
    finally:
        if lock is not None:
            os.close(lock)


def recover_journal(destination: str, *, only_look: bool = False) -> Recovery | None:
    """Complete or undo what a killed run left in `destination`; None when it left nothing.

    With `only_look` nothing is changed.

    Raises:
        OSError: it could not be done.
        DestinationError: another process is writing there, or the journal makes no sense.
    """
    journal = f"{destination}/{JOURNAL}"
    if os.path.islink(f"{destination}/{STATE_FOLDER}"):
        return None
    if not os.path.isdir(journal) or not os.listdir(journal):  # killed before it began, or when all was done
        if not only_look:
            _remove_empty(journal, f"{destination}/{STATE_FOLDER}")
        return None
    lock = try_lock(journal)
    if lock is None:
        raise DestinationError(f"another run is writing to {destination}", hint="wait for it to end")
    try:
        committed = os.path.exists(f"{journal}/commit")
        if only_look:
            return Recovery("completed" if committed else "rolled back")
        if committed:
            has_more = os.path.exists(f"{journal}/manifest.json")  # it goes once all is in place
            kept = _roll_forward(destination, journal, _read(journal), careful=True) if has_more else ()
            remove_tree(journal)
            _remove_empty(f"{destination}/{STATE_FOLDER}")
            return Recovery("completed", kept)
        _roll_back(destination, journal)
        return Recovery("rolled back")
    finally:
        os.close(lock)


def _check_permissions(paths: Sequence[str], destination: str) -> None:
    """Find out now what would stop the renames half-way: a folder that we may not write to.

    A file that its owner made read-only would not stop them. That is why it is looked for.
    """
    read_only = [path for path in paths if _is_read_only(f"{destination}/{path}")]
    if read_only:
        shown = ", ".join(read_only[:5]) + (f" and {len(read_only) - 5} more" if read_only[5:] else "")
        raise DestinationError(
            f"these files of {destination} are read-only: {shown}; nothing was changed",
            hint="make them writable and run the same command again",
        )
    for parent in sorted({path.rpartition("/")[0] for path in paths}):
        folder = f"{destination}/{parent}"
        if os.path.isdir(folder) and not os.access(folder, os.W_OK | os.X_OK, effective_ids=_EFFECTIVE):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)


def _is_read_only(path: str) -> bool:
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISREG(mode) and not mode & 0o222


def _check_unchanged(destination: str, manifest: Mapping[str, Any]) -> None:
    """Make sure that nobody touched meanwhile what is about to be replaced; between here and there is no work left.

    Raises:
        DestinationError: somebody did.
    """
    deletes = frozenset(f"{destination}/{path}" for path, _ in manifest["deletes"])
    changed = [
        path
        for path, before in (*manifest["files"], *manifest["deletes"])
        if not _is_as_before(f"{destination}/{path}", before, deletes)
    ]
    if changed:
        shown = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if changed[5:] else "")
        raise DestinationError(
            f"somebody changed files of {destination} while they were read: {shown}; nothing was changed",
            hint="run the same command again",
        )


def _is_as_before(target: str, before: str | None, deletes: Collection[str]) -> bool:
    try:
        if os.path.isdir(target) and not os.path.islink(target):
            return before is None and not any(path not in deletes for path in _files_below(target))
        return _digest_of(target) == before
    except (FileNotFoundError, NotADirectoryError):
        return before is None


def _files_below(folder: str) -> Iterator[str]:
    for above, _, names in os.walk(folder):
        yield from (f"{above}/{name}" for name in names)


def _is_below(path: str, above: Sequence[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in above)


def _manifest(
    files: Sequence[File], previous: Mapping[str, bytes], destination: str, deletes: Sequence[str]
) -> dict[str, Any]:
    folders: set[str] = set()
    for parent in {file.path.rpartition("/")[0] for file in files}:
        path = parent
        while path and path not in folders and not os.path.isdir(f"{destination}/{path}"):
            folders.add(path)
            path = path.rpartition("/")[0]
    return {
        "version": VERSION,
        "folders": sorted(folders),
        "files": [[file.path, _digest(previous[file.path]) if file.path in previous else None] for file in files],
        "deletes": [[path, _digest(previous[path])] for path in deletes],
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(journal: str) -> dict[str, Any]:
    try:
        with open(f"{journal}/manifest.json", "rb") as stream:
            manifest = json.load(stream)
        if manifest["version"] != VERSION:
            raise DestinationError(
                f"{journal} was left by another version of scaffolder", hint="run that version again to finish it"
            )
        named = (path for path, _ in (*manifest["files"], *manifest["deletes"]))
        for path in (*manifest["folders"], *named):
            if unsafe_path(path) is not None:
                raise DestinationError(f"{journal} is not ours: it names {path!r}", hint="look at it and delete it")
    except (ValueError, KeyError, TypeError) as error:
        raise DestinationError(f"{journal} cannot be read: {error}", hint="look at it and delete it") from error
    return dict(manifest)


def _roll_forward(destination: str, journal: str, manifest: Mapping[str, Any], *, careful: bool) -> tuple[str, ...]:
    kept: list[str] = []
    for path, before in manifest["deletes"]:
        if not careful:
            os.unlink(f"{destination}/{path}")
        elif not _delete_again(f"{destination}/{path}", before):
            kept.append(path)
    for folder in manifest["folders"]:
        with suppress(FileExistsError):
            make_folder(f"{destination}/{folder}")
    for number, (path, before) in enumerate(manifest["files"]):
        staged, target = f"{journal}/{number}", f"{destination}/{path}"
        if careful:
            if not os.path.exists(staged):
                continue  # was in its place before the run was killed
            if _changed_since(target, before):
                # Somebody edited it between the killed run and this one.
                kept.append(path)
                target += ".new"
        _rename(staged, target)
    for path, _ in manifest["deletes"]:
        _remove_empty(*(f"{destination}/{above}" for above in _above(path)))
    sync(destination, [])
    os.unlink(f"{journal}/manifest.json")
    remove_tree(journal)
    _remove_empty(f"{destination}/{STATE_FOLDER}")
    return tuple(kept)


def _rename(staged: str, target: str) -> None:
    """Put a file in its place, which may be that of a folder whose files were all deleted."""
    if os.path.isdir(target) and not os.path.islink(target):
        _remove_empty(*(above for above, _, _ in os.walk(target, topdown=False)))
    os.rename(staged, target)


def _above(path: str) -> Iterator[str]:
    """Give the folders above a path, the nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _delete_again(target: str, before: str) -> bool:
    """Delete what a killed run had to delete, unless somebody edited it since: then tell so by `False`."""
    try:
        if os.path.isdir(target) and not os.path.islink(target):
            return True  # the run had come so far as to make a folder of it
        if _digest_of(target) != before:
            return False
        os.unlink(target)
    except (FileNotFoundError, NotADirectoryError):
        pass  # it was deleted before the run was killed
    return True


def _changed_since(target: str, before: str | None) -> bool:
    try:
        return not os.path.isdir(target) and _digest_of(target) != before
    except FileNotFoundError:
        return False


def _digest_of(target: str) -> str:
    """Give the digest of a file, or of where a link leads."""
    if os.path.islink(target):
        return _digest(os.fsencode(os.readlink(target)))
    with open(target, "rb") as stream:
        return _digest(stream.read())


def _roll_back(destination: str, journal: str) -> None:
    if os.path.exists(f"{journal}/manifest.json"):
        # A torn manifest was followed by nothing, so then there are no folders to take back either.
        with suppress(DestinationError):
            _remove_empty(*(f"{destination}/{folder}" for folder in reversed(_read(journal)["folders"])))
    remove_tree(journal)
    _remove_empty(f"{destination}/{STATE_FOLDER}")


def _remove_empty(*folders: str) -> None:
    for folder in folders:
        with suppress(OSError):  # gone, or not empty: then somebody put something there, and it is theirs
            os.rmdir(folder)
