"""Locked fills: their files, and putting them into a tree that was just rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from scaffolder_fills.lock import Entry, file_of

from scaffolder.tree import File, Origin, Tree

if TYPE_CHECKING:
    from scaffolder_fills.fill import Outcome

    from scaffolder.blueprints import Catalog


def entry_files(entries: Mapping[str, Entry], scaffolder: str) -> list[File]:
    """Give the files of the lock for some entries."""
    return [
        File(file_of(slot), entry.to_json().encode(), 0o644, Origin("scaffolder", scaffolder, file_of(slot)))
        for slot, entry in sorted(entries.items())
    ]


def replayed(
    tree: Tree, spec: bytes, entries: Mapping[str, Entry], catalog: Catalog
) -> tuple[Tree, tuple[Outcome, ...]]:
    """Put the locked fills into the slots of a rendered tree; nobody is asked.

    A fill that was made of something else (another goal, spec, static text) or does not pass its checks any more is
    left out, and the slot keeps the text of the template. Nothing is imported when there are no entries.

    Raises:
        BlueprintError: the slots of the tree are not what the blueprints declare.
    """
    if not entries:
        return tree, ()
    from scaffolder_fills.fill import replay  # noqa: PLC0415 - most projects have no fills

    from scaffolder.filling.checks import complaints_of  # noqa: PLC0415 - as above
    from scaffolder.filling.jobs import marked_slots  # noqa: PLC0415 - as above
    from scaffolder.filling.material import Material  # noqa: PLC0415 - as above

    material = Material(spec, tree)
    jobs = [one.job for slot, one in marked_slots(tree, catalog, material).items() if slot in entries]
    files = {path: tree[path].content.decode() for path in dict.fromkeys(job.place.path for job in jobs)}
    done = replay(jobs, files, material.shared, check=complaints_of(files), entries=entries)
    changed = [replace(tree[path], content=text.encode()) for path, text in done.files.items() if text != files[path]]
    return tree.replace(changed), tuple(done.outcomes)
