"""What can go wrong with a workflow, and what is said about it."""

from typing import Any

import httpx
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from app.core import errors
from app.core.errors import AppError, ConflictError
from app.utilities.errors import TransientError

_WORTH_ANOTHER_TRY = frozenset({408, 409, 425, 429, 503})


class WorkflowFailedError(Exception):
    """A run ended because some of its steps failed; `errors` says why, by step."""

    def __init__(self, workflow: str, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{step}: {error}" for step, error in errors.items()))
        self.workflow = workflow
        self.errors = errors


class StateConflictError(ConflictError):
    """The run was changed by someone else since it was read."""


class NotConfiguredError(Exception):
    """A step needs a setting that has no value."""


class RemoteError(Exception):
    """A remote server refused a request."""


_PERMANENT: tuple[type[Exception], ...] = (
    IntegrityError,
    NotConfiguredError,
    RemoteError,
    ValidationError,
    httpx.UnsupportedProtocol,
)


def is_permanent(error: Exception) -> bool:
    """Whether the same step would fail in the same way if it were tried again."""
    if isinstance(error, TransientError):
        return False
    if isinstance(error, AppError):
        return error.status not in _WORTH_ANOTHER_TRY
    return isinstance(error, _PERMANENT)


def describe(error: Exception) -> str:
    """Return what may be shown of an error: ours as they are, of others only the kind, since they may quote secrets."""
    if isinstance(error, ValidationError):
        return ", ".join(_describe_field(dict(item)) for item in error.errors())
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, NotConfiguredError | RemoteError | WorkflowFailedError):
        return str(error)
    return errors.describe(error)


def _describe_field(item: dict[str, Any]) -> str:
    return f"{'.'.join(map(str, item['loc']))}: {item['msg']}"
