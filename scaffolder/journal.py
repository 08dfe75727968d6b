"""A destination with content: new files are staged in `.scaffold/journal/`, marked complete, then renamed into place.

    .scaffold/journal/manifest.json   what goes where, what stood there before, which folders are made for it
    .scaffold/journal/0, 1, …         the staged files
    .scaffold/journal/commit          empty; once it is there, the run is finished by whoever comes next

A run that is killed before the mark leaves the project as it was, and one that is killed after it is completed by the
next command (`recover`). The technique is that of write-ahead logs: redo from a log that was complete before the first
change.
"""
# Why no pathlib: see files.py.
# ruff: noqa: PTH103, PTH104, PTH106, PTH108, PTH110, PTH112, PTH114, PTH115, PTH123, PTH208

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from scaffolder.errors import DestinationError
from scaffolder.files import make_folder, remove_tree, sync, sync_one, try_lock, write_new
from scaffolder.tree import File, unsafe_path

STATE_FOLDER = ".scaffold"
_EFFECTIVE = os.access in os.supports_effective_ids
JOURNAL = f"{STATE_FOLDER}/journal"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was done about a run that was killed: `kept` are files that were edited since, new ones beside them."""

    action: Literal["completed", "rolled back"]
    kept: tuple[str, ...] = ()


def place_into(files: Sequence[File], previous: Mapping[str, bytes], destination: str) -> None:
    """Put `files` into the existing directory `destination`; `previous` holds the content of those that it replaces.

    Raises:
        OSError: it could not be done; the destination is as before.
        DestinationError: another process is writing there, or the last renames failed: the next command repeats them.
    """
    with suppress(FileExistsError):
        make_folder(f"{destination}/{STATE_FOLDER}")
    journal = f"{destination}/{JOURNAL}"
    lock: int | None = None
    try:
        make_folder(journal)
        lock = try_lock(journal)
        _check_permissions(files, destination)
        manifest = _manifest(files, previous, destination)
        write_new(f"{journal}/manifest.json", json.dumps(manifest).encode(), 0o644)
        sync_one(f"{journal}/manifest.json")
        for folder in manifest["folders"]:
            make_folder(f"{destination}/{folder}")
        staged = [f"{journal}/{number}" for number in range(len(files))]
        for path, file in zip(staged, files, strict=True):
            write_new(path, file.content, file.mode)
        sync(journal, staged)
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


def _check_permissions(files: Sequence[File], destination: str) -> None:
    """Find out now what would stop the renames half-way: a folder that we may not write to."""
    for parent in sorted({file.path.rpartition("/")[0] for file in files}):
        folder = f"{destination}/{parent}"
        if os.path.isdir(folder) and not os.access(folder, os.W_OK | os.X_OK, effective_ids=_EFFECTIVE):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)


def _manifest(files: Sequence[File], previous: Mapping[str, bytes], destination: str) -> dict[str, Any]:
    folders: set[str] = set()
    for parent in {file.path.rpartition("/")[0] for file in files}:
        path = parent
        while path and path not in folders and not os.path.isdir(f"{destination}/{path}"):
            folders.add(path)
            path = path.rpartition("/")[0]
    return {
        "version": 1,
        "folders": sorted(folders),
        "files": [[file.path, _digest(previous[file.path]) if file.path in previous else None] for file in files],
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(journal: str) -> dict[str, Any]:
    try:
        with open(f"{journal}/manifest.json", "rb") as stream:
            manifest = json.load(stream)
        if manifest["version"] != 1:
            raise DestinationError(
                f"{journal} was left by another version of scaffolder", hint="run that version again to finish it"
            )
        for path in (*manifest["folders"], *(path for path, _ in manifest["files"])):
            if unsafe_path(path) is not None:
                raise DestinationError(f"{journal} is not ours: it names {path!r}", hint="look at it and delete it")
    except (ValueError, KeyError, TypeError) as error:
        raise DestinationError(f"{journal} cannot be read: {error}", hint="look at it and delete it") from error
    return dict(manifest)


def _roll_forward(destination: str, journal: str, manifest: Mapping[str, Any], *, careful: bool) -> tuple[str, ...]:
    kept: list[str] = []
    for folder in manifest["folders"] if careful else ():
        os.makedirs(f"{destination}/{folder}", exist_ok=True)
    for number, (path, before) in enumerate(manifest["files"]):
        staged, target = f"{journal}/{number}", f"{destination}/{path}"
        if careful:
            if not os.path.exists(staged):
                continue  # was in its place before the run was killed
            if _changed_since(target, before):
                # Somebody edited it between the killed run and this one.
                kept.append(path)
                target += ".new"
        os.rename(staged, target)
    sync(destination, [])
    os.unlink(f"{journal}/manifest.json")
    remove_tree(journal)
    _remove_empty(f"{destination}/{STATE_FOLDER}")
    return tuple(kept)


def _changed_since(target: str, before: str | None) -> bool:
    try:
        if os.path.islink(target):
            content = os.fsencode(os.readlink(target))
        else:
            with open(target, "rb") as stream:
                content = stream.read()
    except FileNotFoundError:
        return False
    return _digest(content) != before


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
