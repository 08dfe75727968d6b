"""Names that the spec changed since the last run, and who still says the old ones after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from scaffolder.merging import Entry, Mention, Merged, NameChange, Renaming, entities_in, mentions
from scaffolder.planned import Planned
from scaffolder.problem import Problem
from scaffolder.project import Project
from scaffolder.state import SPEC_FILE
from scaffolder.tree import Tree
from scaffolder.updating.disk import own_files

_SOURCES: Final = frozenset("cfg css html ini js json jsx md mjs py pyi rst sh sql toml ts tsx txt yaml yml".split())
"""What the files of people may end with, beside what the files of blueprints do."""


def renaming_of(planned: Planned, base: Tree) -> Renaming:
    """Give what has another name now than in `base`, the last output."""
    known = entities_in(base)
    found = planned.renames(known) if planned.renames is not None else None
    if not found:
        return Renaming()
    entities = tuple(NameChange(old, new) for old, new in found.entities.items())
    fields = {NameChange(old, new): None for names in found.fields.values() for old, new in names.items()}
    return Renaming(entities, tuple(fields), tuple(sorted(known - found.entities.keys())))


def left_over(
    renaming: Renaming,
    project: Project,
    theirs: Tree,
    merged: Merged,
    disk: Mapping[str, Entry],
    once: Callable[[str], bool],
) -> tuple[Mention, ...]:
    """Find the lines of people, in all files of the project, that say a name which is gone with this run.

    Files that are written once (migrations, decisions) are history: the old names are right there.

    Raises:
        OSError: a file cannot be read.
    """
    base = project.base
    gone = renaming.texts().gone(*(Tree(one for one in tree.values() if not once(one.path)) for tree in (base, theirs)))
    if not gone:
        return ()
    suffixes = _SOURCES | {path.rpartition("/")[2].rpartition(".")[2] for path in (*base, *theirs)}
    own = own_files(str(project.root), base.keys() | theirs.keys() | {SPEC_FILE}, suffixes)
    found = own | dict(_contents(base, theirs, merged, disk))
    return tuple(
        mention
        for path, content in sorted(found.items())
        if not once(path)
        for mention in mentions(path, content, theirs[path].content if path in theirs else b"", gone)
    )


def with_errors(
    renaming: Renaming, old_names: tuple[Mention, ...], findings: Iterable[Problem], merged: Merged
) -> tuple[Mention, ...]:
    """Add the lines that have errors and say an old name, even if it is a word that others say too (`ticket`)."""
    texts = renaming.texts()
    contents = {file.path: file.content.decode("latin-1").split("\n") for file in merged.writes}
    found = {(one.path, one.line): one for one in old_names}
    for finding in findings:
        lines = contents.get(finding.path, [])
        if (finding.path, finding.line) not in found and 0 < finding.line <= len(lines):
            name = texts.old_name(lines[finding.line - 1])
            if name is not None:
                found[finding.path, finding.line] = Mention(finding.path, finding.line, name)
    return tuple(found[place] for place in sorted(found))


def asked_again(renaming: Renaming, project: Project, now: Tree) -> Iterator[str]:
    """Say which fills are for slots of what has another name now: they were made for the old one."""
    if not renaming.entities:
        return
    slots = {slot: renaming.slot(slot) for slot, entry in project.entries.items() if entry.state == "filled"}
    words = {word for file in now.values() if b" slot: " in file.content for word in file.content.split()}
    for old, new in slots.items():
        if old != new and new.encode() in words:
            yield f"{new}: it was filled as {old}; `scaffolder fill` asks again"


def _contents(base: Tree, theirs: Tree, merged: Merged, disk: Mapping[str, Entry]) -> Iterator[tuple[str, bytes]]:
    """Give the files as they are after the run."""
    writes = {file.path: file.content for file in merged.writes}
    paths: Iterable[str] = {*base, *theirs, *writes} - set(merged.deletes)
    for path in paths:
        there = disk.get(path)
        if path in writes:
            yield path, writes[path]
        elif there is not None and there.kind == "file":
            yield path, there.content
