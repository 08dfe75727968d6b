"""SQLAlchemy's constraints and indexes, as they stand in models and in migrations alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scaffolder_validators.contract.facts import Part, Table
from scaffolder_validators.contract.python.values import Call, Ref

SA = "sqlalchemy."


def sa_name(value: Any) -> str:
    """Give `Column` for a call of `sqlalchemy.Column`, or nothing."""
    if isinstance(value, Call) and isinstance(value.func, Ref) and value.func.name.startswith(SA):
        return value.func.name.rpartition(".")[2]
    return ""


def add_constraint(table: Table, value: Any) -> None:
    """Add a constraint or an index to `table`; anything else is left alone."""
    if not isinstance(value, Call):
        return
    name = str(value.keywords.get("name", ""))
    match sa_name(value):
        case "PrimaryKeyConstraint":
            table.primary_key = texts(value.args)
            table.primary_key_name = name
        case "UniqueConstraint":
            table.uniques[name] = Part(texts(value.args), value.line)
        case "CheckConstraint":
            table.checks[name] = Part(texts(value.args[:1]), value.line)
        case "Index":
            unique = value.keywords.get("unique") is True
            table.indexes[str(value.args[0])] = Part((*texts(value.args[1:]), *(["UNIQUE"] * unique)), value.line)
        case "ForeignKeyConstraint" if len(value.args) >= 2:
            own, others = (texts(one) if isinstance(one, list | tuple) else () for one in value.args[:2])
            add_foreign_key(table, name, own, others, value.keywords.get("ondelete"), value.line)


def add_foreign_key(
    table: Table, name: str, own: tuple[Any, ...], others: tuple[Any, ...], on_delete: Any, line: int
) -> None:
    """Add a foreign key of columns `own` to `others` (each `table.column`)."""
    table.foreign_keys[name] = Part((",".join(map(str, own)), ",".join(map(str, others)), str(on_delete)), line)


def texts(values: Iterable[Any]) -> tuple[str, ...]:
    """Give the values as strings."""
    return tuple(str(item) for item in values)
