"""Which renames still have to be done in a database: those whose old name is there and whose new name is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from scaffolder.migrations.schema import Schema, renamed


class Renames(Protocol):
    """What may have another name: tables old -> new, and columns old -> new by new table."""

    @property
    def tables(self) -> Mapping[str, str]: ...
    @property
    def columns(self) -> Mapping[str, Mapping[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Names:
    """What does have another name, in an order in which no name is taken twice."""

    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def back(self) -> Names:
        """Give the way back: columns by the old name of their table."""
        tables = {new: old for old, new in reversed(list(self.tables.items()))}
        return Names(
            tables,
            {
                tables.get(name, name): {new: old for old, new in reversed(list(own.items()))}
                for name, own in self.columns.items()
            },
        )


def effective(renames: Renames | None, disk: Schema, contract: Schema) -> Names:
    """Give what has to be renamed to come from the schema on `disk` to that of the `contract`."""
    if renames is None:
        return Names()
    tables = _settled(renames.tables, disk, contract)
    there = renamed(disk, tables, {})
    columns = {
        name: own
        for name, given in renames.columns.items()
        if name in there and name in contract and (own := _settled(given, there[name].columns, contract[name].columns))
    }
    return Names(tables, columns)


def _settled(renames: Mapping[str, str], there: Mapping[str, object], wanted: Mapping[str, object]) -> dict[str, str]:
    waiting = {old: new for old, new in renames.items() if old in there and new in wanted}
    names = set(there)
    done: dict[str, str] = {}
    while ready := [(old, new) for old, new in waiting.items() if new not in names]:
        for old, new in ready:
            if new not in names:
                names = names - {old} | {new}
                done[old] = new
            del waiting[old]
    return done
