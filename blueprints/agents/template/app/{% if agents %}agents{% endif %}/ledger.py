"""What the database knows of agents: their status, their figures and each of their runs."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select, update

from app.agents.records import AgentRow, AgentRunRow, AgentRunStatus, AgentStatus
from app.agents.registry import AgentRegistry, AnyAgent
from app.agents.task import AgentTask, Conflict
from app.core.database import Database
from app.messaging.queue import MessageQueue
from app.messaging.records import MessageKind
from app.models.base import utc_now

MAX_ERROR_LENGTH = 2_000


class AgentLedger:
    """Writes each change in a transaction of its own, so that a run can be followed while it goes on."""

    def __init__(self, database: Database, queue: MessageQueue) -> None:
        self._database = database
        self._queue = queue

    async def announce(self, registry: AgentRegistry) -> None:
        """Bring the table of agents in line with the registry, all of them idle."""
        async with self._database.session() as session:
            rows = {row.name: row for row in await session.scalars(select(AgentRow))}
            for agent in registry:
                row = rows.get(agent.name) or AgentRow(name=agent.name)
                row.goal, row.status = agent.goal, AgentStatus.IDLE
                row.capabilities = list(agent.output.model_fields)
                session.add(row)

    async def set_status(self, names: list[str], status: AgentStatus) -> None:
        """Set the status of these agents."""
        statement = update(AgentRow).where(AgentRow.name.in_(names))
        async with self._database.session() as session:
            await session.execute(statement.values(status=status, row_version=AgentRow.row_version + 1))

    async def fail_abandoned(self, older_than_seconds: float) -> None:
        """Close runs that a process left open when it died: no run lasts that long."""
        now = utc_now()
        statement = (
            update(AgentRunRow)
            .where(
                AgentRunRow.status == AgentRunStatus.RUNNING,
                AgentRunRow.started_at < now - timedelta(seconds=older_than_seconds),
            )
            .values(
                status=AgentRunStatus.FAILED,
                error="The process died during the run.",
                finished_at=now,
                row_version=AgentRunRow.row_version + 1,
            )
        )
        async with self._database.session() as session:
            await session.execute(statement)

    async def begin(self, agent: AnyAgent, task: AgentTask) -> BaseModel | None:
        """Open the run. When a run of this id has succeeded before, return its output: it is not done again."""
        async with self._database.session() as session:
            run = await session.get(AgentRunRow, task.run_id)
            if run is not None and run.status == AgentRunStatus.SUCCEEDED:
                stored: BaseModel = agent.output.model_validate(run.output)
                return stored
            run = run or AgentRunRow(id=task.run_id, agent=agent.name)
            run.status, run.input, run.error = AgentRunStatus.RUNNING, task.input, None
            run.started_at, run.finished_at = utc_now(), None
            session.add(run)
        await self.set_status([agent.name], AgentStatus.RUNNING)
        return None

    async def finish(
        self,
        agent: AnyAgent,
        task: AgentTask,
        seconds: float,
        *,
        status: AgentStatus,
        output: BaseModel | None = None,
        error: str | None = None,
    ) -> None:
        """Close the run, with an output or with an error, and add it to the agent's figures."""
        async with self._database.session() as session:
            run = await session.get_one(AgentRunRow, task.run_id)
            run.status = AgentRunStatus.FAILED if error else AgentRunStatus.SUCCEEDED
            run.output = output.model_dump(mode="json", by_alias=True) if output else None
            run.error = error[:MAX_ERROR_LENGTH] if error else None
            run.input_tokens, run.output_tokens = task.usage.input_tokens, task.usage.output_tokens
            run.duration_ms, run.finished_at = round(seconds * 1000), utc_now()
            await session.execute(update(AgentRow).where(AgentRow.name == agent.name).values(_figures(run, status)))
            payload = {"agent": agent.name, "run_id": str(task.run_id), "status": run.status, "output": run.output}
            await self._queue.broadcast(session, f"agents.{agent.name}.finished", payload, sender=agent.name)

    async def record_conflict(self, run_id: UUID, conflict: Conflict) -> None:
        """Keep a conflict as a message, for people to review."""
        payload = {
            "run_id": str(run_id),
            "field": conflict.field,
            "proposals": conflict.proposals,
            "chosen": conflict.chosen,
            "rule": conflict.rule,
        }
        async with self._database.session() as session:
            await self._queue.record(session, MessageKind.CONFLICT, "agents.conflict", payload, sender=conflict.chosen)


def _figures(run: AgentRunRow, status: AgentStatus) -> dict[str, Any]:
    # Added up by the database, since two processes may finish runs of one agent at the same time.
    return {
        "status": status,
        "runs_total": AgentRow.runs_total + 1,
        "runs_failed": AgentRow.runs_failed + (1 if run.error else 0),
        "tokens_total": AgentRow.tokens_total + run.input_tokens + run.output_tokens,
        "busy_ms": AgentRow.busy_ms + run.duration_ms,
        "last_run_at": run.finished_at,
        "last_error": run.error,
        "row_version": AgentRow.row_version + 1,
    }
