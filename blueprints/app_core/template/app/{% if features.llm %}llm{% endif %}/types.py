"""What is asked of a language model and what comes back, whoever answers."""

from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from app.core.errors import AppError
from app.utilities.errors import TransientError

OutputT = TypeVar("OutputT", bound=BaseModel)

_RETRYABLE_STATUSES = frozenset({408, 409, 429})


class LlmError(AppError):
    """The model gave no usable answer."""

    status = 502
    slug = "bad-gateway"


class LlmRefusedError(LlmError):
    """The model declined to answer; asking again is of no use."""


class LlmInvalidAnswerError(LlmError, TransientError):
    """The answer does not fit the output model; another one may."""


class LlmUnavailableError(LlmError, TransientError):
    """The provider is busy or cannot be reached."""

    status = 503
    slug = "service-unavailable"


class LlmNotInstalledError(LlmError):
    """The provider's package is an extra that is not installed."""


def explain_status(status: int) -> LlmError:
    """Return the error that an HTTP status of a provider means."""
    if status in _RETRYABLE_STATUSES or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return LlmUnavailableError(f"The model's service answered {status}.")
    return LlmError(f"The model's service refused the request with {status}.")


@dataclass(frozen=True, slots=True)
class LlmRequest(Generic[OutputT]):
    """One question. `output` is the shape that the answer must have; `purpose` says in the ledger what it was for."""

    system: str
    prompt: str
    output: type[OutputT]
    purpose: str


@dataclass(frozen=True, slots=True)
class LlmResponse(Generic[OutputT]):
    """One answer, with what it cost."""

    output: OutputT
    input_tokens: int
    output_tokens: int
    model: str
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class Completion:
    """What a provider returns: JSON text and token counts."""

    text: str
    input_tokens: int
    output_tokens: int


class LlmProvider(Protocol):
    """Something that answers with JSON that follows a schema."""

    name: str
    model: str

    async def complete(self, request: LlmRequest[OutputT]) -> Completion:
        """Ask once. Raises `LlmError`."""
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...
