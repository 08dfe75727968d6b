"""Collecting what disagrees, and saying it the same way everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from scaffolder_validators.contract.facts import Place
from scaffolder_validators.finding import Finding, Severity

HINTS: Final[Mapping[str, str]] = {
    "access": "Ask for the caller and the roles that the contract names, or change the spec.",
    "agent": "Declare the agent as the spec does, or change the spec.",
    "check": "Write the CHECK as the contract has it, in the model and in a migration.",
    "column": "Make the column what the contract says, or change the spec and migrate.",
    "constant": "Set the constant to the role of the spec.",
    "default": "Use the default of the spec, or change it there.",
    "downgrade": "Let the downgrade undo exactly what the upgrade does, in reverse order.",
    "enum": "List the values of the spec, or change them there.",
    "field": "Make the field what the contract says, or change the spec.",
    "foreign-key": "Point the foreign key where the contract says, with its ON DELETE.",
    "index": "Create the index that the contract names.",
    "link": "Send the path of an operation that exists.",
    "openapi": "Render openapi.json again, or change the spec that it is made from.",
    "operation-id": "Use the operation id of the contract; clients name their functions by it.",
    "parameter": "Take the parameter as the contract describes it, or change the spec.",
    "primary-key": "Use the primary key that the contract names.",
    "relation": "Declare the relation as the contract has it.",
    "repository": "Set the attribute to what the spec says, or change the spec.",
    "request": "Take the body that the contract names.",
    "response": "Answer with the schema that the contract names.",
    "route": "Serve the operation under the method and path of the contract, or change the spec.",
    "schema": "Define the schema that the contract names.",
    "setting": "Use the default of the spec, or change it there.",
    "states": "Allow the transitions of the spec, or change them there.",
    "status": "Declare and answer the status codes of the contract.",
    "table": "Create the table that the contract names, in a model and in a migration.",
    "tag": "Use the tag of the contract.",
    "unique": "Declare the unique constraint that the contract names.",
    "workflow": "Declare the workflow as the spec does, or change the spec.",
}
_LONGEST: Final = 120


class Report:
    """Collects findings."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def say(self, place: Place, rule: str, message: str, severity: Severity = "error") -> None:
        """Add a finding of the rule `contract:<rule>`."""
        self.findings.append(Finding(place.path, place.line, 1, f"contract:{rule}", severity, message, HINTS[rule]))

    def differ(self, place: Place, rule: str, what: str, contract: Any, code: Any) -> None:
        """Say what the contract and the code have for `what`, unless it is the same."""
        if not same(contract, code):
            self.say(place, rule, f"{what}: the contract says {show(contract)}, the code says {show(code)}")

    def unexpected(self, place: Place, rule: str, what: str) -> None:
        """Warn of what the contract does not know."""
        self.say(place, rule, f"{what} is not in the contract", "warning")


def same(left: Any, right: Any) -> bool:
    """Tell whether two JSON values are equal; 1 and true are not."""
    if type(left) is type(right) and (left is right or isinstance(left, str)):
        return bool(left == right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def differences(contract: Any, code: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Give the places (as `items/maxLength`) at which two JSON values differ, with both values; `...` is "nothing"."""
    if contract == code and repr(contract) == repr(code):
        return
    if isinstance(contract, Mapping) and isinstance(code, Mapping):
        for key in sorted(contract.keys() | code.keys()):
            yield from differences(contract.get(key, ...), code.get(key, ...), f"{at}/{key}" if at else str(key))
    elif isinstance(contract, list) and isinstance(code, list) and len(contract) == len(code):
        for number, (left, right) in enumerate(zip(contract, code, strict=True)):
            yield from differences(left, right, f"{at}/{number}" if at else str(number))
    elif not same(contract, code):
        yield at, contract, code


def show(value: Any) -> str:
    """Give a value as it stands in a message."""
    if value is ...:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
