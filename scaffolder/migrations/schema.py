"""What a database looks like after some revisions: tables with columns, constraints and indexes, as frozen values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from scaffolder.naming import sql_column

_TEXT: Final = re.compile(r"('(?:[^']|'')*')")


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `type` is Python source over `sa` and `postgresql`, as `column_types.canonical` writes it."""

    name: str
    type: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key; `on_delete` is in capitals, empty for the database's own default."""

    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: str = ""


@dataclass(frozen=True, slots=True)
class Unique:
    """A unique constraint."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A CHECK; in `sql` colons are escaped, as `sa.text` wants it."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Index:
    """An index."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True)
class PrimaryKey:
    """A primary key."""

    name: str
    columns: tuple[str, ...]


Constraint: TypeAlias = ForeignKey | Unique | Check


@dataclass(frozen=True, slots=True)
class Table:
    """A table; columns, constraints and indexes by name."""

    name: str
    columns: Mapping[str, Column]
    primary_key: PrimaryKey
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    indexes: Mapping[str, Index] = field(default_factory=dict)

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """The foreign keys among the constraints."""
        return tuple(one for one in self.constraints.values() if isinstance(one, ForeignKey))

    @property
    def checks(self) -> tuple[Check, ...]:
        """The CHECKs among the constraints."""
        return tuple(one for one in self.constraints.values() if isinstance(one, Check))

    @property
    def unique_sets(self) -> tuple[tuple[str, ...], ...]:
        """The sets of columns that no two rows share."""
        uniques = [one.columns for one in self.constraints.values() if isinstance(one, Unique)]
        return (*uniques, *(one.columns for one in self.indexes.values() if one.unique))

    def target_of(self, column: str) -> str | None:
        """The table that `column` alone refers to, if it does."""
        return next((key.target for key in self.foreign_keys if key.columns == (column,)), None)

    def with_column(self, column: Column) -> Table:
        """This table with `column` added, or in the place of one of its name."""
        return replace(self, columns={**self.columns, column.name: column})


Schema: TypeAlias = Mapping[str, Table]
"""Tables by name, in an order in which they were or can be created."""


def renamed(schema: Schema, tables: Mapping[str, str], columns: Mapping[str, Mapping[str, str]]) -> dict[str, Table]:
    """Give the schema with tables (old -> new name) and columns (by new table, old -> new) under other names.

    Names of constraints and indexes stay, as they do in a database.
    """
    return {tables.get(name, name): _renamed(table, tables, columns) for name, table in schema.items()}


def _renamed(table: Table, tables: Mapping[str, str], columns: Mapping[str, Mapping[str, str]]) -> Table:
    name = tables.get(table.name, table.name)
    own = columns.get(name, {})
    return Table(
        name,
        {own.get(key, key): replace(column, name=own.get(key, key)) for key, column in table.columns.items()},
        replace(table.primary_key, columns=_names(table.primary_key.columns, own)),
        {key: _moved(one, own, tables, columns) for key, one in table.constraints.items()},
        {key: replace(index, columns=_names(index.columns, own)) for key, index in table.indexes.items()},
    )


def _moved(
    one: Constraint, own: Mapping[str, str], tables: Mapping[str, str], columns: Mapping[str, Mapping[str, str]]
) -> Constraint:
    if isinstance(one, Check):
        return replace(one, sql=_with_names(one.sql, own))
    if isinstance(one, Unique):
        return replace(one, columns=_names(one.columns, own))
    target = tables.get(one.target, one.target)
    return replace(
        one,
        columns=_names(one.columns, own),
        target=target,
        target_columns=_names(one.target_columns, columns.get(target, {})),
    )


def _with_names(sql: str, columns: Mapping[str, str]) -> str:
    """Give a CHECK with other names of columns, as databases rewrite it; texts in it stay."""
    for old, new in columns.items():
        name = re.compile(rf"(?<![\w\"]){re.escape(sql_column(old))}(?![\w\"]|\s*\()")
        parts = _TEXT.split(sql)
        parts[::2] = [name.sub(sql_column(new), part) for part in parts[::2]]
        sql = "".join(parts)
    return sql


def _names(columns: tuple[str, ...], renames: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(renames.get(name, name) for name in columns)
