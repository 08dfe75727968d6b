"""Managers of toy agents, on the application's database and offline language model."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from fastapi import FastAPI

from app.agents.manager import AgentManager
from app.agents.registry import AgentRegistry
from app.messaging.queue import MessageQueue
from tests.agents.toys import Toy

ManagerOf = Callable[..., Awaitable[AgentManager]]


@pytest.fixture
def queue(app: FastAPI) -> MessageQueue:
    """A queue of its own: the application's worker does not know its recipients."""
    return MessageQueue(app.state.database, retry_seconds=0.0)


@pytest.fixture
async def manager_of(app: FastAPI, queue: MessageQueue) -> AsyncIterator[ManagerOf]:
    """`await manager_of(First, Second)` starts a manager of these agents."""
    async with AsyncExitStack() as managers:

        async def start(*toys: type[Toy], run_seconds: float = 10.0) -> AgentManager:
            registry = AgentRegistry()
            for toy in toys:
                registry.register(toy(app.state.llm))
            manager = AgentManager(registry, app.state.database, queue, run_seconds=run_seconds)
            await manager.start()
            managers.push_async_callback(manager.stop)
            return manager

        yield start
