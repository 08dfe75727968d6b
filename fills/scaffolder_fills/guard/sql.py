"""SQL: statements that insert literals, and nothing that outlives its slot."""

from __future__ import annotations

import re

from scaffolder_fills.guard.rejected import Rejected
from scaffolder_fills.slot import Slot

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<text>'(?:[^'\\]|'')*')
  | (?P<name>"[a-z_][a-z0-9_]*"|[A-Za-z_][A-Za-z0-9_]*)
  | (?P<number>-?\d+(?:\.\d+)?)
  | (?P<mark>[(),;])
    """,
    re.VERBOSE,
)
_WORDS = frozenset({"INSERT", "INTO", "VALUES", "NULL", "TRUE", "FALSE"})
_STATEMENT = re.compile(r"INSERT INTO N\(N(?:,N)*\) VALUES (?:\(L(?:,L)*\))(?:,\(L(?:,L)*\))*;")


def check(before: str, old: Slot, after: str, new: Slot, kind: str) -> None:
    """See that the slot holds whole `INSERT INTO … VALUES (literals)` statements only.

    No comment, no backslash and no dollar quote is a token here, so nothing can be left open for what follows.

    Raises:
        Rejected: it holds something else.
    """
    del before, old, after, kind
    shape = "".join(_shape(new.text))
    rest = shape
    while rest:
        match = _STATEMENT.match(rest)
        if match is None:
            raise Rejected("only INSERT INTO table (columns) VALUES (literals); may stand in this slot")
        rest = rest[match.end() :]


def _shape(text: str) -> list[str]:
    """Give the statement as a string of its kinds of tokens: words, N for a name, L for a literal."""
    parts: list[str] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Rejected(f"{text[position : position + 20]!r} may not stand in this slot")
        position = match.end()
        parts.append(_kind(match))
    return parts


def _kind(match: re.Match[str]) -> str:
    word = match.group()
    match match.lastgroup:
        case "space":
            return ""
        case "text" | "number":
            return "L"
        case "name":
            return _word(word)
        case _:
            return word


def _word(word: str) -> str:
    upper = word.upper()
    if upper in {"NULL", "TRUE", "FALSE"}:
        return "L"
    if upper == "INSERT":
        return "INSERT "
    if upper == "INTO":
        return "INTO "
    if upper == "VALUES":
        return " VALUES "
    return "N"
