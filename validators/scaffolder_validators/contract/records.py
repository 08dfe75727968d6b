"""Repositories, agents, workflows, settings and the names of roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from scaffolder_validators.contract.facts import Code, Json, Place, Record, Schema
from scaffolder_validators.contract.report import Report
from scaffolder_validators.contract.schemas import compare_schema

_REPOSITORY: Final = ("owner", "searched", "audited", "owned_references")
_STATES: Final = ("state", "initial", "transitions")


def compare_repositories(contract: Iterable[Json], code: Code, report: Report) -> None:
    """Compare what the repositories say of owners, searches, states and auditing."""
    known = (record for record in code.repositories or () if "model" in record.values)
    records = {str(record.values["model"].value): record for record in known}
    for expected in contract:
        record = records.get(expected["model"])
        if record is None:
            path = f"app/repositories/{expected['module']}.py"
            if path not in code.unread:
                report.say(
                    Place(path, 1), "repository", f"{expected['model']}: no repository reads and writes this model"
                )
            continue
        for name in (*_REPOSITORY, *_STATES):
            rule = "states" if name in _STATES else "repository"
            found = record.values.get(name)
            place = record.place if found is None else Place(record.place.path, found.line)
            # What is empty may as well not be there.
            sides = (expected.get(name) or None, found.value or None if found else None)
            report.differ(place, rule, f"{record.name}: {name}", *sides)


def compare_agents(contract: Iterable[Json], code: Code, schemas: Mapping[str, Schema], report: Report) -> None:
    """Compare agents by their names: goal, needs, what they read, and the schema of their output."""
    _declared(contract, code.agents or (), "agent", ("goal", "needs", "reads"), "output", (code, schemas), report)


def compare_workflows(contract: Iterable[Json], code: Code, schemas: Mapping[str, Schema], report: Report) -> None:
    """Compare workflows by their names: the schema of their input, and their steps."""
    known = list(contract)
    _declared(known, code.workflows or (), "workflow", (), "input", (code, schemas), report)
    records = {str(record.values["name"].value): record for record in code.workflows or ()}
    for expected in known:
        record = records.get(expected["name"])
        if record is None:
            continue
        steps = {f"step {name}": step for name, step in expected["steps"].items()}
        for name, step in steps.items():
            found = record.values.get(name)
            if found is None:
                report.say(record.place, "workflow", f"{record.name}: the contract has the {name}, the code has not")
                continue
            for key, value in step.items():
                place = Place(record.place.path, found.line)
                report.differ(place, "workflow", f"{record.name}, {name}: {key}", value, found.value.get(key))
        for name in record.values.keys() - steps.keys() - {"name"}:
            report.unexpected(
                Place(record.place.path, record.values[name].line), "workflow", f"the {name} of {record.name}"
            )


def _declared(
    contract: Iterable[Json], code: Iterable[Record], rule: str, names: Iterable[str], holds: str,
    known: tuple[Code, Mapping[str, Schema]], report: Report,
) -> None:  # fmt: skip
    records = {str(record.values["name"].value): record for record in code if "name" in record.values}
    wanted = {expected["name"]: expected for expected in contract}
    for name, expected in wanted.items():
        record = records.get(name)
        path = f"app/{rule}s/{expected['module']}.py"
        if record is None:
            if path not in known[0].unread:
                report.say(Place(path, 1), rule, f"{name}: the contract has this {rule}, the code has not")
            continue
        for key in names:
            _value(record, rule, key, expected[key], report)
        report.differ(record.place, rule, f"{name}: class", expected.get("class", record.name), record.name)
        held = expected[holds]
        if record.schema is None:
            report.say(record.place, rule, f"{name}: its {holds} is no model that can be read")
        else:
            report.differ(record.schema.place, rule, f"{name}: class of its {holds}", held["name"], record.schema.name)
            compare_schema(held["content"], record.schema, report)
        for enum, literals in expected["enums"].items():
            schema = known[1].get(enum)
            if schema is not None:
                compare_schema({"type": "string", "enum": literals}, schema, report)
            elif path not in known[0].unread:
                report.say(record.place, "enum", f"{enum}: the contract has this enum, the code has not")
    for name in records.keys() - wanted.keys():
        report.unexpected(records[name].place, rule, f"the {rule} {name}")


def compare_settings(contract: Json, code: Code, report: Report) -> None:
    """Compare the defaults of those settings that the spec decides."""
    record = code.settings
    if record is None:
        return
    for name, expected in contract.items():
        if name not in record.values:
            report.say(record.place, "setting", f"{name}: the contract has this setting, the code has not")
        else:
            _value(record, "setting", name, expected, report)


def compare_constants(contract: Mapping[str, Any], code: Code, report: Report) -> None:
    """Compare the names of roles that the code gives a special meaning."""
    for key, (place, value) in code.constants.items():
        if key in contract:
            report.differ(place, "constant", key.replace("_", " "), contract[key], value)


def _value(record: Record, rule: str, name: str, expected: Any, report: Report) -> None:
    found = record.values.get(name)
    place = record.place if found is None else Place(record.place.path, found.line)
    report.differ(place, rule, f"{record.name}: {name}", expected, None if found is None else found.value)
