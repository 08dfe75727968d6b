"""How one column becomes another: what happens to its type, to its rows, and what of that loses something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final, Literal

from scaffolder.migrations.bounds import Bounds, bounds_of
from scaffolder.migrations.column_types import Kind, kind_of
from scaffolder.migrations.contract import Facts
from scaffolder.migrations.data import Choose, Cut, Data, Limit, Pad
from scaffolder.migrations.schema import Column, Table
from scaffolder.migrations.values import value_of

How = Literal["same", "wider", "narrower", "converted", "replaced"]

_DIGITS: Final = {"int": 11, "bigint": 20}
_LARGEST: Final = {"int": Decimal(2**31 - 1), "bigint": Decimal(2**63 - 1)}


@dataclass(frozen=True, slots=True)
class TypeChange:
    """`how` a type becomes another, and what is lost of the values (or nothing).

    `using` is what PostgreSQL makes of them. `convert` names the function that makes them where databases cannot;
    unless it `is_total`, some have none then.
    """

    how: How
    using: str = ""
    loss: str = ""
    convert: str = ""
    is_total: bool = False


_DATE: Final = "sa.Date()"
_MOMENT: Final = "sa.DateTime(timezone=True)"
_AS_TEXT: Final = {"sa.Uuid()": 36, _DATE: 10, "sa.Time()": 15}
"""Characters that values need as text."""
_CONVERTED: Final = {
    (_DATE, _MOMENT): TypeChange("converted", convert="to_moment", is_total=True),
    (_MOMENT, _DATE): TypeChange("converted", loss="the time of day is lost", convert="to_date", is_total=True),
}
_FROM_TEXT: Final = {
    "int": "to_int",
    "bigint": "to_bigint",
    "double": "to_float",
    "decimal": "to_decimal",
}
_PARSED: Final = {_DATE: "parse_date", "sa.Uuid()": "parse_uuid", "sa.Time()": "parse_time"}


def type_change(was: str, now: str) -> TypeChange:
    """Tell how values of one canonical type become values of another."""
    if was == now:
        return TypeChange("same")
    old, new = kind_of(was), kind_of(now)
    if (found := _converted(was, now)) is not None:
        return found
    if "other" in (old.family, new.family):
        return TypeChange("replaced", loss="its values are lost")
    if old.family == new.family == "text":
        if new.length is None or (old.length is not None and old.length <= new.length):
            return TypeChange("wider")
        return TypeChange("narrower", loss=f"texts of more than {new.length} characters are cut")
    if new.family == "text":
        fits = new.length is None or _DIGITS.get(old.family, 400) <= new.length
        if not fits:
            return TypeChange("replaced", loss="its values are lost")
        return TypeChange("wider", "VARCHAR" if new.length else "TEXT")
    return _numbers(old, new)


def _converted(was: str, now: str) -> TypeChange | None:
    """Tell how the values of a type become those of one that databases cannot or do not all make of it."""
    old, new = kind_of(was), kind_of(now)
    if old.family == "text" and (new.family in _FROM_TEXT or now in _PARSED):
        convert = _FROM_TEXT.get(new.family) or _PARSED[now]
        return TypeChange("converted", loss="texts that cannot be read as such are lost", convert=convert)
    if was in _AS_TEXT and new.family == "text" and (new.length is None or new.length >= _AS_TEXT[was]):
        return TypeChange("converted", convert="to_text", is_total=True)
    return _CONVERTED.get((was, now))


def _numbers(old: Kind, new: Kind) -> TypeChange:
    using = {"int": "INTEGER", "bigint": "BIGINT", "double": "DOUBLE PRECISION", "decimal": "NUMERIC"}[new.family]
    using = "" if old.family == new.family else using
    is_wider = _whole(new) >= _whole(old) and _scale(new) >= _scale(old)
    loss = "digits are lost" if _scale(new) < _scale(old) else "numbers that are too large are cut"
    if new.family == "decimal" and (old.family != "decimal" or old.scale != new.scale):
        # SQLite has decimals as texts, with as many digits after the point as they have.
        return TypeChange("converted", loss="" if is_wider else loss, convert="to_decimal", is_total=True)
    return TypeChange("wider", using) if is_wider else TypeChange("narrower", using, loss)


def _whole(kind: Kind) -> int:
    """Digits before the point."""
    return {"int": 10, "bigint": 19, "double": 15, "decimal": kind.precision - kind.scale}[kind.family]


def _scale(kind: Kind) -> int:
    """Digits after the point."""
    return {"int": 0, "bigint": 0, "double": 15, "decimal": kind.scale}[kind.family]


def narrowed(was: Table, now: Table, old: Column, new: Column, facts: Facts) -> Iterator[tuple[Data, str]]:
    """Give what has to happen to values that the new type and CHECKs do not allow, each with what is lost."""
    before, after = bounds_of(old.name, was.checks), bounds_of(new.name, now.checks)
    change = type_change(old.type, new.type)
    if change.how == "replaced":
        return
    kind, was_kind = kind_of(new.type), kind_of(old.type)
    if kind.family == "text":
        if was_kind.family != "text":
            length = _AS_TEXT.get(old.type)
            before, was_kind = (
                Bounds(shortest=length or 1, longest=length or _DIGITS.get(was_kind.family)),
                Kind("text"),
            )
        yield from _texts(now, new, (before, after), (was_kind, kind), facts)
    elif kind.family != "other":
        before = Bounds() if was_kind.family == "text" else before
        yield from _limits(now, new, (before, after), (was_kind, kind), change)


def _texts(
    table: Table, column: Column, bounds: tuple[Bounds, Bounds], kinds: tuple[Kind, Kind], facts: Facts
) -> Iterator[tuple[Data, str]]:
    (before, after), (was, kind) = bounds, kinds
    if after.values is not None:
        if not Bounds(values=after.values).holds(before):
            gone = [one for one in before.values or () if one not in after.values]
            value = value_of(table, column, facts)
            lost = ", ".join(map(repr, gone)) if gone else "other values than those that are allowed"
            yield Choose(table, column, after.values, value), f"{lost} become {value.source}"
        return
    longest, was_longest = _longest(after, kind), _longest(before, was)
    if longest is not None and (was_longest is None or was_longest > longest):
        yield Cut(table, column, longest), f"texts of more than {longest} characters are cut"
    least = before.shortest if before.values is None else min(map(len, before.values))
    if after.shortest > least:
        yield Pad(table, column, after.shortest), f"texts of less than {after.shortest} characters get hyphens"


def _longest(bounds: Bounds, kind: Kind) -> int | None:
    if bounds.values is not None:
        return max(map(len, bounds.values))
    return min((one for one in (bounds.longest, kind.length) if one is not None), default=None)


def _limits(
    table: Table, column: Column, bounds: tuple[Bounds, Bounds], kinds: tuple[Kind, Kind], change: TypeChange
) -> Iterator[tuple[Data, str]]:
    (before, after), (was, kind) = bounds, kinds
    low, high = after.low, after.high
    if change.how == "narrower" and kind.family != "double":
        room = _within(Bounds(), kind)
        low = room.low if low is None else low
        high = room.high if high is None else high
    if change.how == "narrower":  # the column still has its old type: both must be able to hold the bounds
        step = Decimal(1).scaleb(-min(_places(was), _places(kind)))
        low = None if low is None else low.quantize(step, ROUND_CEILING)
        high = None if high is None else high.quantize(step, ROUND_FLOOR)
    exact = change.how == "narrower"
    before = _within(before, was)
    if low is not None and (before.low is None or before.low < low):
        yield Limit(table, column, "<", _bound(low, kind, exact=exact)), f"numbers below {low} become {low}"
    if high is not None and (before.high is None or before.high > high):
        yield Limit(table, column, ">", _bound(high, kind, exact=exact)), f"numbers above {high} become {high}"


def _within(bounds: Bounds, kind: Kind) -> Bounds:
    """Narrow bounds to what a type has room for."""
    if kind.family in _LARGEST:
        largest = _LARGEST[kind.family]
    elif kind.family == "decimal":
        largest = Decimal(10) ** (kind.precision - kind.scale) - Decimal(1).scaleb(-kind.scale)
    else:
        return bounds
    low = -largest if bounds.low is None else max(bounds.low, -largest)
    return replace(bounds, low=low, high=largest if bounds.high is None else min(bounds.high, largest))


def _places(kind: Kind) -> int:
    """Digits after the point that a number surely has room for."""
    return kind.scale if kind.family == "decimal" else 0 if kind.family in {"int", "bigint"} else 6


def _bound(bound: Decimal, kind: Kind, *, exact: bool) -> str:
    """Write a bound as the value that takes the place of those beyond it; `exact` adds no digits to it."""
    if kind.family == "decimal":
        return f'"{bound:f}"' if exact else f'"{bound:.{kind.scale}f}"'
    return repr(float(bound)) if kind.family == "double" else str(int(bound))
