"""All facts of one Python project."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final, TypeVar

from scaffolder_validators.contract.facts import Code, Mount, Place, Route, Schema
from scaffolder_validators.contract.python.json_schema import JsonSchemas
from scaffolder_validators.contract.python.migrations import migrate, read_revision
from scaffolder_validators.contract.python.models import read_models
from scaffolder_validators.contract.python.program import Program
from scaffolder_validators.contract.python.records import (
    read_agents,
    read_constant,
    read_defaults,
    read_repositories,
    read_workflows,
)
from scaffolder_validators.contract.python.routes import read_routes

T = TypeVar("T")

MAIN: Final = "app/main.py"
CONSTANTS: Final = {
    "default_role": ("app/api/deps.py", "DEFAULT_ROLE"),
    "admin_role": ("app/core/accounts.py", "ADMIN_ROLE"),
}
_CLASS: Final = re.compile(rb"^class (\w+)\(", re.MULTILINE)


def read_project(files: Mapping[str, bytes], schemas: Collection[str]) -> Code:
    """Read the project in `files` (path to bytes); `schemas` are the names of the schemas that are asked for."""
    program = Program(files)
    code = Code()
    used = _read_routes(program, code)
    code.schemas = _read_schemas(program, frozenset(schemas), used)
    code.models = _all(program, read_models, "app/models/")
    revisions = [program.facts(read_revision, path) for path in program.paths("migrations/versions/")]
    if revisions or MAIN in files:
        code.migrated = migrate([one for one in revisions if one is not None])
    code.repositories = _all(program, read_repositories, "app/repositories/")
    code.agents = _all(program, read_agents, "app/agents/", b"output")
    code.workflows = _all(program, read_workflows, "app/workflows/", b"PIPELINE")
    settings = _all(program, read_defaults, "app/core/settings.py") or []
    code.settings = next((one for one in settings if one.name == "Settings"), None)
    code.errors = _all(program, read_defaults, "app/core/errors.py") or []
    for key, (path, name) in CONSTANTS.items():
        if path in files and (value := read_constant(program, path, name)) is not None:
            code.constants[key] = (Place(path, value.line), value.value)
    code.unread = frozenset(program.unread)
    return code


def _all(
    program: Program, read: Callable[[Program, str], tuple[T, ...]], prefix: str, containing: bytes = b""
) -> list[T] | None:
    """Read all files below `prefix`; None when there are none, unless the project is a whole one."""
    paths = program.paths(prefix)
    if not paths and MAIN not in program.files:
        return None
    return [one for path in paths if containing in program.files[path] for one in program.facts(read, path)]


def _read_routes(program: Program, code: Code) -> set[str]:
    routes: list[Route] = []
    mounts: dict[tuple[str, str], Mount] = {}
    used: set[str] = set()
    paths = [path for path in program.paths("app/") if _has_routes(program.files[path])]
    for path in paths:
        some, mounted, names = program.facts(read_routes, path)
        routes += some
        used |= set(names)
        mounts |= {one.router: one for one in mounted}
    if not paths and MAIN not in program.files:
        return used
    code.routes = []
    for route in routes:
        reached = _mounted(route, mounts) if mounts else route
        if reached is None:
            code.unmounted.append(route)
        else:
            code.routes.append(reached)
    return used


def _mounted(route: Route, mounts: Mapping[tuple[str, str], Mount]) -> Route | None:
    """Give the route as the application serves it, or None when its router is included nowhere."""
    key: tuple[str, str] | None = route.router
    seen: set[Any] = set()
    while key is not None:
        mount = mounts.get(key)
        if mount is None or key in seen:
            return None
        seen.add(key)
        route = replace(
            route,
            path=mount.prefix + route.path,
            secured=route.secured or mount.secured,
            roles=route.roles or mount.roles,
        )
        key = mount.into
    return route


def _read_schemas(program: Program, wanted: Collection[str], used: set[str]) -> dict[str, Schema] | None:
    found: dict[str, Schema] = {}
    anything = MAIN in program.files
    for path in program.paths("app/"):
        named = _classes(program.files[path])
        anything = anything or path.startswith("app/schemas/")
        if named.isdisjoint(wanted):
            continue
        module = path.removesuffix(".py").replace("/", ".")
        for schema in program.facts(read_schemas, path):
            if schema.name in wanted and (schema.name not in found or f"{module}:{schema.name}" in used):
                found[schema.name] = schema
    return found if anything or found else None


@lru_cache(maxsize=4_000)
def _classes(content: bytes) -> frozenset[str]:
    return frozenset(match.decode() for match in _CLASS.findall(content))


@lru_cache(maxsize=4_000)
def _has_routes(content: bytes) -> bool:
    return b"APIRouter" in content or b"include_router" in content


def read_schemas(program: Program, path: str) -> tuple[Schema, ...]:
    """Give the models and enums that the file `path` defines."""
    module = program.module_at(path)
    if module is None:
        return ()
    schemas = JsonSchemas(program)
    classes = [program.define(module, node) for node in module.tree.body if isinstance(node, ast.ClassDef)]
    return tuple(schemas.of_class(one) for one in classes if schemas.is_published(one))
