"""Calls of Alembic's operations -> what they do to the schema."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Final

from scaffolder.migrations.arguments import Call, UnreadableError, name_of
from scaffolder.migrations.column_types import UNKNOWN, type_of
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
from scaffolder.migrations.schema import Check, Column, Constraint, ForeignKey, Index, PrimaryKey, Table, Unique


def _create_table(call: Call) -> Iterator[Operation]:
    name = call.text(0, "table_name")
    columns: dict[str, Column] = {}
    constraints: dict[str, Constraint] = {}
    indexes: dict[str, Index] = {}
    key = PrimaryKey(f"pk_{name}", ())
    for node in call.node.args[1:]:
        part = call.child(node)
        if part.name == "Column":
            column, own, own_indexes = _column(name, part)
            columns[column.name] = column
            constraints |= {one.name: one for one in own}
            indexes |= {one.name: one for one in own_indexes}
            if part.get(99, "primary_key"):
                key = PrimaryKey(key.name, (*key.columns, column.name))
        elif part.name == "PrimaryKeyConstraint":
            key = PrimaryKey(_given_name(part) or key.name, _all_texts(part))
        else:
            one = _constraint(name, part)
            constraints[one.name] = one
    for column_name in key.columns:
        if column_name in columns:
            columns[column_name] = Column(column_name, columns[column_name].type, nullable=False)
    yield CreateTable(Table(name, columns, key, constraints, indexes))


def _column(table: str, part: Call) -> tuple[Column, list[Constraint], list[Index]]:
    name = part.text(0, "name")
    type_node = part.node_of(1, "type_")
    is_key = isinstance(type_node, ast.Call) and name_of(type_node.func) == "ForeignKey"
    nullable = part.get(99, "nullable")
    constraints: list[Constraint] = []
    for node in part.node.args[1:] if is_key else part.node.args[2:]:
        if isinstance(node, ast.Call) and name_of(node.func) == "ForeignKey":
            key = part.child(node)
            target, _, column = key.text(0, "column").rpartition(".")
            default = f"fk_{table}_{name}_{target}"
            constraints.append(ForeignKey(_given_name(key) or default, (name,), target, (column,), _on_delete(key)))
    if part.get(99, "unique"):
        constraints.append(Unique(f"uq_{table}_{name}", (name,)))
    indexes = [Index(f"ix_{table}_{name}", (name,))] if part.get(99, "index") else []
    type_text = UNKNOWN if type_node is None or is_key else type_of(type_node)
    return Column(name, type_text, nullable is None or bool(nullable)), constraints, indexes


def _constraint(table: str, part: Call) -> Constraint:
    name = _given_name(part)
    match part.name:
        case "ForeignKeyConstraint":
            columns, refers = part.texts(0, "columns"), part.texts(1, "refcolumns")
            target = refers[0].rpartition(".")[0]
            names = tuple(one.rpartition(".")[2] for one in refers)
            return ForeignKey(name or f"fk_{table}_{columns[0]}_{target}", columns, target, names, _on_delete(part))
        case "UniqueConstraint":
            columns = _all_texts(part)
            return Unique(name or f"uq_{table}_{'_'.join(columns)}", columns)
        case "CheckConstraint" if name:
            return Check(name, _sql(part.text(0, "sqltext")))
    raise UnreadableError(f"{part.name} is not known, or has no name")


def _sql(text: str) -> str:
    """Write a CHECK with its colons escaped, as it should have been written."""
    return text.replace("\\:", ":").replace(":", "\\:")


def _all_texts(part: Call) -> tuple[str, ...]:
    found = tuple(part.value(node) for node in part.node.args)
    if not all(isinstance(one, str) for one in found):
        raise UnreadableError
    return found


def _given_name(part: Call) -> str:
    return part.text(99, "name") if "name" in part.keywords else ""


def _on_delete(part: Call) -> str:
    return str(part.get(99, "ondelete") or "").upper()


def _add_column(call: Call) -> Iterator[Operation]:
    table = call.table()
    column, constraints, indexes = _column(table, call.child(call.node_of(call.at(1), "column")))
    yield AddColumn(table, column)
    yield from (AddConstraint(table, one) for one in constraints)
    yield from (CreateIndex(table, one) for one in indexes)


def _alter_column(call: Call) -> Iterator[Operation]:
    type_node = call.node_of(99, "type_")
    yield AlterColumn(
        call.table(),
        call.text(call.at(1), "column_name"),
        new=call.get(99, "new_column_name"),
        type=None if type_node is None else type_of(type_node),
        nullable=call.get(99, "nullable"),
    )


def _create_foreign_key(call: Call) -> Iterator[Operation]:
    shift = call.at(1)
    table = call.batch if call.batch is not None else call.text(1, "source_table")
    target = call.text(shift + 1, "referent_table")
    columns, names = call.texts(shift + 2, "local_cols"), call.texts(shift + 3, "remote_cols")
    name = call.get(0, "constraint_name") or f"fk_{table}_{columns[0]}_{target}"
    yield AddConstraint(table, ForeignKey(name, columns, target, names, _on_delete(call)))


def _create_unique(call: Call) -> Iterator[Operation]:
    table, columns = call.table(1), call.texts(call.at(2), "columns")
    yield AddConstraint(table, Unique(call.get(0, "constraint_name") or f"uq_{table}_{'_'.join(columns)}", columns))


def _create_check(call: Call) -> Iterator[Operation]:
    yield AddConstraint(call.table(1), Check(call.text(0, "constraint_name"), _sql(call.text(call.at(2), "condition"))))


def _create_index(call: Call) -> Iterator[Operation]:
    columns = call.texts(call.at(2), "columns")
    index = Index(call.text(0, "index_name"), columns, bool(call.get(99, "unique")))
    yield CreateIndex(call.table(1), index)


def _drop_index(call: Call) -> Iterator[Operation]:
    table = call.batch if call.batch is not None else call.get(1, "table_name")
    yield DropIndex(table, call.text(0, "index_name"))


def _create_primary_key(call: Call) -> Iterator[Operation]:
    key = PrimaryKey(call.text(0, "constraint_name"), call.texts(call.at(2), "columns"))
    yield SetPrimaryKey(call.table(1), key)


def _one(make: Callable[[Call], Operation]) -> Callable[[Call], Iterator[Operation]]:
    def read(call: Call) -> Iterator[Operation]:
        yield make(call)

    return read


READERS: Final[dict[str, Callable[[Call], Iterator[Operation]]]] = {
    "create_table": _create_table,
    "drop_table": _one(lambda call: DropTable(call.text(0, "table_name"))),
    "rename_table": _one(lambda call: RenameTable(call.text(0, "old_table_name"), call.text(1, "new_table_name"))),
    "add_column": _add_column,
    "drop_column": _one(lambda call: DropColumn(call.table(), call.text(call.at(1), "column_name"))),
    "alter_column": _alter_column,
    "create_foreign_key": _create_foreign_key,
    "create_unique_constraint": _create_unique,
    "create_check_constraint": _create_check,
    "create_primary_key": _create_primary_key,
    "drop_constraint": _one(lambda call: DropConstraint(call.table(1), call.text(0, "constraint_name"))),
    "create_index": _create_index,
    "drop_index": _drop_index,
}
