"""Operations: method, path, id, status codes, bodies, parameters, and who may call them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from scaffolder_validators.contract.facts import Code, Json, Place, Route
from scaffolder_validators.contract.report import Report, differences, show
from scaffolder_validators.contract.schemas import comparable

_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_PARAMETER: Final = re.compile(r"\{[^}]*\}")


def compare_routes(document: Json, roles: Mapping[str, list[str]] | None, code: Code, report: Report) -> None:
    """Compare the operations of the OpenAPI `document` (and the roles that each asks for) with the routes."""
    routes = code.routes or []
    expected = list(_operations(document))
    paths = {_PARAMETER.sub("{}", path) for path, method, _ in expected if method == "get"}
    left = list(routes)
    for path, method, operation in expected:
        route = _matching(left, path, method, operation)
        if route is not None:
            left.remove(route)
            _compare(path, method, operation, route, report)
            _answers(operation, route, paths, report)
            if roles is not None:
                wanted = sorted(roles.get(str(operation.get("operationId")), ()))
                _differ(route, "access", "roles", wanted, sorted(route.roles or ()), report)
        elif not code.unread:
            _missing(path, method, operation, code, report)
    for route in left:
        report.unexpected(route.place, "route", f"{route.method.upper()} {route.path} ({route.id})")


def compare_errors(document: Json, code: Code, report: Report) -> None:
    """Compare the status of each error class (`NotFoundError`) with the shared response of its name (`NotFound`)."""
    shared = {
        reference.rpartition("/")[2]: int(status)
        for _, _, operation in _operations(document)
        for status, response in operation.get("responses", {}).items()
        if (reference := response.get("$ref"))
    }
    for record in code.errors:
        stem = record.name.removesuffix("Error")
        name = next((one for one in shared if stem and stem != record.name and one.startswith(stem)), None)
        if name is not None and (status := record.values.get("status")) is not None:
            place = Place(record.place.path, status.line)
            report.differ(place, "status", f"{record.name}: status of {name}", shared[name], status.value)


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document.get("paths", {}).items():
        for method, operation in methods.items():
            if method in _METHODS:
                yield path, method, operation


def _matching(routes: list[Route], path: str, method: str, operation: Json) -> Route | None:
    same_id = [route for route in routes if route.id == operation.get("operationId")]
    return next(
        (route for route in same_id if (route.method, route.path) == (method, path)),
        next(
            (route for route in routes if (route.method, route.path) == (method, path)),
            same_id[0] if same_id else None,
        ),
    )


def _missing(path: str, method: str, operation: Json, code: Code, report: Report) -> None:
    name = operation.get("operationId")
    what = f"{method.upper()} {path} ({name}): the contract has this operation"
    for route in code.unmounted:
        if route.id == name:
            report.say(route.place, "route", f"{what}; the router that defines it is included nowhere")
            return
    tags = operation.get("tags", [])
    near = next((one.place.path for one in code.routes or () if list(one.tags) == tags), "app/api/router.py")
    report.say(Place(near, 1), "route", f"{what}, the code does not serve it")


def _compare(path: str, method: str, operation: Json, route: Route, report: Report) -> None:
    report.differ(
        route.place, "route", str(operation.get("operationId")), f"{method.upper()} {path}",
        f"{route.method.upper()} {route.path}",
    )  # fmt: skip
    _differ(route, "operation-id", "operation id", operation.get("operationId"), route.id, report)
    _differ(route, "tag", "tags", operation.get("tags", []), list(route.tags), report)
    _differ(route, "request", "request body", _request(operation), route.request, report)
    responses = operation.get("responses", {})
    success = {int(code): _schema(one) for code, one in responses.items() if "$ref" not in one and code.isdigit()}
    problems = {
        int(code): one["$ref"].rpartition("/")[2] for code, one in responses.items() if "$ref" in one and code.isdigit()
    }
    _differ(route, "status", "status codes of success", sorted(success), sorted(route.success), report)
    _differ(route, "status", "status codes of problems", sorted(problems), sorted(route.problems), report)
    for status in success.keys() & route.success.keys():
        _differ(route, "response", f"body of {status}", success[status], route.success[status], report)
    for status in problems.keys() & route.problems.keys():
        _differ(route, "status", f"response {status}", problems[status], route.problems[status], report)
    _differ(route, "access", "needs a caller", bool(operation.get("security")), route.secured, report)
    _parameters(operation, route, report)


def _parameters(operation: Json, route: Route, report: Report) -> None:
    expected = {(one["in"], one["name"]): one for one in operation.get("parameters", ())}
    found = {(one["in"], one["name"]): one for one in route.parameters}
    for key in expected.keys() - found.keys():
        _say(route, "parameter", f"the contract has the {key[0]} parameter {key[1]}, the code has not", report)
    for key in sorted(found.keys() - expected.keys()):
        _say(route, "parameter", f"the {key[0]} parameter {key[1]} is not in the contract", report)
    for key in expected.keys() & found.keys():
        for at, left, right in differences(_parameter(expected[key]), _parameter(found[key])):
            message = f"{key[0]} parameter {key[1]} ({at}): the contract says {show(left)}, the code says {show(right)}"
            _say(route, "parameter", message, report)


def _parameter(parameter: Json) -> Any:
    return {"required": parameter.get("required", False), "schema": comparable(parameter.get("schema", {}))}


def _answers(operation: Json, route: Route, paths: set[str], report: Report) -> None:
    declared = {int(code) for code, one in operation.get("responses", {}).items() if "$ref" not in one}
    for status, line in route.answered:
        if status not in declared:
            place = Place(route.place.path, line)
            report.differ(place, "status", f"{route.id}: answers", sorted(declared), status)
    for location, line in route.locations:
        if location not in paths:
            message = f"{route.id}: Location leads to {location}, where the contract has nothing to get"
            report.say(Place(route.place.path, line), "link", message)


def _request(operation: Json) -> str | None:
    return _schema(operation["requestBody"]) if "requestBody" in operation else None


def _schema(holder: Json) -> str | None:
    schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return schema["$ref"].rpartition("/")[2] if "$ref" in schema else None


def _differ(route: Route, rule: str, what: str, contract: Any, code: Any, report: Report) -> None:
    report.differ(route.place, rule, f"{route.id}: {what}", contract, code)


def _say(route: Route, rule: str, message: str, report: Report) -> None:
    report.say(route.place, rule, f"{route.id}: {message}")
