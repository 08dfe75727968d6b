"""Revision files -> the graph that they are, and the schema that they give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scaffolder.migrations.operations import applied
from scaffolder.migrations.read import Revision, read_revision
from scaffolder.migrations.schema import Schema

_NUMBER = re.compile(r"(\d{4,})")


@dataclass(frozen=True, slots=True)
class History:
    """Revisions in an order in which they can run, and what a database has after all of them."""

    revisions: tuple[Revision, ...]
    schema: Schema
    notes: tuple[str, ...]

    @property
    def heads(self) -> tuple[str, ...]:
        """The revisions that no other comes after, sorted."""
        parents = {parent for one in self.revisions for parent in one.down}
        return tuple(sorted(one.id for one in self.revisions if one.id not in parents))

    @property
    def has_branches(self) -> bool:
        """Whether somebody keeps branches apart on purpose, with labels."""
        return any(one.labels for one in self.revisions)

    @property
    def next_number(self) -> int:
        """One more than the highest number that a revision or its file begins with."""
        names = (name for one in self.revisions for name in (one.id, one.path.rpartition("/")[2]))
        return max((int(match[1]) for name in names if (match := _NUMBER.match(name))), default=0) + 1


def read_history(files: Mapping[str, bytes]) -> History:
    """Read all revisions among `files` (path -> content), and fold what they do into a schema.

    Raises:
        MigrationError: a file is not Python.
    """
    found = [one for path in sorted(files) if (one := read_revision(path, files[path])) is not None]
    ordered = tuple(_ordered(found))
    schema: Schema = {}
    for revision in ordered:
        for operation in revision.operations:
            schema = applied(schema, operation)
    return History(ordered, schema, tuple(note for one in ordered for note in one.notes))


def _ordered(revisions: Iterable[Revision]) -> Iterable[Revision]:
    """Sort them so that one stands after those that it comes after; a parent that is not there is left out."""
    waiting = {one.id: one for one in sorted(revisions, key=lambda one: one.id)}
    while waiting:
        ready = [one for one in waiting.values() if not any(parent in waiting for parent in one.down)]
        for one in ready or list(waiting.values()):  # a circle, which Alembic will refuse
            yield one
            del waiting[one.id]
