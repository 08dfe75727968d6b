"""Alembic migrations: the tables that all revisions together leave behind, and what their downgrades leave."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, Final

from scaffolder_validators.contract.facts import Column, Migrated, Part, Place, Table
from scaffolder_validators.contract.python.evaluate import evaluate
from scaffolder_validators.contract.python.program import Program
from scaffolder_validators.contract.python.sql_types import sql_type
from scaffolder_validators.contract.python.tables import add_constraint, add_foreign_key, sa_name, texts
from scaffolder_validators.contract.python.values import Call, Module, Ref

_OP: Final = "alembic.op."
_NAMED: Final = frozenset(
    {
        "create_index",
        "drop_index",
        "create_foreign_key",
        "create_unique_constraint",
        "create_check_constraint",
        "drop_constraint",
    }
)
_KINDS: Final = ("uniques", "checks", "foreign_keys", "indexes")
_RENAME: Final = re.compile(r'ALTER TABLE "?(\w+)"? RENAME CONSTRAINT "?(\w+)"? TO "?(\w+)"?\Z')

Step = tuple[str, tuple[Any, ...], dict[str, Any], int]
"""Name, arguments, keywords and line of one operation; the table comes first, also inside of a batch."""


@dataclass(frozen=True, slots=True, eq=False)
class Revision:
    """One file of `versions`."""

    path: str
    id: str
    after: tuple[str, ...]
    upgrade: tuple[Step, ...]
    downgrade: tuple[Step, ...]
    downgrade_line: int
    types: dict[int, tuple[str, str]] = field(default_factory=dict)


def read_revision(program: Program, path: str) -> Revision | None:
    """Give the revision in the file `path`, or None when it is none."""
    module = program.module_at(path)
    if module is None or "upgrade" not in module.names:
        return None
    types: dict[int, tuple[str, str]] = {}
    steps = {name: tuple(_steps(program, module, name, types)) for name in ("upgrade", "downgrade")}
    down = module.names.get("downgrade")
    after = program.lookup(module, "down_revision")
    return Revision(
        path,
        str(program.lookup(module, "revision")),
        (after,) if isinstance(after, str) else tuple(map(str, after)) if isinstance(after, list | tuple) else (),
        steps["upgrade"],
        steps["downgrade"],
        getattr(down, "lineno", 1),
        types,
    )


def _steps(program: Program, module: Module, name: str, types: dict[int, tuple[str, str]]) -> Iterator[Step]:
    function = module.names.get(name)
    if isinstance(function, ast.FunctionDef):
        yield from _block(program, module, function.body, {}, types)


def _block(
    program: Program, module: Module, body: list[ast.stmt], scope: dict[str, Any], types: dict[int, tuple[str, str]]
) -> Iterator[Step]:
    for statement in body:
        if isinstance(statement, ast.With):
            inner = dict(scope)
            for item in statement.items:
                value = evaluate(program, module, item.context_expr, scope)
                if isinstance(item.optional_vars, ast.Name) and isinstance(value, Call) and value.args:
                    inner[item.optional_vars.id] = Ref(f"{_OP}in {value.args[0]}")
            yield from _block(program, module, statement.body, inner, types)
        elif isinstance(statement, ast.If):  # what only one database needs
            yield from _block(program, module, statement.body, scope, types)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = evaluate(program, module, statement.value, scope)
            if isinstance(call, Call) and isinstance(call.func, Ref) and call.func.name.startswith(_OP):
                yield _step(program, call, call.func.name.removeprefix(_OP), types)


def _step(program: Program, call: Call, name: str, types: dict[int, tuple[str, str]]) -> Step:
    args = call.args
    if name.startswith("in "):
        table, _, name = name.removeprefix("in ").rpartition(".")
        # In a batch the table is left out: it comes first here, after the name where there is one.
        args = (args[0], table, *args[1:]) if name in _NAMED else (table, *args)
    for item in (*args, *call.keywords.values()):
        if sa_name(item) == "Column":
            made = next((one for one in item.args[1:] if sa_name(one) != "ForeignKey"), None)
            types[id(item)] = sql_type(program, made)
        elif name == "alter_column" and item is call.keywords.get("type_"):
            types[id(item)] = sql_type(program, item)
    return name, args, dict(call.keywords), call.line


def migrate(revisions: list[Revision]) -> Migrated:
    """Carry out all revisions in their order, and undo each after it was done."""
    state: dict[str, Table] = {}
    problems: list[tuple[Place, str]] = []
    last = None
    for revision in _in_order(revisions):
        done = _after(state, revision, revision.upgrade, problems)
        undone = _after(done, revision, revision.downgrade, problems)
        problems += [(Place(revision.path, revision.downgrade_line), text) for text in _left(state, undone)]
        state, last = done, Place(revision.path, 1)
    return Migrated(state, problems, last)


def _in_order(revisions: list[Revision]) -> list[Revision]:
    pending = {one.id: one for one in sorted(revisions, key=lambda item: item.path)}
    order: list[Revision] = []
    while ready := [one for one in pending.values() if not any(parent in pending for parent in one.after)]:
        order += ready
        pending = {name: one for name, one in pending.items() if one not in ready}
    return order


def _left(before: dict[str, Table], after: dict[str, Table]) -> Iterator[str]:
    for name in sorted(before.keys() ^ after.keys()):
        yield f"after the downgrade the table {name} is {'missing' if name in before else 'still there'}"
    for name in sorted(before.keys() & after.keys()):
        for kind in ("columns", *_KINDS):
            for item in sorted(getattr(before[name], kind).keys() ^ getattr(after[name], kind).keys()):
                yield f"the downgrade does not restore {item} of the table {name}"


def _after(
    state: dict[str, Table], revision: Revision, steps: tuple[Step, ...], problems: list[tuple[Place, str]]
) -> dict[str, Table]:
    tables = {name: _copied(table) for name, table in state.items()}
    for name, args, keywords, line in steps:
        place = Place(revision.path, line)
        if name == "create_table" and args:
            tables[str(args[0])] = _created(args, place, revision)
        elif name == "drop_table" and args:
            _drop_table(tables, str(args[0]), place, problems)
        elif name == "rename_table" and len(args) > 1 and args[0] in tables:
            _rename_table(tables, str(args[0]), str(args[1]))
        elif name == "execute":
            _execute(tables, str(args[0]) if args else "")
        else:
            rest = args[1:] if name in _NAMED else args
            title = rest[0] if rest else keywords.get("table_name")
            if title in tables:
                _change(tables[title], name, args, keywords, place, revision)
            else:
                problems.append((place, f"{name}: there is no table {title} at this point"))
    return tables


def _rename_table(tables: dict[str, Table], old: str, new: str) -> None:
    tables[new] = replace(tables.pop(old), name=new)
    for table in tables.values():
        for title, part in table.foreign_keys.items():
            own, others, on_delete = part.content
            target, _, column = str(others).rpartition(".")
            if target == old:
                table.foreign_keys[title] = part._replace(content=(own, f"{new}.{column}", on_delete))


def _execute(tables: dict[str, Table], sql: str) -> None:
    """Carry out the one thing that Alembic has no word for: another name for a primary key."""
    match = _RENAME.match(sql)
    table = tables.get(match[1]) if match else None
    if match and table is not None and table.primary_key_name == match[2]:
        table.primary_key_name = match[3]


def _drop_table(tables: dict[str, Table], name: str, place: Place, problems: list[tuple[Place, str]]) -> None:
    if tables.pop(name, None) is None:
        problems.append((place, f"drop_table: there is no table {name} at this point"))
    for other in tables.values():
        for title, part in other.foreign_keys.items():
            if str(part.content[1]).rpartition(".")[0] == name:
                problems.append((place, f"drop_table: {title} of the table {other.name} still refers to {name}"))


def _created(args: tuple[Any, ...], place: Place, revision: Revision) -> Table:
    table = Table(str(args[0]), place)
    for item in args[1:]:
        if sa_name(item) == "Column":
            _add_column(table, item, revision)
        else:
            add_constraint(table, item)
    return table


def _add_column(table: Table, item: Call, revision: Revision) -> None:
    postgresql, sqlite = revision.types.get(id(item), ("?", "?"))
    name = str(item.args[0])
    nullable = item.keywords.get("nullable", item.keywords.get("primary_key") is not True) is True
    table.columns[name] = Column(name, Place(revision.path, item.line), postgresql, sqlite, nullable)
    for part in item.args[1:]:
        if sa_name(part) == "ForeignKey":
            title = str(part.keywords.get("name", ""))
            add_foreign_key(table, title, (name,), part.args[:1], part.keywords.get("ondelete"), item.line)
    if item.keywords.get("primary_key") is True:
        table.primary_key = (*table.primary_key, name)


def _change(
    table: Table, name: str, args: tuple[Any, ...], keywords: dict[str, Any], place: Place, revision: Revision
) -> None:
    rest = args[2:]
    match name:
        case "add_column" if len(args) > 1:
            _add_column(table, args[1], revision)
        case "drop_column":
            table.columns.pop(str(args[1]), None)
        case "alter_column":
            _alter(table, str(args[1]), keywords, revision)
        case "create_index":
            unique = ["UNIQUE"] * (keywords.get("unique") is True)
            table.indexes[str(args[0])] = Part((*texts(rest[0] if rest else ()), *unique), place.line)
        case "create_unique_constraint":
            table.uniques[str(args[0])] = Part(texts(rest[0] if rest else ()), place.line)
        case "create_check_constraint":
            table.checks[str(args[0])] = Part(texts(rest[:1]), place.line)
        case "create_foreign_key" if len(rest) > 2:
            others = tuple(f"{rest[0]}.{column}" for column in rest[2])
            add_foreign_key(table, str(args[0]), texts(rest[1]), others, keywords.get("ondelete"), place.line)
        case "drop_index" | "drop_constraint":
            for kind in _KINDS:
                getattr(table, kind).pop(str(args[0]), None)


def _alter(table: Table, name: str, keywords: dict[str, Any], revision: Revision) -> None:
    column = table.columns.get(name)
    if column is None:
        return
    if "nullable" in keywords:
        column = replace(column, nullable=keywords["nullable"] is True)
    if "type_" in keywords:
        postgresql, sqlite = revision.types.get(id(keywords["type_"]), ("?", "?"))
        column = replace(column, postgresql=postgresql, sqlite=sqlite)
    title = keywords.get("new_column_name")
    if isinstance(title, str):
        del table.columns[name]
        column = replace(column, name=title)
        _rename_column(table, name, title)
    table.columns[column.name] = column


def _rename_column(table: Table, old: str, new: str) -> None:
    table.primary_key = tuple(new if one == old else one for one in table.primary_key)
    for parts in (table.uniques, table.indexes):
        for title, part in parts.items():
            parts[title] = part._replace(content=tuple(new if one == old else one for one in part.content))
    for title, part in table.foreign_keys.items():
        own = ",".join(new if one == old else one for one in str(part.content[0]).split(","))
        table.foreign_keys[title] = part._replace(content=(own, *part.content[1:]))


def _copied(table: Table) -> Table:
    other = copy(table)
    for kind in ("columns", *_KINDS):
        setattr(other, kind, dict(getattr(table, kind)))
    return other
