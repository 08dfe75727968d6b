"""SQL: statements that insert literals into the table of the static rows, and nothing that outlives its slot."""

from __future__ import annotations

import re
from typing import Final

from scaffolder_fills.guard.rejected import Rejected
from scaffolder_fills.slot import Slot

_TOKEN: Final = re.compile(
    r"""
    (?P<space>[ \n]+)
  | (?P<text>'(?:[^'\\]|'')*')
  | (?P<name>"[a-z_][a-z0-9_]*"|[A-Za-z_][A-Za-z0-9_]*)
  | (?P<number>-?[0-9]{1,18}(?:\.[0-9]{1,18})?(?![0-9A-Za-z_.]))
  | (?P<mark>[(),;])
    """,
    re.VERBOSE,
)
_LITERALS: Final = frozenset({"NULL", "TRUE", "FALSE"})
_WORDS: Final = frozenset({"INSERT", "INTO", "VALUES"})
_STATEMENT: Final = re.compile(
    r"INSERT INTO N\((?P<columns>N(?:,N)*)\) VALUES (?P<rows>\(L(?:,L)*\)(?:,\(L(?:,L)*\))*);"
)


def check(before: str, old: Slot, after: str, new: Slot, kind: str) -> None:
    """See that the slot holds whole `INSERT INTO … VALUES (literals)` statements only, into the same columns as before.

    No comment, no backslash and no dollar quote is a token here, so nothing can be left open for what follows.

    Raises:
        Rejected: it holds something else.
    """
    del before, after, kind
    targets = _targets(new.text)
    if not targets:
        raise Rejected("the slot holds at least one statement")
    if not targets <= _targets(old.text):
        raise Rejected("rows in this slot go into the table and the columns of those that stood there")


def _targets(text: str) -> set[tuple[str, ...]]:
    """Give table and columns of each statement."""
    tokens = _tokens(text)
    shape = "".join(kind for kind, _ in tokens)
    names = [word for kind, word in tokens if kind == "N"]
    found: set[tuple[str, ...]] = set()
    position = 0
    while position < len(shape):
        match = _STATEMENT.match(shape, position)
        if match is None:
            raise Rejected("only INSERT INTO table (columns) VALUES (literals); may stand in this slot")
        columns = match["columns"].count("N")
        if any(row.count("L") != columns for row in match["rows"].split("),(")):
            raise Rejected(f"each row has {columns} values, one for each column")
        found.add(tuple(names[: columns + 1]))
        del names[: columns + 1]
        position = match.end()
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    """Give the tokens: the words and marks of a statement as they are, N for a name, L for a literal."""
    found: list[tuple[str, str]] = []
    position = 0
    touches = False  # two that touch could be one to a database: E'…', or 'a''b'
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Rejected(f"{text[position : position + 20]!r} may not stand in this slot")
        kind, word = match.lastgroup, match.group()
        if touches and kind in {"text", "name", "number"}:
            raise Rejected(f"{word[:20]!r} touches what stands before it")
        touches = kind in {"text", "name", "number"}
        if kind != "space":
            found.append((_kind(str(kind), word), word))
        position = match.end()
    return found


def _kind(kind: str, word: str) -> str:
    upper = word.upper()
    if kind in {"text", "number"} or upper in _LITERALS:
        return "L"
    if kind == "name":
        # As they are written in the shape of a statement.
        return {"INSERT": "INSERT ", "INTO": "INTO ", "VALUES": " VALUES "}[upper] if upper in _WORDS else "N"
    return word
