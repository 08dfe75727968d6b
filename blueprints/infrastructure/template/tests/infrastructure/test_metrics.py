"""What the middleware counts, and how it names it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.core.settings import Settings
from app.observability.metrics import MetricsMiddleware, router


class FakeDatabase:
    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine


@pytest.fixture
async def caller(tmp_path: Path) -> AsyncIterator[AsyncClient]:
    books = APIRouter(prefix="/books")

    @books.get("/{book_id}")
    async def read_book(book_id: int) -> int:
        return book_id

    @books.get("/broken/now")
    async def fail() -> None:
        raise RuntimeError("broken")

    api = APIRouter(prefix="/metrics-test")
    api.include_router(books)
    app = FastAPI()
    app.include_router(api)
    app.include_router(router)
    app.add_middleware(MetricsMiddleware)
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/test.db", pool_size=3)
    app.state.database = FakeDatabase(engine)
    app.state.settings = Settings(_env_file=None)
    async with AsyncClient(
        transport=ASGITransport(app=app, raise_app_exceptions=False), base_url="http://test"
    ) as client:
        yield client
    await engine.dispose()


def count(method: str, route: str, status: int) -> float:
    labels = {"method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("http_request_duration_seconds_count", labels) or 0.0


@pytest.mark.parametrize(
    ("method", "path", "label", "route", "status"),
    [
        ("GET", "/metrics-test/books/7", "GET", "/metrics-test/books/{book_id}", 200),
        ("GET", "/metrics-test/books/x", "GET", "/metrics-test/books/{book_id}", 422),
        ("GET", "/metrics-test/books/broken/now", "GET", "/metrics-test/books/broken/now", 500),
        ("GET", "/metrics-test/no-such-path", "GET", "unmatched", 404),
        ("MADEUP", "/metrics-test/no-such-path", "other", "unmatched", 404),
    ],
)
async def test_a_request_is_counted_by_its_route_and_not_by_its_path(
    caller: AsyncClient, method: str, path: str, label: str, route: str, status: int
) -> None:
    before = count(label, route, status)

    await caller.request(method, path)

    assert count(label, route, status) == before + 1


async def test_nothing_is_in_flight_afterwards(caller: AsyncClient) -> None:
    await caller.get("/metrics-test/books/broken/now")

    assert REGISTRY.get_sample_value("http_requests_in_flight") == 0


async def test_metrics_are_served_as_prometheus_reads_them(caller: AsyncClient) -> None:
    await caller.get("/metrics-test/books/1")

    answer = await caller.get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'http_request_duration_seconds_bucket{le="0.005",method="GET"' in answer.text
    assert "database_pool_size 3.0" in answer.text
    assert 'database_connections{state="in_use"} 0.0' in answer.text
