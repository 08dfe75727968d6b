"""OpenTelemetry traces, on when OTEL_EXPORTER_OTLP_ENDPOINT is set.

FastAPI makes the spans of requests; this module decides when, and adds those of SQL statements
and of outgoing HTTP calls. Everything else is set by the standard OTEL_* variables.
"""

import os
from collections.abc import MutableMapping
from importlib import import_module
from typing import Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

_QUIET_PATHS = ("/health/", "/metrics")
_SPAN = "app.tracing.span"


class TracingUnavailableError(RuntimeError):
    """Traces were asked for and the packages that send them are not installed."""


def tracing_enabled() -> bool:
    """Whether the environment names a collector."""
    return bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")) and os.environ.get("OTEL_SDK_DISABLED") != "true"


def telemetry_config() -> TelemetryConfig:
    """Give what `FastAPI(telemetry=...)` takes.

    Metrics are left to Prometheus and logs to the log stream, so that nothing is counted twice.
    """
    enabled = tracing_enabled()
    return {
        "tracing": enabled,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": enabled,
        "exclude": _is_quiet,
    }


def instrument(engine: AsyncEngine) -> None:
    """Trace the statements of `engine` and every call made with httpx.

    Does nothing unless tracing is on.

    Raises:
        TracingUnavailableError: The `opentelemetry` extra is not installed.
    """
    if not tracing_enabled():
        return
    _load("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    _load("opentelemetry.instrumentation.httpx").HTTPXClientInstrumentor().instrument()
    trace_statements(engine, trace.get_tracer(__name__))


def trace_statements(engine: AsyncEngine, tracer: trace.Tracer) -> None:
    """Make a span of every statement: its text with placeholders, never its values.

    Done here because opentelemetry-instrumentation-sqlalchemy refuses SQLAlchemy 2.1.
    """

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def start(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        operation = statement.lstrip().partition(" ")[0].upper()
        attributes = {"db.system.name": connection.dialect.name, "db.query.text": statement}
        connection.info[_SPAN] = tracer.start_span(operation, kind=trace.SpanKind.CLIENT, attributes=attributes)

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def end(connection: Connection, *_: Any) -> None:
        connection.info.pop(_SPAN).end()

    @event.listens_for(engine.sync_engine, "handle_error")
    def fail(context: ExceptionContext) -> None:
        span = context.connection.info.pop(_SPAN, None) if context.connection else None
        if span is not None:
            span.set_status(trace.StatusCode.ERROR, type(context.original_exception).__name__)
            span.end()


def _is_quiet(scope: MutableMapping[str, Any]) -> bool:
    return str(scope["path"]).startswith(_QUIET_PATHS)


def _load(module: str) -> Any:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        message = (
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but the OpenTelemetry packages are not installed. "
            "Install them (pip install --require-hashes -r requirements-extras.txt) or unset the variable."
        )
        raise TracingUnavailableError(message) from error
