"""Recovery and escalation: retry with backoff, circuit breaker, fallback, and handlers for what could not be saved."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")
Operation = Callable[[], Awaitable[T]]
Severity = Literal["warning", "error", "critical"]
_jitter = secrets.SystemRandom()


class TransientError(Exception):
    """Something that may work when tried again: a time-out, a refused connection, a busy service."""


class CircuitOpenError(TransientError):
    """The circuit breaker refuses calls because the last ones failed."""


@dataclass(frozen=True)
class RetryPolicy:
    """How often to try, and how long to wait between: exponential, capped, with full jitter. Times in seconds."""

    attempts: int = 3
    base_seconds: float = 0.2
    max_seconds: float = 10.0
    retry_on: tuple[type[Exception], ...] = (TransientError, TimeoutError, ConnectionError)

    def delay(self, attempt: int) -> float:
        """Return the pause after the failed `attempt` (1-based)."""
        ceiling: float = min(self.max_seconds, self.base_seconds * 2 ** (attempt - 1))
        return _jitter.uniform(ceiling / 2, ceiling)


async def retry(
    operation: Operation[T],
    policy: RetryPolicy,
    *,
    name: str,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> T:
    """Run `operation` until it succeeds; raise its last error once the attempts are used up.

    Errors outside `policy.retry_on` are raised at once.
    """
    for attempt in range(1, policy.attempts):
        try:
            return await operation()
        except policy.retry_on as error:
            delay = policy.delay(attempt)
            extra = {"operation": name, "attempt": attempt, "delay_seconds": round(delay, 3)}
            logger.warning("%s failed, trying again: %s", name, error, extra=extra)
            await sleep(delay)
    return await operation()


@dataclass
class CircuitBreaker:
    """Stops calling a dependency after `failure_threshold` failures in a row, for `reset_seconds`.

    After that one call is let through: its success closes the circuit, its failure opens it again.
    """

    name: str
    failure_threshold: int = 5
    reset_seconds: float = 30.0
    clock: Callable[[], float] = time.monotonic
    _failures: int = field(default=0, init=False)
    _opened_at: float | None = field(default=None, init=False)
    _probing: bool = field(default=False, init=False)

    @property
    def is_open(self) -> bool:
        """Whether a call made now would be refused."""
        if self._opened_at is None:
            return False
        return self._probing or self.clock() - self._opened_at < self.reset_seconds

    async def call(self, operation: Operation[T]) -> T:
        """Run `operation`; raise `CircuitOpenError` without running it while the circuit is open."""
        if self.is_open:
            message = f"{self.name} is not called: its last {self._failures} calls failed"
            raise CircuitOpenError(message)
        self._probing = self._opened_at is not None
        try:
            result = await operation()
        except Exception:
            self._record_failure()
            raise
        finally:
            self._probing = False
        self._failures, self._opened_at = 0, None
        return result

    def _record_failure(self) -> None:
        self._failures += 1
        if self._failures >= self.failure_threshold:
            self._opened_at = self.clock()


@dataclass(frozen=True)
class Incident:
    """An error that recovery could not handle."""

    source: str
    error: BaseException
    severity: Severity = "error"
    context: dict[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


IncidentHandler = Callable[[Incident], Awaitable[None]]


async def log_incident(incident: Incident) -> None:
    """Write the incident to the log at its severity."""
    level = logging.getLevelNamesMapping()[incident.severity.upper()]
    extra = {"source": incident.source, "severity": incident.severity, **incident.context}
    logger.log(level, "%s: %s", incident.source, incident.error, exc_info=incident.error, extra=extra)


class Escalator:
    """Hands incidents to the handlers that registered; the log is always one of them."""

    def __init__(self) -> None:
        self._handlers: list[IncidentHandler] = [log_incident]

    def register(self, handler: IncidentHandler) -> None:
        """Add a handler, for example one that pages someone or stores a notification."""
        self._handlers.append(handler)

    async def escalate(self, incident: Incident) -> None:
        """Tell every handler. One that fails is logged and does not keep the others from hearing."""
        results = await asyncio.gather(*(handler(incident) for handler in self._handlers), return_exceptions=True)
        for error in results:
            if isinstance(error, Exception):
                logger.error("an incident handler failed", exc_info=error, extra={"source": incident.source})


@dataclass(frozen=True)
class Recovery:
    """How one operation is kept alive: retried, guarded by a breaker, escalated, and replaced by a fallback."""

    name: str
    policy: RetryPolicy = RetryPolicy()
    breaker: CircuitBreaker | None = None
    escalator: Escalator | None = None

    async def run(self, operation: Operation[T], *, fallback: Operation[T] | None = None, **context: Any) -> T:
        """Run `operation`; when it fails for good, escalate and return the fallback's result or raise the error."""
        try:
            return await retry(lambda: self._attempt(operation), self.policy, name=self.name)
        except Exception as error:
            if self.escalator is not None:
                severity: Severity = "warning" if fallback else "error"
                await self.escalator.escalate(Incident(self.name, error, severity, context))
            if fallback is None:
                raise
            return await fallback()

    async def _attempt(self, operation: Operation[T]) -> T:
        return await (self.breaker.call(operation) if self.breaker else operation())
