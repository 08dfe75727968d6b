"""The manager of agents: their lifecycle, their runs and what they disagree about."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4, uuid5

from pydantic import BaseModel

from app.agents.conflicts import find_conflicts, merge_outputs
from app.agents.facts import load_facts
from app.agents.ledger import AgentLedger
from app.agents.records import AgentStatus
from app.agents.registry import AgentRegistry, AnyAgent
from app.agents.task import AgentResult, AgentTask, Conflict
from app.core.database import Database
from app.core.errors import ConflictError, UnavailableError, describe
from app.messaging.delivery import Delivery
from app.messaging.queue import MessageQueue
from app.observability.metrics import AGENT_SECONDS
from app.utilities.errors import CircuitOpenError


@dataclass(frozen=True, slots=True)
class Consultation:
    """What several agents said about the same task, and the one answer that was made of it."""

    outputs: dict[str, BaseModel]
    merged: dict[str, Any]
    conflicts: tuple[Conflict, ...]


class AgentManager:
    """Runs agents, the ones that they need first. One run takes at most `run_seconds`."""

    def __init__(
        self, registry: AgentRegistry, database: Database, queue: MessageQueue, *, run_seconds: float = 300.0
    ) -> None:
        self.registry = registry
        self._database = database
        self._queue = queue
        self._ledger = AgentLedger(database, queue)
        self._run_seconds = run_seconds
        self._started = False
        self._runs = 0
        self._active: Counter[str] = Counter()
        # Reports of one process come one after the other, so that the last one says what is true.
        self._reporting = asyncio.Lock()
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def start(self) -> None:
        """Announce the agents as idle and take tasks that come as messages."""
        await self._ledger.fail_abandoned(self._run_seconds * 2)
        await self._ledger.announce(self.registry)
        for agent in self.registry:
            self._queue.subscribe(_address(agent.name), self._on_message, topics=agent.topics)
        self._started = True

    async def stop(self) -> None:
        """Take no more tasks, wait for those that were taken, and announce the agents as stopped."""
        self._started = False
        await self._quiet.wait()
        await self._ledger.set_status([agent.name for agent in self.registry], AgentStatus.STOPPED)

    async def post(self, name: str, task_input: dict[str, Any], *, sender: str | None = None) -> UUID:
        """Leave a task for an agent, to be done in the background; the id is that of the message and of the run."""
        agent = self.registry.get(name)
        async with self._database.session() as session:
            return await self._queue.send(session, _address(agent.name), "task", task_input, sender=sender)

    async def run(
        self,
        name: str,
        task_input: dict[str, Any],
        *,
        given: dict[str, BaseModel] | None = None,
        run_id: UUID | None = None,
        owner_id: UUID | None = None,
    ) -> AgentResult[Any]:
        """Run an agent, after those that it needs and that `given` has no output of.

        A `run_id` that has succeeded before gives the stored output again. With `owner_id` the agents are shown no
        rows that belong to others. Raises `NotFoundError` for an unknown
        agent, `ConflictError` while the manager is stopped, `UnavailableError` after `run_seconds`, and what the
        agent raises.
        """
        run_id = run_id or uuid4()
        outputs: dict[str, BaseModel] = dict(given or {})
        with self._at_work():
            for agent in self.registry.order(name, given=outputs):
                own_id = run_id if agent.name == name else uuid5(run_id, agent.name)
                context = {need: outputs[need] for need in agent.needs}
                task = AgentTask(own_id, task_input, context, owner_id)
                outputs[agent.name] = await self._run_one(agent, task)
            conflicts = await self._settle_conflicts(run_id, outputs)
        return AgentResult(run_id, outputs.pop(name), outputs, conflicts)

    async def consult(self, names: Sequence[str], task_input: dict[str, Any]) -> Consultation:
        """Give several agents the same task, at the same time, and merge what they say (see `conflicts`)."""
        run_id = uuid4()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.run(name, task_input, run_id=uuid5(run_id, name))) for name in names]
        outputs = {name: task.result().output for name, task in zip(names, tasks, strict=True)}
        conflicts = await self._settle_conflicts(run_id, outputs)
        return Consultation(outputs, merge_outputs(outputs, conflicts), conflicts)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        if not self._started:
            raise ConflictError("The agents are stopped.")
        self._runs += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._runs -= 1
            if self._runs == 0:
                self._quiet.set()

    async def _run_one(self, agent: AnyAgent, task: AgentTask) -> BaseModel:
        stored = await self._open(agent, task)
        if stored is not None:
            return stored
        started = perf_counter()
        try:
            output = await self._work(agent, task)
        except BaseException as error:
            await self._close(agent, task, started, error=describe(error))
            raise
        await self._close(agent, task, started, output=output)
        return output

    async def _work(self, agent: AnyAgent, task: AgentTask) -> BaseModel:
        async with self._database.session(read_only=True) as session:
            facts = await load_facts(session, agent.reads, task.input, owner_id=task.owner_id)
        task.facts.update(facts)
        try:
            async with asyncio.timeout(self._run_seconds):
                output: BaseModel = await agent.handle(task)
        except (TimeoutError, CircuitOpenError) as error:
            raise UnavailableError(f"{agent.name} cannot answer now: {str(error) or 'no answer in time'}") from error
        return output

    async def _open(self, agent: AnyAgent, task: AgentTask) -> BaseModel | None:
        async with self._reporting:
            stored = await self._ledger.begin(agent, task)
            if stored is None:
                self._active[agent.name] += 1
        return stored

    async def _close(
        self,
        agent: AnyAgent,
        task: AgentTask,
        started: float,
        *,
        output: BaseModel | None = None,
        error: str | None = None,
    ) -> None:
        seconds = perf_counter() - started
        AGENT_SECONDS.labels(agent.name, "error" if error else "ok").observe(seconds)
        async with self._reporting:
            status = self._leave(agent, failed=error is not None)
            await self._ledger.finish(agent, task, seconds, status=status, output=output, error=error)

    def _leave(self, agent: AnyAgent, *, failed: bool) -> AgentStatus:
        self._active[agent.name] -= 1
        if self._active[agent.name]:
            return AgentStatus.RUNNING
        return AgentStatus.FAILED if failed else AgentStatus.IDLE

    async def _settle_conflicts(self, run_id: UUID, outputs: dict[str, BaseModel]) -> tuple[Conflict, ...]:
        conflicts = find_conflicts(outputs, self.registry)
        for conflict in conflicts:
            await self._ledger.record_conflict(run_id, conflict)
        return conflicts

    async def _on_message(self, delivery: Delivery) -> None:
        name = delivery.recipient.removeprefix(_address(""))
        await self.run(name, delivery.payload, run_id=delivery.id)


def _address(name: str) -> str:
    return f"agents.{name}"
