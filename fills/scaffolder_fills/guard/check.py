"""The guard of a slot: the file with the fill must be the file with the static text, but for the slot itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final

from scaffolder_fills.guard import characters, data, markdown, python, script, sql
from scaffolder_fills.guard.rejected import Rejected
from scaffolder_fills.slot import Slot, SlotError, find_slots, spliced

__all__ = ["Rejected", "guard"]

Guard = Callable[[str, Slot, str, Slot, str], None]
"""Gets the file before, its slot, the file after, its slot, and the kind of the slot; raises `Rejected`."""

GUARDS: Final[Mapping[str, Guard]] = {
    ".py": python.check,
    ".md": markdown.check,
    ".sql": sql.check,
    ".yml": data.check,
    ".yaml": data.check,
    ".ts": script.check,
    ".tsx": script.check,
    ".js": script.check,
    ".jsx": script.check,
}
"""By the ending of the file; there is no slot in any other kind of file."""

_MARKED: Final = "the text may not hold the comments that mark a slot"


def guard(path: str, before: str, slot_id: str, fill: str, kind: str) -> str:
    """Put `fill` into the slot of the file `path`, and give the whole new text.

    Args:
        path: of the file; its ending decides which parser judges.
        before: the file with the text that stands in the slot now.
        slot_id: of a slot in the file.
        fill: the lines between the slot's comments, with their indentation and the last line end.
        kind: of the slot, as `python.body`.

    Raises:
        Rejected: the fill breaks a rule.
        KeyError: there is no such slot in the file.
        SlotError: the slots of the file as it is are wrong.
    """
    suffix = PurePosixPath(path).suffix
    if suffix not in GUARDS:
        raise Rejected(f"there are no fills in {suffix or 'such'} files")
    characters.check_file(before)
    slots = {slot.id: slot for slot in find_slots(before, path)}
    old = slots[slot_id]
    characters.check(fill, kind)
    after = spliced(before, old, fill)
    new = _found(path, after, slots, old, moved=fill.count("\n") - (old.end - old.start - 1))
    GUARDS[suffix](before, old, after, new, kind)
    return after


def _found(path: str, after: str, before: Mapping[str, Slot], old: Slot, moved: int) -> Slot:
    """Find the slot again, and see that all markers are where they were, with the same text in the other slots."""
    try:
        there = {slot.id: slot for slot in find_slots(after, path)}
    except SlotError:
        raise Rejected(_MARKED) from None
    if set(there) != set(before):
        raise Rejected(_MARKED)
    for name, slot in before.items():
        shift = moved if slot.start > old.start else 0
        place = (slot.start + shift, slot.end + (moved if slot.end > old.start else 0))
        found = there[name]
        if (found.start, found.end) != place or (name != old.id and found.text != slot.text):
            raise Rejected(_MARKED)
    return there[old.id]
