"""Values for rows that exist and lack one: Python source that a revision can say, within the bounds of the column."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from scaffolder.contract.literals import python_literal
from scaffolder.migrations.bounds import Bounds, bounds_of
from scaffolder.migrations.column_types import Kind, kind_of
from scaffolder.migrations.contract import Fact, Facts
from scaffolder.migrations.schema import Column, Table

_EMAIL_LENGTH: Final = 254
_URL_LENGTH: Final = 2083
_WORD: Final = "unknown"
_ROOM: Final = 20
"""Characters in which the word and the number of any row fit."""
_MANY: Final = 10_000_000
"""Values of which there are more than this do not run out."""
_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Value:
    """Python source of a value and of its type; with `distinct` it is one for each `number` from 1 on.

    There may be fewer of them than one would like: `most`, if it is not 0.
    """

    source: str
    python: str
    distinct: bool = False
    most: int = 0


def value_of(table: Table, column: Column, facts: Facts, *, distinct: bool = False) -> Value:
    """Give a value for `column`: the default of its field if there is one, else one that its type and CHECKs allow."""
    bounds = bounds_of(column.name, table.checks)
    fact = facts.get((table.name, column.name))
    if fact is not None and fact.default is not None and not distinct:
        return _default(fact)
    kind = kind_of(column.type)
    if distinct:
        return _distinct(column, bounds, kind, fact)
    if kind.family == "text":
        return Value(python_literal(_text(bounds, kind, fact)), "str")
    if kind.family in {"int", "bigint", "double"}:
        return _number(_near_zero(bounds), kind)
    if kind.family == "decimal":
        return Value(f'"{_near_zero(bounds):.{kind.scale}f}"', "str")
    if fact is not None and fact.kind == "json" and not fact.array:
        return Value("{}", "object")
    return _FIXED.get(column.type, Value("None", "object"))


_FIXED: Final = {
    "sa.Boolean()": Value("False", "bool"),
    "sa.Date()": Value("dt.date(1970, 1, 1)", "dt.date"),
    "sa.Time()": Value("dt.time(0, 0)", "dt.time"),
    "sa.DateTime(timezone=True)": Value("dt.datetime(1970, 1, 1, tzinfo=dt.UTC)", "dt.datetime"),
    "sa.Uuid()": Value("uuid.UUID(int=0)", "uuid.UUID"),
    "sa.LargeBinary()": Value('b""', "bytes"),
    'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")': Value("[]", "object"),
}
_EACH: Final = {
    "sa.Boolean()": Value("number > 1", "bool", distinct=True, most=2),
    "sa.Date()": Value("dt.date(1970, 1, 1) + dt.timedelta(days=number)", "dt.date", distinct=True),
    "sa.Time()": Value("dt.time(number // 3600, number // 60 % 60, number % 60)", "dt.time", distinct=True),
    "sa.DateTime(timezone=True)": Value(
        "dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=number)", "dt.datetime", distinct=True
    ),
    "sa.Uuid()": Value("uuid.UUID(int=number)", "uuid.UUID", distinct=True),
    "sa.LargeBinary()": Value('number.to_bytes(8, "big")', "bytes", distinct=True),
    'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")': Value("[number]", "object", distinct=True),
}


def _default(fact: Fact) -> Value:
    """Write the default of a field as the value that its column holds."""
    if fact.array or fact.kind == "json":
        return Value(python_literal(fact.default), "object")
    python, write = _DEFAULTS.get(fact.kind, ("str", "{0}"))
    value = _seconds(fact.default) * _MICROSECONDS if fact.kind == "duration" else fact.default
    if python in {"bool", "int", "float"}:
        return Value(repr({"bool": bool, "int": int, "float": float}[python](value)), python)
    return Value(write.format(python_literal(value)), python)


_DEFAULTS: Final = {
    "bool": ("bool", ""),
    "int": ("int", ""),
    "bigint": ("int", ""),
    "duration": ("int", ""),
    "float": ("float", ""),
    "date": ("dt.date", "dt.date.fromisoformat({0})"),
    "time": ("dt.time", "dt.time.fromisoformat({0})"),
    "datetime": ("dt.datetime", "dt.datetime.fromisoformat({0})"),
    "uuid": ("uuid.UUID", "uuid.UUID({0})"),
    "bytes": ("bytes", "base64.b64decode({0})"),
}


def _seconds(iso: str) -> int:
    """Read a duration as the contract writes it: `P1DT2H3M4S`."""
    units = {"D": 86_400, "H": 3_600, "M": 60, "S": 1}
    total, number = 0, ""
    for character in iso.replace("T", "")[1:]:
        if character in units:
            total, number = total + int(number) * units[character], ""
        else:
            number += character
    return total


def _text(bounds: Bounds, kind: Kind, fact: Fact | None) -> str:
    if bounds.values:
        return bounds.values[0]
    if form := _form(kind, fact):
        return form.replace("-{number}", "").format(number="")
    return _WORD.ljust(bounds.shortest, "-")[: _longest(bounds, kind)]


def _form(kind: Kind, fact: Fact | None) -> str:
    """Give how addresses are made, where the column holds some: their lengths are like those of no other."""
    if (fact.kind if fact is not None else "") == "email" or (fact is None and kind.length == _EMAIL_LENGTH):
        return "unknown-{number}@example.com"
    if (fact.kind if fact is not None else "") == "url" or (fact is None and kind.length == _URL_LENGTH):
        return "https://example.com/{number}"
    return ""


def _longest(bounds: Bounds, kind: Kind) -> int | None:
    limits = [one for one in (bounds.longest, kind.length) if one is not None]
    return min(limits, default=None)


def _near_zero(bounds: Bounds) -> Decimal:
    value = Decimal(0)
    if bounds.low is not None:
        value = max(value, bounds.low)
    return value if bounds.high is None else min(value, bounds.high)


def _number(value: Decimal, kind: Kind) -> Value:
    return Value(repr(float(value)), "float") if kind.family == "double" else Value(str(int(value)), "int")


def _distinct(column: Column, bounds: Bounds, kind: Kind, fact: Fact | None) -> Value:
    if kind.family == "text":
        return Value(_distinct_text(bounds, kind, fact), "str", distinct=True, most=_most_texts(bounds, kind, fact))
    if kind.family == "other":
        return _EACH.get(column.type, Value("None", "object", distinct=True))
    unit = Decimal(1).scaleb(-kind.scale) if kind.family == "decimal" else Decimal(1)
    low, high = bounds.low, bounds.high
    if kind.family == "double" and low is not None and high is not None:
        unit = (high - low) / 1_000_000
    most = 0 if kind.family == "double" or low is None or high is None else _few(int((high - low) / unit) + 1)
    up = high is None or low is not None
    start = (low if low is not None else Decimal(0)) if up else (high or Decimal(0)) + unit
    if kind.family == "decimal":
        sign = "+" if up else "-"
        first_decimal = f"{start - unit if up else start:.{kind.scale}f}"
        text = f'decimal.Decimal("{first_decimal}") {sign} number * decimal.Decimal("{unit}")'
        return Value(f"str({text})", "str", distinct=True, most=most)
    if kind.family == "double":
        first = float(start - unit) if up else float(start)
        return Value(f"{first!r} {'+' if up else '-'} number * {float(unit)!r}", "float", distinct=True)
    first_int = int(start) - 1 if up else int(start)
    source = f"{first_int} {'+' if up else '-'} number" if first_int or not up else "number"
    return Value(source, "int", distinct=True, most=most)


def _most_texts(bounds: Bounds, kind: Kind, fact: Fact | None) -> int:
    """Give how many texts there are of those that `_distinct_text` makes; 0 for as many as one likes."""
    if bounds.values:
        return len(bounds.values)
    longest = _longest(bounds, kind)
    return 0 if _form(kind, fact) or longest is None or longest >= _ROOM else _few(10**longest - 1)


def _few(count: int) -> int:
    return count if count < _MANY else 0


def _distinct_text(bounds: Bounds, kind: Kind, fact: Fact | None) -> str:
    if bounds.values:
        return f"{python_literal(list(bounds.values))}[number - 1]"
    if form := _form(kind, fact):
        return f'f"{form}"'
    longest = _longest(bounds, kind)
    if longest is not None and longest < _ROOM:
        return f'f"{{number:0{bounds.shortest}}}"' if bounds.shortest > 1 else "str(number)"
    rest = bounds.shortest - len(_WORD) - 1
    return f'f"{_WORD}-{{number:0{rest}}}"' if rest > 1 else f'f"{_WORD}-{{number}}"'


def is_plenty(table: Table, column: Column) -> bool:
    """Tell whether a column has as many distinct values as one likes, so that it is the one to tell rows apart."""
    return column.type != "sa.Boolean()" and bounds_of(column.name, table.checks).values is None


def shown(value: Value) -> str:
    """Write a value for people."""
    return "values of their own" if value.distinct else value.source
