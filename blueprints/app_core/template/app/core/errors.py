"""Errors as the API tells them: RFC 9457 problem details, for every status from 400 up."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.utilities.logging import request_id_var

MEDIA_TYPE = "application/problem+json"


class ProblemError(BaseModel):
    """What is wrong with one part of the request; `pointer` says which (RFC 6901), such as `/body/subject`."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """An RFC 9457 problem. `type` is stable and meant for programs; `detail` is meant for people."""

    type: str
    title: str
    status: int
    detail: str | None = None
    instance: str | None = None
    request_id: str | None = None
    errors: list[ProblemError] | None = None


class AppError(Exception):
    """An expected failure with the problem that the caller sees."""

    status: int = 500
    slug: str = "internal-error"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[ProblemError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    @property
    def title(self) -> str:
        """The short text that all problems of this type share."""
        return HTTPStatus(self.status).phrase


class BadRequestError(AppError):
    """The request cannot be understood."""

    status = 400
    slug = "bad-request"


class UnauthorizedError(AppError):
    """The caller is not known, or no longer."""

    status = 401
    slug = "unauthorized"

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class ForbiddenError(AppError):
    """The caller is known and may not do this."""

    status = 403
    slug = "forbidden"


class NotFoundError(AppError):
    """There is no such thing, or the caller may not know of it."""

    status = 404
    slug = "not-found"


class ConflictError(AppError):
    """The request does not fit the present state."""

    status = 409
    slug = "conflict"


class PreconditionFailedError(AppError):
    """Someone else changed the row since the caller read it."""

    status = 412
    slug = "precondition-failed"


class ContentTooLargeError(AppError):
    """The body is larger than the server takes."""

    status = 413
    slug = "content-too-large"


class UnprocessableError(AppError):
    """The request is well formed, and its values are not acceptable."""

    status = 422
    slug = "unprocessable-content"


class TooManyRequestsError(AppError):
    """The caller has used up its share for now."""

    status = 429
    slug = "too-many-requests"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            f"Try again in {retry_after_seconds} s.",
            headers={"Retry-After": str(retry_after_seconds)},
        )


class UnavailableError(AppError):
    """Something that the server needs does not answer; trying again may help."""

    status = 503
    slug = "service-unavailable"

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": "5"})


def describe(error: BaseException) -> str:
    """Return what may be stored or shown of an error: ours as it is, of others only the kind, since they quote values."""
    return str(error) if isinstance(error, AppError) else type(error).__name__


def problem_response(path: str, error: AppError) -> JSONResponse:
    """Return the answer for an error on `path`."""
    problem = Problem(
        type=f"urn:problem:{error.slug}",
        title=error.title,
        status=error.status,
        detail=error.detail,
        instance=path,
        request_id=request_id_var.get(),
        errors=list(error.errors) or None,
    )
    content = problem.model_dump(exclude_none=True)
    return JSONResponse(content, error.status, headers=error.headers, media_type=MEDIA_TYPE)
