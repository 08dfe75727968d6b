"""Values for rows that lack one keep the column's type and bounds, and differ where they must."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import uuid
from typing import Any

import pytest

from scaffolder.migrations.contract import Fact
from scaffolder.migrations.schema import Check, Column, PrimaryKey, Table
from scaffolder.migrations.values import value_of

JSON = 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
DECIMAL = 'sa.Numeric(10, 2).with_variant(sa.String(12), "sqlite")'
NAMES = {"dt": dt, "decimal": decimal, "uuid": uuid, "base64": base64}


def value(kind: str, sql: str = "", fact: Fact | None = None) -> Any:
    return value_at(kind, sql, fact, None)


def value_at(kind: str, sql: str, fact: Fact | None, number: int | None) -> Any:
    """What the source says; with a number, that of the distinct value."""
    column = Column("x", kind, nullable=False)
    table = Table("t", {"x": column}, PrimaryKey("pk_t", ()), {"c": Check("c", sql)} if sql else {})
    facts = {("t", "x"): fact} if fact else {}
    source = value_of(table, column, facts, distinct=number is not None).source
    return eval(source, {**NAMES, "number": number})


@pytest.mark.parametrize(
    ("kind", "sql", "fact", "expected"),
    [
        ("sa.Text()", "", None, "unknown"),
        ("sa.String(3)", "", None, "unk"),
        ("sa.String(40)", "length(x) BETWEEN 10 AND 40", None, "unknown---"),
        ("sa.String(5)", "x IN ('new', 'old')", None, "new"),
        ("sa.String(5)", "x IN ('new', 'old')", Fact("enum", default="old"), "old"),
        ("sa.String(254)", "", Fact("email"), "unknown@example.com"),
        ("sa.String(254)", "", None, "unknown@example.com"),
        ("sa.String(254)", "", Fact("string"), "unknown"),
        ("sa.String(2083)", "", Fact("url"), "https://example.com/"),
        ("sa.Integer()", "", None, 0),
        ("sa.Integer()", "x >= 3 AND x <= 9", None, 3),
        ("sa.Integer()", "x <= -2", None, -2),
        ("sa.Integer()", "", Fact("int", default=7), 7),
        ("sa.BigInteger()", "", Fact("bigint", default="7"), 7),
        ("sa.BigInteger()", "", Fact("duration", default="P1DT1H30M"), 91_800_000_000),
        ("sa.Double()", "x >= 0.5", None, 0.5),
        ("sa.Double()", "", Fact("float", default=2), 2.0),
        (DECIMAL, "CAST(x AS NUMERIC) >= 1", None, "1.00"),
        (DECIMAL, "", Fact("decimal", default="2.50"), "2.50"),
        ("sa.Boolean()", "", None, False),
        ("sa.Boolean()", "", Fact("bool", default=True), True),
        ("sa.Date()", "", None, dt.date(1970, 1, 1)),
        ("sa.Date()", "", Fact("date", default="2026-01-31"), dt.date(2026, 1, 31)),
        ("sa.DateTime(timezone=True)", "", None, dt.datetime(1970, 1, 1, tzinfo=dt.UTC)),
        ("sa.Uuid()", "", None, uuid.UUID(int=0)),
        (JSON, "", None, []),
        (JSON, "", Fact("json"), {}),
        (JSON, "", Fact("string", array=True), []),
        (JSON, "", Fact("json", default={"a": [1]}), {"a": [1]}),
        ("sa.LargeBinary()", "", None, b""),
    ],
)
def test_one_for_all(kind: str, sql: str, fact: Fact | None, expected: Any) -> None:
    found = value(kind, sql, fact)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "sql", "fact", "expected"),
    [
        ("sa.Text()", "", None, ["unknown-1", "unknown-2"]),
        ("sa.String(40)", "length(x) BETWEEN 12 AND 40", None, ["unknown-0001", "unknown-0002"]),
        ("sa.String(4)", "", None, ["1", "2"]),
        ("sa.String(4)", "length(x) BETWEEN 3 AND 4", None, ["001", "002"]),
        ("sa.String(5)", "x IN ('new', 'old')", None, ["new", "old"]),
        ("sa.String(254)", "", None, ["unknown-1@example.com", "unknown-2@example.com"]),
        ("sa.Integer()", "", None, [0, 1]),
        ("sa.Integer()", "x >= 3 AND x <= 9", None, [3, 4]),
        ("sa.Integer()", "x <= 9", None, [9, 8]),
        ("sa.Double()", "x >= 0 AND x <= 1", None, [0.0, 1e-06]),
        (DECIMAL, "CAST(x AS NUMERIC) >= 1", None, ["1.00", "1.01"]),
        (DECIMAL, "CAST(x AS NUMERIC) <= 1", None, ["1.00", "0.99"]),
        ("sa.Boolean()", "", None, [False, True]),
        ("sa.Time()", "", None, [dt.time(0, 0, 1), dt.time(0, 0, 2)]),
        ("sa.Uuid()", "", None, [uuid.UUID(int=1), uuid.UUID(int=2)]),
        ("sa.Date()", "", Fact("date", default="2026-01-31"), [dt.date(1970, 1, 2), dt.date(1970, 1, 3)]),
    ],
)
def test_one_for_each(kind: str, sql: str, fact: Fact | None, expected: list[Any]) -> None:
    assert [value_at(kind, sql, fact, number) for number in (1, 2)] == expected


@pytest.mark.parametrize(
    ("kind", "sql", "most"),
    [
        ("sa.String(12)", "length(x) BETWEEN 3 AND 12", 0),
        ("sa.String(2)", "", 99),
        ("sa.String(40)", "", 0),
        ("sa.String(5)", "x IN ('new', 'old')", 2),
        ("sa.Integer()", "x >= 3 AND x <= 9", 7),
        ("sa.Integer()", "x >= 3", 0),
        (DECIMAL, "CAST(x AS NUMERIC) >= 1 AND CAST(x AS NUMERIC) <= 2", 101),
    ],
)
def test_how_many_there_are(kind: str, sql: str, most: int) -> None:
    column = Column("x", kind, nullable=False)
    table = Table("t", {"x": column}, PrimaryKey("pk_t", ()), {"c": Check("c", sql)} if sql else {})
    assert value_of(table, column, {}, distinct=True).most == most


@pytest.mark.parametrize("number", [1, 9_999, 1_234_567, 10**11])
def test_a_short_text_has_room_for_any_row(number: int) -> None:
    assert 3 <= len(value_at("sa.String(12)", "length(x) BETWEEN 3 AND 12", None, number)) <= 12
