"""Render blueprints: the schema, one way to build, and names that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scaffolder_validators import schema
from scaffolder_validators.documents import Document, Keys, items, mapping, read
from scaffolder_validators.finding import Finding
from scaffolder_validators.sources import Sources
from scaffolder_validators.validator import Scope, Tier

TIER: Tier = "project"
SCOPE: Scope = "file"
TIMEOUT = 60.0
CONFIG: tuple[str, ...] = ("Dockerfile",)

_SECRET = re.compile(r"(?i)(secret|password|passwd|token|api_?key|private_?key)")
_WITHOUT_RUNTIME = frozenset({"keyvalue", "redis"})

probe = schema.probe


def applies_to(path: str) -> bool:
    """`render.yaml`, which Render wants at the top of the repository."""
    return path.rpartition("/")[2] in {"render.yaml", "render.yml"}


def check(sources: Sources) -> Iterator[Finding]:
    """Compare with the schema, then with what the schema cannot say."""
    docker = any(path.rpartition("/")[2] == "Dockerfile" for path in sources.tree)
    for document in read("render", sources):
        if isinstance(document, Finding):
            yield document
            continue
        yield from schema.violations("render", document)
        data = mapping(document.data)
        databases = {mapping(item).get("name") for item in items(data.get("databases"))}
        services = {mapping(item).get("name") for item in items(data.get("services"))}
        groups = {mapping(item).get("name") for item in items(data.get("envVarGroups"))}
        known = {"fromDatabase": databases, "fromService": services, "fromGroup": groups}
        for index, service in enumerate(items(data.get("services"))):
            yield from _service(document, ("services", index), mapping(service), docker)
            yield from _variables(document, ("services", index, "envVars"), mapping(service).get("envVars"), known)
        for index, group in enumerate(items(data.get("envVarGroups"))):
            yield from _variables(document, ("envVarGroups", index, "envVars"), mapping(group).get("envVars"), known)


def _service(document: Document, keys: Keys, service: dict[str, Any], docker: bool) -> Iterator[Finding]:
    runtime = service.get("runtime")
    if "env" in service:
        hint = "Write runtime instead of env."
        yield document.finding((*keys, "env"), "render:env", "error", "'env' is the old name of 'runtime'", hint)
    elif runtime is None and service.get("type") not in _WITHOUT_RUNTIME:
        hint = "Add runtime: docker."
        yield document.finding(keys, "render:runtime", "error", "the service has no runtime", hint)
    elif docker and runtime not in {None, "docker", "image", "static"}:
        message = f"'{runtime}' builds on Render's own image, not with the Dockerfile of this project"
        yield document.finding((*keys, "runtime"), "render:runtime", "warning", message, "Write runtime: docker.")
    if service.get("type") == "cron" and "schedule" not in service:
        yield document.finding(keys, "render:schedule", "error", "a cron job without a schedule", "Add schedule.")


def _variables(document: Document, keys: Keys, variables: Any, known: dict[str, set[Any]]) -> Iterator[Finding]:
    for index, item in enumerate(items(variables)):
        variable, at = mapping(item), (*keys, index)
        sources = set(variable) & {"value", "generateValue", "sync", "fromDatabase", "fromService", "fromGroup"}
        if len(sources) != 1:
            message = (
                "the variable has no value" if not sources else f"it has several values: {', '.join(sorted(sources))}"
            )
            hint = "Give it exactly one of value, generateValue, sync: false, fromDatabase, fromService, fromGroup."
            yield document.finding(at, "render:variable", "error", message, hint)
        for source, names in known.items():
            said = variable.get(source)
            name = said.get("name") if isinstance(said, dict) else said
            if name is not None and name not in names:
                place = (*at, source)
                message = f"there is no '{name}' in this file"
                yield document.finding(
                    place, "render:unknown-name", "error", message, "Declare it, or correct the name."
                )
        if _SECRET.search(str(variable.get("key", ""))) and variable.get("value") not in {None, ""}:
            message = f"the value of {variable['key']} is written into the repository"
            hint = "Write sync: false (asked once, in the dashboard) or generateValue: true."
            yield document.finding((*at, "value"), "render:secret", "error", message, hint)
