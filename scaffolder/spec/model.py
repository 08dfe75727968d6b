"""What the user wrote, as frozen values: the spec after its short forms were expanded.

The YAML format is described by `docs/spec.md` and by the JSON Schema that `scaffolder schema` prints.
The loader checks everything before it makes these values, since only it knows lines and columns; so they are plain
dataclasses, and a model library (a tenth of a second of each start) would only check a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Literal

ScalarType = Literal[
    "string",
    "text",
    "int",
    "bigint",
    "float",
    "decimal",
    "bool",
    "date",
    "time",
    "datetime",
    "duration",
    "uuid",
    "enum",
    "json",
    "bytes",
    "email",
    "url",
]
FieldType = Literal[ScalarType, "reference", "many"]
OnDelete = Literal["cascade", "set_null", "restrict"]
AuditAction = Literal["create", "update", "delete", "login"]
NodeKind = Literal["agent", "call", "http", "db.insert", "db.get", "db.update", "vector.search"]
Platform = Literal["cloud-run", "fly", "railway", "render"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The project's own name and description."""

    name: str = field(metadata={"description": "Name of the project: lower-case letters, digits and hyphens."})
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Token lifetimes in seconds, and roles from the least to the most privileged."""

    access: int = 900
    refresh: int = 604_800
    roles: tuple[str, ...] = ("user", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`requests` per `seconds`."""

    requests: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Rate limits; `per_user` falls back to the client address for anonymous requests."""

    per_user: Rate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What the scores of `scaffolder report` must be at least, from 0 to 10; `minimum` is for those not named."""

    minimum: float | None = None
    syntax: float | None = None
    security: float | None = None
    architecture: float | None = None
    performance: float | None = None
    maintainability: float | None = None
    overall: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field of an entity, of an input or of an output, in its long form.

    `minimum` and `maximum` bound the length of strings, text and bytes and the value of numbers. `default` is text,
    int, float, bool or Decimal; seconds for a duration, ISO 8601 text for dates and times, plain data for json, a list
    for an array. A `decimal` always has `precision` and `scale`. `on_delete` is None where the spec does not say.
    `renamed_from` are names that the field had.
    """

    type: FieldType
    minimum: int | Decimal | None = None
    maximum: int | Decimal | None = None
    precision: int | None = None
    scale: int | None = None
    values: tuple[str, ...] = ()
    array: bool = False
    nullable: bool = False
    unique: bool = False
    index: bool = False
    default: Any = None
    has_default: bool = False
    label: str | None = None
    description: str | None = None
    target: str | None = None
    on_delete: OnDelete | None = None
    owner: bool = False
    renamed_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityMeta:
    """Entity options: `$meta` in the spec. `renamed_from` are names that the entity had."""

    label: str | None = None
    description: str | None = None
    renamed_from: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    states: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A thing that the project stores."""

    fields: dict[str, FieldSpec]
    meta: EntityMeta = EntityMeta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A language-model worker with a goal, the entities that it reads and the typed output that it gives."""

    goal: str
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    output: dict[str, FieldSpec]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One step of a workflow.

    `kind` is what it does (`agent`, `call`, `http`, `db.insert`, `db.get`, `db.update`, `vector.search`);
    `target` is the agent, workflow or entity that it does it to, or the table that a search is about. `with_` holds
    the arguments, in which strings may contain `{{ expression }}`: those of the agent or the called workflow; `values`
    of an insert, by column; `id` and `values` of rows; `query` and `k` of a search; `url`, `method`, `headers`,
    `params` and `json` of a request. `when` is an expression without braces. `retry` counts attempts in all, `timeout`
    seconds.
    """

    kind: NodeKind
    target: str | None = None
    with_: dict[str, Any] = field(default_factory=dict)
    when: str | None = None
    retry: int = 1
    timeout: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A graph of nodes. `public` is `METHOD /path`; `internal` workflows are only called by others."""

    public: str | None = None
    internal: bool = False
    description: str = ""
    input: dict[str, FieldSpec] = field(default_factory=dict)
    nodes: dict[str, Node]
    flow: tuple[tuple[str, str], ...] = ()
    output: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where workflows are deployed."""

    platform: Platform
    region: str | None = None
    workflows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fills:
    """How slots are filled: models by pattern of the kind, in the order in which they are asked; `budget` in USD."""

    models: dict[str, tuple[str, ...]] = field(default_factory=dict)
    budget: float | None = None
    concurrency: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """The whole spec."""

    spec: Literal[1]
    project: Project
    auth: Auth | None = None
    limits: Limits = Limits()
    audit: tuple[AuditAction, ...] = ()
    quality: Quality = Quality()
    fills: Fills = field(default_factory=Fills)
    entities: dict[str, Entity] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    workflows: dict[str, Workflow] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)


def field_names(model: type[Any]) -> tuple[str, ...]:
    """Return the names of the fields of one of these models, in order."""
    return tuple(item.name for item in fields(model))
