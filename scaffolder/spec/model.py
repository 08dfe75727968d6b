"""What the user wrote, as frozen values: the spec after its short forms were expanded.

The YAML format is described by `docs/spec.md` and by the JSON Schema that `scaffolder schema` prints.
Every model refuses unknown keys; `scaffolder.spec.load` turns such refusals into problems with line and column.
"""

# No `from __future__ import annotations`: pydantic would have to evaluate every annotation, 3 ms of each start.

from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

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


class SpecModel(BaseModel):
    """Base of all spec models: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=False)


class Project(SpecModel):
    """The project's own name and description."""

    name: str = Field(description="Name of the project: lower-case letters, digits and hyphens.")
    description: str = ""


class Auth(SpecModel):
    """Token lifetimes in seconds, and roles from the least to the most privileged."""

    access: int = 900
    refresh: int = 604_800
    roles: tuple[str, ...] = ("user", "admin")


class Rate(SpecModel):
    """`requests` per `seconds`."""

    requests: int
    seconds: int


class Limits(SpecModel):
    """Rate limits; `per_user` falls back to the client address for anonymous requests."""

    per_user: Rate | None = None


class FieldSpec(SpecModel):
    """One field of an entity, of an input or of an output, in its long form.

    `minimum` and `maximum` bound the length of strings, text and bytes and the value of numbers. `default` is text,
    int, float, bool or Decimal; seconds for a duration, ISO 8601 text for dates and times, plain data for json, a list
    for an array. A `decimal` always has `precision` and `scale`. `on_delete` is None where the spec does not say.
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


class EntityMeta(SpecModel):
    """Entity options: `$meta` in the spec."""

    label: str | None = None
    description: str | None = None
    search: tuple[str, ...] = ()
    states: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()


class Entity(SpecModel):
    """A thing that the project stores."""

    fields: dict[str, FieldSpec]
    meta: EntityMeta = EntityMeta()


class Agent(SpecModel):
    """A language-model worker with a goal, the entities that it reads and the typed output that it gives."""

    goal: str
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    output: dict[str, FieldSpec]


class Retry(SpecModel):
    """How a node is tried again: `attempts` in all."""

    attempts: int = 1


class Node(SpecModel):
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
    with_: dict[str, Any] = Field(default_factory=dict)
    when: str | None = None
    retry: int = 1
    timeout: int | None = None


class Workflow(SpecModel):
    """A graph of nodes. `public` is `METHOD /path`; `internal` workflows are only called by others."""

    public: str | None = None
    internal: bool = False
    description: str = ""
    input: dict[str, FieldSpec] = Field(default_factory=dict)
    nodes: dict[str, Node]
    flow: tuple[tuple[str, str], ...] = ()
    output: dict[str, Any] = Field(default_factory=dict)


class Target(SpecModel):
    """Where workflows are deployed."""

    platform: Platform
    region: str | None = None
    workflows: tuple[str, ...] = ()


class Spec(SpecModel):
    """The whole spec."""

    spec: Literal[1]
    project: Project
    auth: Auth | None = None
    limits: Limits = Limits()
    audit: tuple[AuditAction, ...] = ()
    entities: dict[str, Entity] = Field(default_factory=dict)
    agents: dict[str, Agent] = Field(default_factory=dict)
    workflows: dict[str, Workflow] = Field(default_factory=dict)
    targets: dict[str, Target] = Field(default_factory=dict)
