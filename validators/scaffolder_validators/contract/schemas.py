"""Schemas of requests and responses, property by property."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from scaffolder_validators.contract.facts import Json, Place, Schema
from scaffolder_validators.contract.report import Report, differences, show


def compare_schemas(
    contract: Mapping[str, Json], code: Mapping[str, Schema], unread: Collection[str], report: Report
) -> None:
    """Compare the schemas of the contract with those of the same names."""
    for name, expected in contract.items():
        schema = code.get(name)
        if schema is not None:
            compare_schema(expected, schema, report)
        elif not any(path.startswith("app/") for path in unread):
            report.say(_nearest(code), "schema", f"{name}: the contract has this schema, the code has none of the name")


def compare_schema(contract: Json, schema: Schema, report: Report) -> None:
    """Compare one schema."""
    name, code = schema.name, schema.content
    if "enum" in contract or "enum" in code:
        report.differ(schema.place, "enum", f"{name}: values", contract.get("enum"), code.get("enum"))
        return
    wanted, found = contract.get("properties", {}), code.get("properties", {})
    required, needed = set(contract.get("required", ())), set(code.get("required", ()))
    for key, expected in wanted.items():
        if key not in found:
            report.say(schema.place, "field", f"{name}.{key}: the contract has this field, the code has not")
            continue
        place = Place(schema.place.path, schema.lines.get(key, schema.place.line))
        for at, left, right in differences(comparable(expected), comparable(found[key])):
            rule = "default" if at == "default" else "field"
            where = f"{name}.{key}" + (f" ({at})" if at else "")
            report.say(place, rule, f"{where}: the contract says {show(left)}, the code says {show(right)}")
        if (key in required) != (key in needed):
            sides = ["required" if key in one else "optional" for one in (required, needed)]
            report.say(place, "field", f"{name}.{key}: the contract says {sides[0]}, the code says {sides[1]}")
    for key in found.keys() - wanted.keys():
        place = Place(schema.place.path, schema.lines.get(key, schema.place.line))
        report.unexpected(place, "field", f"the field {name}.{key}")
    if contract.get("type") == "object" and "properties" in contract:
        closed = [one.get("additionalProperties", True) for one in (contract, code)]
        report.differ(schema.place, "schema", f"{name}: takes further fields", *closed)


def comparable(schema: Any) -> Any:
    """Give a schema without what says nothing: titles, descriptions, a default of null."""
    if isinstance(schema, dict):
        return {
            key: comparable(item)
            for key, item in schema.items()
            if not (key in {"title", "description"} and isinstance(item, str))
            and not (key == "default" and item is None)
        }
    return [comparable(item) for item in schema] if isinstance(schema, list) else schema


def _nearest(code: Mapping[str, Schema]) -> Place:
    return next((Place(one.place.path, 1) for one in code.values()), Place("app/schemas/__init__.py", 1))
