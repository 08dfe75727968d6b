"""Operations and data as the plain steps that the template of a revision says one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from scaffolder.contract.literals import python_literal
from scaffolder.migrations.column_types import UNKNOWN
from scaffolder.migrations.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    Operation,
    RenameTable,
    SetPrimaryKey,
)
from scaffolder.migrations.phases import Difference
from scaffolder.migrations.rows import Direction
from scaffolder.migrations.schema import Check, Constraint, ForeignKey, Table, Unique


def steps_of(found: Difference, direction: Direction) -> list[dict[str, Any]]:
    """Say all phases in their order."""
    keys = [one for group in found.names for one in group if isinstance(one, SetPrimaryKey)]
    steps: list[dict[str, Any]] = []
    for group in found.names:
        match group:
            case (SetPrimaryKey(),):
                continue
            case (RenameTable() | DropTable() | AlterColumn(),):
                steps += map(_call, group)
            case (first, *_):
                steps += _batch(str(first.table), group)
    if keys:
        calls = [{"table": one.table, "old": one.was, "new": one.key.name} for one in keys]
        steps.append({"kind": "keys", "calls": calls})
    for table, operations in found.loose.items():
        steps += _batch(table, operations)
    steps += map(_call, (*found.dropped, *found.created))
    steps += [direction.step(data) for data in found.converts]
    for table, operations in found.swapped:
        steps += map(_call, operations) if isinstance(operations[0], AlterColumn) else _batch(table, operations)
    steps += [direction.step(data) for data in found.data]
    for table, operations in found.tight.items():
        steps += _batch(table, operations)
    return steps


def _batch(table: str, operations: Sequence[Operation]) -> list[dict[str, Any]]:
    """Put what is done to one table into one batch, where SQLite has to copy it; the rest stands alone."""
    calls = [_call(operation) for operation in operations]
    alone = {"add_column", "create_index", "drop_index"}
    if all(call["kind"] in alone for call in calls):
        return calls
    return [{"kind": "batch", "table": table, "calls": calls}]


def _call(operation: Operation) -> dict[str, Any]:
    """Say one operation; what stands in a batch there does not say its table."""
    name = operation.table.name if isinstance(operation, CreateTable) else operation.table
    return {"kind": _KINDS[type(operation)], "table": name, **_arguments(operation)}


_KINDS: Final[dict[type[Operation], str]] = {
    CreateTable: "create_table",
    DropTable: "drop_table",
    RenameTable: "rename_table",
    AddColumn: "add_column",
    DropColumn: "drop_column",
    AlterColumn: "alter_column",
    AddConstraint: "add",
    DropConstraint: "drop_constraint",
    CreateIndex: "create_index",
    DropIndex: "drop_index",
}


def _arguments(operation: Operation) -> dict[str, Any]:
    match operation:
        case CreateTable(table):
            return _table(table)
        case AddColumn(_, column):
            return {"column": column.name, "type": _type(column.type), "nullable": column.nullable}
        case DropColumn(_, column):
            return {"column": column}
        case AddConstraint(_, constraint):
            return _constraint(constraint)
        case DropConstraint(_, name, kind):
            return {"name": name, "type": kind}
        case CreateIndex(_, index):
            return {"name": index.name, "columns": list(index.columns), "unique": index.unique}
    return _names(operation)


def _names(operation: Operation) -> dict[str, Any]:
    match operation:
        case AlterColumn():
            return _alter(operation)
        case RenameTable(_, new):
            return {"new": new}
        case DropIndex(_, name):
            return {"name": name}
    return {}


def _alter(operation: AlterColumn) -> dict[str, Any]:
    return {
        "column": operation.name,
        "new": operation.new,
        "type": None if operation.type is None else _type(operation.type),
        "nullable": operation.nullable,
        "existing_type": _type(operation.existing_type),
        "existing_nullable": operation.existing_nullable,
        "using": python_literal(operation.using) if operation.using else "",
    }


def _constraint(one: Constraint) -> dict[str, Any]:
    match one:
        case ForeignKey():
            return {
                "what": "foreign_key", "name": one.name, "columns": list(one.columns), "target": one.target,
                "target_columns": list(one.target_columns), "on_delete": one.on_delete,
            }  # fmt: skip
        case Unique():
            return {"what": "unique", "name": one.name, "columns": list(one.columns)}
        case Check():
            return {"what": "check", "name": one.name, "python": python_literal(one.sql)}


def _table(table: Table) -> dict[str, Any]:
    return {
        "columns": [
            {"name": one.name, "type": _type(one.type), "nullable": one.nullable} for one in table.columns.values()
        ],
        "primary_key": {"name": table.primary_key.name, "columns": list(table.primary_key.columns)},
        "constraints": [_constraint(one) for one in table.constraints.values()],
    }


def _type(text: str) -> str:
    """Write a type; for one that was not understood, texts are as good as anything."""
    return "sa.Text()" if text == UNKNOWN else text
