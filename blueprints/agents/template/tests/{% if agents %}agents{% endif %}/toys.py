"""Agents that answer what a test tells them to."""

import asyncio
from typing import ClassVar

from pydantic import BaseModel

from app.agents.base import Agent
from app.agents.task import AgentTask
from app.llm import LlmClient


class Opinion(BaseModel):
    """What all toys answer."""

    priority: int
    reason: str = "none"


class Toy(Agent[Opinion]):
    """Answers with `answer`, and remembers its tasks."""

    goal = "Be of use to a test."
    output = Opinion
    answer: ClassVar[Opinion] = Opinion(priority=1)

    def __init__(self, llm: LlmClient) -> None:
        super().__init__(llm)
        self.tasks: list[AgentTask] = []

    async def handle(self, task: AgentTask) -> Opinion:
        self.tasks.append(task)
        return self.answer


class First(Toy):
    name = "first"


class Second(Toy):
    name = "second"
    needs = ("first",)
    answer = Opinion(priority=2)


class Third(Toy):
    name = "third"
    needs = ("second", "first")
    answer = Opinion(priority=2)


class Peer(Toy):
    name = "peer"
    answer = Opinion(priority=2)


class OtherPeer(Toy):
    name = "other_peer"
    answer = Opinion(priority=2, reason="seen it before")


class Broken(Toy):
    name = "broken"

    async def handle(self, task: AgentTask) -> Opinion:
        raise RuntimeError("out of order")


class Fickle(Toy):
    name = "fickle"

    async def handle(self, task: AgentTask) -> Opinion:
        self.tasks.append(task)
        if len(self.tasks) == 1:
            raise RuntimeError("not in the mood")
        return self.answer


class Slow(Toy):
    name = "slow"

    async def handle(self, task: AgentTask) -> Opinion:
        await asyncio.sleep(0.2)
        return self.answer


class Listener(Toy):
    name = "listener"
    topics = ("agents.first.finished",)
