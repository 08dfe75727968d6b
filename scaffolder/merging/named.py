"""Texts read as if they had been written with the names that the spec has now.

A name stands in code in many forms, and what sorts by name (imports) changes its order. Lines that only differ in that
are the same line; a person's own stay as they are, and those that say a name which is gone are pointed out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from scaffolder.merging.lines import align
from scaffolder.merging.model import Mention
from scaffolder.merging.text import BASE, OURS, THEIRS, is_binary
from scaffolder.merging.words import MARK, TOKEN, Words, bordered, cases, forms
from scaffolder.tree import Tree

_IMPORT: Final = re.compile(r"\s*(?:from\s+\S+\s+)?import\s")
_ARTICLE: Final = re.compile(rf"\b([Aa])n? (?={MARK})")


class NameChange(NamedTuple):
    """A name that changed, as the spec writes it."""

    old: str
    new: str


class _Line(NamedTuple):
    """A line without its end; `number` is that of the base's line that it is, and None for a person's."""

    text: str
    end: str
    number: int | None = None


class Texts:
    """Names as they stand in texts; `others` are names of entities that did not change."""

    def __init__(self, entities: Sequence[NameChange], fields: Sequence[NameChange], others: Sequence[str]) -> None:
        changes = (*entities, *fields)
        names = {form for one in changes for name in one for form in forms(name)}
        same = {form: form for name in others for form in forms(name) if form not in names}
        self._names = Words({**same, **_marks(changes)})
        rewritten: dict[str, str] = {}
        for one in entities:
            for was, now in zip(cases(one.old), cases(one.new), strict=True):
                rewritten.setdefault(was, now)
        self._rewritten = Words({**same, **rewritten})
        self._old = re.compile("|".join(bordered(form) for one in changes for form in forms(one.old)) or r"(?!)")

    def view(self, was: bytes, mine: bytes, new: bytes) -> tuple[bytes, bytes]:
        """Give base and ours as if both had been written with the names of `new`; a person's lines stay."""
        if was == new or any(map(is_binary, (was, mine, new))):
            return was, mine
        before, ours = _split(was), _split(mine)
        after = [body for body, _ in _split(new)]
        now, places = self._renamed([body for body, _ in before], after)
        base = [_Line(body, end, at) for at, (body, (_, end)) in enumerate(zip(now, before, strict=True))]
        seen = [_Line(body, end) for body, end in ours]
        for block in align([body for body, _ in before], [body for body, _ in ours]):
            for at in range(block.size):
                seen[block.b + at] = _Line(now[block.a + at], ours[block.b + at][1], block.a + at)
        for at, behind in _sorted_anew(base, after, places):
            _put_behind(base, at, behind)
            _put_behind(seen, at, behind)
        return _joined(base), _joined(seen)

    def gone(self, base: Tree, theirs: Tree) -> frozenset[str]:
        """Give the words that say an old name, that blueprints wrote before, and that they write nowhere now."""
        changed = (file for path, file in base.items() if path not in theirs or theirs[path].content != file.content)
        words = {word for file in changed for word in _tokens(file.content) if self._old.search(word)}
        if words:
            words.difference_update(*(_tokens(file.content) for file in theirs.values()))
        return frozenset(words)

    def old_name(self, line: str) -> str | None:
        """Give the first word of a line that says an old name."""
        return next((word for word in TOKEN.findall(line) if self._old.search(word)), None)

    def _renamed(self, before: Sequence[str], after: Sequence[str]) -> tuple[list[str], dict[int, int]]:
        """Give the lines `before` with new names, as they stand in `after` or else rewritten, and where they stand."""
        now: list[str | None] = [None] * len(before)
        places: dict[int, int] = {}
        for block in align([self._key(line) for line in before], [self._key(line) for line in after]):
            now[block.a : block.a + block.size] = after[block.b : block.b + block.size]
            places.update(zip(range(block.a, block.a + block.size), range(block.b, block.b + block.size), strict=True))
        known = {word for line in after for word in TOKEN.findall(line)}
        lines = [
            self._rewrite(line, known) if found is None else found for line, found in zip(before, now, strict=True)
        ]
        return lines, places

    def _key(self, line: str) -> str:
        """Give the line with the same mark for each form of a name, old or new."""
        found = self._names.sub(line)
        return _ARTICLE.sub(r"\1 ", found) if MARK in found else line

    def _rewrite(self, line: str, known: AbstractSet[str]) -> str:
        """Give the line with new names if the new file has such words: prose that only looks like a name stays."""
        new = self._rewritten.sub(line)
        return new if known >= set(TOKEN.findall(new)) - set(TOKEN.findall(line)) else line


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


def _sorted_anew(base: Sequence[_Line], after: Sequence[str], places: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Give the imports that only stand elsewhere now, as sorting wants it, and each time the line before (-1: none).

    Both are lines of the base, by number. A line of another kind is left alone: what a person wrote beside it belongs
    there.
    """
    there = {place: number for number, place in places.items()}
    moved = {line.text: line.number for line in base if line.number not in places and _IMPORT.match(line.text)}
    for place, text in enumerate(after):
        number = moved.pop(text, None) if place not in there else None
        if number is not None:
            there[place] = number
            yield number, next((there[one] for one in range(place - 1, -1, -1) if one in there), -1)


def _put_behind(lines: list[_Line], number: int, behind: int) -> None:
    """Move a line behind another one, if both are there."""
    at = {line.number: index for index, line in enumerate(lines) if line.number is not None}
    if number in at and lines[at[number]].end and (behind < 0 or (behind in at and lines[at[behind]].end)):
        line = lines.pop(at[number])
        to = -1 if behind < 0 else at[behind]
        lines.insert(to + 1 if to < at[number] else to, line)


def _split(text: bytes) -> list[tuple[str, str]]:
    r"""Give the lines, and their ends apart. Lines end at \n only, and latin-1 keeps every byte."""
    lines = [(line, "\n") for line in text.decode("latin-1").split("\n")]
    lines[-1] = (lines[-1][0], "")
    found = [(line[:-1], "\r\n") if end and line.endswith("\r") else (line, end) for line, end in lines]
    return found if found[-1][0] else found[:-1]


def _joined(lines: Sequence[_Line]) -> bytes:
    return "".join(line.text + line.end for line in lines).encode("latin-1")


def _tokens(content: bytes) -> set[str]:
    return set(TOKEN.findall(content.decode("latin-1")))
