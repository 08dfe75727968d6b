"""SQL of SQLite: run in a database in memory, in the order schema, migrations, data, queries.

It may not open files, take more than ten seconds, or more than 100 MB. A statement that names a table which no SQL of
the project creates (an ORM may) is not blamed.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from time import monotonic
from typing import Final

from scaffolder_validators.dialect import CONFIG as DIALECT_CONFIG
from scaffolder_validators.dialect import dialect_of, is_sql
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "project"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = DIALECT_CONFIG

SECONDS: Final = 10.0
_PAGES = 25_000
_HINTS: Final[Mapping[str, str]] = {
    "syntax": "Mend the statement; SQLite does not take it.",
    "no-such-table": "Create the table first, or name one that there is.",
    "no-such-column": "Name a column that the table has.",
    "no-such-function": "Use a function that SQLite has.",
    "failed": "Mend the statement; it fails when it is run.",
}
_SYNTAX = re.compile(r"syntax error|incomplete input|unrecognized token")
_NEAR = re.compile(r'near "(.+?)": syntax error')
_CREATES = re.compile(r"\bCREATE\s+(?:TEMP\w*\s+)?(?:VIRTUAL\s+)?(?:TABLE|VIEW)\b", re.IGNORECASE)
_NAME = re.compile(r"\s*CREATE\s+(?:TEMP\w*\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"`\[]?(\w+)[\"`\]]?", re.IGNORECASE)
_COMMENTS = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)+", re.DOTALL)
_BINDINGS = re.compile(r"uses (\d+), and there are")
_FIRST = ("schema", "init", "tables", "create", "migration", "migrations", "versions")
_LAST = re.compile(r"\bdown\b|rollback|revert|drop")


def probe() -> Ready | Missing:
    """SQLite comes with Python."""
    return Ready(sqlite3.sqlite_version)


def applies_to(path: str) -> bool:
    """SQL of any dialect; which it is stands in the file."""
    return is_sql(path)


def check(sources: Sources) -> Iterator[Finding]:
    """Run all SQL of SQLite in the tree; give what goes wrong in the files to be checked."""
    texts: dict[str, str] = {}
    for path in sorted(sources.tree, key=_order):
        if is_sql(path) and dialect_of(path, sources.tree) == "sqlite" and b"{{" not in sources.tree[path]:
            texts[path] = sources.tree[path].decode("utf-8-sig", errors="replace").replace("\0", " ")
    if texts.keys() & sources.files.keys():
        with closing(_database()) as database:
            for finding in _Run(database, texts).findings():
                if finding.path in sources.files:
                    yield finding


def _order(path: str) -> tuple[int, str]:
    words = re.split(r"[^a-z]+", path.lower())
    if _LAST.search(path.lower()):
        return 2, path
    return 0 if any(word in _FIRST for word in words) else 1, path


def _database() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    database.execute(f"PRAGMA max_page_count = {_PAGES}")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 5_000_000)
    until = monotonic() + SECONDS
    database.set_progress_handler(lambda: int(monotonic() > until), 10_000)
    # `VACUUM INTO` attaches its target, too.
    denied = {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH}
    database.set_authorizer(lambda action, *_: sqlite3.SQLITE_DENY if action in denied else sqlite3.SQLITE_OK)
    return database


class _Run:
    def __init__(self, database: sqlite3.Connection, texts: Mapping[str, str]) -> None:
        self._database = database
        self._texts = texts
        self._creates = any(_CREATES.search(text) for text in texts.values())
        self._tables: dict[str, tuple[str, int]] = {}

    def findings(self) -> Iterator[Finding]:
        for path, text in self._texts.items():
            created: defaultdict[str, int] = defaultdict(int)
            for line, statement in statements(text):
                name = _NAME.match(statement)
                if name:
                    created[name[1].lower()] += 1
                    self._tables.setdefault(name[1].lower(), (path, line))
                try:
                    self._execute(statement)
                except sqlite3.Error as error:
                    again = name is not None and created[name[1].lower()] > 1
                    yield from self._explain(path, line, statement, str(error), again=again)
        yield from self._references()

    def _execute(self, statement: str) -> None:
        try:
            self._database.execute(statement, _Nothing()).fetchmany(100)
        except sqlite3.ProgrammingError as error:
            if "has no name" not in str(error):
                raise
            self._explained(statement)

    def _explained(self, statement: str) -> None:
        """Compile a statement with `?` in it: how many values it wants is what SQLite says when it gets none."""
        try:
            self._database.execute(f"EXPLAIN {statement}", ())
        except sqlite3.ProgrammingError as error:
            wanted = _BINDINGS.search(str(error))
            if wanted is None:
                raise
            self._database.execute(f"EXPLAIN {statement}", (None,) * int(wanted[1]))

    def _explain(self, path: str, line: int, statement: str, message: str, *, again: bool) -> Iterator[Finding]:
        code = "failed"
        if _SYNTAX.search(message):
            code = "syntax"
        elif message.startswith("no such ") and message[8:].partition(":")[0] in {"table", "column", "function"}:
            code = f"no-such-{message[8:].partition(':')[0]}"
        if message.startswith(("not authorized", "authorization denied", "interrupted")):
            reason = f"not run: {message}"
            yield Finding(path, line, 1, "sqlite:not-run", "note", reason, "Check it by other means.")
            return
        elsewhere = code == "no-such-table" and not self._creates
        alternative = "already exists" in message and not again  # two schemas for one thing: each may be right
        if not elsewhere and not alternative:
            line, column = _place(line, statement, message)
            yield Finding(path, line, column, f"sqlite:{code}", "error", message, _HINTS[code])

    def _references(self) -> Iterator[Finding]:
        """SQLite creates foreign keys to tables that there are not, and fails at the first row."""
        query = (
            "SELECT m.name, f.[table] FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
        )
        there = {name.lower() for (name,) in self._database.execute("SELECT name FROM sqlite_master").fetchall()}
        for name, target in self._database.execute(query).fetchall():
            if target.lower() not in there and name.lower() in self._tables:
                path, line = self._tables[name.lower()]
                message = f"a foreign key of {name} refers to {target}, which nobody creates"
                yield Finding(path, line, 1, "sqlite:no-such-table", "error", message, _HINTS["no-such-table"])


class _Nothing(dict[str, None]):
    """NULL for each named parameter."""

    def __missing__(self, _key: str) -> None:
        return None


def statements(text: str) -> Sequence[tuple[int, str]]:
    """Split at the semicolons that end a statement; give each with the line on which it begins."""
    found: list[tuple[int, str]] = []
    start = 0
    for match in re.finditer(";", text):
        piece = text[start : match.end()]
        if sqlite3.complete_statement(piece):
            found.append((start, piece))
            start = match.end()
    found.append((start, text[start:]))
    placed = []
    for offset, piece in found:
        comment = _COMMENTS.match(piece)
        skipped = comment.end() if comment else 0
        if piece[skipped:].strip(" \t\r\n;"):
            placed.append((text.count("\n", 0, offset + skipped) + 1, piece[skipped:]))
    return placed


def _place(line: int, statement: str, message: str) -> tuple[int, int]:
    """Give the place of the word that the message names, when it stands only once; else where the statement begins."""
    near = _NEAR.search(message)
    word = near[1] if near else message.rpartition(": ")[2] if message.startswith("no such") else ""
    places = [match.start() for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", statement)] if word else []
    if len(places) != 1:
        return line, 1
    start = statement.rfind("\n", 0, places[0]) + 1
    return line + statement.count("\n", 0, places[0]), places[0] - start + 1
