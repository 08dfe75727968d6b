"""Rows to begin development with: two for each entity that can have them, from the examples of its fields."""

from __future__ import annotations

import ast
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from scaffolder.contract.entity_model import Entity, Field, Reference
from scaffolder.naming import sql_column

_ROWS_NAMESPACE: Final = uuid.UUID("5f8e9c0a-6d53-4b0e-9a53-0b8f3a1c7d21")
"""Of the ids of rows, which the kind `sql.rows` of slots makes in the same way: other rows refer to them."""

_LONGEST: Final = 200
"""Characters of a literal; a longer one is nothing to read or to write by hand."""

_NAMING: Final = frozenset({"name", "title", "label"})
"""Fields that say what a row is called."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SeedTable:
    """Rows of one table as SQL literals, in the order of `columns`.

    It is `fillable` if there is something to write in them: they are the user's own, and more than references.
    """

    class_name: str
    module: str
    label_plural: str
    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    users: bool
    fillable: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LeftOut:
    """An entity of the user's that has no rows, and why."""

    label_plural: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Seeds:
    """Tables with rows, in an order in which they can be inserted; none if there is none of the user's own."""

    tables: tuple[SeedTable, ...]
    left_out: tuple[LeftOut, ...]


def build_seeds(entities: tuple[Entity, ...], profile: tuple[Field, ...]) -> Seeds:
    """Make the rows; `entities` are in the order of their creation, `profile` is what people who register fill in."""
    tables: dict[str, SeedTable] = {}
    left_out: list[LeftOut] = []
    for entity in entities:
        is_user = entity.builtin and entity.name == "User"
        if entity.builtin and not is_user:
            continue
        fields = _profile(entity, profile) if is_user else _fields(entity)
        references = [one for one in entity.references if one.owner or not one.nullable]
        reason = _reason(fields, references, tables)
        if not reason:
            tables[entity.name] = _table(entity, fields, references, tables, is_user=is_user)
        elif not is_user:
            left_out.append(LeftOut(entity.label_plural, reason))
    owned = [table for table in tables.values() if not table.users]
    return Seeds(tuple(tables.values()) if owned else (), tuple(left_out))


def _fields(entity: Entity) -> list[Field]:
    return [
        field
        for field in entity.fields
        if not (field.reference or field.hidden or field.read_only)
        and (field.required or (field.kind != "json" and not field.array and _is_short(field)))
    ]


def _profile(entity: Entity, profile: tuple[Field, ...]) -> list[Field]:
    email = [field for field in entity.fields if field.name == "email"]
    return email + [field for field in profile if field.required]


def _is_short(field: Field) -> bool:
    return max(len(field.example_json), len(field.other_json)) <= _LONGEST


def _reason(fields: list[Field], references: list[Reference], tables: Mapping[str, SeedTable]) -> str:
    """Say why there can be no rows; empty if there can."""
    if not all(map(_is_short, fields)):
        return "a required value is too long to be read"
    missing = sorted({one.target for one in references if one.target not in tables})
    return f"each needs {' and '.join(missing)}" if missing else ""


def _table(
    entity: Entity, fields: list[Field], references: list[Reference], tables: Mapping[str, SeedTable], *, is_user: bool
) -> SeedTable:
    names = ["id", *(field.name for field in fields), *(one.column for one in references)]
    rows = [
        (
            _text(_row_id(entity.module, number)),
            *(_literal(entity, field, number) for field in fields),
            *(_target(tables[one.target], number) for one in references),
        )
        for number in range(2)
    ]
    if any(_are_equal(names, rows, unique.columns) for unique in entity.uniques):
        rows = rows[:1]
    return SeedTable(
        class_name=entity.class_name,
        module=entity.module,
        label_plural=entity.label_plural,
        table=sql_column(entity.table),
        columns=tuple(map(sql_column, names)),
        rows=tuple(rows),
        users=is_user,
        fillable=not is_user and any(field.kind != "uuid" for field in fields),
    )


def _are_equal(names: list[str], rows: list[tuple[str, ...]], columns: tuple[str, ...]) -> bool:
    places = [names.index(column) for column in columns if column in names]
    return all(rows[0][place] == rows[1][place] for place in places)


def _row_id(module: str, number: int) -> str:
    return str(uuid.uuid5(_ROWS_NAMESPACE, f"entities.{module}.seeds.{number}"))


def _target(table: SeedTable, number: int) -> str:
    return table.rows[number % len(table.rows)][0]


def _literal(entity: Entity, field: Field, number: int) -> str:
    """Write the JSON value that the API would take as an SQL literal; lists and mappings are JSON in a text."""
    value: Any = ast.literal_eval(field.other_json if number else field.example_json)
    if field.array or field.kind == "json":
        return _text(json.dumps(value, ensure_ascii=False))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        # A backslash in a text means nothing to one database and something to another.
        return _text(value if field.kind == "enum" else _words(entity, field, number, value).replace("\\", "/"))
    return format(Decimal(str(value)), "f")


def _words(entity: Entity, field: Field, number: int, example: str) -> str:
    """Give a text that says whose it is, where the field has room for it."""
    if field.kind not in {"string", "text"}:
        return example
    what = entity.label if field.name in _NAMING else f"{field.label} of {entity.label}"
    text = f"{what[:1].upper()}{what[1:]} {number + 1}"
    bounds = field.types.openapi_write
    bounds = bounds["anyOf"][0] if field.nullable else bounds
    return text if bounds.get("minLength", 0) <= len(text) <= bounds.get("maxLength", 0) else example


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
