"""What goes into a merge and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from scaffolder.tree import File, Mode

Outcome: TypeAlias = Literal[
    "unchanged", "updated", "edited", "merged", "conflict", "created", "deleted", "kept-deleted", "kept-edited",
    "moved", "binary", "blocked", "once", "replaced",
]  # fmt: skip
"""What became of one path.

unchanged     it is as it was: nobody changed it, or both sides did so in the same way
updated       the blueprints changed it, nobody else did
edited        a person changed it, the blueprints did not: it stays as it is
merged        both changed it, in different places
conflict      both changed the same lines: marks are in the file, or the rest is in a `.rej` beside it
created       it is new in the blueprints
deleted       the blueprints no longer have it, and nobody had edited it
kept-deleted  a person deleted it: it stays deleted, whatever the blueprints do
kept-edited   the blueprints no longer have it, but a person edited it: it stays, and is that person's from now on
moved         the blueprints gave it another path (`was` is the old one); edits moved along
binary        both changed it and it is no text: it stays, the new one is in `beside`
blocked       something of a person's stands where a new file should be: it stays, the new one is in `beside`
once          the blueprint writes it at the first copy only: it is the user's
replaced      only with `restart`: a person changed it, and the blueprints' version took its place
"""

NEEDS_A_PERSON: Final = frozenset({"conflict", "binary", "blocked"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a path on disk.

    `content` is that of a file, or the target of a link. `below` are the paths (from the project's root) of all that
    is in a folder; a folder without anything in it ends with a slash there.
    """

    kind: Literal["file", "link", "folder", "other"]
    content: bytes = b""
    mode: Mode = 0o644
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PathOutcome:
    """What became of `path`; `was` is its old path, `beside` where the new version lies, `reason` one clause."""

    path: str
    outcome: Outcome
    was: str | None = None
    beside: str | None = None
    conflicts: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A line of a person's, counted from 1, that says `name`, which is gone."""

    path: str
    line: int
    name: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What to write and to delete, and what became of each path of base and theirs, sorted by path."""

    writes: tuple[File, ...]
    deletes: tuple[str, ...]
    outcomes: tuple[PathOutcome, ...]

    @property
    def unsettled(self) -> tuple[PathOutcome, ...]:
        """What a person has to look at."""
        return tuple(one for one in self.outcomes if one.outcome in NEEDS_A_PERSON)
