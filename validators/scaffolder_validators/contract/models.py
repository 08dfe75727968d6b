"""Models: which class stands for which table, its attributes, defaults, enums and relations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from scaffolder_validators.contract.facts import Json, Model, Place, Schema
from scaffolder_validators.contract.report import Report

_OF_MODEL: Final = ("Create", "Update", "Read")


def compare_models(contract: Iterable[Json], code: Iterable[Model], report: Report) -> None:
    """Compare models by the tables that they stand for; that a table is missing is said elsewhere."""
    by_table = {model.table.name: model for model in code}
    for expected in contract:
        model = by_table.get(expected["table"])
        if model is not None:
            _compare(expected, model, report)
        for link in expected["links"]:
            linking = by_table.get(link["table"])
            if linking is not None:
                place = linking.table.place
                report.differ(place, "table", f"{link['table']}: class", link["name"], linking.name)
                for name in link["columns"]:
                    column = linking.table.columns.get(name)
                    if column is not None:
                        report.differ(column.place, "column", f"{linking.name}.{name}: attribute", name, column.attr)


def compare_attributes(contract: Iterable[Json], schemas: Mapping[str, Schema], report: Report) -> None:
    """Compare the attributes of a model's schemas (`TicketRead`) with its own, by which rows become schemas."""
    for expected in contract:
        attrs = {column["name"]: column["attr"] for column in expected["columns"]}
        for kind in _OF_MODEL:
            schema = schemas.get(f"{expected['name']}{kind}")
            for name, attr in schema.attrs.items() if schema is not None else ():
                if schema is not None and name in attrs:
                    place = Place(schema.place.path, schema.lines.get(name, schema.place.line))
                    report.differ(place, "field", f"{schema.name}.{name}: attribute", attrs[name], attr)


def _compare(expected: Json, model: Model, report: Report) -> None:
    table = model.table
    report.differ(table.place, "table", f"{table.name}: class", expected["name"], model.name)
    for column in expected["columns"]:
        found = table.columns.get(column["name"])
        if found is None:
            continue
        what = f"{model.name}.{column['attr']}"
        report.differ(found.place, "column", f"{what}: attribute", column["attr"], found.attr)
        report.differ(found.place, "column", f"{what}: type of its values", column["value"], found.value)
        report.differ(found.place, "default", f"{what}: default", column["default"], found.default)
        allowed: Any = None if found.allowed is None else list(found.allowed)
        report.differ(found.place, "enum", f"{what}: allowed values", column["allowed"], allowed)
    for name, relation in expected["relations"].items():
        had = model.relations.get(name)
        if had is None:
            report.say(
                table.place, "relation", f"{model.name}.{name}: the contract has this relation, the code has not"
            )
            continue
        place = Place(table.place.path, had.line)
        code = {"target": had.target, "by": had.by, "many": had.many}
        for key in ("target", "by", "many"):
            report.differ(place, "relation", f"{model.name}.{name}: {key}", relation[key], code[key])
    for name in model.relations.keys() - expected["relations"].keys():
        place = Place(table.place.path, model.relations[name].line)
        report.unexpected(place, "relation", f"the relation {model.name}.{name}")
