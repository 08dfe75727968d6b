"""Tables of models and of migrations: columns, keys, constraints, indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from scaffolder_validators.contract.facts import Json, Part, Place, Table
from scaffolder_validators.contract.report import Report

_KINDS: Final = {
    "uniques": ("unique", "unique constraint"),
    "indexes": ("index", "index"),
    "checks": ("check", "check"),
    "foreign_keys": ("foreign-key", "foreign key"),
}


def compare_tables(
    contract: Iterable[Json], code: Mapping[str, Table], near: Place, report: Report, *, complete: bool = True
) -> None:
    """Compare tables by their names; `near` is where a missing one is reported, unless the code is not `complete`."""
    names = set()
    for expected in contract:
        names.add(expected["name"])
        table = code.get(expected["name"])
        if table is not None:
            _compare(expected, table, report)
        elif complete:
            report.say(near, "table", f"{expected['name']}: the contract has this table, the code has none of the name")
    for name, table in code.items():
        if name not in names:
            report.unexpected(table.place, "table", f"the table {name}")


def _compare(expected: Json, table: Table, report: Report) -> None:
    wanted = {column["name"]: column for column in expected["columns"]}
    for name, column in wanted.items():
        found = table.columns.get(name)
        what = f"{table.name}.{name}"
        if found is None:
            report.say(table.place, "column", f"{what}: the contract has this column, the code has not")
            continue
        for key, shown in (("postgresql", "type"), ("sqlite", "type on SQLite")):
            report.differ(found.place, "column", f"{what}: {shown}", column[key], getattr(found, key))
        report.differ(found.place, "column", f"{what}: may be null", column["nullable"], found.nullable)
    for name in table.columns.keys() - wanted.keys():
        report.unexpected(table.columns[name].place, "column", f"the column {table.name}.{name}")
    key = expected["primary_key"]
    what = f"{table.name}: primary key"
    report.differ(table.place, "primary-key", what, sorted(key["columns"]), sorted(table.primary_key))
    if table.primary_key_name is not None:
        report.differ(table.place, "primary-key", f"{what}'s name", key["name"], table.primary_key_name)
    for kind, (rule, word) in _KINDS.items():
        _parts(table, {name: _content(one) for name, one in expected[kind].items()}, kind, (rule, word), report)


def _parts(
    table: Table, expected: Mapping[str, tuple[Any, ...]], kind: str, words: tuple[str, str], report: Report
) -> None:
    rule, word = words
    found: Mapping[str, Part] = getattr(table, kind)
    for name, content in expected.items():
        if name not in found:
            report.say(table.place, rule, f"{table.name}: the contract has the {word} {name}, the code has not")
        else:
            place = Place(table.place.path, found[name].line)
            report.differ(place, rule, f"{word} {name}", list(content), list(found[name].content))
    for name in found.keys() - expected.keys():
        report.unexpected(Place(table.place.path, found[name].line), rule, f"the {word} {name or '(without a name)'}")


def _content(part: Any) -> tuple[Any, ...]:
    if isinstance(part, dict):
        return (part["column"], part["target"], part["on_delete"])
    return (part,) if isinstance(part, str) else tuple(part)
