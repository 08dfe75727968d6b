"""The switch for traces. The packages that send them are an extra, which the tests go without."""

import sys
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.observability.tracing import TracingUnavailableError, instrument, telemetry_config, tracing_enabled


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
