"""The tables of the contract as a schema, and what its fields say about values; both from a plan's answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from scaffolder.migrations.column_types import canonical
from scaffolder.migrations.schema import Check, Column, Constraint, ForeignKey, Index, PrimaryKey, Schema, Table, Unique


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a column beyond its type: the field's `kind` and its `default` as it stands in JSON."""

    kind: str
    array: bool = False
    default: Any = None


Facts: TypeAlias = Mapping[tuple[str, str], Fact]
"""By table and column."""


def tables_of(answers: Mapping[str, Any]) -> Schema:
    """Give the schema that the answer `tables` describes, in its order."""
    return {table["name"]: _table(table) for table in answers.get("tables", ())}


def facts_of(answers: Mapping[str, Any]) -> Facts:
    """Give what the answer `entities` says about columns."""
    return {
        (entity["table"], field["name"]): Fact(field["kind"], field["array"], field["default_json"])
        for entity in answers.get("entities", ())
        for field in entity["fields"]
    }


def _table(data: Mapping[str, Any]) -> Table:
    key = tuple(one["name"] for one in data["columns"] if one["primary_key"])
    columns = (Column(one["name"], canonical(one["type"]), bool(one["nullable"])) for one in data["columns"])
    return Table(
        data["name"],
        {column.name: column for column in columns},
        PrimaryKey(data["primary_key"], key),
        {one.name: one for one in _constraints(data)},
        {one["name"]: Index(one["name"], tuple(one["columns"])) for one in data["indexes"]},
    )


def _constraints(data: Mapping[str, Any]) -> Iterable[Constraint]:
    for one in (*data["foreign_keys"], *data["deferred"]):
        yield ForeignKey(one["name"], (one["column"],), one["target_table"], ("id",), one["on_delete"])
    for one in data["uniques"]:
        yield Unique(one["name"], tuple(one["columns"]))
    for one in data["checks"]:
        yield Check(one["name"], one["sql"])
