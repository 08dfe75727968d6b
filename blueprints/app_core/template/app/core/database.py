"""The async engine and its sessions: SQLite by default, PostgreSQL by one URL."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "sqlite": "sqlite+aiosqlite",
}


def normalise_url(url: str) -> str:
    """Return `url` with the async driver that we use: `postgres://` and `sqlite:///` are accepted as hosts give them."""
    return re.sub(r"^(\w+)://", lambda match: f"{_DRIVERS.get(match[1], match[1])}://", url)


class Database:
    """One engine and the sessions on it.

    On SQLite a writing session begins IMMEDIATE: it waits for its turn instead of failing half way.
    A reading session takes no lock and runs beside the writer.
    """

    def __init__(self, url: str, *, pool_size: int = 10, pool_timeout: float = 5.0, echo: bool = False) -> None:
        self.url = normalise_url(url)
        self.is_sqlite = make_url(self.url).get_backend_name() == "sqlite"
        # Without `hide_parameters` the text of an error holds the values of its statement, and so does the log.
        options: dict[str, Any] = {"hide_parameters": True}
        options |= {"connect_args": {"timeout": 15}} if self.is_sqlite else {"pool_pre_ping": True}
        if ":memory:" not in self.url:
            options |= {"pool_size": pool_size, "pool_timeout": pool_timeout}
        self.engine: AsyncEngine = create_async_engine(self.url, echo=echo, **options)
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        self._reading = self.engine.execution_options(sqlite_begin="DEFERRED")
        self._write = async_sessionmaker(self.engine, expire_on_commit=False)
        self._read = async_sessionmaker(self._reading, expire_on_commit=False)

    @asynccontextmanager
    async def session(self, *, read_only: bool = False) -> AsyncIterator[AsyncSession]:
        """A unit of work: committed when the block ends, rolled back when it raises."""
        async with (self._read if read_only else self._write)() as session:
            yield session
            await session.commit()

    async def ping(self) -> None:
        """Ask the database for an answer. Raises `SQLAlchemyError` or `OSError` when there is none."""
        self._check_file()
        async with self._reading.connect() as connection:
            await connection.execute(text("SELECT 1"))

    def _check_file(self) -> None:
        # An open SQLite file answers for as long as it is open, even when it was deleted.
        file = make_url(self.url).database
        if self.is_sqlite and file and file != ":memory:" and not Path(file).is_file():
            raise FileNotFoundError(file)

    async def dispose(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _entry: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions itself: the listener below does, with the right kind.
        connection.isolation_level = None
        # SQLite's own knows only ASCII letters, so that a search would find `É` on PostgreSQL alone.
        connection.create_function("lower", 1, _lower, deterministic=True)
        cursor = connection.cursor()
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {kind}")


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Dependency: the request's unit of work. It commits before the answer is sent, and only on success."""
    database: Database = request.app.state.database
    async with database.session(read_only=request.method in _SAFE_METHODS) as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
