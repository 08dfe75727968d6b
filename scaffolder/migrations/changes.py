"""How one column becomes another: what happens to its type, to its rows, and what of that loses something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from scaffolder.migrations.bounds import Bounds, bounds_of
from scaffolder.migrations.column_types import Kind, kind_of
from scaffolder.migrations.contract import Facts
from scaffolder.migrations.data import Choose, Cut, Data, Limit, Pad
from scaffolder.migrations.schema import Column, Table
from scaffolder.migrations.values import value_of

How = Literal["same", "wider", "narrower", "replaced"]

_DIGITS: Final = {"int": 11, "bigint": 20}
_LARGEST: Final = {"int": Decimal(2**31 - 1), "bigint": Decimal(2**63 - 1)}


@dataclass(frozen=True, slots=True)
class TypeChange:
    """`how` a type becomes another; `using` is what PostgreSQL makes of the values, `loss` what is lost (or empty)."""

    how: How
    using: str = ""
    loss: str = ""


def type_change(was: str, now: str) -> TypeChange:
    """Tell how values of one canonical type become values of another."""
    if was == now:
        return TypeChange("same")
    old, new = kind_of(was), kind_of(now)
    if "other" in (old.family, new.family):
        return TypeChange("replaced", loss="its values are lost")
    if old.family == new.family == "text":
        if new.length is None or (old.length is not None and old.length <= new.length):
            return TypeChange("wider")
        return TypeChange("narrower", loss=f"texts of more than {new.length} characters are cut")
    if old.family == "text":
        return TypeChange("replaced", loss="its values are lost")
    if new.family == "text":
        fits = new.length is None or _DIGITS.get(old.family, 400) <= new.length
        if not fits:
            return TypeChange("replaced", loss="its values are lost")
        return TypeChange("wider", "VARCHAR" if new.length else "TEXT")
    return _numbers(old, new)


def _numbers(old: Kind, new: Kind) -> TypeChange:
    using = {"int": "INTEGER", "bigint": "BIGINT", "double": "DOUBLE PRECISION", "decimal": "NUMERIC"}[new.family]
    using = "" if old.family == new.family else using
    if _whole(new) >= _whole(old) and _scale(new) >= _scale(old):
        return TypeChange("wider", using)
    loss = "digits are lost" if _scale(new) < _scale(old) else "numbers that are too large are cut"
    return TypeChange("narrower", using, loss)


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
    kind = kind_of(new.type)
    if kind.family == "text" and kind_of(old.type).family == "text":
        yield from _texts(now, new, (before, after), (kind_of(old.type), kind), facts)
    elif kind.family not in {"text", "other"}:
        yield from _limits(now, new, (before, after), kind, change)


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
    table: Table, column: Column, bounds: tuple[Bounds, Bounds], kind: Kind, change: TypeChange
) -> Iterator[tuple[Data, str]]:
    before, after = bounds
    low, high = after.low, after.high
    if change.how == "narrower" and kind.family != "double":
        largest = _LARGEST.get(kind.family) or Decimal(10) ** (kind.precision - kind.scale) - Decimal(1).scaleb(
            -kind.scale
        )
        low = -largest if low is None else low
        high = largest if high is None else high
    if low is not None and (before.low is None or before.low < low):
        yield Limit(table, column, "<", _bound(low, kind)), f"numbers below {low} become {low}"
    if high is not None and (before.high is None or before.high > high):
        yield Limit(table, column, ">", _bound(high, kind)), f"numbers above {high} become {high}"


def _bound(bound: Decimal, kind: Kind) -> str:
    if kind.family == "decimal":
        return f'"{bound:.{kind.scale}f}"'
    return repr(float(bound)) if kind.family == "double" else str(int(bound))
