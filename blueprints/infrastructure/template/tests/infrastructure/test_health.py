"""Liveness and readiness, on an application that has nothing else."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy.exc import OperationalError

from app.observability import health


class FakeDatabase:
    """Answers, fails with `error`, or hangs."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.hangs = False

    async def ping(self) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.error:
            raise self.error


@pytest.fixture
def database() -> FakeDatabase:
    return FakeDatabase()


@pytest.fixture
def served(database: FakeDatabase) -> FastAPI:
    app = FastAPI()
    app.include_router(health.router)
    app.state.database = database
    app.state.draining = False
    return app


@pytest.fixture
async def caller(served: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app=served), base_url="http://test") as client:
        yield client


async def test_ready_says_what_was_checked(caller: AsyncClient) -> None:
    answer = await caller.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"database": "ok", "lifecycle": "ok"}}


@pytest.mark.parametrize(
    "error",
    [OperationalError("SELECT 1", {}, Exception("password=hunter2")), ConnectionRefusedError("db:5432")],
    ids=["driver", "socket"],
)
async def test_a_database_that_is_away_makes_it_unready_but_alive(
    caller: AsyncClient, database: FakeDatabase, error: Exception
) -> None:
    database.error = error

    ready, live = await caller.get("/health/ready"), await caller.get("/health/live")

    assert ready.status_code == 503
    assert ready.json() == {"status": "unavailable", "checks": {"database": "unavailable", "lifecycle": "ok"}}
    assert (live.status_code, live.json()) == (200, {"status": "ok", "checks": {}})


async def test_a_database_that_hangs_does_not_hang_the_check(
    caller: AsyncClient, database: FakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "CHECK_TIMEOUT_SECONDS", 0.01)
    database.hangs = True

    answer = await caller.get("/health/ready")

    assert answer.status_code == 503


async def test_a_draining_process_is_unready(caller: AsyncClient, served: FastAPI) -> None:
    served.state.draining = True

    answer = await caller.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "lifecycle": "draining"}


async def test_a_defect_in_a_check_is_not_mistaken_for_a_database_that_is_away(
    caller: AsyncClient, served: FastAPI
) -> None:
    served.state.database = SimpleNamespace()

    with pytest.raises(AttributeError):
        await caller.get("/health/ready")
