"""The JSON Schema (2020-12) of a spec file, for editors: completion and red lines while typing.

Keys and descriptions come from the models, the short forms are patterns. What needs more than one place of the file
(unknown names, circles, columns that are not set) is found by loading the spec.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from scaffolder.naming import IDENTIFIER_LIMIT
from scaffolder.spec.agents import AGENT_REQUIRED
from scaffolder.spec.grammar import FLAGS, LENGTH_TYPES, NUMBER_TYPES, ON_DELETE, REFERENCE_FLAGS, TYPES
from scaffolder.spec.model import (
    Agent,
    Auth,
    EntityMeta,
    FieldSpec,
    Fills,
    Limits,
    Project,
    Quality,
    Spec,
    Target,
    Workflow,
)
from scaffolder.spec.settings import AUDIT_ACTIONS, NAME_PATTERN, PLATFORMS, REGION_PATTERN
from scaffolder.spec.workflows import ARGUMENTS, HTTP_METHODS, KINDS, METHODS, PATH_PATTERN

Schema = dict[str, Any]

_NAME = r"[A-Za-z][A-Za-z0-9_]*"
_HYPHENATED = r"[A-Za-z][A-Za-z0-9_-]*"
_DURATION: Schema = {"type": "string", "pattern": r"^\s*[0-9]{1,9}\s*[smhdw]\s*$", "examples": ["30s", "15m", "7d"]}
_RATE: Schema = {"type": "string", "pattern": r"^\s*[0-9]{1,9}\s*/\s*[A-Za-z]+\s*$", "examples": ["100/min"]}
_TEXT: Schema = {"type": "string", "minLength": 1}
_WORD: Schema = {"type": ["string", "number", "boolean", "null"]}
_BOOLEAN: Schema = {"type": "boolean"}
_SCORE: Schema = {"type": "number", "minimum": 0, "maximum": 10}


def field_pattern() -> str:
    """Return the regular expression (ECMA 262) of a field in one line."""
    bounded = "|".join(sorted(LENGTH_TYPES | NUMBER_TYPES))
    plain = "|".join(sorted(set(TYPES) - LENGTH_TYPES - NUMBER_TYPES - {"enum"}))
    scalar = rf"(({bounded})(\s*\([^()]*\))?|enum\s*\(.*\)|({plain}))(\s*\[\s*\])?(\s*\?)?"
    was = rf"\s+was\s+{_NAME}"
    words = rf"(\s+({'|'.join(FLAGS)})(?=\s|=|$)|{was}(?=\s|=|$)|\s*=\s*[^=\s].*)*"
    reference = rf"->\s*{_NAME}(\s*\?)?(\s+({'|'.join(REFERENCE_FLAGS)})|{was})*"
    return rf"^\s*({scalar}{words}|{reference}|<->\s*{_NAME}({was})*)\s*$"


def spec_json_schema() -> Schema:
    """Return the schema of a spec file as a JSON-like value."""
    sections: Schema = {
        "spec": {"const": 1, "description": "The version of this format."},
        "project": _either(_ref("projectName"), _ref("project")),
        "auth": _either(_BOOLEAN, _ref("auth")),
        "limits": _ref("limits"),
        "audit": _either(_BOOLEAN, _list({"enum": list(AUDIT_ACTIONS)})),
        "quality": _ref("quality"),
        "fills": _ref("fills"),
        "entities": _map(_NAME, _ref("entity")),
        "agents": _map(_HYPHENATED, _ref("agent")),
        "workflows": _map(_HYPHENATED, _ref("workflow")),
        "targets": _map(_HYPHENATED, _ref("target")),
    }
    # A section whose content is commented out is empty, and that is fine.
    optional = {name: _either(section, {"type": "null"}) for name, section in sections.items()}
    properties = optional | {name: sections[name] for name in ("spec", "project")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "scaffolder spec",
        **_object(Spec, properties, ("spec", "project")),
        "$defs": _settings() | _entities() | _workflows(),
    }


def _settings() -> Schema:
    role = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
    auth: Schema = {"access": _DURATION, "refresh": _DURATION, "roles": _list(role)}
    target: Schema = {
        "platform": {"enum": list(PLATFORMS)},
        "region": {"type": "string", "pattern": f"^{REGION_PATTERN}$"},
        "workflows": _words(),
    }
    fills: Schema = {
        "models": {"type": "object", "additionalProperties": _list(_TEXT)},
        "budget": {"type": "number", "minimum": 0, "maximum": 10_000},
        "concurrency": {"type": "integer", "minimum": 1, "maximum": 64},
    }
    return {
        "projectName": {"type": "string", "pattern": f"^{NAME_PATTERN}$", "maxLength": 50},
        "project": _object(Project, {"name": _ref("projectName"), "description": _TEXT}, ("name",)),
        "auth": _object(Auth, auth),
        "limits": _object(Limits, {"per_user": _RATE}),
        "quality": _object(Quality, {item.name: _SCORE for item in fields(Quality)}),
        "fills": _object(Fills, fills),
        "target": _object(Target, target, ("platform",)),
    }


def _entities() -> Schema:
    bound: Schema = {"type": "number"}
    long: Schema = {
        "type": _either({"type": "string", "pattern": field_pattern()}, {"enum": ["enum", "reference", "many"]}),
        "minimum": bound,
        "maximum": bound,
        "precision": {"type": "integer", "minimum": 1},
        "scale": {"type": "integer", "minimum": 0},
        "values": _words(),
        "array": _BOOLEAN,
        "nullable": _BOOLEAN,
        "unique": _BOOLEAN,
        "index": _BOOLEAN,
        "default": {},
        "label": _TEXT,
        "description": _TEXT,
        "target": _TEXT,
        "on_delete": {"enum": list(ON_DELETE)},
        "owner": _BOOLEAN,
        "renamed_from": _list(_ref("name")),
    }
    meta: Schema = {
        "label": _TEXT,
        "description": _TEXT,
        "renamed_from": _list(_ref("name")),
        "search": _words(),
        "states": {"type": "object", "additionalProperties": _either(_words(), {"type": "null"})},
        "unique": _list(_words()),
        "indexes": _list(_words()),
    }
    short: Schema = {"type": "string", "pattern": field_pattern(), "examples": ["string(1..200)", "-> User? set_null"]}
    return {
        "name": {"type": "string", "pattern": f"^{_NAME}$", "maxLength": IDENTIFIER_LIMIT},
        "field": _either(short, _object(FieldSpec, long, ("type",), hidden=("has_default",))),
        "fields": _map(_NAME, _ref("field")),
        "meta": _object(EntityMeta, meta),
        "entity": {
            "type": "object",
            "properties": {"$meta": _ref("meta")},
            "patternProperties": {f"^{_NAME}$": _ref("field")},
            "additionalProperties": False,
        },
    }


def _workflows() -> Schema:
    agent: Schema = {"goal": _TEXT, "needs": _words(), "reads": _words(), "output": _ref("fields")}
    workflow: Schema = {
        "public": {"type": "string", "pattern": rf"^\s*({_any_case(METHODS)})\s+{PATH_PATTERN}\s*$"},
        "internal": _BOOLEAN,
        "description": _TEXT,
        "input": _ref("fields"),
        "nodes": _map(_NAME, _ref("node")) | {"minProperties": 1},
        "flow": _list(_TEXT),
        "output": _values(),
    }
    return {
        "agent": _object(Agent, agent, AGENT_REQUIRED),
        "workflow": _object(Workflow, workflow, ("nodes",)),
        "node": _node(),
    }


def _node() -> Schema:
    arguments: Schema = {
        "url": _TEXT,
        "method": {"type": "string", "pattern": f"^({_any_case(HTTP_METHODS)})$"},
        "headers": _values(),
        "params": _values(),
        "json": {},
        "entity": _TEXT,
        "id": _TEXT,
        "values": _values(),
        "index": _TEXT,
        "query": _TEXT,
        "k": {"type": ["integer", "string"]},
    }
    kinds: Schema = {"agent": _TEXT, "call": _TEXT}
    for kind, (required, optional) in ARGUMENTS.items():
        kinds[kind] = {
            "type": "object",
            "properties": {key: arguments[key] for key in (*required, *optional)},
            "required": list(required),
            "additionalProperties": False,
        }
    options: Schema = {
        "with": _values(),
        "when": {"type": ["string", "boolean"]},
        "retry": {"type": "integer", "minimum": 1},
        "timeout": _DURATION,
    }
    return {
        "type": "object",
        "description": "One step: exactly one of " + ", ".join(KINDS) + ".",
        "properties": {**{kind: kinds[kind] for kind in KINDS}, **options},
        "oneOf": [{"required": [kind]} for kind in KINDS],
        "additionalProperties": False,
    }


def _object(
    model: type[Any], properties: Schema, required: tuple[str, ...] = (), hidden: tuple[str, ...] = ()
) -> Schema:
    """Return the schema of a mapping with the fields of `model`; their descriptions are the model's."""
    described: Schema = {}
    for field in fields(model):
        if field.name not in hidden:
            described[field.name] = properties[field.name] | dict(field.metadata)
    return {
        "type": "object",
        "description": (model.__doc__ or "").strip().split("\n\n")[0],
        "properties": described,
        "required": list(required),
        "additionalProperties": False,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _either(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def _list(item: Schema) -> Schema:
    """Return the schema of a list, for which a single text may stand."""
    return _either({"type": "array", "items": item}, item)


def _words() -> Schema:
    return _list(_WORD)


def _values() -> Schema:
    return {"type": "object"}


def _map(name: str, value: Schema) -> Schema:
    return {"type": "object", "patternProperties": {f"^{name}$": value}, "additionalProperties": False}


def _any_case(words: tuple[str, ...]) -> str:
    return "|".join(form for word in words for form in (word, word.lower()))
