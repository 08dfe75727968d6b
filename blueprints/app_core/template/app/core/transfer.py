"""Moving all rows to another database, from SQLite to PostgreSQL for example: `export` here, `import` there.

The file is a zip with one JSON-lines file per table. Values that JSON has no type for are written as
`{"$": [type, text]}`.
"""

import datetime as dt
import json
import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.database import Database
from app.models import Base
from app.utilities.files import FileRoot, write_zip
from app.utilities.logging import timed

logger = logging.getLogger(__name__)

Row = dict[str, Any]
_TAG = "$"
_MICROSECOND = dt.timedelta(microseconds=1)
# Name, type, how it is written, how it is read. A datetime is a date as well, so it comes first.
_TYPES: tuple[tuple[str, type, Callable[[Any], str], Callable[[str], Any]], ...] = (
    ("datetime", dt.datetime, dt.datetime.isoformat, dt.datetime.fromisoformat),
    ("date", dt.date, dt.date.isoformat, dt.date.fromisoformat),
    ("time", dt.time, dt.time.isoformat, dt.time.fromisoformat),
    ("microseconds", dt.timedelta, lambda span: str(span // _MICROSECOND), lambda text: int(text) * _MICROSECOND),
    ("decimal", Decimal, str, Decimal),
    ("uuid", UUID, str, UUID),
    ("bytes", bytes, bytes.hex, bytes.fromhex),
    ("json", dict, json.dumps, json.loads),
    ("json", list, json.dumps, json.loads),
)
_READERS = {name: read for name, _, _, read in _TYPES}


class NotEmptyError(RuntimeError):
    """The database to import into has rows already."""


async def export_rows(database: Database, file: Path) -> int:
    """Write all rows, as they are at one moment, to the zip `file`; return how many. Raises `OSError`."""
    with timed("export", logger=logger, slow_ms=60_000):
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="SERIALIZABLE")
            tables = {table.name: await _read(connection, table) for table in Base.metadata.sorted_tables}
        write_zip(file, ((f"{name}.jsonl", _encode_lines(rows)) for name, rows in tables.items()))
    return sum(len(rows) for rows in tables.values())


async def import_rows(database: Database, file: Path) -> int:
    """Insert the rows of a file that `export_rows` wrote, all or none; return how many.

    Raises `NotEmptyError`, or `UnsafeFileError` if the file is not one of ours.
    """
    with tempfile.TemporaryDirectory() as directory:
        root = FileRoot(Path(directory))
        root.extract(file)
        tables = {table: _decode_lines(root.read(f"{table.name}.jsonl")) for table in Base.metadata.sorted_tables}
    with timed("import", logger=logger, slow_ms=60_000):
        async with database.engine.begin() as connection:
            for table in tables:
                await _check_empty(connection, table)
            for table, rows in tables.items():
                await _insert(connection, table, rows)
            for table, rows in tables.items():
                await _link(connection, table, rows)
    return sum(len(rows) for rows in tables.values())


async def _read(connection: AsyncConnection, table: sa.Table) -> list[Row]:
    return [dict(row) for row in (await connection.execute(sa.select(table))).mappings()]


async def _check_empty(connection: AsyncConnection, table: sa.Table) -> None:
    if (await connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1))).first():
        raise NotEmptyError(f"{table.name} has rows already")


async def _insert(connection: AsyncConnection, table: sa.Table, rows: list[Row]) -> None:
    later = _linked_later(table)
    if rows:
        await connection.execute(table.insert(), [{**row, **dict.fromkeys(later)} for row in rows])


async def _link(connection: AsyncConnection, table: sa.Table, rows: list[Row]) -> None:
    """Set the references that could not be set while the rows that they name were missing."""
    for name in _linked_later(table):
        linked = [{"b_id": row["id"], "b_value": row[name]} for row in rows if row[name] is not None]
        if linked:
            change = table.update().where(table.c.id == sa.bindparam("b_id"))
            await connection.execute(change.values({name: sa.bindparam("b_value")}), linked)


def _linked_later(table: sa.Table) -> list[str]:
    """Return the nullable columns that refer to the table itself or to one that is filled after it."""
    order = {other: place for place, other in enumerate(Base.metadata.sorted_tables)}
    return [
        key.parent.name for key in table.foreign_keys if key.parent.nullable and order[key.column.table] >= order[table]
    ]


def _encode_lines(rows: Iterable[Row]) -> bytes:
    lines = (json.dumps({name: _encode(value) for name, value in row.items()}) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def _decode_lines(content: bytes) -> list[Row]:
    return list(_decode_rows(content.decode().splitlines()))


def _decode_rows(lines: Iterable[str]) -> Iterator[Row]:
    for line in lines:
        yield {name: _decode(value) for name, value in json.loads(line).items()}


def _encode(value: Any) -> Any:
    for name, kind, write, _ in _TYPES:
        if isinstance(value, kind):
            return {_TAG: [name, write(value)]}
    return value


def _decode(value: Any) -> Any:
    if isinstance(value, dict):
        name, text = value[_TAG]
        return _READERS[name](text)
    return value
