"""Units of work, and what the database refuses."""

import asyncio
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from fastapi import APIRouter, FastAPI

from app.core.database import Database, SessionDep, normalise_url


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://h/d", "postgresql+psycopg://h/d"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("sqlite:///./a.db", "sqlite+aiosqlite:///./a.db"),
        ("sqlite+aiosqlite:///a.db", "sqlite+aiosqlite:///a.db"),
    ],
)
def test_urls_get_the_async_driver(given: str, used: str) -> None:
    assert normalise_url(given) == used


@pytest.fixture
async def notes(database: Database) -> sa.Table:
    """A table of this test's own."""
    table = sa.Table("test_notes", sa.MetaData(), sa.Column("text", sa.String(50), primary_key=True))
    async with database.engine.begin() as connection:
        await connection.run_sync(table.metadata.drop_all)
        await connection.run_sync(table.metadata.create_all)
    return table


async def _count(database: Database, table: sa.Table) -> int:
    async with database.session(read_only=True) as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


async def test_a_session_that_raises_leaves_nothing(database: Database, notes: sa.Table) -> None:
    async def insert_and_fail() -> None:
        async with database.session() as session:
            await session.execute(notes.insert().values(text="one"))
            raise LookupError("no")

    with pytest.raises(LookupError):
        await insert_and_fail()

    assert await _count(database, notes) == 0


async def test_a_handler_that_raises_after_an_insert_leaves_nothing(
    app: FastAPI, client: httpx.AsyncClient, database: Database, notes: sa.Table
) -> None:
    router = APIRouter()

    @router.post("/test/{outcome}")
    async def insert(outcome: str, session: SessionDep) -> str:
        await session.execute(notes.insert().values(text=outcome))
        if outcome == "broken":
            raise RuntimeError("a defect")
        return outcome

    app.include_router(router)

    broken, fine = await client.post("/test/broken"), await client.post("/test/fine")

    assert (broken.status_code, fine.status_code) == (500, 200)
    assert broken.headers["content-type"] == "application/problem+json"
    assert "defect" not in broken.text
    assert await _count(database, notes) == 1


async def test_concurrent_writers_wait_for_each_other(database: Database, notes: sa.Table) -> None:
    async def write(number: int) -> None:
        async with database.session() as session:
            await session.scalar(sa.select(sa.func.count()).select_from(notes))
            await session.execute(notes.insert().values(text=str(number)))

    await asyncio.gather(*(write(number) for number in range(20)))

    assert await _count(database, notes) == 20


async def test_a_reader_does_not_wait_for_a_writer(database: Database, notes: sa.Table) -> None:
    async with database.session() as writing:
        await writing.execute(notes.insert().values(text="one"))
        async with asyncio.timeout(2):
            assert await _count(database, notes) == 0


async def test_upper_and_lower_case_are_the_same_to_a_search_in_any_alphabet(
    database: Database, notes: sa.Table
) -> None:
    async with database.session() as session:
        await session.execute(notes.insert().values(text="Übergröße: Éclair"))
        found = await session.scalar(sa.select(notes.c.text).where(notes.c.text.icontains("ÉCL")))

    assert found == "Übergröße: Éclair"


async def test_an_answer_is_had_while_somebody_writes(database: Database, notes: sa.Table) -> None:
    async with database.session() as writing:
        await writing.execute(notes.insert().values(text="one"))
        async with asyncio.timeout(2):
            await database.ping()


async def test_a_file_that_was_deleted_is_missed(tmp_path: Path) -> None:
    file = tmp_path / "some.db"
    database = Database(f"sqlite:///{file}")
    async with database.engine.begin() as connection:
        await connection.execute(sa.text("CREATE TABLE notes (text TEXT)"))
    await database.ping()
    file.rename(tmp_path / "away.db")
    with pytest.raises(FileNotFoundError):
        await database.ping()
    await database.dispose()
