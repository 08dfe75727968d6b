"""Which SQL a file is written in. The first of these that tells decides:

1. its first line: `-- dialect: sqlite` or sqlfluff's `-- sqlfluff:dialect:sqlite`;
2. its name or a folder above it: `schema.sqlite.sql`, `postgres/schema.sql`, `migrations/mysql/1.sql`;
3. the nearest `.sqlfluff`, `setup.cfg`, `tox.ini` or `pyproject.toml` with a dialect for sqlfluff;
4. `postgres`.
"""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Final

DEFAULT: Final = "postgres"
CONFIG: Final = (".sqlfluff", "pyproject.toml", "setup.cfg", "tox.ini")
"""The files in which a dialect is looked up."""

_FIRST = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*--\s*(?:sqlfluff:)?dialect:\s*([a-z0-9]+)", re.IGNORECASE)
_NAMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("postgres", "postgresql", "pg", "psql", "pgsql"), "postgres"),
    **dict.fromkeys(("sqlite", "sqlite3"), "sqlite"),
    **dict.fromkeys(("mysql", "mariadb", "tsql", "oracle", "bigquery", "snowflake", "duckdb", "clickhouse"), ""),
}


def dialect_of(path: str, tree: Mapping[str, bytes]) -> str:
    """Give the dialect of the SQL file `path`, in sqlfluff's words (`postgres`, `sqlite`, `mysql`, ...)."""
    first = _FIRST.match(tree.get(path, b""))
    if first:
        name = first[1].decode().lower()
        return _NAMES.get(name) or name
    *folders, file = path.lower().split("/")
    for part in (*file.split(".")[1:-1], *reversed(folders)):
        if part in _NAMES:
            return _NAMES[part] or part
    return next(_configured(path, tree), DEFAULT)


def is_sql(path: str) -> bool:
    """Tell whether a file is called like SQL."""
    return path.lower().endswith(".sql")


def _configured(path: str, tree: Mapping[str, bytes]) -> Iterator[str]:
    folders = path.split("/")[:-1]
    for count in range(len(folders), -1, -1):
        folder = "".join(f"{part}/" for part in folders[:count])
        for name in CONFIG:
            content = tree.get(f"{folder}{name}")
            if content is not None and b"sqlfluff" in content:
                found = _in_toml(content) if name.endswith(".toml") else _in_ini(content)
                if found:
                    yield _NAMES.get(found) or found


def _in_toml(content: bytes) -> str | None:
    try:
        value = tomllib.loads(content.decode())["tool"]["sqlfluff"]["core"]["dialect"]
    except (ValueError, KeyError, TypeError):
        return None
    return value if isinstance(value, str) else None


def _in_ini(content: bytes) -> str | None:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(content.decode())
    except (configparser.Error, UnicodeDecodeError):
        return None
    return parser.get("sqlfluff", "dialect", fallback=None)
