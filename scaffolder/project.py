"""A project on disk, as an earlier run left it and as people changed it since: read only."""

from __future__ import annotations

import difflib
import hashlib
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scaffolder_fills import find_slots
from scaffolder_fills.lock import FOLDER, Entry, LockError, read_entry

from scaffolder.errors import SourceError, StateError
from scaffolder.state import BASE, LOCK, SPEC_FILE, Lock, read_base, read_lock
from scaffolder.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class Project:
    """The project in the folder `root`; a folder without `.scaffold` is one too, and then all of it is a person's."""

    root: Path
    _blocks: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict, repr=False)
    _filled: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def lock(self) -> Lock | None:
        """What the last run was made from; `None` when no run made this folder.

        Raises:
            StateError: it is damaged, or of another version.
        """
        path = self.root / LOCK
        return read_lock(path.read_bytes()) if path.is_file() else None

    @cached_property
    def base(self) -> Tree:
        """What the last run gave, empty when no run made this folder.

        Raises:
            StateError: it is damaged, or does not fit the lock.
        """
        path = self.root / BASE
        return read_base(path.read_bytes(), self.lock) if self.lock is not None and path.is_file() else Tree()

    @property
    def spec(self) -> Path | None:
        """The spec of the project, if it is there."""
        path = self.root / SPEC_FILE
        return path if path.is_file() else None

    def origin_of(self, path: str, line: int) -> Literal["template", "fill", "person"] | None:
        """Tell who wrote line `line` (from 1) of the file `path`; `None` when no run made this folder."""
        if self.lock is None:
            return None
        if path not in self._blocks:
            self._blocks[path] = self._kept(path)
            self._filled[path] = self._fills(path)
        if any(start <= line < end for start, end in self._filled[path]):
            return "fill"
        blocks = self._blocks[path]
        index = bisect_right(blocks, (line, 1 << 62)) - 1
        return "template" if index >= 0 and line < blocks[index][1] else "person"

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """The fills that are locked, by slot.

        Raises:
            StateError: one of them is damaged, or of a newer version.
        """
        return read_entries(self.root)

    def _fills(self, path: str) -> tuple[tuple[int, int], ...]:
        """Give the lines of the file that are as a language model wrote them, as half-open ranges that count from 1."""
        texts = {slot: entry.text for slot, entry in self.entries.items() if entry.path == path and entry.text}
        if not texts:
            return ()
        try:
            slots = find_slots((self.root / path).read_text(encoding="utf-8"), path)
        except (OSError, ValueError):
            return ()  # a person moved or damaged it
        return tuple((slot.start + 1, slot.end) for slot in slots if texts.get(slot.id) == slot.text)

    def _kept(self, path: str) -> tuple[tuple[int, int], ...]:
        """Give the lines of the file that are as the last run wrote them, as half-open ranges that count from 1."""
        locked = self.lock.files.get(path) if self.lock is not None else None
        try:
            content = (self.root / path).read_bytes()
        except OSError:
            return ()
        if locked is None:
            return ()
        if hashlib.sha256(content).hexdigest() == locked.sha256:
            return ((1, content.count(b"\n") + 2),)
        before, after = self.base[path].content.split(b"\n"), content.split(b"\n")
        matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
        return tuple((block.b + 1, block.b + block.size + 1) for block in matcher.get_matching_blocks() if block.size)


def require_lock(project: Project) -> Lock:
    """Give the lock of a project.

    Raises:
        SourceError: no run of scaffolder made this folder.
        StateError: the state is damaged or of another version.
    """
    if project.lock is None:
        hint = "give the folder of a project that `scaffolder copy` made"
        if project.spec is not None:
            hint = "`scaffolder state rebuild` makes it anew from scaffold.yml"
        raise SourceError(f"{project.root} has no {LOCK}, so it is no project of scaffolder", hint=hint)
    return project.lock


def read_entries(root: Path) -> dict[str, Entry]:
    """Read all entries of the lock by slot; a project without any has none.

    Raises:
        StateError: one is damaged (a merge left its marks, say) or of a newer version.
    """
    entries: dict[str, Entry] = {}
    folder = root / FOLDER
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            entry = read_entry(path.relative_to(root).as_posix(), path.read_bytes())
        except LockError as error:
            message, _, hint = str(error).partition("; ")
            raise StateError(message, hint=hint) from None
        entries[entry.slot] = entry
    return entries
