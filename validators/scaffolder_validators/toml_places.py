"""Where the keys of a TOML document stand: `tomllib` does not say."""

from __future__ import annotations

import re

from scaffolder_validators.places import Lines

_HEADER = re.compile(r"\[{1,2}[ \t]*")
_KEY = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[A-Za-z0-9_-]+")
_BETWEEN = re.compile(r"(?:\s|#[^\n]*)*")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""+'
    r"|'''.*?'''+"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*|[\[\]{},\n]|[^\s\[\]{},\"'#]+|[ \t\r]+",
    re.DOTALL,
)


def toml_places(text: str) -> dict[tuple[str | int, ...], tuple[int, int]]:
    """Give the line and the column of each key, table and list item of well-formed TOML.

    Keys inside inline tables are not told apart: they stand where their table does.
    """
    return _Finder(text).find()


class _Finder:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Lines(text)
        self._found: dict[tuple[str | int, ...], tuple[int, int]] = {}
        self._tables: dict[tuple[str | int, ...], int] = {}

    def find(self) -> dict[tuple[str | int, ...], tuple[int, int]]:
        table: tuple[str | int, ...] = ()
        text, at = self._text, _BETWEEN.match(self._text).end()  # type: ignore[union-attr]
        keys: tuple[str | int, ...]
        while at < len(text):
            if text.startswith("[", at):
                table, at = self._header(at)
            else:
                keys, end = self._keys(at)
                keys = (*table, *keys)
                self._mark(keys, len(table), at)
                at = self._value(text.index("=", end) + 1, keys)
            at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
        return self._found

    def _mark(self, keys: tuple[str | int, ...], known: int, at: int) -> None:
        for size in range(known + 1, len(keys) + 1):
            self._found.setdefault(keys[:size], self._lines.place(at))

    def _keys(self, at: int) -> tuple[tuple[str | int, ...], int]:
        keys: list[str | int] = []
        while match := _KEY.match(self._text, at):
            keys.append(match[0].strip("\"'"))
            dot = _DOT.match(self._text, match.end())
            if dot is None:
                return tuple(keys), match.end()
            at = dot.end()
        raise ValueError("not TOML")

    def _header(self, at: int) -> tuple[tuple[str | int, ...], int]:
        several = self._text.startswith("[[", at)
        start = _HEADER.match(self._text, at).end()  # type: ignore[union-attr]
        names, end = self._keys(start)
        keys: tuple[str | int, ...] = ()
        for position, name in enumerate(names, start=1):
            keys = (*keys, name)
            opens = several and position == len(names)
            if keys in self._tables and not opens:
                keys = (*keys, self._tables[keys])
        if several:
            self._tables[keys] = self._tables.get(keys, -1) + 1
            self._found.setdefault(keys, self._lines.place(at))
            keys = (*keys, self._tables[keys])
        self._mark(keys, 0, at)
        return keys, self._text.index("]]" if several else "]", end) + (2 if several else 1)

    def _value(self, at: int, keys: tuple[str | int, ...]) -> int:
        """Skip a value that begins at or after `at`, marking the items of a list; give where it ends."""
        depth, index, item_next, is_list = 0, 0, False, False
        while match := _TOKEN.match(self._text, at):
            piece, at = match[0], match.end()
            if piece == "\n" and depth == 0:
                break
            if piece.isspace() or piece.startswith("#"):
                continue
            if piece in {"]", "}"}:
                depth -= 1
                continue
            if piece == ",":
                if depth == 1 and is_list:
                    index, item_next = index + 1, True
                continue
            if item_next and is_list:
                self._found[(*keys, index)] = self._lines.place(match.start())
                item_next = False
            if piece in {"[", "{"}:
                depth += 1
                if depth == 1:
                    is_list = item_next = piece == "["
        return at
