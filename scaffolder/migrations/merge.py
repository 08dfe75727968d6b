"""Three schemas -> the one that is wanted: what the contract changed, beside what people did in revisions of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from scaffolder.migrations.schema import Column, Constraint, Index, PrimaryKey, Schema, Table

Item = TypeVar("Item")

_NOTHING = Table("", {}, PrimaryKey("", ()))


def merged(base: Schema, disk: Schema, contract: Schema) -> Schema:
    """Give the schema that the project should have.

    `base` is what our own revisions gave, `disk` what all of those that are there give, `contract` what the spec says
    now. What the contract did not change stays as it is on disk, even if that is something else: a person did it.
    """
    wanted: dict[str, Table] = {}
    for name, table in contract.items():
        if name in disk:
            wanted[name] = _table(base.get(name, replace(_NOTHING, name=name)), disk[name], table)
        elif name not in base:
            wanted[name] = table
    wanted |= {name: table for name, table in disk.items() if name not in contract and name not in base}
    return {name: _sound(table, wanted) for name, table in wanted.items()}


def _table(base: Table, disk: Table, contract: Table) -> Table:
    columns = _items(base.columns, disk.columns, contract.columns)
    return replace(
        contract,
        columns={name: _column(name, column, base, disk) for name, column in columns.items()},
        constraints=_items(base.constraints, disk.constraints, contract.constraints),
        indexes=_items(base.indexes, disk.indexes, contract.indexes),
    )


def _column(name: str, column: Column, base: Table, disk: Table) -> Column:
    """Type and nullability are changed by one side without the other."""
    was, there = base.columns.get(name), disk.columns.get(name)
    if was is None or there is None or column == there:
        return column
    return Column(
        name,
        there.type if column.type == was.type else column.type,
        there.nullable if column.nullable == was.nullable else column.nullable,
    )


def _items(base: Mapping[str, Item], disk: Mapping[str, Item], contract: Mapping[str, Item]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for name, one in contract.items():
        if name not in base:
            found[name] = one
        elif name in disk:
            is_column = isinstance(one, Column)  # those are merged further, see above
            found[name] = one if is_column or one != base[name] else disk[name]
    own = {name: one for name, one in disk.items() if name not in contract and name not in base}
    return {**found, **own}


def _sound(table: Table, schema: Schema) -> Table:
    """Leave out what is about columns and tables that go."""

    def holds(one: Constraint | Index) -> bool:
        target = getattr(one, "target", None)
        columns: tuple[str, ...] = getattr(one, "columns", ())
        return set(columns) <= table.columns.keys() and (target is None or target in schema)

    return replace(
        table,
        constraints={name: one for name, one in table.constraints.items() if holds(one)},
        indexes={name: one for name, one in table.indexes.items() if holds(one)},
    )
