"""Documents against the JSON Schemas in `schemas/`, by jsonschema-rs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from scaffolder_validators.documents import Document, Keys
from scaffolder_validators.finding import Finding
from scaffolder_validators.validator import Missing, Ready

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

_TYPES: Final = {"object": "a mapping", "array": "a list", "string": "a text", "integer": "a whole number"}
_TYPES_OF: Final = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}
_UNKNOWN: Final = "Remove the key, or correct its spelling and its place."
_HINTS: Final = {
    "unknown-key": _UNKNOWN,
    "missing-key": "Add the key.",
    "type": "Write a value of the type that is expected.",
    "value": "Write a value that is allowed here.",
}


def probe() -> Ready | Missing:
    """Look for jsonschema-rs."""
    try:
        return Ready(version("jsonschema-rs"))
    except PackageNotFoundError:
        return Missing("jsonschema-rs not found: pip install 'scaffolder[validators]'")


def violations(engine: str, document: Document) -> Iterator[Finding]:
    """Compare a document with `schemas/<engine>.json`; the rules are `<engine>:unknown-key`, `…:missing-key`, …

    A `description` in the schema beside a constraint is what the finding says when the constraint is broken.
    """
    schema, validator = _load(engine)
    for error in validator.iter_errors(document.data):
        yield from _findings(engine, schema, document, error)


@cache
def _load(engine: str) -> tuple[Mapping[str, Any], Validator]:
    import jsonschema_rs  # noqa: PLC0415 - an extra

    text = files("scaffolder_validators").joinpath("schemas", f"{engine}.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    return schema, jsonschema_rs.validator_for(schema)


def _findings(engine: str, schema: Mapping[str, Any], document: Document, error: ValidationError) -> Iterator[Finding]:
    kind: Any = error.kind  # each kind has attributes of its own
    keys, where = tuple(error.instance_path), tuple(error.schema_path)
    match kind.name:
        case "additionalProperties":
            known = _around(schema, where).get("properties", {})
            for name in kind.unexpected:
                yield _finding(
                    engine, document, (*keys, name), "unknown-key", f"unknown key '{name}'{_near(name, known)}"
                )
        case "required":
            yield _finding(engine, document, keys, "missing-key", f"the key '{kind.property}' is missing")
        case "oneOf" | "anyOf" if branch := _meant(error):
            for inner in branch:
                yield from _findings(engine, schema, document, inner)
        case "type":
            expected = " or ".join(_TYPES.get(name, f"a {name}") for name in kind.types)
            got = _TYPES_OF.get(type(error.instance), "a number")
            yield _finding(engine, document, keys, "type", f"{_named(keys)} must be {expected}, not {got}")
        case name:
            said = _around(schema, where).get("description") or _said(name, _at(schema, where))
            yield _finding(engine, document, keys, "value", f"{_named(keys)} {said}")


def _finding(engine: str, document: Document, keys: Keys, rule: str, message: str) -> Finding:
    return document.finding(keys, f"{engine}:{rule}", "error", message, _HINTS[rule])


def _meant(error: ValidationError) -> list[ValidationError]:
    """Give the errors of the one alternative that the value was meant to be, if its type tells."""
    kind: Any = error.kind
    branches: list[list[ValidationError]] = kind.context
    near = [
        branch
        for branch in branches
        if not any(one.kind.name == "type" and one.instance_path == error.instance_path for one in branch)
    ]
    return near[0] if len(near) == 1 else []


def _at(schema: Mapping[str, Any], where: Keys) -> Any:
    value: Any = schema
    for key in where:
        value = value[key]
    return value


def _around(schema: Mapping[str, Any], where: Keys) -> Mapping[str, Any]:
    around = _at(schema, where[:-1])
    return around if isinstance(around, Mapping) else {}


def _named(keys: Keys) -> str:
    names = [key for key in keys if isinstance(key, str)]
    return f"'{names[-1]}'" if names else "the document"


def _near(name: str, known: Mapping[str, Any]) -> str:
    close = get_close_matches(name, known, 1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def _said(name: str, expected: Any) -> str:
    """Say a broken constraint without repeating the value: it may be secret, or long."""
    if name == "enum":
        return "must be one of " + ", ".join(str(item) for item in expected)
    if name in {"const", "minimum", "maximum", "pattern", "minItems", "minLength", "maxLength"}:
        return f"is against {name} {expected}"
    return {"oneOf": "has none of the forms that are allowed", "anyOf": "has none of the forms that are allowed"}.get(
        name, f"breaks the rule {name}"
    )
