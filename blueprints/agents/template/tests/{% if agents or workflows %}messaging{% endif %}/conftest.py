"""A database without the application: nobody else takes messages out of it."""

from collections.abc import AsyncIterator

import pytest

from app.core.database import Database
from app.messaging.queue import MessageQueue


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.dispose()


@pytest.fixture
def queue(database: Database) -> MessageQueue:
    return MessageQueue(database, retry_seconds=0.0)
