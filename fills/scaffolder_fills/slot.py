"""Find the slots of a file: two comment lines around static text, in the file's own comment style.

# slot: agents.triage.handle
return default
# end slot
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_START = re.compile(
    r"[ \t]*(?P<open>#|//|--|<!--|/\*|\{#) slot: (?P<id>[a-z0-9][a-z0-9_.-]*)[ \t]*(?:-->|\*/|#\})?\s*\Z"
)
_END = re.compile(r"[ \t]*(?P<open>#|//|--|<!--|/\*|\{#) end slot[ \t]*(?:-->|\*/|#\})?\s*\Z")


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot in a file.

    `start` is the 1-based line of the opening comment, `end` that of the closing one; `text` is what stands between,
    with its line ends; `indent` is the white space before the opening comment.
    """

    id: str
    start: int
    end: int
    indent: str
    text: str


class SlotError(ValueError):
    """Slots that do not nest or close as they must; `line` is 1-based."""

    def __init__(self, line: int, message: str, hint: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message
        self.hint = hint


def find_slots(text: str) -> tuple[Slot, ...]:
    """Return the slots of a file in order.

    Raises:
        SlotError: A slot stands in another, is not closed, is closed without being open, or stands twice.
    """
    if " slot" not in text:
        return ()
    slots: dict[str, Slot] = {}
    lines = text.splitlines(keepends=True)
    opened: tuple[int, re.Match[str]] | None = None
    for number, line in enumerate(lines, start=1):
        if start := _START.match(line):
            if opened:
                raise SlotError(
                    number, f"slot {start['id']} stands inside slot {opened[1]['id']}", "Close the first one before."
                )
            if start["id"] in slots:
                raise SlotError(number, f"slot {start['id']} stands twice", "Give one of them another id.")
            opened = (number, start)
        elif _END.match(line):
            if opened is None:
                raise SlotError(number, "`end slot` without a slot", "Open the slot, or delete the line.")
            first, match = opened
            indent = line[: len(line) - len(line.lstrip())]
            slots[match["id"]] = Slot(match["id"], first, number, indent, "".join(lines[first : number - 1]))
            opened = None
    if opened:
        raise SlotError(opened[0], f"slot {opened[1]['id']} is not closed", "Add the line `end slot` after its text.")
    return tuple(slots.values())
