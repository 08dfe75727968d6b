"""What the spec gave another name: which files have another path, which slots another id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from scaffolder.merging.model import Entry
from scaffolder.merging.named import NameChange, Texts
from scaffolder.naming import python_module
from scaffolder.tree import File, Tree

_ENTITIES: Final = re.compile(r" from (?:entities|resources) ")


@dataclass(frozen=True, slots=True)
class Renaming:
    """What has another name: `entities` and `fields`; `others` are entities that keep theirs.

    A field that is said to have another name may have had it for long: nothing follows from that.
    """

    entities: tuple[NameChange, ...] = ()
    fields: tuple[NameChange, ...] = ()
    others: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything has another name."""
        return bool(self.entities or self.fields)

    def texts(self) -> Texts:
        """Give the names as they stand in texts."""
        return _texts(self)

    def base(self, base: Tree, theirs: Tree) -> Tree:
        """Give the base with the loop items called as they are now, as far as `theirs` has files for them."""
        names = dict(self.entities)
        origins = {origin(file) for file in theirs.values()}
        templates = {one[:2] for one in origins}
        found = []
        for file in base.values():
            if file.origin.item in names:
                one = replace(file, origin=replace(file.origin, item=names[file.origin.item]))
                if origin(one) in origins or origin(one)[:2] not in templates:
                    found.append(one)
        return base.replace(found) if found else base

    def paths(self, base: Tree, theirs: Tree) -> dict[str, str]:
        """Give old path -> new path of the files of renamed entities."""
        now = {origin(file): path for path, file in theirs.items()}
        named = self.base(base, theirs)
        found = {path: now.get(origin(named[path])) for path in base if named[path] is not base[path]}
        return {old: new for old, new in found.items() if new is not None and new != old}

    def slot(self, slot: str) -> str:
        """Give the id that a slot has now."""
        parts = slot.split(".")
        for old, new in self.entities:
            if parts[0] == "entities" and parts[1:2] == [python_module(old)]:
                return ".".join([parts[0], python_module(new), *parts[2:]])
        return slot


@lru_cache(maxsize=1)
def _texts(renaming: Renaming) -> Texts:
    """Make the patterns once a run: there are some dozens for each name."""
    return Texts(renaming.entities, renaming.fields, renaming.others)


def entities_in(base: Tree) -> frozenset[str]:
    """Give the names of all entities that a rendered project has files for."""
    items = {file.origin.item for file in base.values() if _ENTITIES.search(file.origin.template)}
    return frozenset(item for item in items if item is not None)


def edited_views(
    texts: Texts, base: Tree, ours: Mapping[str, Entry], theirs: Tree, moves: Mapping[str, str]
) -> tuple[Tree, dict[str, Entry]]:
    """Give base and ours of edited files under the paths and with the names of `theirs`; moves are new -> old path."""
    away = frozenset(moves.values())
    was: list[File] = []
    mine: dict[str, Entry] = {}
    for path, file in theirs.items():
        old = moves.get(path, path)
        before = base.get(old) if path in moves or path not in away else None
        found = ours.get(old) or ours.get(path)
        if before is None or found is None or found.kind != "file" or found.content == before.content:
            continue
        content, seen = texts.view(before.content, found.content, file.content)
        was.append(replace(file, content=content))
        mine[path] = replace(found, content=seen)
    return Tree(was), mine


def origin(file: File) -> tuple[str, str, str | None]:
    """Give what a file is known by: blueprint, template, loop item."""
    return file.origin.blueprint, file.origin.template, file.origin.item
