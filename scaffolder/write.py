"""Tree -> disk, so that a run that is killed at any instant leaves the old project or the new one."""
# Why no pathlib: see files.py.
# ruff: noqa: PTH100, PTH112, PTH114, PTH115, PTH117, PTH120, PTH121, PTH123, PTH206, PTH208

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from scaffolder.errors import ConflictError, DestinationError
from scaffolder.files import explained
from scaffolder.journal import STATE_FOLDER, Recovery, place_into, recover_journal
from scaffolder.patterns import matcher
from scaffolder.staging import clean_leftovers, place_fresh
from scaffolder.tree import File, Tree

if TYPE_CHECKING:
    from scaffolder.merging import Entry

__all__ = ["Action", "Recovery", "WriteResult", "recover", "write_changes", "write_tree"]

Action: TypeAlias = Literal["create", "overwrite", "identical", "skip", "conflict", "exclude"]


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What happened (or with `pretend` would happen) to every path of the tree, sorted by path.

    With conflicts nothing was written at all. `recovered` tells what was done about an earlier run that was killed.
    """

    actions: Mapping[str, Action]
    written: bool
    recovered: Recovery | None = None

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Paths that exist and differ."""
        return tuple(path for path, action in self.actions.items() if action == "conflict")

    def require_no_conflicts(self) -> None:
        """Raise `ConflictError` if there are conflicts, for callers that have no report to put them in."""
        if self.conflicts:
            raise ConflictError(self.conflicts, hint="overwrite them, skip them, or choose another destination")


def write_tree(
    tree: Tree,
    destination: Path,
    *,
    overwrite: bool = False,
    skip: Iterable[str] = (),
    exclude: Iterable[str] = (),
    keep: Collection[str] = frozenset(),
    pretend: bool = False,
) -> WriteResult:
    """Write all files of `tree` below `destination`, or none of them.

    A file that exists with other content, or another executable bit, is a conflict unless `overwrite` is set, it
    matches one of the patterns `skip`, or it is in `keep` (exact paths; the last two leave it as it is). `exclude`
    leaves paths out. Identical files are not touched. Files in `.scaffold/` are ours and always replaced.
    With `pretend` nothing is written.

    Raises:
        DestinationError: the destination cannot be used or written; it is as it was before.
        ScaffolderError: a pattern cannot be used.
    """
    kept, excluded = matcher(skip), matcher(exclude)
    root = checked_destination(destination)
    with explained(root):
        recovered = recover_journal(root, only_look=True) if pretend else recover(destination)
        files = [file for file in tree.values() if not excluded(file.path)]
        actions: dict[str, Action] = dict.fromkeys(tree, "exclude")
        fresh = not os.path.isdir(root) or not os.listdir(root)
        previous: dict[str, bytes] = {}
        if fresh:
            actions.update((file.path, "create") for file in files)
        else:
            existing = _Existing(root)
            for file in files:
                action = existing.compare(file)
                if action == "conflict":
                    if file.path.startswith(f"{STATE_FOLDER}/"):
                        action = "overwrite"
                    elif file.path in keep or kept(file.path):
                        action = "skip"
                    elif overwrite:
                        action = "overwrite"
                actions[file.path] = action
            existing.raise_blocked()
            previous = existing.contents
        result = WriteResult(actions, False, recovered)
        if pretend or result.conflicts:
            return result
        wanted = [file for file in files if actions[file.path] in {"create", "overwrite"}]
        if wanted and not (fresh and _placed_fresh(wanted, root)):
            place_into(wanted, previous, root)
    return WriteResult(actions, True, recovered)


def write_changes(files: Sequence[File], deletes: Sequence[str], found: Mapping[str, Entry], destination: Path) -> None:
    """Put `files` into an existing project and take `deletes` away: all of it, or nothing.

    `found` says what stood at these paths when this was decided; when that has changed since, nothing is written.

    Raises:
        DestinationError: it cannot be written, or somebody changed it meanwhile; the project is as it was.
    """
    root = checked_destination(destination)
    paths = (*(file.path for file in files), *deletes)
    previous = {path: found[path].content for path in paths if path in found and found[path].kind != "folder"}
    if paths:
        with explained(root):
            place_into(files, previous, root, deletes)


def recover(destination: Path) -> Recovery | None:
    """Finish or undo what a killed run left in or beside `destination`; None when there was nothing in it.

    Raises:
        DestinationError: another run is writing there, or it could not be done.
    """
    root = checked_destination(destination)
    with explained(root, consequence="run the command again to finish the run that was killed before"):
        clean_leftovers(root)
        return recover_journal(root)


def checked_destination(destination: Path) -> str:
    """The absolute path of a destination that may be written to.

    Raises:
        DestinationError: it is a file or a symbolic link, is below a file, or leads out of the current directory by
            way of a symbolic link.
    """
    given = os.fspath(destination)
    path = os.path.abspath(given)
    if os.path.islink(path):
        raise DestinationError(f"{given} is a symbolic link", hint=f"give the place itself: {os.path.realpath(path)}")
    here = os.path.realpath(os.curdir)
    real = os.path.realpath(path)
    is_below = not os.path.isabs(given) and ".." not in given.split(os.sep)
    if is_below and os.path.commonpath([here, real]) != here:
        raise DestinationError(
            f"{given} leads out of the current directory by way of a symbolic link", hint=f"give {real} if you mean it"
        )
    above = path
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    if not os.path.isdir(above):
        raise DestinationError(f"{above} is not a directory", hint="choose another destination")
    return real


class _Existing:
    """What stands in the destination already."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.contents: dict[str, bytes] = {}
        self.blocked: list[str] = []
        self.parents: dict[str, str] = {"": ""}  # folder -> what is wrong with it

    def compare(self, file: File) -> Action:
        """Whether `file` is new, identical or a conflict; what cannot be replaced at all is noted in `blocked`."""
        if reason := self._parent(file.path.rpartition("/")[0]):
            self.blocked.append(f"{file.path} ({reason})")
            return "conflict"
        path = f"{self.root}/{file.path}"
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return "create"
        if stat.S_ISLNK(status.st_mode):
            self.contents[file.path] = os.fsencode(os.readlink(path))
            return "conflict"
        if not stat.S_ISREG(status.st_mode):
            self.blocked.append(f"{file.path} (is a directory or a device)")
            return "conflict"
        with open(path, "rb") as stream:
            content = stream.read()
        if content == file.content and bool(status.st_mode & 0o111) == (file.mode == 0o755):
            return "identical"
        self.contents[file.path] = content
        return "conflict"

    def raise_blocked(self) -> None:
        """Raise `DestinationError` naming all that is in the way and cannot be replaced."""
        if self.blocked:
            shown = ", ".join(self.blocked[:5]) + (f" and {len(self.blocked) - 5} more" if self.blocked[5:] else "")
            raise DestinationError(
                f"these cannot be written to {self.root}: {shown}; nothing was changed",
                hint="move what is in the way, or leave the files out with exclude patterns",
            )

    def _parent(self, folder: str) -> str:
        known = self.parents.get(folder)
        if known is None:
            known = self._parent(folder.rpartition("/")[0]) or self._look(folder)
            self.parents[folder] = known
        return known

    def _look(self, folder: str) -> str:
        try:
            mode = os.lstat(f"{self.root}/{folder}").st_mode
        except FileNotFoundError:
            return ""
        if stat.S_ISLNK(mode):
            return f"{folder} is a symbolic link"
        return "" if stat.S_ISDIR(mode) else f"{folder} is a file"


def _placed_fresh(files: Sequence[File], root: str) -> bool:
    """Whether the destination could be made to appear by one rename; if not, it exists and the journal has to do."""
    exists = os.path.isdir(root)
    if exists and os.path.samefile(root, os.curdir):
        return False  # whoever stands in it would be left in a directory that is gone
    try:
        place_fresh(files, root)
    except OSError as error:
        # A mount point cannot be replaced, nor a folder whose parent is not ours to write to.
        if exists and error.errno in {errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS}:
            return False
        raise
    return True
