"""The API's description of itself: problems as shared responses, and only what this API really answers."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.core.errors import MEDIA_TYPE, Problem

# Status code of every shared error response, with its name in `#/components/responses`.
RESPONSE_NAMES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    413: "ContentTooLarge",
    422: "UnprocessableContent",
    429: "TooManyRequests",
    503: "ServiceUnavailable",
}
_FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")

Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """Return `responses=` for a route or router that answers with these problems."""
    return {status: {"description": RESPONSE_NAMES[status]} for status in statuses}


def install_openapi(app: FastAPI) -> None:
    """Make `/openapi.json` what clients should be generated from."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _describe(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    used: set[int] = set()
    for path in document["paths"].values():
        for operation in path.values():
            used |= _share_problems(operation["responses"])
    components = document.setdefault("components", {})
    schemas = components.get("schemas", {}) | _problem_schemas()
    components["schemas"] = {name: schemas[name] for name in sorted(schemas) if name not in _FRAMEWORK_SCHEMAS}
    components["responses"] = {RESPONSE_NAMES[status]: _shared_response(status) for status in sorted(used)}
    return document


def _share_problems(responses: dict[str, Any]) -> set[int]:
    """Replace the responses that are plain problems by references, and return their status codes."""
    shared = {int(code) for code in responses if code.isdigit() and _is_problem(int(code), responses[code])}
    for status in shared:
        responses[str(status)] = {"$ref": f"#/components/responses/{RESPONSE_NAMES[status]}"}
    return shared


def _is_problem(status: int, response: dict[str, Any]) -> bool:
    if status not in RESPONSE_NAMES:
        return False
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return not schema or str(schema.get("$ref")).endswith("/HTTPValidationError")


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    nested: dict[str, Any] = schema.pop("$defs")
    return {"Problem": schema, **nested}


def _shared_response(status: int) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": HTTPStatus(status).phrase, "content": content}
