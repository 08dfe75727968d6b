"""The switch for traces. The packages that send them are an extra, which the tests go without."""

import sys
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import Mock

import pytest
from fastapi import FastAPI
from opentelemetry import trace
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.observability.tracing import (
    TracingUnavailableError,
    instrument,
    telemetry_config,
    trace_statements,
    tracing_enabled,
)


class RecordingTracer(trace.NoOpTracer):
    """Keeps the spans that it starts."""

    def __init__(self) -> None:
        self.spans: list[Mock] = []
        self.started: list[tuple[str, dict[str, Any]]] = []

    def start_span(self, name: str, *_: Any, attributes: Any = None, **__: Any) -> Any:
        self.started.append((name, dict(attributes)))
        self.spans.append(Mock(trace.Span))
        return self.spans[-1]


@pytest.fixture
async def engine() -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine("sqlite+aiosqlite:///:memory:")
    yield engine
    await engine.dispose()


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")


def test_without_a_collector_nothing_is_traced(monkeypatch: pytest.MonkeyPatch, engine: AsyncEngine) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)

    config = telemetry_config()
    instrument(engine)

    assert (config["tracing"], config["auto_configure"]) == (False, False)
    assert "opentelemetry.instrumentation" not in sys.modules
    FastAPI(telemetry=config)


@pytest.mark.usefixtures("collector")
def test_a_collector_turns_traces_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert telemetry_config()["tracing"]

    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not tracing_enabled()


@pytest.mark.usefixtures("collector")
def test_probes_and_scrapes_are_not_traced() -> None:
    exclude = telemetry_config()["exclude"]

    assert exclude is not None
    assert [exclude({"path": path}) for path in ("/health/live", "/metrics", "/api/v1/health")] == [True, True, False]


@pytest.mark.usefixtures("collector")
def test_missing_packages_are_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch, engine: AsyncEngine) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter", None)

    with pytest.raises(TracingUnavailableError, match=r"requirements-extras\.txt"):
        instrument(engine)


async def test_a_statement_is_traced_without_its_values(engine: AsyncEngine) -> None:
    tracer = RecordingTracer()
    trace_statements(engine, tracer)

    async with engine.connect() as connection:
        await connection.execute(text("SELECT :secret"), {"secret": "hunter2"})

    assert tracer.started == [("SELECT", {"db.system.name": "sqlite", "db.query.text": "SELECT ?"})]
    tracer.spans[0].end.assert_called_once_with()


async def test_a_statement_that_fails_ends_its_span_as_an_error(engine: AsyncEngine) -> None:
    tracer = RecordingTracer()
    trace_statements(engine, tracer)

    async with engine.connect() as connection:
        with pytest.raises(OperationalError):
            await connection.execute(text("SELECT * FROM nowhere"))

    tracer.spans[0].set_status.assert_called_once_with(trace.StatusCode.ERROR, "OperationalError")
    tracer.spans[0].end.assert_called_once_with()
