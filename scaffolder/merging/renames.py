"""Names that the spec changed: which files have another path, and texts read as if they had the new names already.

Without that, each line that says a name would count as changed by the blueprints, and every edit beside one would be a
conflict. A person's own lines stay as they are; those that say a name that is gone are pointed out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from scaffolder.merging.lines import align
from scaffolder.merging.model import Entry, Mention
from scaffolder.merging.text import BASE, OURS, THEIRS, is_binary
from scaffolder.merging.words import MARK, TOKEN, Words, bordered, cases, forms
from scaffolder.naming import python_module
from scaffolder.tree import File, Tree

_ENTITIES: Final = re.compile(r" from (?:entities|resources) ")
_ARTICLE: Final = re.compile(rf"\b([Aa])n? (?={MARK})")


class NameChange(NamedTuple):
    """A name that changed, as the spec writes it."""

    old: str
    new: str


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


class Texts:
    """The names of a `Renaming` as they stand in texts."""

    def __init__(self, renaming: Renaming) -> None:
        changes = (*renaming.entities, *renaming.fields)
        names = {form for one in changes for name in one for form in forms(name)}
        others = {form: form for name in renaming.others for form in forms(name) if form not in names}
        self._names = Words({**others, **_marks(changes)})
        rewritten: dict[str, str] = {}
        for one in renaming.entities:
            for was, now in zip(cases(one.old), cases(one.new), strict=True):
                rewritten.setdefault(was, now)
        self._rewritten = Words({**others, **rewritten})
        self._old = re.compile("|".join(bordered(form) for one in changes for form in forms(one.old)) or r"(?!)")

    def view(self, was: bytes, mine: bytes, new: bytes) -> tuple[bytes, bytes]:
        """Give base and ours as if both had been written with the names of `new`; a person's lines stay."""
        if was == new or any(map(is_binary, (was, mine, new))):
            return was, mine
        before, ours = _split(was), _split(mine)
        now = self._renamed([body for body, _ in before], [body for body, _ in _split(new)])
        seen = list(ours)
        for block in align([body for body, _ in before], [body for body, _ in ours]):
            for at in range(block.size):
                seen[block.b + at] = (now[block.a + at], ours[block.b + at][1])
        return _joined([(body, end) for body, (_, end) in zip(now, before, strict=True)]), _joined(seen)

    def gone(self, base: Tree, theirs: Tree) -> frozenset[str]:
        """Give the words that say an old name, that blueprints wrote before, and that they write nowhere now."""
        changed = (file for path, file in base.items() if path not in theirs or theirs[path].content != file.content)
        words = {word for file in changed for word in _tokens(file.content) if self._old.search(word)}
        if words:
            words.difference_update(*(_tokens(file.content) for file in theirs.values()))
        return frozenset(words)

    def _renamed(self, before: Sequence[str], after: Sequence[str]) -> list[str]:
        """Give the lines `before` with new names: as they stand in `after`, or rewritten where they do not."""
        now: list[str | None] = [None] * len(before)
        for block in align([self._key(line) for line in before], [self._key(line) for line in after]):
            now[block.a : block.a + block.size] = after[block.b : block.b + block.size]
        known = {word for line in after for word in TOKEN.findall(line)}
        return [self._rewrite(line, known) if found is None else found for line, found in zip(before, now, strict=True)]

    def _key(self, line: str) -> str:
        """Give the line with the same mark for each form of a name, old or new."""
        found = self._names.sub(line)
        return _ARTICLE.sub(r"\1 ", found) if MARK in found else line

    def _rewrite(self, line: str, known: AbstractSet[str]) -> str:
        """Give the line with new names if the new file has such words: prose that only looks like a name stays."""
        new = self._rewritten.sub(line)
        return new if known >= set(TOKEN.findall(new)) - set(TOKEN.findall(line)) else line


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


def mentions(path: str, content: bytes, known: bytes, gone: Collection[str]) -> Iterator[Mention]:
    """Find the lines of `content` that say a word that is `gone` and that `known`, what a blueprint wrote, has not."""
    if not gone or is_binary(content) or content == known:
        return
    theirs = Counter(body for body, _ in _split(known))
    inside = False  # between the marks of a conflict, where it is not the person's
    for number, (line, _) in enumerate(_split(content), 1):
        if (mark := line.encode("latin-1")) in {BASE, OURS, THEIRS}:
            inside = mark == BASE
        elif not inside and not theirs[line]:
            word = next((word for word in TOKEN.findall(line) if word in gone), None)
            if word is not None:
                yield Mention(path, number, word)


def origin(file: File) -> tuple[str, str, str | None]:
    """Give what a file is known by: blueprint, template, loop item."""
    return file.origin.blueprint, file.origin.template, file.origin.item


def _marks(changes: Sequence[NameChange]) -> dict[str, str]:
    """Give each form of a name its mark; names that lead to one another, or come from one, have the same."""
    groups: list[set[str]] = []
    for one in changes:
        found = {*forms(one.old), *forms(one.new)}
        for group in [group for group in groups if group & found]:
            groups.remove(group)
            found |= group
        groups.append(found)
    return {form: f"{MARK}{number}{MARK}" for number, group in enumerate(groups) for form in group}


def _split(text: bytes) -> list[tuple[str, str]]:
    r"""Give the lines, and their ends apart. Lines end at \n only, and latin-1 keeps every byte."""
    lines = [(line, "\n") for line in text.decode("latin-1").split("\n")]
    lines[-1] = (lines[-1][0], "")
    found = [(line[:-1], "\r\n") if end and line.endswith("\r") else (line, end) for line, end in lines]
    return found if found[-1][0] else found[:-1]


def _joined(lines: Sequence[tuple[str, str]]) -> bytes:
    return "".join(body + end for body, end in lines).encode("latin-1")


def _tokens(content: bytes) -> set[str]:
    return set(TOKEN.findall(content.decode("latin-1")))
