"""Find the slots of a file: two comment lines around static text, in the file's own comment style.

# slot: agents.triage.handle
return default
# end slot

This is the one grammar of these comments. Both stand alone on their line. The words are in lower case with one blank
before and after them; an id is `[a-z0-9][a-z0-9_.-]*`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

_CLOSING: Final[Mapping[str, str]] = {"#": "", "//": "", "--": "", "<!--": "-->", "/*": "*/", "{#": "#}"}
"""How a comment opens, and how it closes."""

_HASH: Final = ("#",)
_SLASHES: Final = ("//", "/*")
_TAG: Final = ("<!--",)
_STYLES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys((".py", ".pyi", ".yml", ".yaml", ".toml", ".sh", ".cfg", ".ini", ".env", ".txt"), _HASH),
    **dict.fromkeys((".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs"), _SLASHES),
    **dict.fromkeys((".md", ".html", ".xml", ".svg"), _TAG),
    ".css": ("/*",),
    ".sql": ("--",),
}
_NAMED: Final = frozenset({"Dockerfile", "Makefile", ".gitignore", ".dockerignore", ".env.example", ".env"})

_ID: Final = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_LINE: Final = re.compile(
    r"(?P<indent>[ \t]*)(?P<open>#|//|--|<!--|/\*|\{#)(?P<before>[ \t]*)"
    r"(?:(?P<end>end[ \t]+slot)|slot[ \t]*:(?P<gap>[ \t]*)(?P<id>\S+?))"
    r"(?P<after>[ \t]*)(?P<close>-->|\*/|#\}|)[ \t]*(?:\r\n|\r|\n)?",
    re.IGNORECASE,
)


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
    """Slots that do not nest or close as they must; `line` is 1-based, `hint` says what to do."""

    def __init__(self, line: int, message: str, hint: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class _Marker:
    """A comment that opens a slot, or closes one (then `id` is empty)."""

    line: int
    indent: str
    style: str
    id: str


def lines_of(text: str) -> list[str]:
    """Divide a text into lines as compilers do, with their line ends: after `\\n`, `\\r\\n` or `\\r`.

    `str.splitlines` also divides after form feeds, U+2028 and the like, where no compiler does.
    """
    return io.StringIO(text, newline="").readlines()


def find_slots(text: str, path: str = "") -> tuple[Slot, ...]:
    """Return the slots of a file in order.

    Args:
        text: of the file.
        path: of the file; with it only comments in the style of such files count, without it those of any style do.

    Raises:
        SlotError: A slot stands in another, is not closed, is closed without being open, stands twice, or a comment
            is nearly one that marks a slot.
    """
    if "slot" not in text.lower():
        return ()
    slots: dict[str, Slot] = {}
    lines = lines_of(text)
    styles = _styles(path)
    opened: _Marker | None = None
    for number, line in enumerate(lines, start=1):
        marker = _marker(number, line, styles)
        if marker is None:
            continue
        if marker.id:
            _may_open(marker, opened, slots)
            opened = marker
        elif opened is None:
            raise SlotError(number, "`end slot` without a slot", "Open the slot, or delete the line.")
        elif opened.style != marker.style:
            raise SlotError(number, f"slot {opened.id} is closed by another kind of comment", "Use the same for both.")
        else:
            inside = "".join(lines[opened.line : number - 1])
            slots[opened.id] = Slot(opened.id, opened.line, number, opened.indent, inside)
            opened = None
    if opened:
        raise SlotError(opened.line, f"slot {opened.id} is not closed", "Add the line `end slot` after its text.")
    return tuple(slots.values())


def with_text(path: str, content: str, slot_id: str, text: str) -> str:
    """Give the file `path` with `text` in one of its slots; nobody looks at what it is: `guard` does.

    Raises:
        KeyError: there is no such slot.
        SlotError: the slots of the file are wrong.
    """
    return spliced(content, {slot.id: slot for slot in find_slots(content, path)}[slot_id], text)


def spliced(content: str, slot: Slot, text: str) -> str:
    """Give a file with `text` in `slot`, which was found in it."""
    lines = lines_of(content)
    return "".join([*lines[: slot.start], text, *lines[slot.end - 1 :]])


def _may_open(marker: _Marker, opened: _Marker | None, slots: Mapping[str, Slot]) -> None:
    if opened:
        message = f"slot {marker.id} stands inside slot {opened.id}"
        raise SlotError(marker.line, message, "Close the first one before.")
    if marker.id in slots:
        raise SlotError(marker.line, f"slot {marker.id} stands twice", "Give one of them another id.")


def _styles(path: str) -> frozenset[str]:
    pure = PurePosixPath(path)
    if pure.name in _NAMED:
        return frozenset(_HASH)
    return frozenset(_STYLES.get(pure.suffix, _CLOSING))


def _marker(number: int, line: str, styles: frozenset[str]) -> _Marker | None:
    match = _LINE.fullmatch(line) if "slot" in line.lower() else None
    if match is None or match["open"] not in styles:
        return None
    style, close = match["open"], _CLOSING[match["open"]]
    tidy = match["before"] == " " and match["close"] == close and match["after"] == (" " if close else match["after"])
    if match["end"] is not None:
        tidy = tidy and match["end"] == "end slot"
    else:
        tidy = tidy and match["gap"] == " " and "slot:" in line and _ID.fullmatch(match["id"]) is not None
    if not tidy:
        wanted = f"{style} {'end slot' if match['end'] else 'slot: an.id'} {close}".rstrip()
        raise SlotError(number, f"{line.strip()[:80]!r} is nearly a slot's comment", f"Write `{wanted}`, or reword it.")
    return _Marker(number, match["indent"], style, match["id"] or "")
