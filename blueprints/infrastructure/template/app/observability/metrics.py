"""Prometheus metrics: what is counted, the middleware that counts requests, and `/metrics`.

One process serves one registry. Run more containers, not more workers, to scale out.
"""

from time import perf_counter

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import iter_route_contexts
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, Histogram, generate_latest
from sqlalchemy import QueuePool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HTTP_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from the first byte of a request to the last byte of its answer.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
HTTP_IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being served now.")
DATABASE_CONNECTIONS = Gauge("database_connections", "Connections of the pool, by state.", ["state"])

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    pool = request.app.state.database.engine.pool
    if isinstance(pool, QueuePool):
        DATABASE_CONNECTIONS.labels("in_use").set(pool.checkedout())
        DATABASE_CONNECTIONS.labels("idle").set(pool.checkedin())
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


class MetricsMiddleware:
    """Count every request by method, route template and status.

    The labels come from closed sets (known methods, declared routes), so that a caller cannot
    fill the memory with made-up ones.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._routes: dict[object, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # what the server answers when the application raises

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = perf_counter()
        with HTTP_IN_FLIGHT.track_inprogress():
            try:
                await self._app(scope, receive, send_and_note)
            finally:
                method = scope["method"] if scope["method"] in _METHODS else "other"
                HTTP_SECONDS.labels(method, self._route(scope), status).observe(perf_counter() - started)

    def _route(self, scope: Scope) -> str:
        endpoint = scope.get("endpoint")
        if endpoint is None:
            return "unmatched"
        if endpoint not in self._routes:
            self._routes = _paths_by_endpoint(scope["app"])
        return self._routes.get(endpoint, "unmatched")


def _paths_by_endpoint(app: FastAPI) -> dict[object, str]:
    # `scope["route"].path` lacks the prefixes of the routers that include it.
    contexts = iter_route_contexts(app.routes)
    return {context.endpoint: context.path for context in contexts if context.endpoint and context.path}
