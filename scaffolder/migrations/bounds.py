"""What the CHECKs of a table ask of a column's values, read from the SQL in which the contract writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from scaffolder.migrations.schema import Check
from scaffolder.naming import sql_column

_NUMBER: Final = r"(-?[\d.]+(?:[eE][+-]?\d+)?)"
_LITERAL: Final = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Allowed `values` (None: all), least and greatest length of a text, least and greatest number."""

    values: tuple[str, ...] | None = None
    shortest: int = 0
    longest: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    def holds(self, other: Bounds) -> bool:
        """Tell whether all that keeps `other` keeps these bounds too."""
        values = self.values is None or (other.values is not None and set(other.values) <= set(self.values))
        longest = self.longest is None or (other.longest is not None and other.longest <= self.longest)
        low = self.low is None or (other.low is not None and other.low >= self.low)
        high = self.high is None or (other.high is not None and other.high <= self.high)
        # A list of values has no length that is worth asking for.
        return values and low and high and ((longest and other.shortest >= self.shortest) or other.values is not None)


def bounds_of(column: str, checks: Iterable[Check]) -> Bounds:
    """Read what `checks` say about `column`; those of another form say nothing here."""
    found = Bounds()
    name = re.escape(sql_column(column))
    for check in checks:
        sql = check.sql
        if match := re.fullmatch(rf"length\({name}\) BETWEEN (\d+) AND (\d+)", sql):
            found = replace(found, shortest=int(match[1]), longest=int(match[2]))
        elif match := re.fullmatch(rf"{name} IN \((.*)\)", sql, re.DOTALL):
            values = tuple(one.replace("''", "'").replace("\\:", ":") for one in _LITERAL.findall(match[1]))
            found = replace(found, values=values)
        else:
            operand = rf"(?:{name}|CAST\({name} AS NUMERIC\))"
            if match := re.fullmatch(rf"(?:{operand} >= {_NUMBER})?(?: AND )?(?:{operand} <= {_NUMBER})?", sql):
                low, high = match.groups()
                found = replace(found, low=_other(low, found.low), high=_other(high, found.high))
    return found


def mentions(check: Check, column: str) -> bool:
    """Tell whether a check is about `column`."""
    return re.search(rf"(?<!\w){re.escape(column)}(?!\w)", _LITERAL.sub("''", check.sql)) is not None


def _other(text: str | None, known: Decimal | None) -> Decimal | None:
    return known if text is None else Decimal(text)
