"""All rows, out of one database and into another."""

import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from app.core import transfer
from app.core.database import Database
from app.models import Base
from app.utilities.files import UnsafeFileError

MOMENT = dt.datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=dt.UTC)
VALUES = {
    "moment": MOMENT,
    "day": MOMENT.date(),
    "span": dt.timedelta(days=-1, microseconds=1),
    "price": Decimal("0.10"),
    "data": b"\x00\xff",
    "extra": {"$": [1, {"a": None}]},
    "items": ["x"],
    "flag": True,
    "text": "line\u2028 \n two",
    "blank": None,
}


@pytest.fixture
async def nodes(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[sa.Table]:
    """A table that refers to itself, in place of the application's own."""
    metadata = sa.MetaData()
    table = sa.Table(
        "test_nodes",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("parent_id", sa.ForeignKey("test_nodes.id"), nullable=True),
        sa.Column("moment", sa.DateTime(timezone=True)),
        sa.Column("day", sa.Date),
        sa.Column("span", sa.Interval),
        sa.Column("price", sa.String),
        sa.Column("data", sa.LargeBinary),
        sa.Column("extra", sa.JSON),
        sa.Column("items", sa.JSON),
        sa.Column("flag", sa.Boolean),
        sa.Column("text", sa.String),
        sa.Column("blank", sa.String, nullable=True),
    )
    monkeypatch.setattr(Base, "metadata", metadata)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield table
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)


async def _fill(database: Database, nodes: sa.Table) -> tuple[UUID, UUID]:
    parent, child = uuid4(), uuid4()
    common = {**VALUES, "price": "0.10"}
    async with database.engine.begin() as connection:
        await connection.execute(nodes.insert(), {"id": parent, "parent_id": None, **common})
        await connection.execute(nodes.insert(), {"id": child, "parent_id": parent, **common})
        await connection.execute(nodes.update().where(nodes.c.id == parent).values(parent_id=child))
    return parent, child


async def _rows(database: Database, nodes: sa.Table) -> list[dict[str, object]]:
    async with database.engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(sa.select(nodes).order_by(nodes.c.id))).mappings()]


async def test_rows_come_back_as_they_went(database: Database, nodes: sa.Table, tmp_path: Path) -> None:
    await _fill(database, nodes)
    before = await _rows(database, nodes)

    assert await transfer.export_rows(database, tmp_path / "rows.zip") == 2
    async with database.engine.begin() as connection:
        await connection.execute(nodes.update().values(parent_id=None))
        await connection.execute(nodes.delete())
    assert await transfer.import_rows(database, tmp_path / "rows.zip") == 2

    assert await _rows(database, nodes) == before


async def test_rows_are_not_mixed_with_others(database: Database, nodes: sa.Table, tmp_path: Path) -> None:
    await _fill(database, nodes)
    await transfer.export_rows(database, tmp_path / "rows.zip")

    with pytest.raises(transfer.NotEmptyError, match="test_nodes"):
        await transfer.import_rows(database, tmp_path / "rows.zip")


async def test_another_file_is_refused(database: Database, tmp_path: Path) -> None:
    (tmp_path / "rows.zip").write_bytes(b"hello")

    with pytest.raises(UnsafeFileError):
        await transfer.import_rows(database, tmp_path / "rows.zip")


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_every_type_of_value_survives(value: object) -> None:
    (row,) = transfer._decode_lines(transfer._encode_lines([{"value": value}]))

    assert row == {"value": value}
