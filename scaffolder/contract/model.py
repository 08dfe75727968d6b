"""The contract: everything that the spec leaves open, resolved once, as frozen values.

Blueprints receive these values as plain mappings (`contract_answers`), so attribute names here and in the two modules
beside it are what templates say. None is called like a method of `dict` (`items`, `values`, `keys`, `get`, `update`,
`copy`), since Jinja would find the method first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from scaffolder.contract.entity_model import Entity, EntityRef, Field, Json, Table
from scaffolder.contract.seeds import Seeds
from scaffolder.contract.workflow_model import Agent, Workflow


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Operation:
    """One HTTP operation; `errors` are the status codes that it documents beside `success`."""

    id: str
    method: str
    path: str
    tag: str
    kind: str
    entity: str | None
    success: tuple[int, ...]
    errors: tuple[int, ...]
    request: str | None
    response: str | None
    secured: bool
    parameters: tuple[Json, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EnvironmentVariable:
    """A variable that the spec's own text asks for (`env:HOOK_URL`); `attr` is its name in the settings."""

    name: str
    attr: str
    purpose: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Project:
    """The project's name in every case."""

    name: str
    title: str
    snake: str
    kebab: str
    pascal: str
    description: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Auth:
    """Token lifetimes in seconds; roles from the least to the most privileged.

    `profile` are the fields of User that somebody fills in who registers.
    """

    access_seconds: int
    refresh_seconds: int
    roles: tuple[str, ...]
    default_role: str
    admin_role: str
    staff_roles: tuple[str, ...]
    profile: tuple[Field, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Features:
    """What of the project there is; what the spec leaves out is left out."""

    auth: bool
    agents: bool
    workflows: bool
    messages: bool
    audit: bool
    rate_limit: bool
    llm: bool
    vector_search: bool
    idempotency: bool
    node_kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Contract:
    """The one truth that all blueprints read."""

    project: Project
    auth: Auth | None
    limits: Json
    audit: tuple[str, ...]
    features: Features
    entities: tuple[Entity, ...]
    tables: tuple[Table, ...]
    operations: tuple[Operation, ...]
    agents: tuple[Agent, ...]
    workflows: tuple[Workflow, ...]
    targets: tuple[Json, ...]
    environment: tuple[EnvironmentVariable, ...]
    builtin: dict[str, EntityRef]
    seeds: Seeds
    components: Json
    notes: tuple[str, ...] = field(default=())

    @property
    def resources(self) -> tuple[Entity, ...]:
        """The entities that have operations, in the order of the spec's tables."""
        return tuple(entity for entity in self.entities if entity.operations)
