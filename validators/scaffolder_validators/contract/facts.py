"""What there is in the code, in words that no language owns; readers make these, comparisons take them.

Types of values are JSON Schema (as OpenAPI 3.1 has it, with `x-` keys for rules that it cannot say), types of columns
are SQL. A reader for another language gives the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

Json = dict[str, Any]


class Place(NamedTuple):
    """Where something stands; lines count from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Route:
    """One HTTP operation.

    `success` maps the status codes that carry a result to the name of its schema, `problems` the others to the name of
    the shared response. `answered` are the codes that the handler itself sets, `locations` the paths that it sends in
    `Location`. `roles` is empty when no role is asked for; `router` says where it is mounted.
    """

    place: Place
    method: str
    path: str
    id: str
    tags: tuple[str, ...]
    request: str | None
    success: dict[int, str | None]
    problems: dict[int, str]
    parameters: tuple[Json, ...]
    secured: bool
    roles: tuple[str, ...] | None
    answered: tuple[tuple[int, int], ...] = ()
    locations: tuple[tuple[str, int], ...] = ()
    router: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Mount:
    """One router that another one, or the application, includes."""

    router: tuple[str, str]
    into: tuple[str, str] | None
    prefix: str
    secured: bool
    roles: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Schema:
    """What a request or a response holds: a JSON Schema, and the line and the attribute of each property."""

    name: str
    place: Place
    content: Json
    lines: dict[str, int] = field(default_factory=dict)
    attrs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """One column; what a migration does not say (`attr`, `value`, `default`, `allowed`) is None there."""

    name: str
    place: Place
    postgresql: str
    sqlite: str
    nullable: bool
    attr: str | None = None
    value: str | None = None
    default: Any = None
    allowed: tuple[Any, ...] | None = None


class Part(NamedTuple):
    """A named key, index, check or foreign key of a table: what it consists of, and its line."""

    content: tuple[Any, ...]
    line: int


@dataclass(slots=True)
class Table:
    """A table by its columns and its named parts."""

    name: str
    place: Place
    columns: dict[str, Column] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    primary_key_name: str | None = None
    uniques: dict[str, Part] = field(default_factory=dict)
    indexes: dict[str, Part] = field(default_factory=dict)
    checks: dict[str, Part] = field(default_factory=dict)
    foreign_keys: dict[str, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of a model: what it leads to, by which attribute, and whether to many."""

    target: str
    by: str
    many: bool
    line: int


@dataclass(frozen=True, slots=True)
class Model:
    """A class that stands for a table."""

    name: str
    table: Table
    relations: dict[str, Relation]


@dataclass(frozen=True, slots=True)
class Value:
    """A value with its line."""

    value: Any
    line: int


@dataclass(slots=True)
class Migrated:
    """The tables after all migrations; `problems` are downgrades that do not undo their upgrade, each at its place."""

    tables: dict[str, Table]
    problems: list[tuple[Place, str]]
    last: Place | None


@dataclass(frozen=True, slots=True)
class Record:
    """Something that is declared by naming its properties: a repository, an agent, a workflow."""

    name: str
    place: Place
    values: dict[str, Value]
    schema: Schema | None = None


@dataclass(slots=True)
class Code:
    """All facts of one project; a part is None when the project has no code of that kind.

    `unread` are files with syntax errors: what is missing may stand there. `unmounted` routes are defined, but their
    router is included nowhere.
    """

    routes: list[Route] | None = None
    unmounted: list[Route] = field(default_factory=list)
    schemas: dict[str, Schema] | None = None
    models: list[Model] | None = None
    migrated: Migrated | None = None
    repositories: list[Record] | None = None
    agents: list[Record] | None = None
    workflows: list[Record] | None = None
    settings: Record | None = None
    errors: list[Record] = field(default_factory=list)
    constants: dict[str, tuple[Place, Any]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
