"""Turns every error of the framework, of pydantic and of the database into a problem."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from app.core.errors import (
    AppError,
    BadRequestError,
    ConflictError,
    PreconditionFailedError,
    ProblemError,
    UnavailableError,
    UnprocessableError,
    problem_response,
)
from app.utilities.errors import TransientError

logger = logging.getLogger(__name__)

# The kind of a violated constraint: SQLSTATE of PostgreSQL, extended error name of SQLite.
_UNIQUE = frozenset({"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})
_FOREIGN_KEY = frozenset({"23503", "23001", "SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_CONSTRAINT_TRIGGER"})


def install_error_handlers(app: FastAPI) -> None:
    """Make every expected error of `app` a problem.

    What nobody expected becomes a 500 in `RequestContextMiddleware`, where the request id is known.
    """
    app.exception_handler(AppError)(_handle_app_error)
    app.exception_handler(HTTPException)(_handle_http_exception)
    app.exception_handler(RequestValidationError)(_handle_validation_error)
    app.exception_handler(StaleDataError)(_handle_stale_row)
    app.exception_handler(DBAPIError)(_handle_database_error)
    app.exception_handler(PoolTimeoutError)(_handle_pool_timeout)
    app.exception_handler(TransientError)(_handle_transient_error)


async def _handle_app_error(request: Request, error: AppError) -> JSONResponse:
    return problem_response(request.url.path, error)


async def _handle_http_exception(request: Request, error: HTTPException) -> JSONResponse:
    phrase = HTTPStatus(error.status_code).phrase
    detail = error.detail if error.detail != phrase else None
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        # The framework names only the methods of the first route of the path.
        headers = {**(headers or {}), "Allow": ", ".join(_allowed_methods(request))}
    return problem_response(request.url.path, _HttpError(error.status_code, detail, headers))


def _allowed_methods(request: Request) -> list[str]:
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    routes = (route for route in iter_route_contexts(request.app.routes) if route.methods)
    return sorted({method for route in routes if route.path_regex.match(path) for method in route.methods or ()})


class _HttpError(AppError):
    """What the framework itself refuses: no such path, wrong method, unreadable body."""

    def __init__(self, status: int, detail: str | None, headers: Mapping[str, str] | None) -> None:
        self.status = status
        self.slug = HTTPStatus(status).phrase.lower().replace(" ", "-")
        super().__init__(detail, headers=headers)


async def _handle_validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
    if any(item["type"] == "json_invalid" for item in error.errors()):
        return problem_response(request.url.path, BadRequestError("The body is not JSON."))
    problems = [_problem_error(item) for item in error.errors()]
    return problem_response(request.url.path, UnprocessableError("The request is not valid.", errors=problems))


def _problem_error(item: Mapping[str, Any]) -> ProblemError:
    # The rejected input itself is left out: it may be a password.
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in item["loc"])
    return ProblemError(pointer="/" + "/".join(parts), detail=item["msg"])


async def _handle_stale_row(request: Request, _error: StaleDataError) -> JSONResponse:
    return problem_response(request.url.path, PreconditionFailedError("The row was changed by someone else."))


async def _handle_database_error(request: Request, error: DBAPIError) -> JSONResponse:
    problem = explain_database_error(error, deleting=request.method == "DELETE")
    if problem is None:
        raise error
    if isinstance(problem, UnavailableError):
        logger.error("the database does not answer", exc_info=error)
    return problem_response(request.url.path, problem)


async def _handle_pool_timeout(request: Request, _error: PoolTimeoutError) -> JSONResponse:
    return problem_response(request.url.path, UnavailableError("All database connections are in use."))


async def _handle_transient_error(request: Request, error: TransientError) -> JSONResponse:
    return problem_response(request.url.path, UnavailableError(str(error)))


def explain_database_error(error: DBAPIError, *, deleting: bool = False) -> AppError | None:
    """Return the problem that a database error means to the caller, or None if it is a fault of ours."""
    if isinstance(error, IntegrityError):
        return _explain_integrity_error(error, deleting=deleting)
    if isinstance(error, DataError):
        return UnprocessableError("A value is outside of what the database can store.")
    if isinstance(error, OperationalError | InterfaceError) and _error_kind(error) != "SQLITE_ERROR":
        return UnavailableError("The database does not answer.")
    return None


def _explain_integrity_error(error: IntegrityError, *, deleting: bool) -> AppError:
    kind = _error_kind(error)
    if kind in _UNIQUE:
        return ConflictError("Another row already has this value.")
    if kind in _FOREIGN_KEY:
        if deleting:
            return ConflictError("Other rows still refer to this one.")
        return UnprocessableError("A reference points to a row that does not exist.")
    return UnprocessableError("A value breaks a rule of the database.")


def _error_kind(error: DBAPIError) -> str | None:
    cause: BaseException | None = error.orig
    while cause is not None:
        kind = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
        if kind:
            return str(kind)
        cause = cause.__cause__
    return None
