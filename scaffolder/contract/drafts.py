"""The entities that a project has: the user's, and the built-in ones that its features need.

A draft is an entity of the spec with what the spec cannot say: which operations it has and who may call them, and
which fields the API hides or does not let a client write.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scaffolder.contract.model import Features
from scaffolder.spec.model import Auth, Entity, EntityMeta, FieldSpec, Spec, field_names

CRUD = ("list", "create", "get", "update", "delete")
READ = ("list", "get")
REPLACEABLE = frozenset({"User", "Project"})
"""Built-in entities that a user's entity of the same name extends (User) or replaces (Project)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entity before it is resolved; `key` is the name that code knows a built-in one by."""

    key: str
    name: str
    entity: Entity
    builtin: bool = False
    operations: tuple[str, ...] = CRUD
    hidden: frozenset[str] = field(default_factory=frozenset)
    read_only: frozenset[str] = field(default_factory=frozenset)
    read_roles: tuple[str, ...] = ()
    write_roles: tuple[str, ...] = ()


def collect_drafts(spec: Spec, features: Features) -> list[Draft]:
    """Return all entities of the project, the user's first, then the built-in ones."""
    staff = spec.auth.roles[1:] if spec.auth else ()
    own = [
        Draft(name, name, entity, write_roles=() if _owner(entity) else staff)
        for name, entity in spec.entities.items()
        if name != "User"
    ]
    return own + _builtins(spec, features)


def _owner(entity: Entity) -> bool:
    return any(item.owner for item in entity.fields.values())


def _field(kind: Any, **options: Any) -> FieldSpec:
    return FieldSpec(type=kind, has_default="default" in options, **options)


def _string(maximum: int, minimum: int | None = None, **options: Any) -> FieldSpec:
    return _field("string", minimum=minimum, maximum=maximum, **options)


def _enum(*members: str, default: str) -> FieldSpec:
    return _field("enum", values=members, default=default)


def _reference(target: str, on_delete: Any, **options: Any) -> FieldSpec:
    return _field("reference", target=target, on_delete=on_delete, **options)


def _counter(kind: Any = "int") -> FieldSpec:
    return _field(kind, minimum=0, default=0)


def _maybe(kind: Any, **options: Any) -> FieldSpec:
    return _field(kind, nullable=True, **options)


def _builtins(spec: Spec, features: Features) -> list[Draft]:
    taken = set(spec.entities)
    drafts: list[Draft] = []

    def add(
        key: str, description: str, fields: dict[str, FieldSpec], meta: dict[str, Any] | None = None, **more: Any
    ) -> None:
        if key in taken and key == "Project":
            return
        name = key if key not in taken or key in REPLACEABLE else f"System{key}"
        entity = Entity(fields=fields, meta=EntityMeta(description=description, **(meta or {})))
        drafts.append(Draft(key, name, entity, builtin=True, **more))

    if spec.auth:
        _add_accounts(add, spec, spec.auth)
    if features.audit:
        admin = spec.auth.roles[-1:] if spec.auth else ()
        _add_audit(add, admin)
    if features.idempotency:
        add(
            "IdempotencyKey",
            "A request that was answered once and is not done twice.",
            _IDEMPOTENCY,
            _ONE_PER_SCOPE,
            operations=(),
        )
    if features.agents or _refers_to(spec, "Project"):
        add(
            "Project",
            "Work that agents are given: its lifecycle, its requirements and what is known of it.",
            _PROJECT,
            _LIFECYCLE,
            write_roles=spec.auth.roles[1:] if spec.auth else (),
        )
    if features.llm:
        add("LlmCall", "One call of a language model: what it cost and how long it took.", _LLM_CALL, operations=())
    _add_work(add, spec, features)
    return drafts


def _refers_to(spec: Spec, target: str) -> bool:
    return any(item.target == target for entity in spec.entities.values() for item in entity.fields.values())


def _add_accounts(add: Any, spec: Spec, auth: Auth) -> None:
    fields = {
        "email": _field("email", unique=True),
        "password_hash": _string(255),
        "full_name": _maybe("string", maximum=120),
        "role": _enum(*auth.roles, default=auth.roles[0]),
        "is_active": _field("bool", default=True),
    }
    meta: dict[str, Any] = {"search": ("email", "full_name")}
    if extra := spec.entities.get("User"):
        fields |= {name: item for name, item in extra.fields.items() if name not in fields}
        given = {name: getattr(extra.meta, name) for name in field_names(EntityMeta) if name != "description"}
        meta |= {name: value for name, value in given.items() if value}
    admin = auth.roles[-1:]
    add(
        "User",
        "Somebody who signs in.",
        fields,
        meta,
        operations=("list", "get", "update"),
        hidden=frozenset({"password_hash"}),
        read_only=frozenset({"email"}),
        read_roles=admin,
        write_roles=admin,
    )
    add(
        "RefreshToken",
        "A refresh token, stored as a digest; tokens of one sign-in are a family.",
        {
            "user": _reference("User", "cascade"),
            "family": _field("uuid", index=True),
            "token_hash": _string(64, unique=True),
            "expires_at": _field("datetime"),
            "used_at": _maybe("datetime"),
            "revoked_at": _maybe("datetime"),
        },
        operations=(),
    )


def _add_audit(add: Any, admin: tuple[str, ...]) -> None:
    add(
        "AuditEvent",
        "Who did what to which row, and when.",
        {
            "actor_id": _maybe("uuid", index=True),
            "action": _string(40),
            "entity": _string(80),
            "entity_id": _maybe("string", maximum=64),
            "changes": _field("json", default={}),
            "request_id": _maybe("string", maximum=64),
        },
        {"indexes": (("entity", "entity_id"),)},
        operations=READ,
        read_roles=admin,
    )


def _add_work(add: Any, spec: Spec, features: Features) -> None:
    staff = spec.auth.roles[1:] if spec.auth else ()
    if features.agents:
        add(
            "Agent",
            "An agent of this project: its status and what it has done so far.",
            _AGENT,
            {"search": ("name", "goal")},
            operations=READ,
        )
        add(
            "AgentRun",
            "One run of an agent: what it was asked and what it answered.",
            _AGENT_RUN,
            operations=READ,
            read_roles=staff,
        )
    if features.messages:
        add(
            "Message",
            "A message, event, notification or conflict record; kept until it is delivered.",
            _MESSAGE,
            {"indexes": (("status", "available_at"),)},
            operations=READ,
            read_roles=staff,
        )
    if features.workflows:
        owner = {"requested_by": _reference("User", "set_null", nullable=True, owner=True)} if spec.auth else {}
        add(
            "WorkflowRun",
            "One run of a workflow, with the results of the nodes that are done.",
            _WORKFLOW_RUN | owner,
            {"states": _RUN_STATES, "indexes": (("workflow", "status"),)},
            operations=READ,
            hidden=frozenset({"state"}),
        )


_IDEMPOTENCY = {
    "key": _string(200),
    "scope": _string(300),
    "request_hash": _string(64),
    "status": _maybe("int"),
    "headers": _maybe("json"),
    "response": _maybe("json"),
}
_ONE_PER_SCOPE: dict[str, Any] = {"unique": (("scope", "key"),)}
_PROJECT = {
    "name": _string(120, 1, unique=True),
    "description": _maybe("text"),
    "status": _enum("draft", "active", "paused", "completed", "archived", default="draft"),
    "requirements": _field("json", default=[]),
    "metadata": _field("json", default={}),
}
_LIFECYCLE: dict[str, Any] = {
    "search": ("name", "description"),
    "states": {
        "draft": ("active", "archived"),
        "active": ("paused", "completed", "archived"),
        "paused": ("active", "archived"),
        "completed": ("archived",),
        "archived": (),
    },
}
_LLM_CALL = {
    "provider": _string(40),
    "model": _string(120),
    "purpose": _string(120, index=True),
    "input_tokens": _counter(),
    "output_tokens": _counter(),
    "cost_usd": _field("decimal", precision=12, scale=6, default="0.000000"),
    "latency_ms": _counter(),
    "ok": _field("bool", default=True),
    "error": _maybe("text"),
}
_AGENT = {
    "name": _string(80, 1, unique=True),
    "goal": _field("text"),
    "status": _enum("idle", "running", "failed", "stopped", default="idle"),
    "capabilities": _field("json", default=[]),
    "runs_total": _counter(),
    "runs_failed": _counter(),
    "tokens_total": _counter("bigint"),
    "busy_ms": _counter("bigint"),
    "last_run_at": _maybe("datetime"),
    "last_error": _maybe("text"),
}
_AGENT_RUN = {
    "agent": _string(80, index=True),
    "status": _enum("pending", "running", "succeeded", "failed", default="pending"),
    "input": _field("json", default={}),
    "output": _maybe("json"),
    "error": _maybe("text"),
    "input_tokens": _counter(),
    "output_tokens": _counter(),
    "duration_ms": _counter(),
    "started_at": _maybe("datetime"),
    "finished_at": _maybe("datetime"),
}
_MESSAGE = {
    "kind": _enum("message", "event", "notification", "conflict", default="message"),
    "topic": _string(120, 1, index=True),
    "sender": _maybe("string", maximum=120),
    "recipient": _maybe("string", maximum=120),
    "payload": _field("json", default={}),
    "status": _enum("pending", "delivered", "dead", default="pending"),
    "attempts": _counter(),
    "available_at": _field("datetime"),
    "locked_until": _maybe("datetime"),
    "delivered_at": _maybe("datetime"),
    "last_error": _maybe("text"),
}
_WORKFLOW_RUN = {
    "workflow": _string(80, 1),
    "status": _enum("pending", "running", "succeeded", "failed", "cancelled", default="pending"),
    "input": _field("json", default={}),
    "state": _field("json", default={}),
    "output": _maybe("json"),
    "error": _maybe("text"),
    "attempts": _counter(),
    "started_at": _maybe("datetime"),
    "finished_at": _maybe("datetime"),
}
_RUN_STATES = {
    "pending": ("running", "cancelled"),
    "running": ("succeeded", "failed", "cancelled"),
    "succeeded": (),
    "failed": ("pending",),
    "cancelled": (),
}
