"""Columns give back what was put into them, on SQLite and on PostgreSQL."""

import datetime as dt
import decimal
import enum
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from app.core.database import normalise_url
from app.models import types


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


NOON = dt.datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=dt.UTC)
IDS = [uuid.UUID(int=1), uuid.UUID(int=2)]


def round_trip(url: str, column: sa.types.TypeEngine[Any], *values: Any) -> list[Any]:
    """Store each value in a row of its own and read them all, in the order of the values in the database."""
    table = sa.Table("round_trip", sa.MetaData(), sa.Column("value", column), prefixes=["TEMPORARY"])
    engine = sa.create_engine(normalise_url(url).replace("+aiosqlite", ""), poolclass=sa.NullPool)
    with engine.connect() as connection:
        table.create(connection)
        for value in values:
            connection.execute(table.insert().values(value=value))
        return list(connection.scalars(table.select()))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (types.UtcDateTime(), NOON),
        (types.ExactDecimal(20, 4), decimal.Decimal("1234567890123456.7891")),
        (types.ExactDecimal(6, 2), decimal.Decimal("-0.10")),
        (types.Duration(), dt.timedelta(days=400, microseconds=1)),
        (types.TextEnum(Colour, 4), Colour.BLUE),
        (types.Json(), {"list": [1, None, "ä"], "nested": {"yes": True}}),
        (types.JsonArray(uuid.UUID), IDS),
        (types.JsonArray(Colour), [Colour.RED]),
        (types.JsonArray(decimal.Decimal), [decimal.Decimal("1.10")]),
        (types.JsonArray(dt.datetime), [NOON]),
    ],
    ids=repr,
)
def test_gives_back_what_was_stored(migrated_url: str, column: sa.types.TypeEngine[Any], value: Any) -> None:
    assert round_trip(migrated_url, column, value, None) == [value, None]


def test_moments_come_back_in_utc(migrated_url: str) -> None:
    there = NOON.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30)))
    (here,) = round_trip(migrated_url, types.UtcDateTime(), there)
    assert here == NOON
    assert here.utcoffset() == dt.timedelta()


def test_refuses_a_moment_without_a_time_zone(migrated_url: str) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        round_trip(migrated_url, types.UtcDateTime(), NOON.replace(tzinfo=None))


def test_refuses_what_is_no_member_of_the_enum(migrated_url: str) -> None:
    with pytest.raises(StatementError, match="green"):
        round_trip(migrated_url, types.TextEnum(Colour, 5), "green")


def test_rounds_decimals_half_up(migrated_url: str) -> None:
    (rounded,) = round_trip(migrated_url, types.ExactDecimal(6, 2), decimal.Decimal("1.005"))
    assert rounded == decimal.Decimal("1.01")
