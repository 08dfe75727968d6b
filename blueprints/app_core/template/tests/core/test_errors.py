"""Every error is an RFC 9457 problem."""

import sqlite3
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Body, FastAPI
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.core.error_handlers import explain_database_error
from app.core.errors import ConflictError, TooManyRequestsError, UnauthorizedError
from app.utilities.errors import CircuitOpenError


@pytest.fixture
def raising(app: FastAPI) -> dict[str, Exception]:
    """Errors by name; `GET /raise/NAME` raises one."""
    errors: dict[str, Exception] = {}
    router = APIRouter()

    @router.get("/raise/{name}")
    async def fail(name: str) -> None:
        raise errors[name]

    @router.post("/strings")
    async def take(text: str = Body(embed=True)) -> str:
        return text

    app.include_router(router)
    return errors


def _problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (ConflictError("taken"), 409, "conflict"),
        (TooManyRequestsError(7), 429, "too-many-requests"),
        (UnauthorizedError(), 401, "unauthorized"),
        (CircuitOpenError("away"), 503, "service-unavailable"),
        (PoolTimeoutError("busy"), 503, "service-unavailable"),
        (OperationalError("SELECT 1", {}, Exception("refused")), 503, "service-unavailable"),
        (ProgrammingError("SELECT", {}, Exception("no such column")), 500, "internal-error"),
        (KeyError("secret"), 500, "internal-error"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
async def test_what_is_raised_becomes_a_problem(
    client: httpx.AsyncClient, raising: dict[str, Exception], error: Exception, status: int, slug: str
) -> None:
    raising["it"] = error

    answer = await client.get("/raise/it")

    problem = _problem(answer)
    assert (problem["status"], problem["type"]) == (status, f"urn:problem:{slug}")
    assert problem["instance"] == "/raise/it"


async def test_headers_of_an_error_are_sent(client: httpx.AsyncClient, raising: dict[str, Exception]) -> None:
    raising["slow"], raising["who"] = TooManyRequestsError(7), UnauthorizedError()

    slow, who = await client.get("/raise/slow"), await client.get("/raise/who")

    assert slow.headers["retry-after"] == "7"
    assert who.headers["www-authenticate"] == "Bearer"


async def test_what_the_framework_refuses_is_a_problem(client: httpx.AsyncClient) -> None:
    missing, method = await client.get("/no/such/path"), await client.delete("/health/live")

    assert _problem(missing)["type"] == "urn:problem:not-found"
    assert _problem(method)["type"] == "urn:problem:method-not-allowed"
    assert method.headers["allow"] == "GET"


async def test_a_wrong_method_is_told_every_right_one(app: FastAPI, client: httpx.AsyncClient) -> None:
    router = APIRouter(prefix="/things")
    router.add_api_route("/{name}", lambda name: name, methods=["PATCH"])
    router.add_api_route("/{name}", lambda name: name, methods=["DELETE"])
    app.include_router(router)

    answer = await client.post("/things/one")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, PATCH"


@pytest.mark.usefixtures("raising")
async def test_a_field_that_is_wrong_is_pointed_at_and_not_repeated(client: httpx.AsyncClient) -> None:
    answer = await client.post("/strings", json={"text": ["hunter2"]})

    assert answer.status_code == 422
    assert _problem(answer)["errors"] == [{"pointer": "/body/text", "detail": "Input should be a valid string"}]
    assert "hunter2" not in answer.text


@pytest.mark.usefixtures("raising")
async def test_a_body_that_is_not_json_is_a_bad_request(client: httpx.AsyncClient) -> None:
    answer = await client.post("/strings", content="{", headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert _problem(answer)["detail"] == "The body is not JSON."


class _PostgresError(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("code", "deleting", "status"),
    [
        ("23505", False, 409),
        ("23503", False, 422),
        ("23503", True, 409),
        ("23001", True, 409),
        ("23514", False, 422),
        ("23502", False, 422),
    ],
)
def test_violated_constraints_are_explained(code: str, deleting: bool, status: int) -> None:
    problem = explain_database_error(IntegrityError("", {}, _PostgresError(code)), deleting=deleting)

    assert problem is not None
    assert problem.status == status


def test_a_value_that_the_database_cannot_store_is_unprocessable() -> None:
    problem = explain_database_error(DataError("", {}, _PostgresError("22003")))

    assert problem is not None
    assert problem.status == 422


def test_a_missing_table_is_our_fault_and_not_an_outage() -> None:
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(":memory:").execute("SELECT * FROM missing")

    assert explain_database_error(OperationalError("", {}, caught.value)) is None
