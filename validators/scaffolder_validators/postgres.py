"""SQL of PostgreSQL: run in a real database, all in one transaction that is rolled back.

The database is named by `SCAFFOLDER_POSTGRES_URL`. Give an empty one of a role without rights elsewhere: what a
statement may do to the server, it does. Statements that end or refuse a transaction are not run, and a note says so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, Final

from scaffolder_validators import tool
from scaffolder_validators.dialect import CONFIG as DIALECT_CONFIG
from scaffolder_validators.dialect import dialect_of, is_sql
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.units import place_of_byte
from scaffolder_validators.validator import Missing, Ready, Scope, Skip, Tier

TIER: Tier = "sandbox"
SCOPE: Scope = "project"
TIMEOUT = 120.0
CONFIG: tuple[str, ...] = DIALECT_CONFIG

URL: Final = "SCAFFOLDER_POSTGRES_URL"
_HINT = "Mend the statement; PostgreSQL fails when it runs it."
_ALONE = re.compile(
    r"\A\s*(?:BEGIN|START\s+TRANSACTION|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE\s+TRANSACTION|VACUUM|"
    r"(?:CREATE|DROP|ALTER)\s+(?:DATABASE|TABLESPACE|SYSTEM)|(?:CREATE|DROP)\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY|"
    r"REINDEX|CLUSTER|COPY|LISTEN|NOTIFY)\b",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)+", re.DOTALL)
_LAST = re.compile(r"\bdown\b|rollback|revert|undo")


def probe() -> Ready | Missing:
    """A Python package, and a database that somebody lends."""
    if not os.environ.get(URL):
        return Missing(f"no PostgreSQL: name an empty database in {URL}")
    ready = tool.probe_package("psycopg", "pip install 'psycopg[binary]'")
    split = tool.probe_package("postgast", "pip install 'scaffolder[validators]'")
    return split if isinstance(split, Missing) else ready


def applies_to(path: str) -> bool:
    """SQL of any dialect; which it is stands in the file."""
    return is_sql(path)


def check(sources: Sources) -> Iterator[Finding]:
    """Run the files in the order of their names.

    Raises:
        Skip: the database cannot be reached.
    """
    import psycopg  # noqa: PLC0415 - only where there is a database

    paths = [path for path in sorted(sources.tree, key=_order) if is_sql(path)]
    paths = [path for path in paths if dialect_of(path, sources.tree) == "postgres" and b"{{" not in sources.tree[path]]
    try:
        connection = psycopg.connect(os.environ[URL], connect_timeout=10)
    except psycopg.OperationalError as error:
        raise Skip(f"no PostgreSQL at {URL}: {str(error).splitlines()[0]}") from None
    with connection:
        connection.execute("SET LOCAL statement_timeout = '20s'")
        for path in paths:
            for finding in _run(connection, path, sources.tree[path]):
                if path in sources.files:
                    yield finding
        connection.rollback()


def _order(path: str) -> tuple[bool, str]:
    return bool(_LAST.search(path.lower())), path


def _run(connection: Any, path: str, content: bytes) -> Iterator[Finding]:
    import postgast  # noqa: PLC0415
    import psycopg  # noqa: PLC0415

    text = content.decode("utf-8-sig", errors="replace").replace("\0", " ")
    try:
        statements = postgast.split(text, method="scanner")
    except postgast.PgQueryError:
        return  # `postgast` says what is wrong
    at, raw = 0, text.encode()
    for statement in statements:
        part = statement.encode()
        at = max(raw.find(part, at), at)
        comment = _COMMENTS.match(statement)
        start = at + (len(statement[: comment.end()].encode()) if comment else 0)
        at += len(part)
        place = place_of_byte(raw, start)
        if _ALONE.match(raw[start:at].decode()) or re.search(r"(?<!:):[A-Za-z_]", statement):
            yield Finding(path, *place, "postgres:not-run", "note", "not run in a transaction", "Check it by hand.")
            continue
        try:
            with connection.transaction():
                connection.execute(statement, prepare=False)
        except psycopg.Error as error:
            diagnostic = error.diag
            position = int(diagnostic.statement_position or 0)
            if position:
                place = place_of_byte(raw, at - len(part) + len(statement[: position - 1].encode()))
            message = diagnostic.message_primary or str(error).partition("\n")[0]
            yield Finding(path, *place, f"postgres:{diagnostic.sqlstate or 'failed'}", "error", message, _HINT)
