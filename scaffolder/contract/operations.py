"""Every HTTP operation of the project: of its resources, of sign-in, of agents, workflows and health."""

from __future__ import annotations

from collections.abc import Iterator

from scaffolder.contract.entity_model import Entity, Json
from scaffolder.contract.model import Auth, Operation
from scaffolder.contract.typemap import NO_NUL
from scaffolder.contract.workflow_model import Agent, Workflow

API = "/api/v1"
_LIMIT: Json = {
    "name": "limit",
    "in": "query",
    "required": False,
    "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
}
_CURSOR: Json = {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string", "maxLength": 200}}
_QUERY: Json = {
    "name": "q",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": NO_NUL},
}
_HEADER: Json = {"type": "string", "maxLength": 200}


def _header(name: str) -> Json:
    return {"name": name, "in": "header", "required": False, "schema": _HEADER}


def build_operations(
    entities: tuple[Entity, ...], agents: tuple[Agent, ...], workflows: tuple[Workflow, ...], auth: Auth | None
) -> tuple[Operation, ...]:
    """Return all operations, in the order in which the API lists them."""
    operations = [*_health()]
    if auth:
        operations += _accounts()
    for entity in entities:
        if entity.operations:
            operations += _resource(entity, secured=auth is not None)
    runs = {entity.name.removeprefix("System"): entity for entity in entities if entity.builtin}
    if agents:
        operations.append(_agent_run(runs["AgentRun"], auth))
    if workflows:
        operations += _workflow_runs(runs["WorkflowRun"], workflows, auth)
    return tuple(operations)


def _health() -> Iterator[Operation]:
    for name, success in (("live", (200,)), ("ready", (200, 503))):
        yield Operation(
            f"health_{name}", "get", f"/health/{name}", "health", "health", None, success, (), None, "Health", False
        )


def _accounts() -> Iterator[Operation]:
    def account(
        name: str, status: int, errors: tuple[int, ...], request: str | None, response: str | None
    ) -> Operation:
        secured = name in {"logout", "me"}
        method = "get" if name == "me" else "post"
        return Operation(
            name if name != "me" else "read_me",
            method,
            f"{API}/auth/{name}",
            "auth",
            "auth",
            None,
            (status,),
            errors,
            request,
            response,
            secured,
        )

    yield account("register", 201, (400, 409, 413, 422, 429), "RegisterRequest", "UserRead")
    yield account("login", 200, (400, 401, 413, 422, 429), "LoginRequest", "TokenPair")
    yield account("refresh", 200, (400, 401, 413, 422, 429), "RefreshRequest", "TokenPair")
    yield account("logout", 204, (400, 401, 413, 422, 429), "RefreshRequest", None)
    yield account("me", 200, (401, 429), None, "UserRead")


def _resource(entity: Entity, *, secured: bool) -> Iterator[Operation]:
    item = {"name": entity.param, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    one, ids = f"{entity.path}/{{{entity.param}}}", entity.operation_ids
    match = _header("If-Match")
    read, page = f"{entity.class_name}Read", f"{entity.class_name}Page"
    create, change = f"{entity.class_name}Create", f"{entity.class_name}Update"
    rows = {
        "list": (ids.list, "get", entity.path, 200, None, page, _list_parameters(entity)),
        "create": (ids.create, "post", entity.path, 201, create, read, (_header("Idempotency-Key"),)),
        "get": (ids.read, "get", one, 200, None, read, (item,)),
        "update": (ids.change, "patch", one, 200, change, read, (item, match)),
        "delete": (ids.remove, "delete", one, 204, None, None, (item, match)),
    }
    for kind in entity.operations:
        name, method, path, success, request, response, parameters = rows[kind]
        yield Operation(
            name,
            method,
            path,
            entity.tag,
            kind,
            entity.name,
            (success,),
            entity.errors[kind],
            request,
            response,
            secured,
            parameters,
        )


def _list_parameters(entity: Entity) -> tuple[Json, ...]:
    fields = {field.attr: field for field in entity.fields}
    filters = []
    for attr in entity.filters:
        schema = fields[attr].types.openapi_write
        filters.append(
            {"name": fields[attr].name, "in": "query", "required": False, "schema": schema.get("anyOf", [schema])[0]}
        )
    search = [_QUERY] if entity.search else []
    return (_LIMIT, _CURSOR, *search, *filters)


def _guards(auth: Auth | None, *codes: int, staff: bool = False) -> tuple[int, ...]:
    secured = ({401, 403} if staff and auth and auth.staff_roles else {401}) if auth else set()
    return tuple(sorted({*codes, 429} | secured))


def _agent_run(run: Entity, auth: Auth | None) -> Operation:
    name = {"name": "agent_name", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 80}}
    errors = _guards(auth, 400, 404, 413, 422, staff=True)
    path = f"{API}/agents/{{agent_name}}/runs"
    read = f"{run.class_name}Read"
    return Operation(
        "run_agent",
        "post",
        path,
        "agents",
        "run",
        None,
        (201,),
        errors,
        "AgentRunRequest",
        read,
        auth is not None,
        (name,),
    )


def _workflow_runs(run: Entity, workflows: tuple[Workflow, ...], auth: Auth | None) -> Iterator[Operation]:
    item = {"name": run.param, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    read, secured = f"{run.class_name}Read", auth is not None
    for verb in ("cancel", "resume"):
        errors = _guards(auth, 404, 409, 422, staff=True)
        path = f"{run.path}/{{{run.param}}}/{verb}"
        yield Operation(
            f"{verb}_workflow_run", "post", path, run.tag, verb, run.name, (200,), errors, None, read, secured, (item,)
        )
    for workflow in workflows:
        if workflow.public:
            yield Operation(
                workflow.public.operation_id,
                workflow.public.method.lower(),
                workflow.public.path,
                "workflows",
                "start",
                None,
                (200, 202),
                _guards(auth, 400, 413, 422),
                workflow.input_class,
                read,
                secured,
                (_header("Prefer"),),
            )
