"""The contract as OpenAPI 3.1.

The generated app must say the same of itself (its tests compare the two), so shapes follow what FastAPI and pydantic
emit: `anyOf` with null, `$ref` with siblings, parameters in the order of the handler.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from scaffolder.contract.entity_model import Entity, Enum, Field, Json
from scaffolder.contract.model import Auth, Contract, Operation
from scaffolder.contract.typemap import ARRAY_LENGTH, NO_NUL
from scaffolder.contract.workflow_model import Agent, Workflow
from scaffolder.naming import title

_REF = "#/components/schemas/"
_UUID: Json = {"type": "string", "format": "uuid"}
_MOMENT: Json = {"type": "string", "format": "date-time"}
_NULL: Json = {"type": "null"}
_ANY_OBJECT: Json = {"type": "object", "additionalProperties": True}

ERROR_NAMES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    413: "ContentTooLarge",
    422: "UnprocessableContent",
    429: "TooManyRequests",
}
_SUCCESS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 503: "Not ready"}


def build_components(
    entities: Iterable[Entity], agents: Iterable[Agent], workflows: Iterable[Workflow], auth: Auth | None
) -> Json:
    """Return `components.schemas`: what requests and responses hold, each under the name of its class."""
    schemas: Json = {"Health": _HEALTH, "Problem": _PROBLEM, "ProblemError": _PROBLEM_ERROR}
    for entity in entities:
        if entity.operations:
            schemas |= _entity_schemas(entity)
    if auth:
        schemas |= _account(auth.profile)
    if tuple(agents):
        schemas["AgentRunRequest"] = _closed({"input": _ANY_OBJECT}, [])
    for workflow in workflows:
        if workflow.public:
            schemas |= {enum.class_name: _enum(enum) for enum in workflow.enums}
            schemas[workflow.input_class] = body_schema(workflow.input)
    return dict(sorted(schemas.items()))


def _entity_schemas(entity: Entity) -> Json:
    visible = [field for field in entity.fields if not field.hidden]
    writable = [field for field in visible if not field.read_only]
    shown = {field.enum for field in visible}
    name = entity.class_name
    schemas: Json = {enum.class_name: _enum(enum) for enum in entity.enums if enum.class_name in shown}
    schemas[f"{name}Read"] = _read(entity, visible)
    if "list" in entity.operations:
        schemas[f"{name}Page"] = _page(f"{name}Read")
    many = {item.attr: {"type": "array", "items": _UUID, "maxItems": ARRAY_LENGTH} for item in entity.many}
    if "create" in entity.operations:
        create = {field.name: _with_default(field) for field in writable} | many
        schemas[f"{name}Create"] = _closed(create, [field.name for field in writable if field.required])
    if "update" in entity.operations:
        schemas[f"{name}Update"] = _closed({field.name: field.types.openapi_write for field in writable} | many, [])
    return schemas


def _read(entity: Entity, visible: list[Field]) -> Json:
    properties: Json = {"id": _UUID} | {field.name: field.types.openapi_read for field in visible}
    properties |= {item.attr: {"type": "array", "items": _UUID} for item in entity.many}
    properties |= {"created_at": _MOMENT, "updated_at": _MOMENT, "row_version": {"type": "integer"}}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _page(read: str) -> Json:
    properties = {
        "items": {"type": "array", "items": {"$ref": _REF + read}},
        "next_cursor": {"anyOf": [{"type": "string"}, _NULL]},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _with_default(field: Field) -> Json:
    if not field.has_default or (field.nullable and field.default_json is None):
        return field.types.openapi_write
    return {**field.types.openapi_write, "default": field.default_json}


def body_schema(fields: Iterable[Field]) -> Json:
    fields = tuple(fields)
    return _closed(
        {field.name: _with_default(field) for field in fields}, [item.name for item in fields if item.required]
    )


def _closed(properties: Json, required: list[str]) -> Json:
    schema: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | {"required": required} if required else schema


def _enum(enum: Enum) -> Json:
    return {"type": "string", "enum": [item.literal for item in enum.members]}


def _text(low: int, high: int) -> Json:
    schema: Json = {"type": "string", "maxLength": high, "pattern": NO_NUL}
    return schema | {"minLength": low} if low else schema


_HEALTH = _closed(
    {
        "status": {"type": "string", "enum": ["ok", "unavailable"]},
        "checks": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    ["status", "checks"],
)
_PROBLEM_ERROR: Json = {
    "type": "object",
    "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
    "required": ["pointer", "detail"],
}
_PROBLEM: Json = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"anyOf": [{"type": "string"}, _NULL]},
        "instance": {"anyOf": [{"type": "string"}, _NULL]},
        "request_id": {"anyOf": [{"type": "string"}, _NULL]},
        "errors": {"anyOf": [{"type": "array", "items": {"$ref": _REF + "ProblemError"}}, _NULL]},
    },
    "required": ["type", "title", "status"],
}
_EMAIL: Json = {"type": "string", "format": "email", "maxLength": 254}
_CREDENTIALS: Json = {
    "LoginRequest": _closed({"email": _EMAIL, "password": _text(1, 200)}, ["email", "password"]),
    "RefreshRequest": _closed({"refresh_token": _text(1, 200)}, ["refresh_token"]),
    "TokenPair": {
        "type": "object",
        "properties": {
            "access_token": {"type": "string"},
            "refresh_token": {"type": "string"},
            "token_type": {"type": "string", "const": "bearer"},
            "expires_in": {"type": "integer"},
        },
        "required": ["access_token", "refresh_token", "token_type", "expires_in"],
    },
}


def _account(profile: tuple[Field, ...]) -> Json:
    """Return the bodies of sign-up and sign-in; `profile` is what an account has beside its credentials."""
    properties = {field.name: _with_default(field) for field in profile}
    properties |= {"email": _EMAIL, "password": _text(10, 200)}
    required = [field.name for field in profile if field.required]
    return {"RegisterRequest": _closed(properties, [*required, "email", "password"])} | _CREDENTIALS


def openapi_document(contract: Contract) -> Json:
    """Return the whole document."""
    paths: dict[str, Json] = {}
    for operation in contract.operations:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    components: Json = {"schemas": contract.components, "responses": _responses(contract.operations)}
    if contract.auth:
        components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": contract.project.title, "description": contract.project.description, "version": "0.1.0"},
        "paths": paths,
        "components": components,
    }


def _operation(operation: Operation) -> Json:
    result: Json = {
        "tags": [operation.tag],
        "summary": title(operation.id),
        "operationId": operation.id,
    }
    if operation.parameters:
        result["parameters"] = list(operation.parameters)
    if operation.request:
        content = {"application/json": {"schema": {"$ref": _REF + operation.request}}}
        result["requestBody"] = {"content": content, "required": True}
    result["responses"] = {str(code): _success(code, operation.response) for code in operation.success}
    result["responses"] |= {
        str(code): {"$ref": f"#/components/responses/{ERROR_NAMES[code]}"} for code in operation.errors
    }
    if operation.secured:
        result["security"] = [{"bearer": []}]
    return result


def _success(code: int, response: str | None) -> Json:
    described: Json = {"description": _SUCCESS[code]}
    return (
        described | {"content": {"application/json": {"schema": {"$ref": _REF + response}}}} if response else described
    )


def _responses(operations: tuple[Operation, ...]) -> Json:
    used = sorted({code for operation in operations for code in operation.errors})
    content = {"application/problem+json": {"schema": {"$ref": _REF + "Problem"}}}
    return {ERROR_NAMES[code]: {"description": title(ERROR_NAMES[code]), "content": content} for code in used}


def openapi_text(document: Json) -> str:
    """Return the document as JSON, one operation and one schema a line.

    Lines are what people review and what merges, and `json.dumps` with `indent` is six times slower.
    """
    lines = ["{"]
    lines += [f"  {json.dumps(key)}: {_dump(document[key])}," for key in ("openapi", "info")]
    lines.append('  "paths": {')
    lines += _nested(document["paths"], "    ")
    lines += ["  },", '  "components": {']
    lines += _nested(document["components"], "    ")
    lines += ["  }", "}", ""]
    return "\n".join(lines)


def _nested(mapping: Json, indent: str) -> list[str]:
    lines: list[str] = []
    for number, (key, inner) in enumerate(mapping.items(), start=1):
        lines.append(f"{indent}{json.dumps(key)}: {{")
        rows = [f"{indent}  {json.dumps(name)}: {_dump(value)}" for name, value in inner.items()]
        lines += [*(row + "," for row in rows[:-1]), *rows[-1:], f"{indent}}}" + ("," if number < len(mapping) else "")]
    return lines


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
