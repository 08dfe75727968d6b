"""What a revision does to the structure of a database: operations, and what a schema looks like after one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from scaffolder.migrations.schema import Column, Constraint, Index, PrimaryKey, Schema, Table, renamed


@dataclass(frozen=True, slots=True)
class CreateTable:
    """A new table."""

    table: Table


@dataclass(frozen=True, slots=True)
class DropTable:
    """A table goes."""

    table: str


@dataclass(frozen=True, slots=True)
class RenameTable:
    """`table` is called `new` from now on."""

    table: str
    new: str


@dataclass(frozen=True, slots=True)
class AddColumn:
    """A new column."""

    table: str
    column: Column


@dataclass(frozen=True, slots=True)
class DropColumn:
    """A column goes."""

    table: str
    name: str


@dataclass(frozen=True, slots=True)
class AlterColumn:
    """A column changes; what is None stays. `using` says how PostgreSQL makes the new values."""

    table: str
    name: str
    new: str | None = None
    type: str | None = None
    nullable: bool | None = None
    existing_type: str = ""
    existing_nullable: bool | None = None
    using: str = ""


@dataclass(frozen=True, slots=True)
class AddConstraint:
    """A new constraint."""

    table: str
    constraint: Constraint


@dataclass(frozen=True, slots=True)
class DropConstraint:
    """A constraint goes; `kind` is Alembic's word for it."""

    table: str
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CreateIndex:
    """A new index."""

    table: str
    index: Index


@dataclass(frozen=True, slots=True)
class DropIndex:
    """An index goes; without `table`, the one that has it is looked for."""

    table: str | None
    name: str


@dataclass(frozen=True, slots=True)
class SetPrimaryKey:
    """The primary key gets another name, or is another one."""

    table: str
    key: PrimaryKey
    was: str = ""


Operation: TypeAlias = (
    CreateTable | DropTable | RenameTable | AddColumn | DropColumn | AlterColumn | AddConstraint | DropConstraint
    | CreateIndex | DropIndex | SetPrimaryKey
)  # fmt: skip


def applied(schema: Schema, operation: Operation) -> Schema:
    """Give the schema after an operation; one on a table that is not known changes nothing."""
    match operation:
        case CreateTable(table):
            return {**schema, table.name: table}
        case DropTable(name):
            return {key: table for key, table in schema.items() if key != name}
        case RenameTable(old, new):
            return renamed(schema, {old: new}, {})
        case DropIndex(None, name):
            return {key: _without(table, name) for key, table in schema.items()}
        case AlterColumn(table=name, name=column, new=new) if new is not None:
            done = applied(schema, replace(operation, new=None))
            return renamed(done, {}, {name: {column: new}})
    found = schema.get(str(operation.table))
    return schema if found is None else {**schema, found.name: _changed(found, operation)}


def _changed(table: Table, operation: Operation) -> Table:
    match operation:
        case AddColumn(_, column):
            return table.with_column(column)
        case DropColumn(_, name):
            return _without_column(table, name)
        case AlterColumn(name=name) if name in table.columns:
            column = table.columns[name]
            nullable = column.nullable if operation.nullable is None else operation.nullable
            return table.with_column(replace(column, type=operation.type or column.type, nullable=nullable))
        case SetPrimaryKey(_, key, was) if not was or was == table.primary_key.name:
            return replace(table, primary_key=replace(key, columns=key.columns or table.primary_key.columns))
    return _changed_around(table, operation)


def _changed_around(table: Table, operation: Operation) -> Table:
    """Change what stands beside the columns."""
    match operation:
        case AddConstraint(_, constraint):
            return replace(table, constraints={**table.constraints, constraint.name: constraint})
        case DropConstraint(_, name):
            return replace(table, constraints={key: one for key, one in table.constraints.items() if key != name})
        case CreateIndex(_, index):
            return replace(table, indexes={**table.indexes, index.name: index})
        case DropIndex(_, name):
            return _without(table, name)
    return table


def _without(table: Table, index: str) -> Table:
    if index not in table.indexes:
        return table
    return replace(table, indexes={key: one for key, one in table.indexes.items() if key != index})


def _without_column(table: Table, name: str) -> Table:
    """Drop a column, and with it what databases drop: the constraints and indexes that are over it."""
    return replace(
        table,
        columns={key: column for key, column in table.columns.items() if key != name},
        constraints={key: one for key, one in table.constraints.items() if name not in getattr(one, "columns", ())},
        indexes={key: one for key, one in table.indexes.items() if name not in one.columns},
    )
