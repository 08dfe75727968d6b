"""Three texts -> one, line by line: diff3, with the marks that `git merge-file --diff3` sets.

Where only one side changed, that side is taken; where both changed the same way, the change is taken once; the rest is
a conflict. What diff3 does and what it promises: Khanna, Kunal, Pierce, "A Formal Investigation of Diff3" (2007).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from scaffolder.merging.lines import Block, align

Style: TypeAlias = Literal["inline", "rej"]
"""How conflicts are left: marked inside the file, or yours in the file and the rest in a `.rej` beside it."""

OURS: Final = b"<<<<<<< yours"
BASE: Final = b"||||||| base"
MIDDLE: Final = b"======="
THEIRS: Final = b">>>>>>> blueprints"


class Piece(NamedTuple):
    """A stretch of the three texts: taken `lines`, or a conflict of `ours` and `theirs` when `lines` is None.

    `at` is the index of the first line in the base.
    """

    lines: tuple[bytes, ...] | None
    base: tuple[bytes, ...]
    ours: tuple[bytes, ...]
    theirs: tuple[bytes, ...]
    at: int


@dataclass(frozen=True, slots=True)
class MergedText:
    """The merged file, how many conflicts are in it, and what was left out of it (`rejected`, a unified diff)."""

    content: bytes
    conflicts: int = 0
    rejected: bytes = b""


def merge_text(base: bytes, ours: bytes, theirs: bytes, style: Style = "inline") -> MergedText:
    """Merge three versions of a text file, as bytes: no encoding is assumed.

    Line ends are merged apart from the lines: whoever changed them for the whole file has them changed.
    """
    ends = [_ends(text) for text in (base, ours, theirs)]
    if None in ends:  # a file with both kinds of line ends: they are part of the lines
        return _merge(base, ours, theirs, style)
    end = ends[2] if ends[1] == ends[0] else ends[1]
    was, mine, new = (text.replace(b"\r\n", b"\n") for text in (base, ours, theirs))
    merged = _merge(was, mine, new, style)
    if end == b"\r\n":
        return MergedText(_with_crlf(merged.content), merged.conflicts, _with_crlf(merged.rejected))
    return merged


def has_marks(content: bytes) -> bool:
    """Tell whether there are marks in the text that nobody has settled yet."""
    if OURS not in content:
        return False
    lines = {line.rstrip(b"\r") for line in content.split(b"\n")}
    return OURS in lines and THEIRS in lines


def is_binary(content: bytes) -> bool:
    """Tell whether this is no text, by git's rule: it has a zero byte."""
    return b"\0" in content


def pieces(base: Sequence[bytes], ours: Sequence[bytes], theirs: Sequence[bytes]) -> Iterator[Piece]:
    """Cut three texts into stretches that are settled and such that are not; together they are the whole."""
    at = at_ours = at_theirs = 0
    for start, start_ours, start_theirs, size in (
        *_common(align(base, ours), align(base, theirs)),
        (len(base), len(ours), len(theirs), 0),
    ):
        was = tuple(base[at:start])
        mine, new = tuple(ours[at_ours:start_ours]), tuple(theirs[at_theirs:start_theirs])
        if was or mine or new:
            yield Piece(_settle(was, mine, new), was, mine, new, at)
        same = tuple(base[start : start + size])
        if same:
            yield Piece(same, same, same, same, start)
        at, at_ours, at_theirs = start + size, start_ours + size, start_theirs + size


def _settle(was: tuple[bytes, ...], mine: tuple[bytes, ...], new: tuple[bytes, ...]) -> tuple[bytes, ...] | None:
    if new in (was, mine):
        return mine
    return new if mine == was else None


def _common(one: Sequence[Block], two: Sequence[Block]) -> Iterator[tuple[int, int, int, int]]:
    """Give what all three have: where it starts in base, ours and theirs, and its size."""
    first = second = 0
    while first < len(one) and second < len(two):
        mine, new = one[first], two[second]
        start = max(mine.a, new.a)
        stop = min(mine.a + mine.size, new.a + new.size)
        if start < stop:
            yield start, mine.b + start - mine.a, new.b + start - new.a, stop - start
        if mine.a + mine.size < new.a + new.size:
            first += 1
        else:
            second += 1


def _merge(base: bytes, ours: bytes, theirs: bytes, style: Style) -> MergedText:
    out: list[bytes] = []
    rejected: list[bytes] = []
    conflicts = 0
    for piece in pieces(_lines(base), _lines(ours), _lines(theirs)):
        if piece.lines is not None:
            out += piece.lines
            continue
        conflicts += 1
        if style == "rej":
            out += piece.ours
            rejected.append(_hunk(piece))
        else:
            out += (OURS + b"\n", *_ended(piece.ours), BASE + b"\n", *_ended(piece.base))
            out += (MIDDLE + b"\n", *_ended(piece.theirs), THEIRS + b"\n")
    return MergedText(b"".join(out), conflicts, b"".join(rejected))


def _hunk(piece: Piece) -> bytes:
    """Write what the blueprints wanted as a hunk of a unified diff, as `patch` leaves it in a `.rej`."""
    start = piece.at + 1 if piece.base else piece.at
    head = f"@@ -{start},{len(piece.base)} +{start},{len(piece.theirs)} @@\n".encode()
    removed = [b"-" + line for line in _ended(piece.base)]
    return b"".join([head, *removed, *(b"+" + line for line in _ended(piece.theirs))])


def _ended(lines: Sequence[bytes]) -> list[bytes]:
    """Give the lines, the last of which may be the last of its file and without an end."""
    return [line if line.endswith(b"\n") else line + b"\n" for line in lines]


def _lines(text: bytes) -> list[bytes]:
    """Split at \\n only: bytes.splitlines() would also split at a lone \\r."""
    parts = text.split(b"\n")
    lines = [part + b"\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _ends(text: bytes) -> bytes | None:
    """Give the line end of a file, `None` when it has several kinds."""
    all_ends, crlf = text.count(b"\n"), text.count(b"\r\n")
    if crlf == 0:
        return b"\n"
    return b"\r\n" if crlf == all_ends else None


def _with_crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")
