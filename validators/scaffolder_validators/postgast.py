"""SQL: the parser of PostgreSQL itself, also inside PL/pgSQL bodies and in `text("...")` and `op.execute("...")`.

A literal in Python is wrong only when neither PostgreSQL nor SQLite takes it, because SQLAlchemy speaks to both.
Templates (`{{ }}`) are no SQL yet and left alone; psql's commands and the data of COPY are not read.
"""

from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from scaffolder_validators import tool
from scaffolder_validators.dialect import CONFIG as DIALECT_CONFIG
from scaffolder_validators.dialect import dialect_of, is_sql
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.units import column_of_byte, place_of_byte
from scaffolder_validators.validator import Missing, Ready, Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = DIALECT_CONFIG

_SYNTAX: Final = "Mend the statement; PostgreSQL does not take it."
_BODY: Final = "Mend the body of the function; it fails when it is first called."
_EMBEDDED: Final = "Mend the SQL; neither PostgreSQL nor SQLite takes it."

_COPY = re.compile(rb"^COPY\b[^;]*\bFROM\s+stdin\b[^;]*;[^\n]*\n(.*?)^\\\.$", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(rb"^\\[^\n]*", re.MULTILINE)
_PARAMETER = re.compile(rb"(?<![:\w\]])(?::[A-Za-z_]\w*|%\([A-Za-z_]\w*\)s)")
_TEMPLATE = re.compile(rb"\{\{|\{%")
_NEAR = re.compile(r'near "((?:[^"]|"")*)"|^"([^"]+)"')
_LINE = re.compile(r"near line (\d+)")
_HOLDS_SQL = re.compile(rb"\b(?:text|execute)\(")
_LANGUAGES = {"plpgsql", "sql"}


def probe() -> Ready | Missing:
    """A Python package."""
    return tool.probe_package("postgast", "pip install 'scaffolder[validators]'")


def applies_to(path: str) -> bool:
    """SQL, and Python, which may hold some."""
    return is_sql(path) or path.endswith(".py")


def check(sources: Sources) -> Iterator[Finding]:
    """Parse each statement."""
    for path, content in sources.files.items():
        if not is_sql(path):
            yield from _embedded(sources, path, content)
        elif dialect_of(path, sources.tree) == "postgres" and not _TEMPLATE.search(content):
            for offset, message, hint in _errors(content):
                yield _finding(path, content, offset, message, hint)


def _finding(path: str, content: bytes, offset: int, message: str, hint: str) -> Finding:
    code = "plpgsql" if hint == _BODY else "syntax"
    return Finding(path, *place_of_byte(content, offset), f"postgast:{code}", "error", message, hint)


def _errors(content: bytes) -> Iterator[tuple[int, str, str]]:
    """Give byte offset, message and hint of what is wrong."""
    import postgast  # noqa: PLC0415 - 60 ms that only SQL costs

    try:
        text = _plain(content).decode()
    except UnicodeDecodeError:
        return  # the validator `text` says it
    try:
        parsed = postgast.parse(text)
    except postgast.PgQueryError as error:
        yield from _each(text, error)
        return
    raw = text.encode()
    for statement in parsed.stmts:
        start = statement.stmt_location
        end = start + statement.stmt_len if statement.stmt_len else len(raw)
        yield from _bodies(raw, start, raw[start:end], statement.stmt)


def _plain(content: bytes) -> bytes:
    """Blank out what psql and drivers read before PostgreSQL does; every byte stays at its place."""
    content = content.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b" ")
    for match in _COPY.finditer(content):
        content = content[: match.start(1)] + re.sub(rb"[^\n]", b" ", match[1]) + content[match.end(1) :]
    content = _COMMAND.sub(lambda match: b" " * len(match[0]), content)
    return _PARAMETER.sub(lambda match: b"$1".ljust(len(match[0])), content)


def _each(text: str, first: Any) -> Iterator[tuple[int, str, str]]:
    """Parse the statements one by one, so that a wrong one does not hide the next."""
    import postgast  # noqa: PLC0415

    try:
        statements = postgast.split(text, method="scanner")
    except postgast.PgQueryError:
        statements = []
    found, at, raw = False, 0, text.encode()
    for statement in statements:
        part = statement.encode()
        at = max(raw.find(part, at), at)
        try:
            postgast.parse(statement)
        except postgast.PgQueryError as error:
            found = True
            yield at + _bytes_before(statement, error), error.message, _SYNTAX
        at += len(part)
    if not found:
        yield _bytes_before(text, first), first.message, _SYNTAX


def _bytes_before(text: str, error: Any) -> int:
    """Give the offset of an error: its position counts characters from 1, whatever the documentation says."""
    return len(text[: max(error.cursorpos - 1, 0)].encode())


def _bodies(raw: bytes, start: int, statement: bytes, node: Any) -> Iterator[tuple[int, str, str]]:
    """Parse the body of a function, a procedure or a DO block."""
    import postgast  # noqa: PLC0415

    kind = node.WhichOneof("node")
    if kind not in {"create_function_stmt", "do_stmt"}:
        return
    given = node.create_function_stmt.options if kind == "create_function_stmt" else node.do_stmt.args
    options = [option.def_elem for option in given]
    language = next((one.arg.string.sval.lower() for one in options if one.defname == "language"), "plpgsql")
    if language not in _LANGUAGES:
        return
    body = next((_body(one.arg) for one in options if one.defname == "as"), "")
    inside = max(raw.find(body.encode(), start), start) if body else start
    try:
        if language == "plpgsql":
            postgast.parse_plpgsql(statement.decode())
        else:
            postgast.parse(body)
    except postgast.PgQueryError as error:
        offset = _bytes_before(body, error) if error.cursorpos > 0 else _guess(body.encode(), error)
        yield inside + offset, error.message, _BODY


def _body(argument: Any) -> str:
    if argument.WhichOneof("node") == "list":
        text: str = argument.list.items[0].string.sval
        return text
    return str(argument.string.sval)


def _guess(body: bytes, error: Any) -> int:
    """Find the word that the message names, from the line on that PL/pgSQL says, which is often one too early."""
    line = _LINE.search(error.context or "")
    lines = body.split(b"\n")
    start = sum(len(one) + 1 for one in lines[: int(line[1]) - 1]) if line else 0
    named = _NEAR.search(error.message)
    word = (named[1] or named[2] or "").encode() if named else b""
    if word:
        match = re.compile(rb"(?<!\w)" + re.escape(word) + rb"(?!\w)").search(body, min(start, len(body)))
        if match:
            return match.start()
    return min(start + 1, len(body)) if lines and not lines[0].strip() and start == 0 else min(start, len(body))


def _embedded(sources: Sources, path: str, content: bytes) -> Iterator[Finding]:
    if not _HOLDS_SQL.search(content) or (b"sqlalchemy" not in content and b"alembic" not in content):
        return
    tree = sources.module(path)
    lines = content.split(b"\n")
    for node in ast.walk(tree) if tree is not None else ():
        if not isinstance(node, ast.Call) or not node.args or not _takes_sql(node.func):
            continue
        literal = node.args[0]
        if isinstance(literal, ast.Constant) and isinstance(literal.value, str) and not _sqlite_takes(literal.value):
            sql = literal.value.encode(errors="replace")
            for offset, message, hint in _errors(sql):
                place = _inside(lines, literal, sql, offset)
                code = "plpgsql" if hint == _BODY else "embedded"
                yield Finding(path, *place, f"postgast:{code}", "error", message, _EMBEDDED)


def _takes_sql(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id == "text"
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return False
    return (function.value.id, function.attr) in {("sa", "text"), ("sqlalchemy", "text"), ("op", "execute")}


def _sqlite_takes(sql: str) -> bool:
    """Tell whether it is SQLite's syntax; tables that are not there say nothing against it."""
    database = sqlite3.connect(":memory:")
    try:
        database.execute(f"EXPLAIN {_plain(sql.encode(errors='replace')).decode().replace('$1', '?1')}")
    except sqlite3.OperationalError as error:
        return not re.search(r"syntax error|incomplete input|unrecognized token", str(error))
    except (sqlite3.Error, ValueError, sqlite3.Warning):
        return True  # parameters without values, several statements: it got past the parser
    finally:
        database.close()
    return True


def _inside(lines: list[bytes], literal: ast.Constant, sql: bytes, offset: int) -> tuple[int, int]:
    """Give the place in the file of an offset in a literal: exact for one over several lines, else where it begins."""
    if literal.end_lineno is not None and literal.end_lineno - literal.lineno == sql.count(b"\n") > 0:
        line, column = place_of_byte(sql, offset)
        if line > 1:
            return literal.lineno + line - 1, column
    return literal.lineno, column_of_byte(lines[literal.lineno - 1], literal.col_offset)
