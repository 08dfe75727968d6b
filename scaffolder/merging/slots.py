"""Slots in a merge: one that a person edited is that person's, whatever becomes of the template's text or of a fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scaffolder_fills import Slot, SlotError, find_slots
from scaffolder_fills.slot import with_text

from scaffolder.merging.model import Entry
from scaffolder.tree import File, Tree


def keep_edited_slots(base: Tree, ours: Mapping[str, Entry], theirs: Tree) -> tuple[Tree, tuple[str, ...]]:
    """Take changes to the text of slots that a person edited out of `theirs`; give it, and the ids of these slots.

    Their text in the result is that of `base`, so that a merge finds a change on one side only.
    """
    changed: list[File] = []
    kept: list[str] = []
    for path, file in theirs.items():
        was, found = base.get(path), ours.get(path)
        if was is None or found is None or b" slot" not in file.content or file.content == was.content:
            continue
        if found.content == was.content:
            continue
        text, ids = _kept(path, was.content, found.content, file.content)
        if ids:
            changed.append(replace(file, content=text.encode()))
            kept += ids
    return theirs.replace(changed) if changed else theirs, tuple(kept)


def _kept(path: str, base: bytes, ours: bytes, theirs: bytes) -> tuple[str, list[str]]:
    try:
        was, mine, new = _slots(path, base), _slots(path, ours), _slots(path, theirs)
    except (SlotError, UnicodeDecodeError):
        return "", []  # then the lines are merged as they are
    text, ids = theirs.decode(), []
    for name, slot in new.items():
        if name in was and name in mine and was[name].text not in {mine[name].text, slot.text}:
            text = with_text(path, text, name, was[name].text)
            ids.append(name)
    return text, ids


def _slots(path: str, content: bytes) -> dict[str, Slot]:
    return {slot.id: slot for slot in find_slots(content.decode().replace("\r\n", "\n"), path)}
