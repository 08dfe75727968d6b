"""Retry, circuit breaker, escalation and fallback."""

import logging

import pytest

from app.utilities.errors import (
    CircuitBreaker,
    CircuitOpenError,
    Escalator,
    Incident,
    Recovery,
    RetryPolicy,
    TransientError,
    retry,
)


class Flaky:
    """Fails `failures` times, then answers 42."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.failures = failures
        self.error = error or TransientError("busy")
        self.calls = 0

    async def __call__(self) -> int:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error
        return 42


class Sleeper:
    def __init__(self) -> None:
        self.pauses: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.pauses.append(seconds)


FAST = RetryPolicy(base_seconds=0)


async def test_what_fails_for_a_moment_is_tried_again() -> None:
    flaky, sleep = Flaky(2), Sleeper()

    result = await retry(flaky, RetryPolicy(attempts=3, base_seconds=1), name="test", sleep=sleep)

    assert (result, flaky.calls) == (42, 3)
    assert 0.5 <= sleep.pauses[0] <= 1
    assert 1 <= sleep.pauses[1] <= 2


async def test_the_last_error_is_raised() -> None:
    flaky = Flaky(3)

    with pytest.raises(TransientError, match="busy"):
        await retry(flaky, RetryPolicy(attempts=3, base_seconds=0), name="test")

    assert flaky.calls == 3


async def test_other_errors_are_raised_at_once() -> None:
    flaky = Flaky(1, ValueError("wrong"))

    with pytest.raises(ValueError, match="wrong"):
        await retry(flaky, FAST, name="test")

    assert flaky.calls == 1


@pytest.mark.parametrize("attempt", [1, 5, 50])
def test_pauses_are_capped(attempt: int) -> None:
    assert RetryPolicy(base_seconds=1, max_seconds=10).delay(attempt) <= 10


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_circuit_opens_and_closes_again() -> None:
    clock, flaky = Clock(), Flaky(2)
    breaker = CircuitBreaker("test", failure_threshold=2, reset_seconds=30, clock=clock)
    for _ in range(2):
        with pytest.raises(TransientError):
            await breaker.call(flaky)

    with pytest.raises(CircuitOpenError):
        await breaker.call(flaky)
    assert flaky.calls == 2

    clock.now = 31
    assert await breaker.call(flaky) == 42
    assert not breaker.is_open


async def test_a_failed_probe_opens_it_again() -> None:
    clock = Clock()
    breaker = CircuitBreaker("test", failure_threshold=1, reset_seconds=30, clock=clock)
    for moment in (0, 31):
        clock.now = moment
        with pytest.raises(TransientError):
            await breaker.call(Flaky(1))

    assert breaker.is_open


async def test_every_handler_hears_of_an_incident(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []

    async def listen(incident: Incident) -> None:
        heard.append(incident.source)

    async def fail(incident: Incident) -> None:
        raise RuntimeError("deaf")

    escalator = Escalator()
    escalator.register(fail)
    escalator.register(listen)

    await escalator.escalate(Incident("llm", ValueError("no answer"), "critical"))

    assert heard == ["llm"]
    assert [(record.levelno, record.message) for record in caplog.records] == [
        (logging.CRITICAL, "llm: no answer"),
        (logging.ERROR, "an incident handler failed"),
    ]


async def test_recovery_ends_with_an_escalation(caplog: pytest.LogCaptureFixture) -> None:
    recovery = Recovery("llm", FAST, escalator=Escalator())

    with pytest.raises(TransientError):
        await recovery.run(Flaky(9), purpose="test")

    assert caplog.records[-1].levelno == logging.ERROR
    assert vars(caplog.records[-1])["purpose"] == "test"


async def test_a_fallback_saves_the_caller(caplog: pytest.LogCaptureFixture) -> None:
    recovery = Recovery("llm", FAST, escalator=Escalator())

    assert await recovery.run(Flaky(9), fallback=Flaky(0)) == 42

    assert caplog.records[-1].levelno == logging.WARNING


async def test_recovery_goes_through_the_breaker() -> None:
    breaker = CircuitBreaker("test", failure_threshold=2)
    flaky = Flaky(9)

    with pytest.raises(CircuitOpenError):
        await Recovery("llm", FAST, breaker).run(flaky)

    assert flaky.calls == 2
